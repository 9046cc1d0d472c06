"""One member of a consumer group on Kafka. Used from one thread, that of its first call, which makes the connection.

Why the library's own assignment is not shown to callers: it changes within a poll, and a caller must know of a
partition before its first record and after its last. So new partitions stay paused until a poll has told of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError

from monitor.core.errors import CommitRefusedError, StoreError, StoreUnavailableError
from monitor.core.record import Polled, Record, Topic
from monitor.storage.kafka.assignment import Assignment
from monitor.storage.kafka.connection import REQUEST_SECONDS, KafkaConnection, make_member
from monitor.storage.kafka.records import to_records
from monitor.storage.kafka.refusal import raise_refusal
from monitor.storage.kafka.translate import COMMIT_REFUSED, translating
from monitor.storage.kafka.workarounds import revive

_log = logging.getLogger(__name__)

SLICE_SECONDS = 0.1  # the library's poll does not end when partitions come or go, so ours looks this often
CLOSE_SECONDS = 3.0
_TIMEOUT_MS = round(REQUEST_SECONDS * 1000)


class KafkaLogConsumer:
    """See `LogConsumer`. Whoever asked the log for it closes it."""

    def __init__(self, connection: KafkaConnection, topic: Topic, group: str) -> None:
        self._connection = connection
        self._topic = topic
        self._group = group
        self._name = connection.topic(topic)
        self._consumer: KafkaConsumer | None = None
        self._thread: int | None = None
        self._assignment = Assignment(self._hold)
        self._paused: frozenset[int] = frozenset()
        self._crowding: frozenset[int] = frozenset()  # partitions that filled the last poll all by themselves
        self._closed = False

    def poll(self, *, max_records: int, timeout_seconds: float) -> Polled:
        """See `LogConsumer`. May be late by one request to the cluster.

        Raises:
            StoreError: The cluster no longer lets us in.
        """
        deadline = time.monotonic() + timeout_seconds
        consumer = self._client()
        while True:
            left = max(0.0, deadline - time.monotonic())
            with translating(f"poll {self._name}"):
                raise_refusal(consumer)
                records = self._fetch(consumer, max_records, min(left, SLICE_SECONDS))
            assigned, revoked = self._take_changes(consumer)
            if records or assigned or revoked or left <= 0:
                return Polled(records=tuple(records), assigned=assigned, revoked=revoked)

    def assigned(self) -> frozenset[int]:
        """See `LogConsumer`; as of the last poll."""
        return self._assignment.told()

    def pause(self, partitions: frozenset[int]) -> None:
        """See `LogConsumer`; partitions of others are left alone."""
        ours = partitions & self.assigned()
        self._client().pause(*self._places(ours))
        self._paused |= ours

    def resume(self, partitions: frozenset[int]) -> None:
        """See `LogConsumer`."""
        ours = partitions & self.assigned()
        self._client().resume(*self._places(ours))
        self._paused -= partitions

    def seek(self, partition: int, offset: int) -> None:
        """See `LogConsumer`.

        Raises:
            StoreError: The partition is not this consumer's.
        """
        if partition not in self.assigned():
            raise StoreError(f"cannot seek {self._name}[{partition}]: it is not assigned to this consumer")
        place = TopicPartition(self._name, partition)
        consumer = self._client()
        with translating(f"seek {self._name}[{partition}]"):
            # Past the end the library would go back to the beginning, so the ends are asked for.
            first = consumer.beginning_offsets([place], timeout_ms=_TIMEOUT_MS)[place]
            end = consumer.end_offsets([place], timeout_ms=_TIMEOUT_MS)[place]
            consumer.seek(place, min(max(offset, first), end))

    def commit(self, offsets: Mapping[int, int]) -> None:
        """See `LogConsumer`. Also refused while the group has not yet agreed who has what: poll, then commit again."""
        # The cluster checks the member, not the partition. Partitions change only in our own poll, so this holds.
        if foreign := sorted(offsets.keys() - self.assigned()):
            raise CommitRefusedError(self._topic, foreign)
        if not offsets:
            return
        wanted = {TopicPartition(self._name, p): OffsetAndMetadata(offset) for p, offset in offsets.items()}
        with translating(f"commit {self._name}"):
            try:
                self._client().commit(wanted, timeout_ms=_TIMEOUT_MS)
            except COMMIT_REFUSED as error:
                raise CommitRefusedError(self._topic, sorted(offsets)) from error

    def committed(self, partition: int) -> int | None:
        """See `LogConsumer`."""
        consumer = self._client()
        with translating(f"ask what was committed for {self._name}[{partition}]"):
            offset = consumer.committed(TopicPartition(self._name, partition), timeout_ms=_TIMEOUT_MS)
        return None if offset is None else int(offset)

    def lag(self) -> Mapping[int, int]:
        """See `LogConsumer`; one request to the cluster."""
        places = self._places(self.assigned())
        if not places:
            return {}
        consumer = self._client()
        with translating(f"ask for the lag of {self._name}"):
            ends = consumer.end_offsets(places, timeout_ms=_TIMEOUT_MS)
            positions = {place: consumer.position(place, timeout_ms=_TIMEOUT_MS) for place in places}
        unknown = sorted(place.partition for place, position in positions.items() if position is None)
        if unknown:
            raise StoreUnavailableError(f"cannot ask for the lag of {self._name}: where to read {unknown} is not known")
        return {place.partition: max(0, ends[place] - positions[place]) for place in places}

    def close(self) -> None:
        """See `LogConsumer`; safe to call twice. Blocks for `CLOSE_SECONDS` when the cluster is away."""
        consumer, self._consumer = self._consumer, None
        self._closed = True
        if consumer is not None:
            try:
                consumer.close(autocommit=False, timeout_ms=CLOSE_SECONDS * 1000)
            except KafkaError as error:
                # The group finds out when the session ends; nothing is lost by it.
                _log.warning("left the group without a word", extra={"group": self._group, "error": str(error)})
        self._assignment.clear()

    def _client(self) -> KafkaConsumer:
        if self._closed:
            raise StoreError(f"cannot use the consumer of {self._name}: it is closed")
        if self._consumer is None:
            self._consumer = make_member(self._connection, self._topic, self._group, self._assignment)
            self._thread = threading.get_ident()
        if threading.get_ident() != self._thread:
            # The library does not look; two threads would take one another's records and answers.
            raise StoreError(f"cannot use the consumer of {self._name}: it is another thread's")
        return self._consumer

    def _hold(self, places: Iterable[TopicPartition]) -> None:
        """Called on the library's thread, while ours waits in a poll."""
        if self._consumer is not None:
            self._consumer.pause(*places)

    def _take_changes(self, consumer: KafkaConsumer) -> tuple[frozenset[int], frozenset[int]]:
        assigned, revoked = self._assignment.take()
        self._paused -= assigned | revoked
        consumer.resume(*self._places(assigned))  # the next poll may bring their records: the caller knows by then
        return assigned, revoked

    def _fetch(self, consumer: KafkaConsumer, max_records: int, timeout_seconds: float) -> list[Record]:
        """Records of one poll of the library, which serves one partition for as long as it has something.

        So when some filled a poll, the others go first in the next.
        """
        if crowding := self._crowding & self.assigned() - self._paused:
            self._crowding = frozenset()
            if others := self._fetch_without(consumer, crowding, max_records):
                return others
        revive(consumer)
        fetched = consumer.poll(timeout_ms=timeout_seconds * 1000, max_records=max_records)
        records = to_records(self._topic, fetched.values())
        if len(records) >= max_records:
            self._crowding = frozenset(place.partition for place in fetched)
        return records

    def _fetch_without(self, consumer: KafkaConsumer, partitions: frozenset[int], max_records: int) -> list[Record]:
        revive(consumer)
        consumer.pause(*self._places(partitions))
        try:
            return to_records(self._topic, consumer.poll(timeout_ms=0, max_records=max_records).values())
        finally:
            # The poll may have taken some of them away.
            consumer.resume(*(consumer.assignment() & set(self._places(partitions))))

    def _places(self, partitions: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(self._name, partition) for partition in sorted(partitions)]
