"""Keeps the write-ahead log small where readers overlap without a gap. Knows no tables.

SQLite writes the WAL back by itself, but begins it anew only at a commit that no reader stands in the way of. Where
somebody is always reading (many pages, long looks through the log) that moment never comes, and the file grows without
end. So past a limit the writer holds commits back for a moment: readers that begin then need no WAL.

Source: SQLite documentation, "Write-Ahead Logging", section 6, "Avoiding Excessively Large WAL Files".
"""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

from monitor.storage.sqlite.readers import BUSY_SECONDS

_log = logging.getLogger(__name__)

WAL_LIMIT_BYTES = 64 * 1024**2  # what stays of the WAL file on disk after it grew
WAIT_SECONDS = 0.5  # for readers to end; commits wait meanwhile
TRY_AGAIN_SECONDS = 60.0  # a reader may stand for long: another program's


class WalLimit:
    """To be called after commits, with the writing connection."""

    def __init__(self, path: Path, *, limit_bytes: int = WAL_LIMIT_BYTES) -> None:
        self._wal = path.with_name(f"{path.name}-wal")
        self._limit_bytes = limit_bytes
        self._next_try = 0.0

    def __call__(self, connection: sqlite3.Connection) -> None:
        """Begin the WAL anew when it is twice as large as what may stay of it."""
        if time.monotonic() < self._next_try or not self._is_too_large():
            return
        connection.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
        try:
            is_busy = bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        except sqlite3.Error as error:
            self._put_off(str(error))
            return
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        if is_busy:
            self._put_off("somebody reads the file for long")

    def _put_off(self, cause: str) -> None:
        self._next_try = time.monotonic() + TRY_AGAIN_SECONDS
        _log.warning("WAL grows", extra={"bytes": self._size(), "error": cause})

    def _is_too_large(self) -> bool:
        return self._size() > 2 * self._limit_bytes

    def _size(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:  # not there
            return 0
