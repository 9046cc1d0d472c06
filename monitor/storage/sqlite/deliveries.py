"""How far each subscription's channel has got, and what it could not deliver, on SQLite."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.errors import StoreError
from monitor.core.ports import DeadDelivery, Lease
from monitor.core.stream import StreamId
from monitor.storage.packing import unpack_alert
from monitor.storage.sqlite.columns import from_column, to_column
from monitor.storage.sqlite.database import Database
from monitor.storage.sqlite.leases import check_lease


class SqliteDeliveries:
    """See `Deliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, name: str) -> StreamId | None:
        """See `Deliveries`."""
        query = "SELECT milliseconds, number FROM cursors WHERE name = ?"
        row = self._database.read(lambda db: db.execute(query, (name,)).fetchone())
        return None if row is None else StreamId(*row)

    def save_cursor(self, name: str, cursor: StreamId, lease: Lease) -> None:
        """See `Deliveries`."""

        def unit(db: sqlite3.Connection) -> None:
            check_lease(db, lease)
            _move(db, name, cursor)

        self._database.write(unit)

    def add_dead(
        self,
        *,
        name: str,
        channel: str,
        subscription: str,
        alert: Alert,
        reason: str,
        attempts: int,
        now: datetime,
        lease: Lease,
    ) -> None:
        """See `Deliveries`.

        Raises:
            StoreError: The alert was never in the history, so there is no place to move to.
        """
        if alert.streamid is None:
            raise StoreError(f"cannot put alert {alert.id} aside: it has no place in the history")
        place = StreamId.parse(alert.streamid)

        def unit(db: sqlite3.Connection) -> None:
            check_lease(db, lease)
            db.execute(
                "INSERT INTO dead_deliveries (channel, subscription, reason, attempts, failed_at, value) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (channel, subscription, reason, attempts, to_column(now), encode(alert)),
            )
            _move(db, name, place)

        self._database.write(unit)

    def dead(self, limit: int) -> list[DeadDelivery]:
        """See `Deliveries`."""
        query = (
            "SELECT id, channel, subscription, reason, attempts, failed_at, value FROM dead_deliveries "
            "ORDER BY id DESC LIMIT ?"
        )
        rows = self._database.read(lambda db: db.execute(query, (max(0, limit),)).fetchall())
        return [
            DeadDelivery(
                id=number,
                channel=channel,
                subscription=subscription,
                alert=unpack_alert(value, f"dead delivery {number}"),
                reason=reason,
                attempts=attempts,
                failed_at=from_column(failed_at),
            )
            for number, channel, subscription, reason, attempts, failed_at, value in rows
        ]

    def trim(self, before: datetime) -> int:
        """Forget what failed earlier; how many."""
        query = "DELETE FROM dead_deliveries WHERE failed_at < ?"
        return self._database.write(lambda db: db.execute(query, (to_column(before),)).rowcount)


def _move(db: sqlite3.Connection, name: str, cursor: StreamId) -> None:
    db.execute("INSERT OR REPLACE INTO cursors (name, milliseconds, number) VALUES (?, ?, ?)", (name, *cursor))
