"""Several pollers on one store: every feed gets its polls, each host from one poller only, whoever comes and goes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from monitor.core.clock import Clock
from monitor.core.codec import decode_article
from monitor.core.errors import StoreUnavailableError
from monitor.core.feed import Feed, FeedState, PollStatus, Validators
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.ports import FeedStates, Leases
from monitor.core.record import Topic
from monitor.core.settings import PollSettings
from monitor.core.sharing import LEASE_SECONDS
from monitor.feeds.domains import polite_key
from monitor.feeds.patience import PatientCalls
from monitor.feeds.poller import Poller
from monitor.feeds.results import FetchResult
from monitor.feeds.shards import POLL_SHARDS, shard_of, shards_of
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.embedded import EmbeddedStore
from tests.unit.feeds.fakes import FakeClock, FakeFetcher, InlineParser
from tests.unit.feeds.making import NOW
from tests.unit.feeds.test_poll import rss
from tests.unit.feeds.test_poller import until

# Of each three, two are of one domain.
FEEDS = [Feed(id=FeedId(f"f{n}"), url=f"https://{'abc'[n % 3]}.d{n // 3 * 2 + n % 2}.example/{n}") for n in range(45)]
INTERVAL = timedelta(minutes=2)
STEP = timedelta(seconds=10)


def of_share(owner: str, *others: str) -> Feed:
    """A feed that this one of the pollers should have."""
    shares = shards_of(owner, [owner, *others], POLL_SHARDS)
    return next(feed for feed in FEEDS if shard_of(feed.url, POLL_SHARDS) in shares)


class Network:
    """What all pollers fetch from: who asked for what and when, and whether two ever asked one host at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.server = FakeFetcher({feed.url: rss((feed.id, f"From {feed.id}")) for feed in FEEDS})
        self.visits: list[tuple[str, str, datetime]] = []
        self.collisions: list[str] = []
        self.hanging: dict[str, asyncio.Event] = {}
        self._inside: dict[str, str] = {}

    async def fetch(self, owner: str, url: str, validators: Validators) -> FetchResult:
        host = polite_key(url)
        if host in self._inside:
            self.collisions.append(f"{owner} and {self._inside[host]} at {host}")
        self._inside[host] = owner
        self.visits.append((owner, url, self._clock()))
        try:
            if url in self.hanging:
                await self.hanging[url].wait()
            return await self.server.fetch(url, validators)
        finally:
            self._inside.pop(host, None)

    def by(self, owner: str) -> set[str]:
        return {url for visitor, url, _ in self.visits if visitor == owner}

    def visits_to(self, url: str) -> list[tuple[str, datetime]]:
        return [(owner, at) for owner, visited, at in self.visits if visited == url]


