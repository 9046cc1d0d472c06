"""What Redis still knows after a crash, and that its clients go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.clock import utc_now
from monitor.core.errors import LeaseLostError, StoreUnavailableError
from monitor.core.feed import EntryState, FeedChange, FeedState
from monitor.core.ids import ArticleId, Digest, FeedId
from monitor.core.ports import Head, PartitionChange, PartitionState
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from tests.contract.support import NOW, alert, until
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.external_service

FEED = FeedId("harbour-post")


@pytest.fixture
def server(tmp_path: Path, redis_server: RedisServer) -> Iterator[RedisServer]:
    """A server of our own, to be killed."""
    with RedisServer(tmp_path / "own") as own:
        yield own


@pytest.fixture
def stores(server: RedisServer) -> Iterator[RedisStores]:
    """Empty stores there."""
    with open_redis(RedisConnection(server.url, prefix="test")) as opened:
        yield opened


def crash(server: RedisServer) -> None:
    server.kill()
    server.start()


def until_long(stores: RedisStores, length: int) -> None:
    until(lambda: len(stores.history.read(BEGINNING, limit=length)) == length)


def test_everything_acknowledged_is_there_after_a_crash(server: RedisServer, stores: RedisStores) -> None:
    lease = stores.leases.acquire("shard", "me", seconds=60, now=NOW)
    assert lease is not None
    entries = {ArticleId("1"): EntryState(digest=Digest("d"), revision=1, text=None, last_in_feed_at=NOW)}
    stores.feed_states.save(FeedChange(feed_id=FEED, state=FeedState(title="Harbour"), put=entries), lease)
    stores.partition_states.save([PartitionChange(3, Head(7, 1, NOW), {"a": b"\x00"})])
    [one] = stores.history.append([alert()], now=NOW)
    stores.deliveries.save_cursor("desk", StreamId(5, 1), lease)
    epoch = stores.history.epoch()

    crash(server)

    assert stores.leases.renew(lease, seconds=60, now=NOW)
    assert stores.feed_states.load_all() == {FEED: FeedState(title="Harbour")}
    assert stores.feed_states.load_entries(FEED) == entries
    assert stores.partition_states.load(3) == PartitionState(Head(7, 1, NOW), {"a": b"\x00"})
    assert stores.history.read(BEGINNING, limit=10) == [one]
    assert stores.history.epoch() == epoch
    assert stores.deliveries.cursor("desk") == StreamId(5, 1)


def test_promises_hold_over_a_crash(server: RedisServer, stores: RedisStores) -> None:
    first = stores.leases.acquire("shard", "a", seconds=60, now=NOW)
    assert first is not None
    stores.partition_states.save([PartitionChange(3, Head(0, 1, NOW))])
    [before] = stores.history.append([alert("a1")], now=NOW)
    assert before is not None

    crash(server)

    second = stores.leases.acquire("shard", "b", seconds=60, now=NOW + timedelta(hours=1))
    assert second is not None
    assert second.token > first.token
    with pytest.raises(LeaseLostError):
        stores.feed_states.save(FeedChange(feed_id=FEED, state=FeedState()), first)
    assert stores.partition_states.save([PartitionChange(3, Head(0, 1, NOW))]) == {3}
    [repeat, after] = stores.history.append([alert("a1"), alert("a2")], now=NOW - timedelta(hours=1))
    assert repeat is None
    assert after is not None
    assert after.previous == before.streamid
    assert StreamId.parse(after.streamid or "") > StreamId.parse(before.streamid or "")


def test_a_server_that_is_down_is_unavailable_until_it_is_back(server: RedisServer, stores: RedisStores) -> None:
    stores.history.append([alert("a1")], now=NOW)
    server.kill()

    with pytest.raises(StoreUnavailableError):
        stores.history.append([alert("a2")], now=NOW)
    with pytest.raises(StoreUnavailableError):
        stores.partition_states.load(3)
    with pytest.raises(StoreUnavailableError):
        stores.history.wait(BEGINNING, timeout_seconds=60)
    server.start()

    assert len(stores.history.append([alert("a2")], now=NOW)) == 1
    assert [one.data.alert_id for one in stores.history.read(BEGINNING, limit=10)] == ["a1", "a2"]


def test_who_waits_through_a_crash_sees_what_comes_after_it(server: RedisServer, stores: RedisStores) -> None:
    [one] = stores.history.append([alert("a1")], now=NOW)
    assert one is not None
    after = StreamId.parse(one.streamid or "")
    outcomes: list[bool] = []

    def wait() -> None:
        while not outcomes:
            try:
                outcomes.append(stores.history.wait(after, timeout_seconds=60))
            except StoreUnavailableError:
                continue

    thread = threading.Thread(target=wait)
    thread.start()
    crash(server)
    stores.history.append([alert("a2")], now=NOW)
    thread.join(30)

    assert outcomes == [True]


def test_a_server_that_forgot_the_scripts_gets_them_again(server: RedisServer, stores: RedisStores) -> None:
    stores.history.append([alert("a1")], now=NOW)
    server.command("SCRIPT", "FLUSH")

    assert stores.history.append([alert("a1")], now=NOW) == [None]


def test_crashes_under_load_lose_and_double_nothing(server: RedisServer, stores: RedisStores) -> None:
    crashes_are_over = threading.Event()

    def append(writer: int) -> int:
        """Append one alert after the other, each until it is acknowledged; how many."""
        count = 0
        while not crashes_are_over.is_set():
            try:
                stores.history.append([alert(f"{writer}-{count}")], now=utc_now())
            except StoreUnavailableError:
                continue
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        appending = [pool.submit(append, writer) for writer in range(3)]
        for length in (300, 600, 900):
            until_long(stores, length)
            crash(server)
        crashes_are_over.set()
        counts = [one.result() for one in appending]

    alerts = stores.history.latest(100_000)
    assert sorted(one.data.alert_id for one in alerts) == sorted(
        f"{writer}-{n}" for writer, count in enumerate(counts) for n in range(count)
    )
    assert [one.previous for one in alerts] == [None, *(one.streamid for one in alerts[:-1])]
