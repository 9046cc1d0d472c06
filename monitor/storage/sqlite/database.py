"""The embedded file as a whole: its lock, its writer, its readers. Knows no ports.

Why one writing connection in one process, checkpoints included: SQLite before 3.51.3 can corrupt a file in WAL mode
when two connections write or checkpoint at the same instant, and most systems ship such a version.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from monitor.core.errors import StoreError
from monitor.storage.sqlite import schema
from monitor.storage.sqlite.lockfile import FileLock
from monitor.storage.sqlite.readers import BUSY_SECONDS, ReaderPool, connect_read_only
from monitor.storage.sqlite.translate import translating
from monitor.storage.sqlite.wal import WAL_LIMIT_BYTES, WalLimit
from monitor.storage.sqlite.writer import Writer

_Result = TypeVar("_Result")


class Reads(Protocol):
    """Something that runs queries: the owner's database, or a reader's."""

    def read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """What `query` returns, on a snapshot of one moment; it fetches all rows it needs."""


class Database(Reads, Protocol):
    """Reads, and writes durably."""

    def write(self, unit: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run one atomic unit of work and wait until it is durable; see `Writer.run`."""


class FileDatabase:
    """A database file that this process owns. Whoever opened it closes it."""

    def __init__(self, path: Path, prefix: str) -> None:
        """Take the file, creating it when it is not there; raises as `embedded.open_embedded`."""
        self._lock = FileLock(path)
        try:
            self.writer = Writer(_connect_writer(path, prefix), str(path), after_commit=WalLimit(path))
        except BaseException:
            self._lock.release()
            raise
        self._readers = ReaderPool(path)

    def write(self, unit: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """See `Database`."""
        return self.writer.run(unit)

    def read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """See `Reads`."""
        return self._readers.read(query)

    def close(self) -> None:
        """Finish writing, close every connection, let the next owner in; safe to call twice."""
        self._readers.close()
        self.writer.close()
        self._lock.release()


class MemoryDatabase:
    """A database that is gone when closed.

    The writer also reads: connections that share a memory database lock one another out table by table.
    """

    def __init__(self, prefix: str) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        schema.prepare(connection, "memory", prefix)
        self.writer = Writer(connection, "memory")

    def write(self, unit: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """See `Database`."""
        return self.writer.run(unit)

    def read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """See `Reads`."""
        return self.writer.run(query)

    def close(self) -> None:
        """Forget everything; safe to call twice."""
        self.writer.close()


class ReadOnlyDatabase:
    """A database file that another process may own at the same time. Whoever opened it closes it."""

    def __init__(self, path: Path) -> None:
        """Raises as `embedded.open_reader`."""
        if not path.is_file():
            raise StoreError(f"cannot open {path}: there is no such file")
        with translating(f"open {path}"):
            connection = connect_read_only(path)
            try:
                schema.check(connection, str(path))
            finally:
                connection.close()
        self._readers = ReaderPool(path)

    def read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """See `Reads`."""
        return self._readers.read(query)

    def close(self) -> None:
        """Close every connection; safe to call twice."""
        self._readers.close()


def _connect_writer(path: Path, prefix: str) -> sqlite3.Connection:
    with translating(f"open {path}"):
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            schema.is_ours(connection, str(path))  # before the first change to a file that may not be ours
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # durable across power loss, at about 3 ms a commit
            connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
            schema.prepare(connection, str(path), prefix)
        except BaseException:
            connection.close()
            raise
        return connection