class Port:
    """A store as one process reaches it: there, away, or the process is stopped in the middle of its call."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self.is_away = False
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.waiting = 0
        self.looks = 0

    def __getattr__(self, name: str) -> Any:
        whole = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.waiting += 1
            self.goes_on.wait()
            self.waiting -= 1
            self.looks += args[:1] == ("poller/",)
            if self.is_away:
                raise StoreUnavailableError("cannot reach the store")
            return whole(*args, **kwargs)

        return call


class Peer:
    """One poller, as a process of its own would be."""

    def __init__(self, bench: Bench, owner: str, feeds: Sequence[Feed], shards: int) -> None:
        self.owner = owner
        self.leases = Port(bench.leases)
        self.log = Port(bench.store.log)
        self.metrics = Metrics()
        self.stop = asyncio.Event()
        network = bench.network

        class Fetcher:
            async def fetch(self, url: str, validators: Validators = Validators()) -> FetchResult:  # noqa: B008
                return await network.fetch(owner, url, validators)

        self.poller = Poller(
            feeds,
            settings=PollSettings(interval=INTERVAL, jitter=0),
            fetcher=Fetcher(),
            parser=InlineParser(),
            log=self.log,
            states=bench.states,
            leases=self.leases,
            metrics=self.metrics,
            clock=bench.clock,
            owner=owner,
            shards=shards,
            calls=PatientCalls(first_delay_seconds=0),
            look_seconds=0.002,
        )
        self.task = asyncio.create_task(self.poller.run(self.stop))

    async def end(self) -> None:
        self.stop.set()
        await asyncio.wait_for(self.task, 10)

    async def die(self) -> None:
        """End without giving anything up."""
        self.leases.is_away = True
        await self.end()

    def value(self, name: str, labels: Mapping[str, str] | None = None) -> float:
        return self.metrics.registry.get_sample_value(name, dict(labels or {})) or 0

    @property
    def shards(self) -> float:
        return self.value("tocsin_poll_shards")

    @property
    def polls(self) -> float:
        return sum(self.value("tocsin_feed_polls_total", {"status": status}) for status in PollStatus)


class Bench:
    """What the pollers share. On a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.clock: Any = FakeClock(NOW)
        self.store = EmbeddedStore(MemoryDatabase("test"), article_partitions=1, clock=self.clock)
        self.leases: Leases = self.store.leases
        self.states: FeedStates = self.store.feed_states
        self.network = Network(self.clock)
        self.peers: dict[str, Peer] = {}

    def start(self, owner: str, feeds: Sequence[Feed] = FEEDS, *, shards: int = POLL_SHARDS) -> Peer:
        self.peers[owner] = peer = Peer(self, owner, feeds, shards)
        return peer

    async def rounds(self, count: int = 3) -> None:
        """Let each poller look around so often."""
        marks = {peer: peer.leases.looks + count for peer in self.peers.values() if not peer.leases.is_away}
        await until(lambda: all(peer.task.done() or peer.leases.looks >= mark for peer, mark in marks.items()))

    async def quiet(self) -> None:
        """Let them do all that there is to do at this time of the clock."""
        seen = None
        while seen != (seen := (len(self.network.visits), sum(peer.polls for peer in self.peers.values()))):
            await self.rounds()

    async def pass_by(self, time: timedelta) -> None:
        """Move the clock on, step by step."""
        end = self.clock.now + time
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + STEP)
            await self.quiet()

    def state(self, feed: Feed) -> FeedState:
        state = self.store.feed_states.load(feed.id)
        assert state is not None
        return state

    def feeds_in(self, condition: str) -> float:
        running = (peer for peer in self.peers.values() if not peer.task.done())
        return sum(peer.value("tocsin_feeds", {"state": condition}) for peer in running)

    async def close(self) -> None:
        for peer in self.peers.values():
            peer.leases.goes_on.set()
            peer.log.goes_on.set()
            await peer.end()
        self.store.close()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.close()


async def test_feeds_keep_their_rate_while_pollers_come_go_and_die(bench: Bench) -> None:
    bench.start("a")
    await bench.pass_by(4 * INTERVAL)
    bench.start("b")
    await bench.pass_by(3 * INTERVAL)
    bench.start("c")
    await bench.pass_by(3 * INTERVAL)
    await bench.peers["a"].end()
    await bench.pass_by(3 * INTERVAL)
    await bench.peers.pop("b").die()
    await bench.pass_by(3 * INTERVAL)

    assert bench.network.collisions == []
    assert {owner for owner, _, _ in bench.network.visits} == {"a", "b", "c"}
    for feed in FEEDS:
        times = [NOW, *(at for _, at in bench.network.visits_to(feed.url)), bench.clock.now]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        # A clock that stands lets polls begin with the next step; a dead poller's wait for its leases, and are spread.
        assert max(gaps) <= INTERVAL + STEP + timedelta(seconds=30 + 30)
        assert min(gaps[1:-1]) >= INTERVAL
        assert sum(gap > INTERVAL + STEP for gap in gaps) <= 1


async def test_share_of_each_poller_is_the_same_feeds_again_and_again(bench: Bench) -> None:
    bench.start("a")
    bench.start("b")
    await bench.pass_by(INTERVAL)
    bench.network.visits.clear()
    await bench.pass_by(3 * INTERVAL)

    assert bench.network.by("a") | bench.network.by("b") == {feed.url for feed in FEEDS}
    assert bench.network.by("a") & bench.network.by("b") == set()
    assert {shard_of(url, POLL_SHARDS) for url in bench.network.by("a")} <= shards_of("a", ["a", "b"], POLL_SHARDS)


async def test_gauges_of_all_pollers_add_up(bench: Bench) -> None:
    off = [msgspec.structs.replace(feed, enabled=False) for feed in FEEDS[:7]]
    for owner in "abc":
        bench.start(owner, [*off, *FEEDS[7:]])
    await bench.pass_by(INTERVAL)
    before = {condition: bench.feeds_in(condition) for condition in ("ok", "new", "failing", "disabled")}
    await bench.peers["a"].end()
    await bench.quiet()
    shards = [bench.peers[owner].shards for owner in "bc"]

    assert before == {"ok": len(FEEDS) - 7, "new": 0, "failing": 0, "disabled": 7}
    assert {condition: bench.feeds_in(condition) for condition in before} == before
    assert sum(shards) == POLL_SHARDS
    assert min(shards) > 0


