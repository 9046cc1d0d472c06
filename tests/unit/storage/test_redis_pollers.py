"""Pollers that share the feeds over a real Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monitor.core.clock import utc_now
from monitor.core.feed import Feed, Validators
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.settings import PollSettings
from monitor.feeds.poller import Poller
from monitor.feeds.results import FetchResult
from monitor.feeds.shards import POLL_SHARDS, shard_of, shards_of
from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.embedded import EmbeddedStore
from tests.unit.feeds.fakes import FakeFetcher, InlineParser
from tests.unit.feeds.test_poll import rss
from tests.unit.feeds.test_poller import until

pytestmark = pytest.mark.external_service

FEEDS = [Feed(id=FeedId(f"f{n}"), url=f"https://site{n}.example/rss") for n in range(10)]
HAND_OVER_SECONDS = 5.0
OWNERS = ("one-17", "two-18")


class Peer:
    """A poller with connections of its own; the log is one for all, in memory."""

    def __init__(self, owner: str, stores: RedisStores, log: EmbeddedStore) -> None:
        self.metrics = Metrics()
        self.asked: list[str] = []
        self.stop = asyncio.Event()
        asked, server = self.asked, FakeFetcher({feed.url: rss((feed.id, feed.id)) for feed in FEEDS})

        class Fetcher:
            async def fetch(self, url: str, validators: Validators = Validators()) -> FetchResult:  # noqa: B008
                asked.append(url)
                return await server.fetch(url, validators)

        self.poller = Poller(
            FEEDS,
            settings=PollSettings(),
            fetcher=Fetcher(),
            parser=InlineParser(),
            log=log.log,
            states=stores.feed_states,
            leases=stores.leases,
            metrics=self.metrics,
            clock=utc_now,
            owner=owner,
            shards=POLL_SHARDS,
        )
        self.task = asyncio.create_task(self.poller.run(self.stop))

    @property
    def shards(self) -> float | None:
        return self.metrics.registry.get_sample_value("tocsin_poll_shards")

    async def end(self) -> None:
        self.stop.set()
        await self.task


@pytest.fixture
def backends(connection: RedisConnection) -> Iterator[tuple[list[RedisStores], EmbeddedStore]]:
    """The stores twice, as two processes have them, and a log."""
    log = EmbeddedStore(MemoryDatabase("test"), article_partitions=1, clock=utc_now)
    with ExitStack() as stack:
        stack.callback(log.close)
        yield [stack.enter_context(open_redis(connection)) for _ in OWNERS], log


async def test_two_pollers_share_the_feeds_and_one_that_stops_hands_its_share_over(
    backends: tuple[list[RedisStores], EmbeddedStore],
) -> None:
    stores, log = backends
    one, two = (Peer(owner, store, log) for owner, store in zip(OWNERS, stores, strict=True))
    shares = [shards_of(owner, OWNERS, POLL_SHARDS) for owner in OWNERS]
    await until(lambda: [one.shards, two.shards] == [len(share) for share in shares])
    await until(lambda: len(stores[0].feed_states.load_all()) == len(FEEDS))
    await one.end()
    stopped_at = time.monotonic()
    await until(lambda: two.shards == POLL_SHARDS)
    seconds = time.monotonic() - stopped_at
    holders = stores[1].leases.holders("poll", utc_now())
    await two.end()

    assert sorted(one.asked + two.asked) == sorted(feed.url for feed in FEEDS)
    assert {shard_of(url, POLL_SHARDS) for url in two.asked} <= shares[1]
    assert seconds < HAND_OVER_SECONDS
    assert holders.keys() == {f"poll/{shard}" for shard in range(POLL_SHARDS)} | {"poller/two-18"}
    assert set(holders.values()) == {"two-18"}
    assert stores[1].leases.holders("", utc_now()) == {}
