"""The log on Kafka: appending by our own partitions, consumers, reading. Makes no topics; see `topics`."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.errors import StoreError
from monitor.core.ids import partition_of
from monitor.core.record import FIXED_PARTITIONS, NewRecord, Position, Record, Topic
from monitor.storage.kafka.connection import KafkaConnection, check_libraries, make_producer
from monitor.storage.kafka.consumer import KafkaLogConsumer
from monitor.storage.kafka.producer import Appender, RawRecord
from monitor.storage.kafka.reader import KafkaReader
from monitor.storage.kafka.records import key_bytes


class KafkaLog:
    """See `Log`. Whoever made it closes it, after its consumers.

    Clients are made when first needed, so a cluster that is away is found out by the first call, as retriable.
    """

    def __init__(self, connection: KafkaConnection) -> None:
        """Touch no network.

        Raises:
            StoreError: A package is missing that Kafka needs.
        """
        check_libraries()
        self._connection = connection
        self._appender = Appender(lambda: make_producer(connection))
        self._reader = KafkaReader(connection)

    def partitions(self, topic: Topic) -> int:
        """See `Log`.

        Raises:
            StoreError: The topic has another number of partitions than it must have.
        """
        count = self._appender.partitions(self._connection.topic(topic))
        wanted = FIXED_PARTITIONS.get(topic, count)
        if count != wanted:
            raise StoreError(
                f"cannot use topic {self._connection.topic(topic)}: it has {count} partitions instead of {wanted}"
            )
        return count

    def append(self, records: Sequence[NewRecord]) -> list[Position]:
        """See `Log`. Not all or nothing: after an error some may be there, and appending again repeats them."""
        if not records:
            return []
        counts = {topic: self.partitions(topic) for topic in {record.topic for record in records}}
        raw = [
            RawRecord(
                topic=self._connection.topic(record.topic),
                partition=partition_of(record.key, counts[record.topic]),
                key=key_bytes(record.key),
                value=record.value,
            )
            for record in records
        ]
        offsets = self._appender.append(raw)
        return [
            Position(record.topic, one.partition, offset)
            for record, one, offset in zip(records, raw, offsets, strict=True)
        ]

    def consumer(self, topic: Topic, group: str) -> KafkaLogConsumer:
        """See `Log`; it joins with its first poll."""
        return KafkaLogConsumer(self._connection, topic, group)

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """See `Log`."""
        return self._reader.bounds(topic, partition)

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """See `Log`; from below the first offset on means from the first."""
        return self._reader.read(topic, partition, offset, limit)

    def close(self) -> None:
        """See `Log`."""
        self._appender.close()
        self._reader.close()
