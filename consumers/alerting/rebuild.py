"""Rebuilds the state of the alert stage from the log, where it is gone. Sends nothing; decides by `replay`, `mending`.

The head goes to where the group had committed: every alert of the matches before was on the log by then. What was
decided beyond is decided again, and recognised by its revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from consumers.alerting.gates import Gates
from consumers.alerting.memory import SEEN_PREFIX, STORY_PREFIX, decode_entry, story_key
from consumers.alerting.mending import Mended, mend
from consumers.alerting.replay import Decided, Replay
from consumers.alerting.story import Story
from consumers.alerting.told import Told
from monitor.core.codec import encode
from monitor.core.ids import AlertId, partition_of
from monitor.core.ports import Head, PartitionChange, PartitionState
from monitor.core.record import FIXED_PARTITIONS, Topic
from monitor.core.walk import ReadableLog, records_before


@dataclass(frozen=True)
class Rebuilt:
    """A partition's state as it is to be saved, and how it differs from the one that was lost.

    Attributes:
        change: The first save of a partition that has no head.
        matches: How many were decided on again.
        seen: Articles that are remembered.
        mended: The stories, and what they needed to agree with the log.
        left_open: Alerts that are open on the log and in no story: nothing more comes of them.
        reaches_back_to: When the first match was appended that is still there; None when all are, or none is.
    """

    change: PartitionChange
    matches: int
    seen: int
    mended: Mended
    left_open: tuple[Told, ...]
    reaches_back_to: datetime | None

    @property
    def open_alerts(self) -> int:
        """How many are open."""
        return sum(len(list(story.open_alerts())) for story in self.mended.stories.values())


@dataclass(frozen=True)
class Basis:
    """What all partitions are rebuilt by.

    Attributes:
        seen_retention: How long a decided article is remembered.
        now: Wall clock: timers due by now fire as soon as the stage goes on.
    """

    gates: Gates
    seen_retention: timedelta
    now: datetime


def told_by_partition(told: Iterable[Told], gates: Gates) -> dict[int, dict[AlertId, Told]]:
    """The alerts by the partition of `matches` that their matches come on.

    A rule that is gone is taken to have been its own group.
    """
    split: dict[int, dict[AlertId, Told]] = {}
    for one in told:
        group = gates[one.rule].group if one.rule in gates else one.rule
        split.setdefault(partition_of(group, FIXED_PARTITIONS[Topic.MATCHES]), {})[one.alert_id] = one
    return split


def rebuild_partition(
    log: ReadableLog, number: int, committed: int, told: Mapping[AlertId, Told], basis: Basis
) -> Rebuilt:
    """The state of a partition without a head, as of the offset that the group committed. Blocks while it replays.

    Args:
        told: Of the alerts of this partition.

    Raises:
        NewerSchemaError: A newer Tocsin wrote one of the matches.
        StoreUnavailableError: The log cannot be read for now.
    """
    first, _ = log.bounds(Topic.MATCHES, number)
    nothing = PartitionState(Head(offset=first, version=0, clock=None), {})
    replay = Replay(number, nothing, basis.gates, basis.seen_retention)
    reaches_back_to = None
    for record in records_before(log, Topic.MATCHES, number, committed):
        if first and reaches_back_to is None:
            reaches_back_to = record.appended_at
        replay.apply(record)
    state = replay.state(committed)
    decided = {**replay.decided}
    for alert_id, marks in _decided_beyond(log, number, state, basis).items():
        decided[alert_id] = {**decided.get(alert_id, {}), **marks}
    stories = [entry for key in state.entries if isinstance(entry := decode_entry(key, state.entries[key]), Story)]
    mended = mend(stories, told, decided)
    return Rebuilt(
        change=_change(number, state, mended),
        matches=replay.matches,
        seen=sum(key.startswith(SEEN_PREFIX) for key in state.entries),
        mended=mended,
        left_open=_left_open(told, mended, decided.keys() - replay.decided.keys()),
        reaches_back_to=reaches_back_to,
    )


def _decided_beyond(log: ReadableLog, number: int, state: PartitionState, basis: Basis) -> Decided:
    """What the stage will decide of what is on the log by now."""
    ahead = Replay(number, state, basis.gates, basis.seen_retention)
    for record in records_before(log, Topic.MATCHES, number, start=state.head.offset):
        ahead.apply(record)
    ahead.fire(basis.now)
    ahead.state(state.head.offset)
    return ahead.decided


def _change(number: int, state: PartitionState, mended: Mended) -> PartitionChange:
    entries = {key: value for key, value in state.entries.items() if not key.startswith(STORY_PREFIX)}
    entries |= {story_key(story.id): encode(story) for story in mended.stories.values()}
    return PartitionChange(partition=number, head=replace(state.head, version=1), put=entries)


def _left_open(told: Mapping[AlertId, Told], mended: Mended, still_to_come: set[AlertId]) -> tuple[Told, ...]:
    rebuilt = {state.alert_id for story in mended.stories.values() for _, state in story.open_alerts()}
    known = rebuilt | still_to_come
    return tuple(one for one in told.values() if one.is_open and one.alert_id not in known)
