"""Decides on matches again, as the alert stage once did; what comes of it is noted and sent nowhere.

Decisions follow stream time, so the same matches and gates give the same stories, and alerts with the same ids and
revisions (DESIGN 2).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from consumers.alerting.gates import Gates
from consumers.alerting.memory import OUTBOX_PREFIX
from consumers.alerting.partition import Partition
from consumers.alerting.reader import to_match
from consumers.alerting.told import Mark
from monitor.core.errors import BadRecordError
from monitor.core.ids import AlertId
from monitor.core.ports import Head, PartitionState
from monitor.core.record import Record

_TAKE_EVERY = 500  # records; as often as the stage saves

Decided = dict[AlertId, dict[int, Mark]]  # by revision


class Replay:
    """One partition of `matches`, decided on again from a state on.

    Attributes:
        decided: What it made of each alert, as of the last `state`.
        matches: How many were decided on.
    """

    def __init__(self, number: int, state: PartitionState, gates: Gates, seen_retention: timedelta) -> None:
        """Take over a state; raises as `Partition`."""
        self._partition = Partition(number, state, gates, seen_retention)
        self._entries = dict(state.entries)
        self._clock = state.head.clock
        self._untaken = 0
        self.decided: Decided = {}
        self.matches = 0

    def apply(self, record: Record) -> None:
        """Decide on one record; one that was put aside then is left out.

        Raises:
            NewerSchemaError: A newer Tocsin wrote it.
        """
        try:
            match = to_match(record, now=record.appended_at)
        except BadRecordError:
            self._partition.skip(record.position.offset)
            return
        self._partition.apply(match, record.position.offset, match.matched_at)
        self.matches += 1
        self._untaken += 1
        if self._untaken >= _TAKE_EVERY:
            self._take()

    def fire(self, until: datetime) -> None:
        """Fire the timers due at `until`."""
        self._partition.fire(until)

    def state(self, offset: int) -> PartitionState:
        """All that is remembered by now, with a head that was never saved, at `offset`."""
        self._take()
        return PartitionState(Head(offset=offset, version=0, clock=self._clock), dict(self._entries))

    def _take(self) -> None:
        """Take over what changed, as a save would, and drop the alerts: the log has them."""
        self._untaken = 0
        change = self._partition.change()
        self._clock = change.head.clock
        for key in change.delete:
            self._entries.pop(key, None)
        kept = {key: value for key, value in change.put.items() if not key.startswith(OUTBOX_PREFIX)}
        self._entries.update(kept)
        for alert in self._partition.saved().revisions:
            self.decided.setdefault(alert.data.alert_id, {})[alert.data.revision] = Mark.of(alert)
        self._partition.appended()
