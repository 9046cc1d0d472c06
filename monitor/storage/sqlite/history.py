"""The alert history on SQLite: every revision once, in order, with places that only rise."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime

import msgspec

from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.packing import unpack_alert
from monitor.storage.sqlite import schema
from monitor.storage.sqlite.database import Database, Reads
from monitor.storage.wakeup import Signal, Wakeup

TRIM_BATCH = 500  # alerts per unit of work: publishing gets its turn in between


class SqliteAlertHistoryReader:
    """The reading half of `AlertHistory`; the process that owns the file may be another."""

    def __init__(self, reads: Reads, wakeup: Wakeup) -> None:
        self._reads = reads
        self._wakeup = wakeup

    def read(self, after: StreamId, *, limit: int) -> list[Alert]:
        """See `AlertHistory`."""
        query = (
            "SELECT milliseconds, number, value FROM history WHERE (milliseconds, number) > (?, ?) "
            "ORDER BY milliseconds, number LIMIT ?"
        )
        return _alerts(self._reads.read(lambda db: db.execute(query, (*after, max(0, limit))).fetchall()))

    def latest(self, limit: int) -> list[Alert]:
        """See `AlertHistory`."""
        query = "SELECT milliseconds, number, value FROM history ORDER BY milliseconds DESC, number DESC LIMIT ?"
        return _alerts(self._reads.read(lambda db: db.execute(query, (max(0, limit),)).fetchall())[::-1])

    def bounds(self) -> tuple[StreamId, StreamId] | None:
        """See `AlertHistory`."""

        def query(db: sqlite3.Connection) -> tuple[StreamId, StreamId] | None:
            columns = "SELECT milliseconds, number FROM history ORDER BY"
            first = db.execute(f"{columns} milliseconds, number LIMIT 1").fetchone()
            last = db.execute(f"{columns} milliseconds DESC, number DESC LIMIT 1").fetchone()
            return (StreamId(*first), StreamId(*last)) if first else None

        return self._reads.read(query)

    def epoch(self) -> str:
        """See `AlertHistory`."""
        return self._reads.read(lambda db: schema.meta(db, "epoch"))

    def wait(self, after: StreamId, *, timeout_seconds: float) -> bool:
        """See `AlertHistory`."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            seen = self._wakeup.count()
            if self._reads.read(lambda db: _stands_after(db, after)):
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._wakeup.wait(seen, left)


class SqliteAlertHistory(SqliteAlertHistoryReader):
    """See `AlertHistory`."""

    def __init__(self, database: Database) -> None:
        self._signal = Signal()
        super().__init__(database, self._signal)
        self._database = database

    def append(self, alerts: Sequence[Alert], *, now: datetime) -> list[Alert | None]:
        """See `AlertHistory`."""
        if not alerts:
            return []
        published = self._database.write(lambda db: _append(db, [(now, alert) for alert in alerts]))
        self._signal.notify()
        return published

    def restore(self, alerts: Sequence[tuple[datetime, Alert]]) -> list[Alert | None]:
        """See `AlertHistory`."""
        return self._database.write(lambda db: _append(db, alerts)) if alerts else []

    def begin_anew(self) -> None:
        """See `AlertHistory`."""
        self._database.write(_begin_anew)

    def trim(self, before: datetime) -> int:
        """See `AlertHistory`. What the last revision of each alert was stays known."""
        end = StreamId.at(before)
        deleted = 0
        while batch := self._database.write(lambda db: _delete_oldest(db, end)):
            deleted += batch
        return deleted

    def forget_revisions(self, before: datetime) -> None:
        """Forget the last revision of alerts that had none since; a repeat of those would be taken for new."""
        milliseconds = StreamId.at(before).milliseconds
        self._database.write(
            lambda db: db.execute("DELETE FROM history_revisions WHERE milliseconds < ?", (milliseconds,))
        )


def _append(db: sqlite3.Connection, alerts: Sequence[tuple[datetime, Alert]]) -> list[Alert | None]:
    epoch = schema.meta(db, "epoch")
    last = StreamId(*db.execute("SELECT milliseconds, number FROM history_last").fetchone())
    published: list[Alert | None] = []
    for moment, alert in alerts:
        if not _is_newer(db, alert):
            published.append(None)
            continue
        previous = None if last == BEGINNING else str(last)
        last = last.next_at(moment)
        placed = msgspec.structs.replace(alert, streamid=str(last), epoch=epoch, previous=previous)
        db.execute("INSERT INTO history (milliseconds, number, value) VALUES (?, ?, ?)", (*last, encode(placed)))
        db.execute(
            "INSERT OR REPLACE INTO history_revisions (alert_id, revision, milliseconds) VALUES (?, ?, ?)",
            (alert.data.alert_id, alert.data.revision, last.milliseconds),
        )
        published.append(placed)
    db.execute("UPDATE history_last SET milliseconds = ?, number = ?", last)
    return published


def _begin_anew(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM history")
    db.execute("DELETE FROM history_revisions")
    db.execute("UPDATE history_last SET milliseconds = ?, number = ?", BEGINNING)
    schema.set_epoch(db)


def _is_newer(db: sqlite3.Connection, alert: Alert) -> bool:
    query = "SELECT revision FROM history_revisions WHERE alert_id = ?"
    row = db.execute(query, (alert.data.alert_id,)).fetchone()
    return row is None or alert.data.revision > row[0]


def _stands_after(db: sqlite3.Connection, after: StreamId) -> bool:
    query = "SELECT 1 FROM history WHERE (milliseconds, number) > (?, ?) LIMIT 1"
    return db.execute(query, after).fetchone() is not None


def _delete_oldest(db: sqlite3.Connection, end: StreamId) -> int:
    return db.execute(
        "DELETE FROM history WHERE place IN (SELECT place FROM history WHERE (milliseconds, number) <= (?, ?) "
        "ORDER BY milliseconds, number LIMIT ?)",
        (*end, TRIM_BATCH),
    ).rowcount


def _alerts(rows: Sequence[tuple[int, int, bytes]]) -> list[Alert]:
    return [
        unpack_alert(value, f"alert {StreamId(milliseconds, number)} of the history")
        for milliseconds, number, value in rows
    ]
