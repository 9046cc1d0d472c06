"""One member of a consumer group on the SQLite log. Knows no other member; who owns what is the group's to say."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping

from monitor.core.errors import CommitRefusedError, StoreError
from monitor.core.record import Polled, Record, Topic
from monitor.storage.sqlite.database import Database
from monitor.storage.sqlite.fairness import fair_shares
from monitor.storage.sqlite.groups import Group, Settlement
from monitor.storage.sqlite.records import bounds_of, fetch_records
from monitor.storage.wakeup import Signal


class SqliteLogConsumer:
    """See `LogConsumer`. A poll brings either a change of assignment or records, never both."""

    def __init__(self, database: Database, topic: Topic, name: str, group: Group, signal: Signal) -> None:
        """Join `group`, whose name is `name`; `signal` tells of appends and of changes in the group."""
        self._database = database
        self._topic = topic
        self._name = name
        self._group = group
        self._signal = signal
        self._positions: dict[int, int] = {}
        self._paused: frozenset[int] = frozenset()
        self._untold = Settlement()  # settled with the group, not yet told to the caller
        self._last_served = -1
        self._closed = False
        self._member = group.join()
        signal.notify()

    def poll(self, *, max_records: int, timeout_seconds: float) -> Polled:
        """See `LogConsumer`."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            seen = self._signal.count()
            self._check_open()
            self._untold = self._untold or self._group.settle(self._member)
            if self._untold:
                return self._take_over(self._untold)
            records = self._next_records(max_records)
            left = deadline - time.monotonic()
            if records or left <= 0:
                return Polled(records=tuple(records))
            self._signal.wait(seen, left)

    def assigned(self) -> frozenset[int]:
        """See `LogConsumer`; as of the last poll."""
        return frozenset(self._positions)

    def pause(self, partitions: frozenset[int]) -> None:
        """See `LogConsumer`; partitions of others are left alone."""
        self._paused |= partitions & self.assigned()

    def resume(self, partitions: frozenset[int]) -> None:
        """See `LogConsumer`."""
        self._paused -= partitions

    def seek(self, partition: int, offset: int) -> None:
        """See `LogConsumer`.

        Raises:
            StoreError: The partition is not this consumer's.
        """
        if partition not in self._positions:
            raise StoreError(f"cannot seek {self._topic}[{partition}]: it is not assigned to this consumer")
        first, end = self._database.read(lambda db: bounds_of(db, self._topic, partition))
        self._positions[partition] = min(max(offset, first), end)

    def commit(self, offsets: Mapping[int, int]) -> None:
        """See `LogConsumer`."""
        # Partitions change hands only in this thread's own poll or close, so the check holds until the write is done.
        if foreign := sorted(offsets.keys() - self._group.owned(self._member)):
            raise CommitRefusedError(self._topic, foreign)
        if not offsets:
            return
        rows = [(self._topic, self._name, partition, offset) for partition, offset in offsets.items()]
        self._database.write(
            lambda db: db.executemany(
                "INSERT INTO log_commits (topic, name, partition, offset) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (topic, name, partition) DO UPDATE SET offset = excluded.offset",
                rows,
            )
        )

    def committed(self, partition: int) -> int | None:
        """See `LogConsumer`."""
        return self._database.read(lambda db: _committed(db, self._topic, self._name, partition))

    def lag(self) -> Mapping[int, int]:
        """See `LogConsumer`."""
        return self._database.read(self._waiting)

    def close(self) -> None:
        """See `LogConsumer`; safe to call twice."""
        self._closed = True
        self._positions.clear()
        self._group.leave(self._member)
        self._signal.notify()

    def _take_over(self, settlement: Settlement) -> Polled:
        if settlement.revoked:
            self._signal.notify()  # they are free now: their next owner may be waiting
        gone = settlement.revoked | settlement.assigned
        starts = self._database.read(lambda db: self._starts(db, settlement.assigned))  # may fail: then told next time
        self._untold = Settlement()
        self._positions = {p: offset for p, offset in self._positions.items() if p not in gone} | starts
        self._paused -= gone
        return Polled(assigned=settlement.assigned, revoked=settlement.revoked)

    def _starts(self, db: sqlite3.Connection, partitions: Iterable[int]) -> dict[int, int]:
        starts = {}
        for partition in partitions:
            first, end = bounds_of(db, self._topic, partition)
            committed = _committed(db, self._topic, self._name, partition)
            starts[partition] = first if committed is None else min(max(committed, first), end)
        return starts

    def _waiting(self, db: sqlite3.Connection) -> dict[int, int]:
        rows = db.execute("SELECT partition, next_offset FROM log_partitions WHERE topic = ?", (self._topic,))
        return {p: max(0, end - self._positions[p]) for p, end in rows if p in self._positions}

    def _next_records(self, max_records: int) -> list[Record]:
        records = self._database.read(lambda db: self._fetch(db, max_records))
        for record in records:
            self._positions[record.position.partition] = record.position.offset + 1
            self._last_served = record.position.partition
        return records

    def _fetch(self, db: sqlite3.Connection, max_records: int) -> list[Record]:
        waiting = {p: count for p, count in self._waiting(db).items() if p not in self._paused}
        shares = fair_shares(waiting, max_records, last=self._last_served)
        return [
            record
            for partition, share in shares.items()
            # Retention may have passed a position that was sought far back: go on at the first there is.
            for record in fetch_records(
                db,
                self._topic,
                partition,
                max(self._positions[partition], bounds_of(db, self._topic, partition)[0]),
                share,
            )
        ]

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"cannot poll {self._topic}: this consumer is closed")


def _committed(db: sqlite3.Connection, topic: Topic, group: str, partition: int) -> int | None:
    row = db.execute(
        "SELECT offset FROM log_commits WHERE topic = ? AND name = ? AND partition = ?", (topic, group, partition)
    ).fetchone()
    return None if row is None else int(row[0])
