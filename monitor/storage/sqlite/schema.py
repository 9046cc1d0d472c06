"""The tables of the embedded file, and whether a file is one of ours. Knows no threads and no ports."""

from __future__ import annotations

import secrets
import sqlite3

from monitor.core.errors import StoreError, StoreUnavailableError

SCHEMA_VERSION = 1
APPLICATION_ID = 0x546F6373  # "Tocs", so that `file` and we tell it from other databases

# `log_records.id` is a place on the log as one number (see `log.record_id`): records of a partition lie side by side
# in one tree, and large values stay compact, which a `WITHOUT ROWID` table does not give.
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE log_partitions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, first_offset INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE log_records (
    id INTEGER PRIMARY KEY, appended_at INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL
);
CREATE TABLE log_groups (topic TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (topic, name)) WITHOUT ROWID;
CREATE TABLE log_commits (
    topic TEXT NOT NULL, name TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (topic, name, partition)
) WITHOUT ROWID;

CREATE TABLE leases (
    name TEXT PRIMARY KEY, owner TEXT, token INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE feed_states (feed_id TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE feed_entries (
    feed_id TEXT NOT NULL, article_id TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (feed_id, article_id)
);

CREATE TABLE partition_heads (
    partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL, version INTEGER NOT NULL, clock INTEGER
);
CREATE TABLE partition_entries (
    partition INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (partition, key)
);

CREATE TABLE history (
    place INTEGER PRIMARY KEY, milliseconds INTEGER NOT NULL, number INTEGER NOT NULL, value BLOB NOT NULL,
    UNIQUE (milliseconds, number)
);
CREATE TABLE history_last (
    only INTEGER PRIMARY KEY CHECK (only = 1), milliseconds INTEGER NOT NULL, number INTEGER NOT NULL
);
CREATE TABLE history_revisions (
    alert_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, milliseconds INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX history_revisions_by_age ON history_revisions (milliseconds);

CREATE TABLE cursors (name TEXT PRIMARY KEY, milliseconds INTEGER NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE dead_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, subscription TEXT NOT NULL, reason TEXT NOT NULL,
    attempts INTEGER NOT NULL, failed_at INTEGER NOT NULL, value BLOB NOT NULL
);
CREATE INDEX dead_deliveries_by_age ON dead_deliveries (failed_at);
"""


def is_ours(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the database holds our tables; False when it is empty. Changes nothing.

    Raises:
        StoreError: It is another program's, or was made by a newer Tocsin.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application == APPLICATION_ID:
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"cannot open {name}: made by a newer Tocsin (schema {version}, known up to {SCHEMA_VERSION}); upgrade"
            )
        return True
    if application or version or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise StoreError(f"cannot open {name}: it is a database of another program")
    return False


def check(connection: sqlite3.Connection, name: str) -> None:
    """Refuse what cannot be read; raises as `is_ours`.

    Raises:
        StoreUnavailableError: It is still empty.
    """
    if not is_ours(connection, name):
        raise StoreUnavailableError(f"cannot open {name}: it is empty; nothing has run on it yet")


def prepare(connection: sqlite3.Connection, name: str, prefix: str) -> None:
    """Create the tables in an empty database, else check that they belong to `prefix`.

    Raises:
        StoreError: As `is_ours`, or the file is another tenant's.
    """
    if not is_ours(connection, name):
        _create(connection, prefix)
    owner = meta(connection, "prefix")
    if owner != prefix:
        raise StoreError(f"cannot open {name}: it belongs to prefix {owner!r}, not {prefix!r}; name another file")


def meta(connection: sqlite3.Connection, name: str) -> str:
    """A value of the file's: `prefix`, written once at its creation, or `epoch`, the life of the alert history.

    Raises:
        StoreError: It is not there.
    """
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise StoreError(f"cannot read store: meta {name}: missing")
    return str(row[0])


def set_epoch(connection: sqlite3.Connection) -> None:
    """Another life of the alert history."""
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('epoch', ?)", (secrets.token_hex(8),))


def _create(connection: sqlite3.Connection, prefix: str) -> None:
    # One transaction: after a crash there is either nothing or everything.
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO meta (name, value) VALUES ('prefix', ?)", (prefix,))
    set_epoch(connection)
    connection.execute("INSERT INTO history_last (only, milliseconds, number) VALUES (1, 0, 0)")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
