"""Reading records outside any group. Knows no groups and appends nothing."""

from __future__ import annotations

import threading
import time

from kafka import KafkaConsumer, TopicPartition

from monitor.core.errors import StoreUnavailableError
from monitor.core.record import Record, Topic
from monitor.storage.kafka.connection import REQUEST_SECONDS, KafkaConnection, make_reader
from monitor.storage.kafka.records import to_records
from monitor.storage.kafka.refusal import raise_refusal
from monitor.storage.kafka.translate import translating

READ_SECONDS = 10.0  # for one read, with everything
_TIMEOUT_MS = round(REQUEST_SECONDS * 1000)
_POLL_MS = 200


class KafkaReader:
    """One client behind a lock, made with the first call; safe for several threads. Whoever made it closes it."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._consumer: KafkaConsumer | None = None
        self._closed = False

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """See `Log`."""
        with self._lock, translating(f"find the ends of {self._connection.topic(topic)}[{partition}]"):
            return _bounds(self._client(), TopicPartition(self._connection.topic(topic), partition))

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """See `Log`; from below the first offset on means from the first. Blocks up to `READ_SECONDS` or so."""
        place = TopicPartition(self._connection.topic(topic), partition)
        with self._lock, translating(f"read {place.topic}[{partition}]"):
            consumer = self._client()
            first, end = _bounds(consumer, place)
            start = max(offset, first)
            if start >= end or limit <= 0:
                return []
            consumer.assign([place])
            consumer.seek(place, start)
            return _collect(consumer, topic, place, min(limit, end - start), end)

    def close(self) -> None:
        """Close; safe to call twice."""
        with self._lock:
            consumer, self._consumer = self._consumer, None
            self._closed = True
        if consumer is not None:
            with translating(f"close the reader of {self._connection}"):
                consumer.close()

    def _client(self) -> KafkaConsumer:
        if self._closed:
            raise StoreUnavailableError("cannot read: the log is closed")
        if self._consumer is None:
            self._consumer = make_reader(self._connection)
        raise_refusal(self._consumer)
        return self._consumer


def _bounds(consumer: KafkaConsumer, place: TopicPartition) -> tuple[int, int]:
    first = consumer.beginning_offsets([place], timeout_ms=_TIMEOUT_MS)[place]
    end = consumer.end_offsets([place], timeout_ms=_TIMEOUT_MS)[place]
    return int(first), int(end)


def _collect(consumer: KafkaConsumer, topic: Topic, place: TopicPartition, wanted: int, end: int) -> list[Record]:
    records: list[Record] = []
    deadline = time.monotonic() + READ_SECONDS
    # Retention may take records while we read, so the end is looked at too and not only the number.
    while len(records) < wanted and _place(consumer, place) < end:
        if time.monotonic() >= deadline:
            raise StoreUnavailableError(f"cannot read {place.topic}[{place.partition}]: no answer in {READ_SECONDS} s")
        fetched = consumer.poll(timeout_ms=_POLL_MS, max_records=wanted - len(records))
        records += to_records(topic, fetched.values())
    return records


def _place(consumer: KafkaConsumer, place: TopicPartition) -> int:
    position = consumer.position(place, timeout_ms=_TIMEOUT_MS)
    if position is None:
        raise StoreUnavailableError(f"cannot read {place.topic}[{place.partition}]: where to read on is not known")
    return int(position)
