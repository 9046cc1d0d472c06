"""What `tocsin recover` does, step by step, over the ports of either back end. Decides nothing itself.

The heads of the alert stage come last: as long as one is missing no stage starts, so that a recovery which was
interrupted is not taken for a finished one. Each step finds out by itself what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from consumers.alerting.gates import Gates
from consumers.alerting.heads import missing_heads
from consumers.alerting.rebuild import Basis, Rebuilt, rebuild_partition, told_by_partition
from consumers.alerting.told import Told, read_told
from consumers.delivery.cursors import new_cursor
from consumers.delivery.line import line_specs
from consumers.delivery.rebuild import plan_history, restore_history
from consumers.delivery.subscriptions import Subscriptions
from monitor.cli.backend import Backend
from monitor.cli.holding import HeldLeases, WatchedLog
from monitor.core.clock import Clock
from monitor.core.durations import render_duration
from monitor.core.errors import StoreError
from monitor.core.escape import one_line
from monitor.core.feed import Feed, FeedChange
from monitor.core.ids import AlertId
from monitor.core.places import end_of
from monitor.core.ports import Head
from monitor.core.record import Topic
from monitor.core.stream import StreamId
from monitor.feeds.rebuild import rebuild_feeds
from monitor.web.words import counted

LEASE_NAME = "recover"
_SHOWN = 20  # alerts or feeds named one by one
_BOUNDARY = timedelta(hours=1)  # what is about to be forgotten need not be there


@dataclass(frozen=True)
class Plan:
    """What to recover with.

    Attributes:
        prefix: Starts the names of the consumer groups.
        keep_articles, keep_alerts: How long these are kept.
        resend: Subscriptions get again what stands after that place.
        is_dry: Say what would be done; change nothing.
    """

    prefix: str
    feeds: tuple[Feed, ...]
    gates: Gates
    subscriptions: Subscriptions
    keep_articles: timedelta
    keep_alerts: timedelta
    resend: StreamId | None = None
    is_dry: bool = False


class Recovery:
    """One run over one back end. Closes nothing of what it was given."""

    def __init__(
        self,
        plan: Plan,
        store: Backend,
        clock: Clock,
        *,
        tell: Callable[[str], None],
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Do nothing yet.

        Args:
            tell: Takes a line for a person.
            progress: Told from time to time how many records were read so far.
        """
        self._plan = plan
        self._store = store
        self._clock = clock
        self._tell = tell
        self._held = HeldLeases(store.leases, store.owner, clock)
        self._log = WatchedLog(store.log, self._held, progress)
        self._is_work = False

    def run(self) -> bool:
        """Rebuild what is missing; whether there was, or in a dry run is, anything to do.

        Raises:
            StoreInUseError: Somebody else holds a lease: polls, sends or recovers.
            StoreUnavailableError: A store is away; run it again.
            StoreError: Another process saved meanwhile.
        """
        self._held.refuse_others()
        with self._held.all_of(self._lease_names()):
            is_another = self._history()
            self._feeds()
            self._cursors(end_of(self._store.history), is_another_history=is_another)
            self._heads()
        return self._is_work

    def _lease_names(self) -> list[str]:
        if self._plan.is_dry:
            return []
        return [LEASE_NAME, *(spec.lease_name for spec in line_specs(self._plan.subscriptions).values())]

    def _history(self) -> bool:
        """The alert history from the log; whether another one is in its place."""
        now = self._clock()
        since = now - self._plan.keep_alerts + _BOUNDARY
        history = self._store.history
        committed = self._committed(Topic.ALERTS, "publish")
        plan = plan_history(self._log, history, committed, since=since)
        if not plan.missing:
            self._tell(f"alert history: fine: {counted(plan.published, 'revision')} on the log were published")
            return False
        lacking = f"{plan.missing} of {counted(plan.published, 'published revision')} are missing"
        self._is_work = True
        if self._plan.is_dry:
            self._tell(f"alert history: {lacking}: it would be rebuilt from the log under a new epoch")
            return True
        # First behind all there is: interrupted after the history, nothing must be sent a second time.
        self._place_cursors(StreamId.at(now), is_another_history=True)
        self._tell(f"alert history: {lacking}; rebuilding it, nothing is sent")
        restored = restore_history(self._log, history, committed, plan, since=since)
        self._tell(
            f"alert history: rebuilt: {counted(restored, 'revision')}, from {plan.published} on the log and "
            f"{len(plan.only_there)} that only the history had; clients see new_epoch {history.epoch()}"
        )
        return True

    def _feeds(self) -> None:
        def save(change: FeedChange) -> None:
            if not self._plan.is_dry:
                self._store.feed_states.save(change, self._held.lease(LEASE_NAME))

        wanted = [feed.id for feed in self._plan.feeds if feed.enabled]
        done = rebuild_feeds(self._log, self._store.feed_states, wanted, save, now=self._clock())
        would = "to be " if self._plan.is_dry else ""
        parts = [
            f"{len(done.fine)} fine",
            f"{len(done.rebuilt)} {would}rebuilt",
            f"{len(done.completed)} behind the log {would}completed",
        ]
        self._tell(f"feeds: {', '.join(parts)}; {counted(done.entries, 'remembered entry', 'remembered entries')}")
        self._is_work = self._is_work or bool(done.rebuilt or done.completed)
        if done.unknown:
            self._tell(
                f"  {counted(len(done.unknown), 'feed')} without an article on the log; as after adding a feed, what "
                f"stands there older than an hour is past at the next poll: {_some(sorted(done.unknown))}"
            )

    def _cursors(self, end: StreamId, *, is_another_history: bool) -> None:
        moved = self._place_cursors(end, is_another_history=is_another_history)
        stay = len(line_specs(self._plan.subscriptions)) - len(moved)
        self._is_work = self._is_work or bool(moved)
        would = "would go" if self._plan.is_dry else "go"
        if moved and self._plan.resend is None:
            self._tell(
                f"subscriptions: {_some(moved)} {would} on at the end of the history: what was published before is "
                "not sent again (--resend-since would)"
            )
        elif moved:
            self._tell(
                f"subscriptions: {_some(moved)} {would} on at {self._plan.resend}: what came after is sent again"
            )
        if stay or not moved:
            self._tell(f"subscriptions: {stay} fine: they go on where they were")

    def _place_cursors(self, end: StreamId, *, is_another_history: bool) -> list[str]:
        """Put subscriptions behind what was published; which were moved, or in a dry run would be."""
        moved: list[str] = []
        for name, spec in line_specs(self._plan.subscriptions).items():
            cursor = new_cursor(
                self._store.deliveries.cursor(name),
                end=end,
                is_another_history=is_another_history,
                resend=self._plan.resend,
            )
            if cursor is None:
                continue
            moved.append(name)
            if not self._plan.is_dry:
                self._store.deliveries.save_cursor(name, cursor, self._held.lease(spec.lease_name))
        return moved

    def _heads(self) -> None:
        """The state of the alert stage."""
        store, group = self._store, f"{self._plan.prefix}-alert"
        heads = store.partition_states.heads()
        missing = missing_heads(store.log, store.partition_states, group)
        behind = _behind(heads, self._committed(Topic.MATCHES, "alert"))
        would = "to be " if self._plan.is_dry else ""
        fine = counted(len(heads) - len(behind), "partition")
        self._tell(
            f"alert stage: {fine} fine, {len(behind)} behind the log (the stage catches up by itself), "
            f"{len(missing)} {would}rebuilt"
        )
        if not missing:
            return
        self._is_work = True
        basis = Basis(self._plan.gates, self._plan.keep_articles, self._clock())
        told = told_by_partition(read_told(self._log).values(), self._plan.gates)
        rebuilt = [
            self._rebuild(number, committed, told.get(number, {}), basis)
            for number, committed in sorted(missing.items())
        ]
        for line in _differences(rebuilt, self._plan.keep_articles):
            self._tell(f"  {line}")

    def _rebuild(self, number: int, committed: int, told: Mapping[AlertId, Told], basis: Basis) -> Rebuilt:
        rebuilt = rebuild_partition(self._log, number, committed, told, basis)
        if not self._plan.is_dry and self._store.partition_states.save([rebuilt.change]):
            raise StoreError(
                f"cannot rebuild matches[{number}]: another process saved its state meanwhile; stop it and run "
                "tocsin recover again"
            )
        self._tell(
            f"  matches[{number}] up to {committed}: {counted(rebuilt.open_alerts, 'open alert')}, "
            f"{counted(rebuilt.seen, 'article')} remembered, from {counted(rebuilt.matches, 'match', 'matches')}"
        )
        return rebuilt

    def _committed(self, topic: Topic, group: str) -> dict[int, int]:
        with closing(self._store.log.consumer(topic, f"{self._plan.prefix}-{group}")) as consumer:
            committed = {number: consumer.committed(number) for number in range(self._store.log.partitions(topic))}
        return {number: offset for number, offset in committed.items() if offset is not None}


