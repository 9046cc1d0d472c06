"""Leases on SQLite: a row per name, kept for good so that tokens only rise."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.core.errors import LeaseLostError
from monitor.core.ports import Lease
from monitor.storage.sqlite.columns import to_column
from monitor.storage.sqlite.database import Database


class SqliteLeases:
    """See `Leases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        """See `Leases`."""

        def unit(db: sqlite3.Connection) -> Lease | None:
            row = db.execute("SELECT owner, token, expires_at FROM leases WHERE name = ?", (name,)).fetchone()
            holder, token, expires_at = row or (None, 0, 0)
            if holder not in {None, owner} and expires_at > to_column(now):
                return None
            db.execute(
                "INSERT OR REPLACE INTO leases (name, owner, token, expires_at) VALUES (?, ?, ?, ?)",
                (name, owner, token + 1, _end(now, seconds)),
            )
            return Lease(name, owner, token + 1)

        return self._database.write(unit)

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        """See `Leases`; one that ran out can still be renewed while nobody took it."""
        return self._database.write(
            lambda db: (
                db.execute(
                    "UPDATE leases SET expires_at = ? WHERE name = ? AND owner = ? AND token = ?",
                    (_end(now, seconds), lease.name, lease.owner, lease.token),
                ).rowcount
                == 1
            )
        )

    def release(self, lease: Lease) -> None:
        """See `Leases`."""
        self._database.write(
            lambda db: db.execute(
                "UPDATE leases SET owner = NULL, expires_at = 0 WHERE name = ? AND owner = ? AND token = ?",
                (lease.name, lease.owner, lease.token),
            )
        )

    def holders(self, prefix: str, now: datetime) -> Mapping[str, str]:
        """See `Leases`."""
        query = (
            "SELECT name, owner FROM leases WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 "
            "AND owner IS NOT NULL AND expires_at > ?2 ORDER BY name"
        )
        return self._database.read(lambda db: dict(db.execute(query, (prefix, to_column(now))).fetchall()))


def check_lease(db: sqlite3.Connection, lease: Lease) -> None:
    """Refuse a write under a lease that is no longer this owner's; for use inside the unit that writes.

    Raises:
        LeaseLostError: Somebody else took it, or it was released.
    """
    row = db.execute("SELECT owner, token FROM leases WHERE name = ?", (lease.name,)).fetchone()
    if row != (lease.owner, lease.token):
        raise LeaseLostError(lease.name)


def _end(now: datetime, seconds: float) -> int:
    return to_column(now + timedelta(seconds=seconds))
