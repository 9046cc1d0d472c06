"""Going through what stands on a log, outside any group. Knows no values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from monitor.core.record import Record, Topic

_BATCH = 500


class ReadableLog(Protocol):
    """What of a log is needed to go through it."""

    def partitions(self, topic: Topic) -> int:
        """See `Log`."""

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """See `Log`."""

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """See `Log`."""


def records_before(
    log: ReadableLog, topic: Topic, partition: int, end: int | None = None, *, start: int = 0, batch: int = _BATCH
) -> Iterator[Record]:
    """The records of a partition from `start`, or the first there is, to before `end`; None: those there are now.

    Args:
        batch: How many are read, and so kept in memory, at a time.

    Raises:
        StoreUnavailableError: The log cannot be read for now.
    """
    first, now_end = log.bounds(topic, partition)
    place = max(start, first)
    end = now_end if end is None else min(end, now_end)
    while place < end:
        records = log.read(topic, partition, place, min(batch, end - place))
        if not records:
            return  # retention took them meanwhile
        for record in records:
            if record.position.offset >= end:
                return  # retention moved the place past it
            yield record
        place = records[-1].position.offset + 1
