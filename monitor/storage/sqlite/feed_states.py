"""What is remembered of feeds, on SQLite: a row per feed and a row per entry."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import msgspec

from monitor.core.feed import EntryState, FeedChange, FeedState
from monitor.core.ids import ArticleId, FeedId
from monitor.core.ports import Lease
from monitor.storage.packing import pack, unpack
from monitor.storage.sqlite.database import Database, Reads
from monitor.storage.sqlite.leases import check_lease

_states = msgspec.json.Decoder(FeedState)
_entries = msgspec.json.Decoder(EntryState)


class SqliteFeedStatesReader:
    """The loading half of `FeedStates`; the process that owns the file may be another."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def load(self, feed_id: FeedId) -> FeedState | None:
        """See `FeedStates`."""
        query = "SELECT value FROM feed_states WHERE feed_id = ?"
        row = self._reads.read(lambda db: db.execute(query, (feed_id,)).fetchone())
        return None if row is None else _state(feed_id, row[0])

    def load_all(self) -> Mapping[FeedId, FeedState]:
        """See `FeedStates`."""
        query = "SELECT feed_id, value FROM feed_states ORDER BY feed_id"
        rows = self._reads.read(lambda db: db.execute(query).fetchall())
        return {feed_id: _state(feed_id, value) for feed_id, value in rows}

    def load_entries(self, feed_id: FeedId) -> Mapping[ArticleId, EntryState]:
        """See `FeedStates`."""
        query = "SELECT article_id, value FROM feed_entries WHERE feed_id = ? ORDER BY article_id"
        rows = self._reads.read(lambda db: db.execute(query, (feed_id,)).fetchall())
        return {
            article_id: unpack(value, _entries, f"entry {article_id} of feed {feed_id}") for article_id, value in rows
        }


class SqliteFeedStates(SqliteFeedStatesReader):
    """See `FeedStates`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def save(self, change: FeedChange, lease: Lease) -> None:
        """See `FeedStates`."""
        state = pack(change.state)  # encoded here, so that the writer's thread only writes
        put = [(change.feed_id, article_id, pack(entry)) for article_id, entry in change.put.items()]
        delete = [(change.feed_id, article_id) for article_id in change.delete]

        def unit(db: sqlite3.Connection) -> None:
            check_lease(db, lease)
            db.execute("INSERT OR REPLACE INTO feed_states (feed_id, value) VALUES (?, ?)", (change.feed_id, state))
            db.executemany("DELETE FROM feed_entries WHERE feed_id = ? AND article_id = ?", delete)
            db.executemany("INSERT OR REPLACE INTO feed_entries (feed_id, article_id, value) VALUES (?, ?, ?)", put)

        self._database.write(unit)

    def forget(self, feed_id: FeedId, lease: Lease) -> None:
        """See `FeedStates`."""

        def unit(db: sqlite3.Connection) -> None:
            check_lease(db, lease)
            db.execute("DELETE FROM feed_entries WHERE feed_id = ?", (feed_id,))
            db.execute("DELETE FROM feed_states WHERE feed_id = ?", (feed_id,))

        self._database.write(unit)


def _state(feed_id: FeedId, value: bytes) -> FeedState:
    return unpack(value, _states, f"state of feed {feed_id}")
