"""Records as rows: where a record stands in the table, and how a run of them is fetched. Knows no groups."""

from __future__ import annotations

import sqlite3

from monitor.core.errors import StoreError
from monitor.core.record import Position, Record, Topic
from monitor.storage.sqlite.columns import from_column

# Written into files: never renumber.
_TOPIC_NUMBERS = {Topic.ARTICLES: 0, Topic.MATCHES: 1, Topic.ALERTS: 2, Topic.DEADLETTERS: 3}
_PARTITION_BITS = 12  # 4,096 partitions; settings allow 1,024
_OFFSET_BITS = 40  # a million million records per partition


def record_id(topic: Topic, partition: int, offset: int) -> int:
    """The row id of a record: topic, partition and offset as one number, in that order."""
    return (((_TOPIC_NUMBERS[topic] << _PARTITION_BITS) + partition) << _OFFSET_BITS) + offset


def partition_span(topic: Topic, partition: int) -> tuple[int, int]:
    """The row ids of a partition: the first there can be, and the first of the next partition."""
    return record_id(topic, partition, 0), record_id(topic, partition + 1, 0)


def bounds_of(db: sqlite3.Connection, topic: Topic, partition: int) -> tuple[int, int]:
    """The first offset that is still there, and the offset of the next record to come.

    Raises:
        StoreError: The topic has no such partition.
    """
    row = db.execute(
        "SELECT first_offset, next_offset FROM log_partitions WHERE topic = ? AND partition = ?", (topic, partition)
    ).fetchone()
    if row is None:
        raise StoreError(f"cannot read {topic}[{partition}]: there is no such partition")
    return int(row[0]), int(row[1])


def fetch_records(db: sqlite3.Connection, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
    """Up to `limit` records from `offset` on, which lies within the partition's bounds."""
    start = record_id(topic, partition, offset)
    rows = db.execute(
        "SELECT id, appended_at, key, value FROM log_records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (start, partition_span(topic, partition)[1], max(0, limit)),
    )
    return [
        Record(Position(topic, partition, offset + row_id - start), key, value, from_column(appended_at))
        for row_id, appended_at, key, value in rows
    ]
