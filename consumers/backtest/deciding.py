"""Matches to alert revisions by the code of the alert stage, all state in memory. Knows no file and no store.

Why one partition for each rule group and not the stage's 32: what is held back is counted by partition, and people ask
for it by rule. Groups know nothing of one another, so decisions are the same. Timers fire in the order of their due
times over all groups, so that revisions come out in the order of stream time.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from consumers.alerting.gates import Gates
from consumers.alerting.partition import Partition
from monitor.core.alert import Alert, HeldBackReason, Latency
from monitor.core.match import Match
from monitor.core.ports import Head, PartitionState


@dataclass(frozen=True)
class Decided:
    """What one match, or one timer, brought in one group."""

    group: str
    revisions: tuple[Alert, ...]
    held_back: Counter[HeldBackReason]


class Decider:
    """Decides on the matches of one rule set."""

    def __init__(self, gates: Gates, seen_retention: timedelta) -> None:
        self._gates = gates
        self._seen_retention = seen_retention
        self._groups: dict[str, Partition] = {}
        self._due: list[tuple[datetime, str]] = []  # a heap; may hold times that are past

    def apply(self, matches: Sequence[Match]) -> list[Decided]:
        """Decide on the matches of one article, after the timers due before it; no earlier than the last one."""
        if not matches:
            return []
        decided = self.fire(matches[0].article.first_seen_at)
        for match in matches:
            partition = self._group(match.group)
            partition.apply(match, partition.offset, match.matched_at)
            decided.append(self._taken(match.group))
        return decided

    def fire(self, until: datetime) -> list[Decided]:
        """Fire the timers due at `until`."""
        decided: list[Decided] = []
        while self._due and self._due[0][0] <= until:
            due, group = heapq.heappop(self._due)
            if self._groups[group].next_due() == due:
                self._groups[group].fire(due)
                decided.append(self._taken(group))
        return decided

    def _group(self, group: str) -> Partition:
        if group not in self._groups:
            nothing = PartitionState(Head(offset=0, version=0, clock=None), {})
            self._groups[group] = Partition(len(self._groups), nothing, self._gates, self._seen_retention)
        return self._groups[group]

    def _taken(self, group: str) -> Decided:
        partition = self._groups[group]
        outcome = partition.saved()
        partition.appended()
        due = partition.next_due()
        if due is not None:
            heapq.heappush(self._due, (due, group))
        return Decided(group, tuple(map(_without_latency, outcome.revisions)), outcome.held_back)


def _without_latency(alert: Alert) -> Alert:
    return replace(alert, data=replace(alert.data, latency=Latency()))
