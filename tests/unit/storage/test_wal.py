"""The write-ahead log stays small, and who reads for long holds up nobody for long."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.storage.sqlite.wal import WalLimit

LIMIT_BYTES = 50_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    """The writing connection, on a WAL far over the limit."""
    made = sqlite3.connect(path, isolation_level=None)
    made.execute("PRAGMA journal_mode = WAL")
    made.execute("CREATE TABLE fillings (filling BLOB)")
    fill(made)
    yield made
    made.close()


def fill(connection: sqlite3.Connection) -> None:
    for _ in range(20):
        connection.execute("INSERT INTO fillings VALUES (zeroblob(10000))")


def wal_bytes(path: Path) -> int:
    return path.with_name("w.db-wal").stat().st_size


def test_wal_over_the_limit_is_begun_anew(path: Path, connection: sqlite3.Connection) -> None:
    assert wal_bytes(path) > 2 * LIMIT_BYTES
    WalLimit(path, limit_bytes=LIMIT_BYTES)(connection)

    assert wal_bytes(path) == 0
    assert connection.execute("SELECT count(*) FROM fillings").fetchone() == (20,)


def test_wal_under_the_limit_is_left_alone(path: Path, connection: sqlite3.Connection) -> None:
    before = wal_bytes(path)
    WalLimit(path, limit_bytes=before)(connection)

    assert wal_bytes(path) == before


def test_reader_that_stands_for_long_is_told_once_and_tried_later(
    path: Path, connection: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    limit = WalLimit(path, limit_bytes=LIMIT_BYTES)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM fillings").fetchone()
    fill(connection)
    for _ in range(3):
        limit(connection)
    reader.close()

    assert caplog.messages == ["WAL grows"]
    assert wal_bytes(path) > 2 * LIMIT_BYTES
