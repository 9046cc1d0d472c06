"""The way in: all ports on one file for the process that owns it, and a view of it for commands that only look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.core.clock import Clock
from monitor.core.record import Topic
from monitor.storage.sqlite.database import FileDatabase, MemoryDatabase, ReadOnlyDatabase
from monitor.storage.sqlite.deliveries import SqliteDeliveries
from monitor.storage.sqlite.feed_states import SqliteFeedStates, SqliteFeedStatesReader
from monitor.storage.sqlite.history import SqliteAlertHistory, SqliteAlertHistoryReader
from monitor.storage.sqlite.leases import SqliteLeases
from monitor.storage.sqlite.log import SqliteLog, SqliteLogReader
from monitor.storage.sqlite.partition_states import SqlitePartitionStates, SqlitePartitionStatesReader
from monitor.storage.wakeup import Interval


class EmbeddedStore:
    """Every port on one database, for one process. Whoever opened it closes it, after its consumers."""

    def __init__(self, database: FileDatabase | MemoryDatabase, *, article_partitions: int, clock: Clock) -> None:
        """Take over `database`, to close it; raises as `SqliteLog`."""
        self._database = database
        self.log = SqliteLog(database, article_partitions=article_partitions, clock=clock)
        self.leases = SqliteLeases(database)
        self.feed_states = SqliteFeedStates(database)
        self.partition_states = SqlitePartitionStates(database)
        self.history = SqliteAlertHistory(database)
        self.deliveries = SqliteDeliveries(database)

    def trim(self, retention: Mapping[Topic, timedelta], now: datetime) -> Mapping[Topic, int]:
        """Delete what is older than its topic's retention; records deleted per topic.

        The alert history goes with `alerts`, dead deliveries with `deadletters`. The last revision of an alert stays
        known for as long again, so that a late repeat is recognised. Blocks for as long as there is something to
        delete; others can write meanwhile.
        """
        deleted = {topic: self.log.trim(topic, now - keep) for topic, keep in retention.items()}
        if Topic.ALERTS in retention:
            self.history.trim(now - retention[Topic.ALERTS])
            self.history.forget_revisions(now - 2 * retention[Topic.ALERTS])
        if Topic.DEADLETTERS in retention:
            self.deliveries.trim(now - retention[Topic.DEADLETTERS])
        return deleted

    def close(self) -> None:
        """Finish what is being written and let the file go; safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class EmbeddedReader:
    """What can be looked at while another process owns the file. Whoever opened it closes it."""

    def __init__(self, database: ReadOnlyDatabase) -> None:
        """Take over `database`, to close it."""
        self._database = database
        self.log = SqliteLogReader(database)
        self.feed_states = SqliteFeedStatesReader(database)
        self.partition_states = SqlitePartitionStatesReader(database)
        self.history = SqliteAlertHistoryReader(database, Interval())

    def close(self) -> None:
        """Let the file go; safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_embedded(path: Path | None, *, prefix: str, article_partitions: int, clock: Clock) -> EmbeddedStore:
    """The store in the file at `path`, created when it is not there; None keeps it in memory.

    Args:
        prefix: The tenant; a file belongs to one for good.
        article_partitions: May grow from one opening to the next, never shrink.
        clock: Stamps records as they are appended.

    Raises:
        StoreInUseError: Another owner has the file open.
        StoreUnavailableError: The file cannot be opened for now.
        StoreError: It is no store of ours, of a newer Tocsin, of another prefix, or has more partitions.
    """
    database = MemoryDatabase(prefix) if path is None else FileDatabase(path.resolve(), prefix)
    try:
        return EmbeddedStore(database, article_partitions=article_partitions, clock=clock)
    except BaseException:
        database.close()
        raise


def open_reader(path: Path) -> EmbeddedReader:
    """A view of the store in the file at `path`, which a running daemon may own.

    Raises:
        StoreUnavailableError: The file is empty as yet, or cannot be opened for now.
        StoreError: There is none, or it is no store of ours, or of a newer Tocsin.
    """
    return EmbeddedReader(ReadOnlyDatabase(path.resolve()))
