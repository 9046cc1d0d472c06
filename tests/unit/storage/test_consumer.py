"""A consumer whose store fails now and then, and one that is used wrongly."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeVar

import pytest

from monitor.core.clock import utc_now
from monitor.core.errors import CommitRefusedError, StoreError, StoreUnavailableError
from monitor.core.record import NewRecord, Topic
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.log import SqliteLog

_Result = TypeVar("_Result")
TOPIC = Topic.DEADLETTERS


class FailingDatabase(MemoryDatabase):
    """Fails the next `failures` reads."""

    failures = 0

    def read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("cannot read memory: disk I/O error")
        return super().read(query)


@pytest.fixture
def database() -> Iterator[FailingDatabase]:
    """A database that works until told otherwise."""
    with closing(FailingDatabase("test")) as database:
        yield database


@pytest.fixture
def log(database: FailingDatabase) -> SqliteLog:
    """An empty log."""
    return SqliteLog(database, article_partitions=4, clock=utc_now)


def test_an_assignment_that_could_not_be_told_is_told_by_the_next_poll(
    database: FailingDatabase, log: SqliteLog
) -> None:
    log.append([NewRecord(TOPIC, "k", b"1")])
    with closing(log.consumer(TOPIC, "readers")) as consumer:
        database.failures = 1
        with pytest.raises(StoreUnavailableError):
            consumer.poll(max_records=1, timeout_seconds=0)
        assert consumer.assigned() == frozenset()

        assert consumer.poll(max_records=1, timeout_seconds=0).assigned == {0}
        assert [record.value for record in consumer.poll(max_records=1, timeout_seconds=0).records] == [b"1"]


def test_records_of_a_failed_poll_come_with_the_next(database: FailingDatabase, log: SqliteLog) -> None:
    log.append([NewRecord(TOPIC, "k", b"1")])
    with closing(log.consumer(TOPIC, "readers")) as consumer:
        consumer.poll(max_records=1, timeout_seconds=0)
        database.failures = 1
        with pytest.raises(StoreUnavailableError):
            consumer.poll(max_records=1, timeout_seconds=0)

        assert len(consumer.poll(max_records=1, timeout_seconds=0).records) == 1


def test_seeking_what_is_not_assigned_is_an_error(log: SqliteLog) -> None:
    with closing(log.consumer(TOPIC, "readers")) as consumer, pytest.raises(StoreError, match="not assigned"):
        consumer.seek(0, 0)


def test_a_closed_consumer_neither_polls_nor_commits(log: SqliteLog) -> None:
    consumer = log.consumer(TOPIC, "readers")
    consumer.poll(max_records=1, timeout_seconds=0)
    consumer.close()

    with pytest.raises(StoreError, match="closed"):
        consumer.poll(max_records=1, timeout_seconds=0)
    with pytest.raises(CommitRefusedError):
        consumer.commit({0: 1})


def test_polls_for_less_than_a_record_per_partition_go_round(log: SqliteLog) -> None:
    log.append([NewRecord(Topic.ARTICLES, f"feed-{n}", b"") for n in range(60)])
    with closing(log.consumer(Topic.ARTICLES, "readers")) as consumer:
        consumer.poll(max_records=1, timeout_seconds=0)
        polled = [consumer.poll(max_records=1, timeout_seconds=0) for _ in range(8)]

    assert [record.position.partition for one in polled for record in one.records] == [0, 1, 2, 3, 0, 1, 2, 3]
