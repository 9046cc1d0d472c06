"""When each of many keys is next due. Knows no clock."""

from __future__ import annotations

import heapq
from datetime import datetime

_SLACK = 1_000  # outdated places in the heap that are not worth a rebuild


class Timetable:
    """A heap of due times with one time per key; those at the same time come in the order of their keys."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def set(self, key: str, due: datetime | None) -> None:
        """Set, move or (None) forget a key's time."""
        if self._due.get(key) == due:
            return
        if due is None:
            del self._due[key]
            return
        self._due[key] = due
        heapq.heappush(self._heap, (due, key))
        if len(self._heap) > 2 * len(self._due) + _SLACK:
            self._heap = [(moment, name) for name, moment in self._due.items()]
            heapq.heapify(self._heap)

    def next_due(self) -> datetime | None:
        """The earliest time; None when nothing is set."""
        while self._heap:
            due, key = self._heap[0]
            if self._due.get(key) == due:
                return due
            heapq.heappop(self._heap)
        return None

    def pop(self, until: datetime) -> tuple[datetime, str] | None:
        """Take out the earliest key that is due at `until`, with its time."""
        due = self.next_due()
        if due is None or due > until:
            return None
        _, key = heapq.heappop(self._heap)
        del self._due[key]
        return due, key
