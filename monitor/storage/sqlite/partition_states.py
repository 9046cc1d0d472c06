"""The alert stage's state on SQLite: a head and entries per partition of `matches`, fenced by a version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from monitor.core.ports import Head, PartitionChange, PartitionState
from monitor.storage.sqlite.columns import from_column, to_column
from monitor.storage.sqlite.database import Database, Reads

PAGE = 500  # entries fetched at a time when looking through all of them


class SqlitePartitionStatesReader:
    """The loading half of `PartitionStates`; the process that owns the file may be another."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def heads(self) -> Mapping[int, Head]:
        """See `PartitionStates`."""
        query = "SELECT partition, next_offset, version, clock FROM partition_heads ORDER BY partition"
        rows = self._reads.read(lambda db: db.execute(query).fetchall())
        return {partition: _head(*columns) for partition, *columns in rows}

    def load(self, partition: int) -> PartitionState | None:
        """See `PartitionStates`."""

        def query(db: sqlite3.Connection) -> PartitionState | None:
            row = db.execute(
                "SELECT next_offset, version, clock FROM partition_heads WHERE partition = ?", (partition,)
            ).fetchone()
            if row is None:
                return None
            entries = db.execute("SELECT key, value FROM partition_entries WHERE partition = ?", (partition,))
            return PartitionState(_head(*row), dict(entries))

        return self._reads.read(query)

    def entries(self, prefix: str) -> Iterator[tuple[int, str, bytes]]:
        """See `PartitionStates`; read in pages, each of its own moment, by partition and key."""
        heads = "SELECT partition FROM partition_heads ORDER BY partition"
        for (partition,) in self._reads.read(lambda db: db.execute(heads).fetchall()):
            for key, value in self._entries_of(partition, prefix):
                yield partition, key, value

    def _entries_of(self, partition: int, prefix: str) -> Iterator[tuple[str, bytes]]:
        after, page = "", self._page(partition, ">=", prefix)
        while page:
            for key, value in page:
                if not key.startswith(prefix):
                    return
                yield key, value
                after = key
            page = self._page(partition, ">", after)

    def _page(self, partition: int, comparison: str, key: str) -> list[tuple[str, bytes]]:
        query = (
            f"SELECT key, value FROM partition_entries WHERE partition = ? AND key {comparison} ? "  # noqa: S608 - ours
            "ORDER BY key LIMIT ?"
        )
        return self._reads.read(lambda db: db.execute(query, (partition, key, PAGE)).fetchall())


class SqlitePartitionStates(SqlitePartitionStatesReader):
    """See `PartitionStates`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def save(self, changes: Sequence[PartitionChange]) -> frozenset[int]:
        """See `PartitionStates`."""
        if not changes:
            return frozenset()
        return self._database.write(
            lambda db: frozenset(change.partition for change in changes if not _save(db, change))
        )


def _head(offset: int, version: int, clock: int | None) -> Head:
    return Head(offset, version, None if clock is None else from_column(clock))


def _save(db: sqlite3.Connection, change: PartitionChange) -> bool:
    """Write one partition's change; False, and nothing written, when its version moved."""
    partition, head = change.partition, change.head
    row = db.execute("SELECT version FROM partition_heads WHERE partition = ?", (partition,)).fetchone()
    if (row[0] if row else 0) != head.version - 1:
        return False
    clock = None if head.clock is None else to_column(head.clock)
    db.execute(
        "INSERT OR REPLACE INTO partition_heads (partition, next_offset, version, clock) VALUES (?, ?, ?, ?)",
        (partition, head.offset, head.version, clock),
    )
    db.executemany(
        "DELETE FROM partition_entries WHERE partition = ? AND key = ?", [(partition, key) for key in change.delete]
    )
    db.executemany(
        "INSERT OR REPLACE INTO partition_entries (partition, key, value) VALUES (?, ?, ?)",
        [(partition, key, value) for key, value in change.put.items()],
    )
    return True
