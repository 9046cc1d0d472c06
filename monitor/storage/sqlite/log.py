"""The log on SQLite: appending, reading, trimming. Knows what a group committed, not who is in it.

Offsets are dense per partition and never used again; trimming raises the first one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.core.clock import Clock
from monitor.core.errors import StoreError
from monitor.core.ids import partition_of
from monitor.core.record import FIXED_PARTITIONS, NewRecord, Position, Record, Topic
from monitor.storage.sqlite.columns import to_column
from monitor.storage.sqlite.consumer import SqliteLogConsumer
from monitor.storage.sqlite.database import Database, Reads
from monitor.storage.sqlite.groups import Group
from monitor.storage.sqlite.records import bounds_of, fetch_records, partition_span, record_id
from monitor.storage.wakeup import Signal

TRIM_BATCH = 500  # records per unit of work: appends get their turn in between


class SqliteLogReader:
    """What can be read of a log without being in a group; the process that owns the file may be another."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def partitions(self, topic: Topic) -> int:
        """See `Log`."""
        query = "SELECT count(*) FROM log_partitions WHERE topic = ?"
        return self._reads.read(lambda db: int(db.execute(query, (topic,)).fetchone()[0]))

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """See `Log`."""
        return self._reads.read(lambda db: bounds_of(db, topic, partition))

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """See `Log`; from below the first offset on means from the first."""

        def query(db: sqlite3.Connection) -> list[Record]:
            first, end = bounds_of(db, topic, partition)
            return fetch_records(db, topic, partition, min(max(offset, first), end), limit)

        return self._reads.read(query)


class SqliteLog(SqliteLogReader):
    """The log of the one process that owns the file; groups live in its memory, what they committed in the file."""

    def __init__(self, database: Database, *, article_partitions: int, clock: Clock) -> None:
        """Create the topics that are missing.

        Raises:
            StoreError: `articles` has more partitions than `article_partitions` by now, or there are too many.
        """
        super().__init__(database)
        self._database = database
        self._clock = clock
        self._signals = {topic: Signal() for topic in Topic}
        self._groups: dict[tuple[Topic, str], Group] = {}
        self._groups_lock = threading.Lock()
        self._counts = {Topic.ARTICLES: article_partitions, Topic.DEADLETTERS: 1, **FIXED_PARTITIONS}
        database.write(lambda db: _create_topics(db, self._counts))

    def partitions(self, topic: Topic) -> int:
        """See `Log`."""
        return self._counts[topic]

    def append(self, records: Sequence[NewRecord]) -> list[Position]:
        """See `Log`; all of them or none."""
        if not records:
            return []
        places = [(record.topic, partition_of(record.key, self._counts[record.topic])) for record in records]
        appended_at = to_column(self._clock())
        positions = self._database.write(lambda db: _append(db, records, places, appended_at))
        for topic in {topic for topic, _ in places}:
            self._signals[topic].notify()
        return positions

    def consumer(self, topic: Topic, group: str) -> SqliteLogConsumer:
        """See `Log`. From now on retention waits for this group."""
        self._database.write(
            lambda db: db.execute("INSERT OR IGNORE INTO log_groups (topic, name) VALUES (?, ?)", (topic, group))
        )
        with self._groups_lock:
            members = self._groups.setdefault((topic, group), Group(self._counts[topic]))
        return SqliteLogConsumer(self._database, topic, group, members, self._signals[topic])

    def trim(self, topic: Topic, before: datetime) -> int:
        """Delete records appended before that moment, in small units of work; how many.

        Never past what the slowest group has committed; a group that came and never committed holds everything.
        """
        deleted = 0
        for partition in range(self._counts[topic]):
            while batch := self._trim_batch(topic, partition, to_column(before)):
                deleted += batch
        return deleted

    def close(self) -> None:
        """See `Log`; the file is closed by whoever opened it."""

    def _trim_batch(self, topic: Topic, partition: int, before: int) -> int:
        # Look first: most partitions have nothing to delete, and a look costs no commit.
        if not self._reads.read(lambda db: _trimmable(db, topic, partition, before)):
            return 0
        return self._database.write(lambda db: _delete_oldest(db, topic, partition, before))


def _create_topics(db: sqlite3.Connection, counts: Mapping[Topic, int]) -> None:
    for topic, count in counts.items():
        there = int(db.execute("SELECT count(*) FROM log_partitions WHERE topic = ?", (topic,)).fetchone()[0])
        if there > count:
            raise StoreError(
                f"cannot open topic {topic}: it has {there} partitions, more than the {count} wished for; "
                "partitions may grow, never shrink"
            )
        db.executemany(
            "INSERT INTO log_partitions (topic, partition, first_offset, next_offset) VALUES (?, ?, 0, 0)",
            [(topic, partition) for partition in range(there, count)],
        )


def _append(
    db: sqlite3.Connection, records: Sequence[NewRecord], places: Sequence[tuple[Topic, int]], appended_at: int
) -> list[Position]:
    ends = {place: bounds_of(db, *place)[1] for place in set(places)}
    positions = []
    for topic, partition in places:
        positions.append(Position(topic, partition, ends[topic, partition]))
        ends[topic, partition] += 1
    db.executemany(
        "INSERT INTO log_records (id, appended_at, key, value) VALUES (?, ?, ?, ?)",
        [
            (record_id(at.topic, at.partition, at.offset), appended_at, record.key, record.value)
            for at, record in zip(positions, records, strict=True)
        ],
    )
    db.executemany(
        "UPDATE log_partitions SET next_offset = ? WHERE topic = ? AND partition = ?",
        [(end, topic, partition) for (topic, partition), end in ends.items()],
    )
    return positions


def _trimmable(db: sqlite3.Connection, topic: Topic, partition: int, before: int) -> int:
    """How many of the oldest records, up to one batch, may go."""
    first, _ = bounds_of(db, topic, partition)
    low, high = partition_span(topic, partition)
    slowest = db.execute(
        "SELECT min(coalesce(c.offset, 0)) FROM log_groups AS g LEFT JOIN log_commits AS c "
        "ON c.topic = g.topic AND c.name = g.name AND c.partition = ? WHERE g.topic = ?",
        (partition, topic),
    ).fetchone()[0]
    end = high if slowest is None else min(high, low + slowest)
    count = 0
    oldest = db.execute(
        "SELECT appended_at FROM log_records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (low + first, end, TRIM_BATCH),
    )
    for (appended_at,) in oldest.fetchall():
        if appended_at >= before:
            break
        count += 1
    return count


def _delete_oldest(db: sqlite3.Connection, topic: Topic, partition: int, before: int) -> int:
    count = _trimmable(db, topic, partition, before)
    first, _ = bounds_of(db, topic, partition)
    start = record_id(topic, partition, first)
    db.execute("DELETE FROM log_records WHERE id >= ? AND id < ?", (start, start + count))
    db.execute(
        "UPDATE log_partitions SET first_offset = ? WHERE topic = ? AND partition = ?",
        (first + count, topic, partition),
    )
    return count