def _behind(heads: Mapping[int, Head], committed: Mapping[int, int]) -> list[int]:
    return [number for number, head in heads.items() if head.offset < committed.get(number, 0)]


def _differences(rebuilt: list[Rebuilt], keep_articles: timedelta) -> Iterator[str]:
    """What may be other than it was, in words; nothing where all is as it was."""
    mended = [one.mended for one in rebuilt]
    if lifted := sum(one.lifted for one in mended):
        yield f"{counted(lifted, 'alert')} decided otherwise than then: revisions go on after the last on the log"
    if closed := sum(one.closed for one in mended):
        yield f"{counted(closed, 'alert')} stay closed, as the log says"
    if renamed := sum(one.renamed for one in mended):
        yield f"{counted(renamed, 'alert')} began before the matches that are left, and go on with later articles only"
    if untold := sum(one.untold for one in mended):
        yield f"{counted(untold, 'open alert')} stand on the log under no id: a later revision is the first sent"
    left = [one for each in rebuilt for one in each.left_open]
    if left:
        named = [f"{one.alert_id} of {one.rule}, last changed {one.mark.time:%Y-%m-%d %H:%M}" for one in left]
        yield (
            f"{counted(len(left), 'alert')} open on the log could not be rebuilt (their matches are gone, or "
            f"their rule is) and get no further revision: {_some(named)}"
        )
    reaches = [one.reaches_back_to for one in rebuilt if one.reaches_back_to is not None]
    if reaches:
        yield (
            f"matches reach back to {max(reaches):%Y-%m-%d %H:%M} UTC: of older articles it is not known any more that "
            f"they were decided on (usually for {render_duration(keep_articles)}); an edit of one may open an alert"
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return "; ".join(one_line(name, 120) for name in names[:_SHOWN]) + more
