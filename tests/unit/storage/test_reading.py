"""Looking at the file while its owner writes, and values in it that are damaged."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.core.clock import utc_now
from monitor.core.errors import StoreError
from monitor.core.feed import EntryState, FeedChange, FeedState
from monitor.core.ids import ArticleId, Digest, FeedId
from monitor.core.ports import Head, PartitionChange
from monitor.core.record import NewRecord, Topic
from monitor.core.stream import BEGINNING
from monitor.storage.sqlite import EmbeddedStore, open_embedded, open_reader
from tests.contract.support import NOW, alert

FEED = FeedId("harbour-post")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "t.db"


@pytest.fixture
def store(path: Path) -> Iterator[EmbeddedStore]:
    """A store with something in every part."""
    with open_embedded(path, prefix="test", article_partitions=4, clock=utc_now) as embedded:
        lease = embedded.leases.acquire("shard", "me", seconds=60, now=NOW)
        assert lease is not None
        entry = EntryState(digest=Digest("d"), revision=1, text=None, last_in_feed_at=NOW)
        embedded.feed_states.save(
            FeedChange(feed_id=FEED, state=FeedState(title="Harbour Post"), put={ArticleId("1"): entry}), lease
        )
        embedded.partition_states.save([PartitionChange(3, Head(7, 1, NOW), {"past:1": b"a"})])
        [one] = embedded.history.append([alert()], now=NOW)
        assert one is not None
        embedded.deliveries.add_dead(
            name="desk", channel="hook", subscription="desk", alert=one, reason="gone", attempts=1, now=NOW, lease=lease
        )
        yield embedded


def test_a_reader_sees_all_that_the_owner_saved(store: EmbeddedStore, path: Path) -> None:
    with open_reader(path) as reader:
        assert reader.feed_states.load_all() == store.feed_states.load_all()
        assert reader.feed_states.load(FEED) == FeedState(title="Harbour Post")
        assert reader.feed_states.load_entries(FEED) == store.feed_states.load_entries(FEED)
        assert reader.partition_states.load(3) == store.partition_states.load(3)
        assert list(reader.partition_states.entries("past:")) == [(3, "past:1", b"a")]
        assert reader.history.latest(5) == store.history.latest(5) != []
        assert reader.history.bounds() == store.history.bounds()
        assert reader.history.epoch() == store.history.epoch()


def test_a_reader_waits_for_the_next_alert(store: EmbeddedStore, path: Path) -> None:
    with open_reader(path) as reader, ThreadPoolExecutor(1) as pool:
        [first] = reader.history.read(BEGINNING, limit=5)
        bounds = reader.history.bounds()
        assert bounds is not None
        assert not reader.history.wait(bounds[1], timeout_seconds=0.01)

        waiting = pool.submit(reader.history.wait, bounds[1], timeout_seconds=20)
        [second] = store.history.append([alert("a2")], now=NOW)

        assert waiting.result(20)
        assert reader.history.read(bounds[1], limit=5) == [second]
        assert second is not None
        assert second.previous == first.streamid


def test_readers_and_a_writer_do_not_hold_each_other_up(store: EmbeddedStore, path: Path) -> None:
    done = threading.Event()

    def append() -> int:
        for n in range(200):
            store.log.append([NewRecord(Topic.ARTICLES, f"feed-{n}", b"x" * 2000), NewRecord(Topic.MATCHES, "k", b"")])
        done.set()
        return 200

    with open_reader(path) as reader, ThreadPoolExecutor(4) as pool:
        appending = pool.submit(append)
        partition = store.log.append([NewRecord(Topic.MATCHES, "k", b"")])[0].partition
        seen = 0
        while not done.is_set():
            for look in (reader.log, store.log):
                records = look.read(Topic.MATCHES, partition, 0, 1000)
                assert look.bounds(Topic.MATCHES, partition)[1] >= len(records) >= seen  # nothing seen goes away
                seen = len(records)

        assert appending.result() == 200
        assert reader.log.bounds(Topic.MATCHES, partition) == (0, 201)


@pytest.mark.parametrize(
    ("table", "look", "named"),
    [
        ("feed_states", lambda store: store.feed_states.load(FEED), "state of feed harbour-post"),
        ("feed_states", lambda store: store.feed_states.load_all(), "state of feed harbour-post"),
        ("feed_entries", lambda store: store.feed_states.load_entries(FEED), "entry 1 of feed harbour-post"),
        ("history", lambda store: store.history.latest(1), r"alert \d+-0 of the history"),
        ("dead_deliveries", lambda store: store.deliveries.dead(1), "dead delivery 1"),
    ],
    ids=["state", "states", "entries", "history", "dead"],
)
def test_a_damaged_value_is_an_error_that_names_it(
    store: EmbeddedStore, path: Path, table: str, look: Callable[[EmbeddedStore], object], named: str
) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE {table} SET value = x'7bff00'")  # noqa: S608 - a table named below
    connection.commit()
    connection.close()

    with pytest.raises(StoreError, match=f"cannot read store: {named}: damaged"):
        look(store)
