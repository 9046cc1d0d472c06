"""Ports around the real embedded ones that fail at a chosen call, before or after the effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from monitor.core.ports import Head, Log, LogConsumer, PartitionChange, PartitionState, PartitionStates
from monitor.core.record import NewRecord, Polled, Position, Record, Topic

_Result = TypeVar("_Result")


class CrashError(Exception):
    """The process dies here."""


class Fuse:
    """Counts calls with an effect, and fails once, at call `at`: before its effect or after it."""

    def __init__(
        self, at: int | None = None, *, after_effect: bool = False, error: Callable[[], Exception] = CrashError
    ) -> None:
        self.calls = 0
        self._at = at
        self._after_effect = after_effect
        self._error = error

    def around(self, effect: Callable[[], _Result]) -> _Result:
        """Run the effect as one call."""
        self.calls += 1
        burns = self.calls == self._at
        if burns and not self._after_effect:
            raise self._error()
        result = effect()
        if burns:
            raise self._error()
        return result


class FaultyLog:
    """A log whose appends and consumers fail where the fuse says; `close` leaves the real one open."""

    def __init__(self, log: Log, fuse: Fuse) -> None:
        self._log = log
        self._fuse = fuse
        self.appended: list[NewRecord] = []

    def partitions(self, topic: Topic) -> int:
        """See `Log`."""
        return self._log.partitions(topic)

    def append(self, records: Sequence[NewRecord]) -> list[Position]:
        """See `Log`."""
        positions = self._fuse.around(lambda: self._log.append(records))
        self.appended += records
        return positions

    def consumer(self, topic: Topic, group: str) -> LogConsumer:
        """See `Log`."""
        return FaultyConsumer(self._log.consumer(topic, group), self._fuse)

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """See `Log`."""
        return self._log.bounds(topic, partition)

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """See `Log`."""
        return self._log.read(topic, partition, offset, limit)

    def close(self) -> None:
        """See `Log`."""


class FaultyConsumer:
    """A consumer that never waits, brings few records at a time, and fails where the fuse says."""

    def __init__(self, consumer: LogConsumer, fuse: Fuse, *, batch: int = 2) -> None:
        self._consumer = consumer
        self._fuse = fuse
        self._batch = batch
        self.paused: list[frozenset[int]] = []

    def poll(self, *, max_records: int, timeout_seconds: float) -> Polled:
        """See `LogConsumer`."""
        return self._fuse.around(lambda: self._consumer.poll(max_records=self._batch, timeout_seconds=0))

    def assigned(self) -> frozenset[int]:
        """See `LogConsumer`."""
        return self._consumer.assigned()

    def pause(self, partitions: frozenset[int]) -> None:
        """See `LogConsumer`."""
        self.paused.append(partitions)
        self._consumer.pause(partitions)

    def resume(self, partitions: frozenset[int]) -> None:
        """See `LogConsumer`."""
        self._consumer.resume(partitions)

    def seek(self, partition: int, offset: int) -> None:
        """See `LogConsumer`."""
        self._consumer.seek(partition, offset)

    def commit(self, offsets: Mapping[int, int]) -> None:
        """See `LogConsumer`."""
        self._fuse.around(lambda: self._consumer.commit(offsets))

    def committed(self, partition: int) -> int | None:
        """See `LogConsumer`."""
        return self._consumer.committed(partition)

    def lag(self) -> Mapping[int, int]:
        """See `LogConsumer`."""
        return self._consumer.lag()

    def close(self) -> None:
        """See `LogConsumer`."""
        self._consumer.close()


class FaultyStates:
    """Partition states whose saves fail where the fuse says."""

    def __init__(self, states: PartitionStates, fuse: Fuse) -> None:
        self._states = states
        self._fuse = fuse

    def heads(self) -> Mapping[int, Head]:
        """See `PartitionStates`."""
        return self._states.heads()

    def load(self, partition: int) -> PartitionState | None:
        """See `PartitionStates`."""
        return self._states.load(partition)

    def save(self, changes: Sequence[PartitionChange]) -> frozenset[int]:
        """See `PartitionStates`."""
        return self._fuse.around(lambda: self._states.save(changes))

    def entries(self, prefix: str) -> Iterator[tuple[int, str, bytes]]:
        """See `PartitionStates`."""
        return self._states.entries(prefix)
