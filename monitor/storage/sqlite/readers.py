"""Connections that only read, one per query at a time. Knows no tables and no ports.

Why a pool and not one per thread: threads come and go (web, `asyncio.to_thread`), and a pool can close them all.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from monitor.core.errors import StoreError
from monitor.storage.sqlite.translate import translating

_Result = TypeVar("_Result")

MAX_IDLE = 8  # connections kept open for the next queries
BUSY_SECONDS = 5.0


class ReaderPool:
    """Runs queries, each on a snapshot of one moment. Read-only connections never checkpoint."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._returned = threading.Condition()
        self._idle: list[sqlite3.Connection] = []
        self._busy = 0
        self._closed = False

    def read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """What `query` returns; it must have fetched all rows by then.

        Raises:
            StoreUnavailableError: The file cannot be read for now.
            StoreError: Closed, or SQLite refuses for another reason.
        """
        with translating(f"read {self._path}"):
            connection = self._take()
            try:
                connection.execute("BEGIN")
                result = query(connection)
                connection.execute("COMMIT")
            except BaseException:
                self._give_back(connection, reusable=False)
                raise
            self._give_back(connection, reusable=True)
            return result

    def close(self) -> None:
        """Wait for running queries, then close every connection; safe to call twice."""
        with self._returned:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._returned.wait_for(lambda: self._busy == 0)

    def _take(self) -> sqlite3.Connection:
        with self._returned:
            if self._closed:
                raise StoreError(f"cannot use {self._path}: it is closed")
            self._busy += 1
            if self._idle:
                return self._idle.pop()
        try:
            return connect_read_only(self._path)
        except BaseException:
            with self._returned:
                self._busy -= 1
                self._returned.notify_all()
            raise

    def _give_back(self, connection: sqlite3.Connection, *, reusable: bool) -> None:
        with self._returned:
            if reusable and not self._closed and len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
            else:
                connection.close()
            self._busy -= 1
            self._returned.notify_all()


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection to an existing file that cannot change it; `path` is absolute."""
    return sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )
