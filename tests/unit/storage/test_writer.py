"""The one thread that writes: groups, failures, closing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.storage.sqlite.writer import Writer

DEADLINE_SECONDS = 20.0


class NoGoodError(Exception):
    """A unit of work that failed by itself."""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A writer on a file with one table, `numbers`."""
    connection = sqlite3.connect(tmp_path / "w.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY, filling BLOB)")
    writer = Writer(connection, "w.db")
    yield writer
    writer.close()


def insert(writer: Writer, n: int) -> int:
    """Write a number; the same again."""

    def unit(db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO numbers (n) VALUES (?)", (n,))
        return n

    return writer.run(unit)


def numbers(writer: Writer) -> list[int]:
    return writer.run(lambda db: [n for (n,) in db.execute("SELECT n FROM numbers ORDER BY n")])


@contextmanager
def held_up(writer: Writer, pool: ThreadPoolExecutor, behind: int) -> Iterator[None]:
    """Keep the writer busy while the block hands in `behind` units, so that they go into one group."""
    started, go_on = threading.Event(), threading.Event()

    def unit(_: sqlite3.Connection) -> None:
        started.set()
        assert go_on.wait(DEADLINE_SECONDS)

    busy = pool.submit(writer.run, unit)
    assert started.wait(DEADLINE_SECONDS)
    try:
        yield
        all_in = threading.Event()
        while writer.waiting < behind:
            all_in.wait(0.001)
    finally:
        go_on.set()
    busy.result(DEADLINE_SECONDS)


def test_callers_who_wait_together_share_a_commit(writer: Writer) -> None:
    before = writer.commits
    with ThreadPoolExecutor(13) as pool:
        with held_up(writer, pool, behind=12):
            waiting = [pool.submit(insert, writer, n) for n in range(12)]
        results = [future.result(DEADLINE_SECONDS) for future in waiting]

    assert results == list(range(12))
    assert writer.commits - before == 2
    assert numbers(writer) == list(range(12))


def test_a_failing_unit_leaves_nothing_and_spoils_no_other(writer: Writer) -> None:
    def failing(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO numbers (n) VALUES (100)")
        raise NoGoodError

    with ThreadPoolExecutor(4) as pool:
        with held_up(writer, pool, behind=3):
            before = pool.submit(insert, writer, 1)
            failed = pool.submit(writer.run, failing)
            after = pool.submit(insert, writer, 2)
        assert (before.result(DEADLINE_SECONDS), after.result(DEADLINE_SECONDS)) == (1, 2)
        with pytest.raises(NoGoodError):
            failed.result(DEADLINE_SECONDS)

    assert numbers(writer) == [1, 2]


def test_a_mistake_in_a_statement_is_a_store_error_that_does_not_ask_for_another_try(writer: Writer) -> None:
    with pytest.raises(StoreError, match=r"cannot write w\.db: no such table") as error:
        writer.run(lambda db: db.execute("INSERT INTO nowhere VALUES (1)"))

    assert not error.value.retriable
    assert isinstance(error.value.__cause__, sqlite3.Error)


def test_a_full_disk_is_retriable_and_writing_goes_on_once_there_is_room(writer: Writer) -> None:
    pages = writer.run(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))
    writer.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    with pytest.raises(StoreUnavailableError, match="full"):
        writer.run(lambda db: db.execute("INSERT INTO numbers VALUES (1, zeroblob(100000))"))

    writer.run(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchall())
    assert numbers(writer) == []
    assert insert(writer, 2) == 2


def test_a_file_locked_by_another_program_is_retriable(writer: Writer, tmp_path: Path) -> None:
    writer.run(lambda db: db.execute("PRAGMA busy_timeout = 0").fetchall())
    other = sqlite3.connect(tmp_path / "w.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="locked"):
            insert(writer, 1)
        other.execute("ROLLBACK")
    finally:
        other.close()

    assert insert(writer, 1) == 1


def test_closing_finishes_what_was_handed_in(writer: Writer) -> None:
    with ThreadPoolExecutor(4) as pool:
        with held_up(writer, pool, behind=2):
            waiting = [pool.submit(insert, writer, n) for n in range(2)]
            while writer.waiting < 2:
                threading.Event().wait(0.001)
            closing: Future[None] = pool.submit(writer.close)
        closing.result(DEADLINE_SECONDS)

        assert [future.result(DEADLINE_SECONDS) for future in waiting] == [0, 1]


def test_a_closed_writer_says_so_and_closes_twice(writer: Writer) -> None:
    writer.close()
    writer.close()

    with pytest.raises(StoreError, match="closed"):
        insert(writer, 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread ends so on purpose
def test_a_writer_that_had_to_stop_leaves_no_caller_waiting(writer: Writer) -> None:
    def stopping(_: sqlite3.Connection) -> None:
        raise SystemExit

    with ThreadPoolExecutor(4) as pool:
        with held_up(writer, pool, behind=2):
            stopped = pool.submit(writer.run, stopping)
            beside = pool.submit(insert, writer, 1)
        with pytest.raises(SystemExit):
            stopped.result(DEADLINE_SECONDS)
        with pytest.raises(SystemExit):
            beside.result(DEADLINE_SECONDS)

    with pytest.raises(StoreError, match="closed"):
        insert(writer, 2)
