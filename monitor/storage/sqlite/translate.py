"""SQLite's errors as ours, from one table. Knows no adapters."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.core.errors import StoreError, StoreUnavailableError

# Trying again later can help: another program holds the file, or the machine is out of something.
# Source: SQLite documentation, "Result and Error Codes".
_RETRIABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


def translated(error: sqlite3.Error, doing: str) -> StoreError:
    """The error of ours for one of SQLite's; `doing` says what failed (`write tocsin.db`)."""
    code = getattr(error, "sqlite_errorcode", None)
    text = f"cannot {doing}: {error}"
    # The low byte is the kind, the rest a detail of it.
    return StoreUnavailableError(text) if code is not None and code & 0xFF in _RETRIABLE else StoreError(text)


@contextmanager
def translating(doing: str) -> Iterator[None]:
    """Let SQLite's errors leave the block as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, doing) from error