async def test_stopped_poller_hands_over_while_no_lease_has_run_out(bench: Bench) -> None:
    a, b = bench.start("a"), bench.start("b")
    await bench.pass_by(INTERVAL)
    await a.end()
    await bench.rounds()

    assert b.shards == POLL_SHARDS
    assert set(bench.store.leases.holders("poll", bench.clock.now).values()) == {"b"}


async def test_dead_pollers_feeds_go_on_within_half_a_minute(bench: Bench) -> None:
    a, b = bench.start("a"), bench.start("b")
    await bench.pass_by(INTERVAL)
    await a.die()
    bench.clock.now += timedelta(seconds=LEASE_SECONDS - 1)
    await bench.rounds()
    shards_of_both = b.shards
    bench.clock.now += timedelta(seconds=1)
    await bench.rounds()

    assert shards_of_both < POLL_SHARDS
    assert b.shards == POLL_SHARDS


async def test_who_takes_over_asks_nothing_before_it_is_due_and_with_the_saved_validators(bench: Bench) -> None:
    a = bench.start("a")
    await bench.pass_by(timedelta(seconds=60))
    bench.start("b")
    await a.end()
    await bench.rounds()
    asked_at_once = bench.network.by("b")
    await bench.pass_by(2 * INTERVAL)

    assert asked_at_once == set()
    assert bench.network.by("b") == {feed.url for feed in FEEDS}
    assert all(validators.etag for _, validators in bench.network.server.requests[len(FEEDS) :])


async def test_shard_is_handed_over_only_when_its_polls_have_ended(bench: Bench) -> None:
    feed = of_share("b", "a")
    bench.network.hanging[feed.url] = asyncio.Event()
    bench.start("a")
    await until(lambda: "a" in {owner for owner, _ in bench.network.visits_to(feed.url)})
    b = bench.start("b")
    await bench.pass_by(timedelta(minutes=10))
    asked_meanwhile = bench.network.visits_to(feed.url)
    shards_meanwhile = b.shards
    bench.network.hanging.pop(feed.url).set()
    await bench.pass_by(2 * INTERVAL)

    assert len(asked_meanwhile) == 1
    assert b.shards == shards_meanwhile + 1
    assert {owner for owner, _ in bench.network.visits_to(feed.url)[1:]} == {"b"}
    assert bench.network.collisions == []


async def test_late_write_of_a_paused_poller_is_refused(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    feed = of_share("a", "b")
    a = bench.start("a", [feed])
    a.log.goes_on.clear()
    await until(lambda: a.log.waiting > 0)
    a.leases.goes_on.clear()
    await until(lambda: a.leases.waiting > 0)
    bench.clock.now += timedelta(seconds=LEASE_SECONDS + 5)
    bench.network.server.documents[feed.url] = rss(("x", "Later"), ("y", "Latest"))
    b = bench.start("b", [feed])
    await until(lambda: b.polls == 1)
    saved = bench.state(feed)
    a.log.goes_on.set()
    a.leases.goes_on.set()
    await until(lambda: "poll dropped" in caplog.messages)
    await until(lambda: a.shards > 0 and a.shards + b.shards == POLL_SHARDS)
    await bench.quiet()
    articles = [decode_article(one.value, "test") for one in bench.store.log.read(Topic.ARTICLES, 0, 0, 10)]

    assert bench.state(feed) == saved
    assert saved.articles_total == 2
    assert {article.title for article in articles} == {f"From {feed.id}", "Later", "Latest"}
    assert not a.task.done()
    assert "shard lost to another poller" in caplog.messages
    assert bench.network.collisions == []


async def test_poller_goes_on_with_what_was_saved_when_its_shard_comes_back(bench: Bench) -> None:
    feed = of_share("a", "b")
    a = bench.start("a", [feed])
    await until(lambda: a.polls == 1)
    a.leases.is_away = True
    bench.clock.now += timedelta(seconds=LEASE_SECONDS)
    b = bench.start("b", [feed])
    await bench.quiet()
    bench.clock.now = NOW + INTERVAL + timedelta(seconds=1)
    await until(lambda: b.polls == 1)
    a.leases.is_away = False
    await until(lambda: a.shards > 0)
    await bench.pass_by(INTERVAL + STEP)

    assert [owner for owner, _ in bench.network.visits_to(feed.url)] == ["a", "b", "a"]
    assert bench.network.collisions == []


async def test_store_that_is_away_for_a_while_costs_no_shard(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    a = bench.start("a")
    await bench.pass_by(INTERVAL)
    before = bench.store.leases.holders("", bench.clock.now)
    a.leases.is_away = True
    await until(lambda: "shards wait for their store" in caplog.messages)
    bench.network.visits.clear()
    bench.clock.now += timedelta(minutes=10)
    for _ in range(20):
        await asyncio.sleep(0.005)
    asked_meanwhile = bench.network.by("a")
    a.leases.is_away = False
    await bench.pass_by(INTERVAL)

    assert asked_meanwhile == set()
    assert bench.network.by("a") == {feed.url for feed in FEEDS}
    assert bench.store.leases.holders("", bench.clock.now) == before
    assert caplog.messages.count("shards wait for their store") == 1
    assert "shard lost to another poller" not in caplog.messages


async def test_log_that_is_away_costs_no_shard(bench: Bench) -> None:
    a = bench.start("a")
    a.log.is_away = True
    await bench.rounds()
    for _ in range(10):
        bench.clock.now += STEP
        await bench.rounds()
    held = bench.store.leases.holders("poll/", bench.clock.now)
    a.log.is_away = False
    await bench.pass_by(INTERVAL)

    assert len(held) == POLL_SHARDS
    assert a.shards == POLL_SHARDS
    assert bench.network.by("a") == {feed.url for feed in FEEDS}


async def test_appends_that_hang_cost_no_shard(bench: Bench) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    a = bench.start("a")
    a.log.goes_on.clear()
    await until(lambda: a.log.waiting > 0)
    for _ in range(10):
        bench.clock.now += STEP
        await bench.rounds()
    held = bench.store.leases.holders("poll/", bench.clock.now)
    a.log.goes_on.set()
    await until(a.poller.first_round_done.is_set)

    assert len(held) == a.shards == POLL_SHARDS


async def test_fetch_under_a_lease_that_ran_out_is_dropped_and_done_again(bench: Bench) -> None:
    feed = of_share("b", "a")
    bench.network.hanging[feed.url] = asyncio.Event()
    a = bench.start("a")
    await until(lambda: bench.network.visits_to(feed.url) != [])
    a.leases.is_away = True
    bench.clock.now += timedelta(seconds=LEASE_SECONDS)
    await until(lambda: bench.network._inside == {})
    bench.network.hanging.clear()
    b = bench.start("b")
    await until(lambda: b.shards == POLL_SHARDS)
    await until(lambda: "b" in {owner for owner, _ in bench.network.visits_to(feed.url)})

    assert bench.network.collisions == []


async def test_reload_that_moves_a_feed_to_another_shard_moves_it_to_that_poller(bench: Bench) -> None:
    mine, theirs = of_share("a", "b"), of_share("b", "a")
    a, b = bench.start("a", [mine]), bench.start("b", [mine])
    await bench.pass_by(INTERVAL)
    moved = msgspec.structs.replace(mine, url=theirs.url)
    bench.network.visits.clear()
    for peer in (a, b):
        peer.poller.set_feeds([moved])
    await bench.pass_by(INTERVAL)

    assert bench.network.by("a") == set()
    assert bench.network.by("b") == {theirs.url}
    assert bench.feeds_in("ok") == 1


async def test_first_round_is_done_when_the_feeds_of_ones_own_shards_are_polled(bench: Bench) -> None:
    a, b = bench.start("a"), bench.start("b")
    await bench.pass_by(timedelta(seconds=40))

    assert a.poller.first_round_done.is_set()
    assert b.poller.first_round_done.is_set()


async def test_feed_removed_long_ago_is_forgotten_by_who_polls_its_host(bench: Bench) -> None:
    first = bench.start("a")
    await bench.pass_by(timedelta(seconds=40))
    await first.end()
    bench.clock.now += timedelta(days=40)
    bench.peers.clear()
    bench.start("b", FEEDS[:1])
    bench.start("c", FEEDS[:1])
    await until(lambda: set(bench.store.feed_states.load_all()) == {FEEDS[0].id})

    assert not bench.store.feed_states.load_entries(FEEDS[1].id)
