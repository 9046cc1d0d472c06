"""The loop: every feed gets its poll, hosts are spared, trouble is told once, a stop loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from monitor.core.codec import decode_article
from monitor.core.errors import StoreUnavailableError
from monitor.core.feed import Feed, PollStatus, Validators
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.record import NewRecord, Position, Topic
from monitor.core.settings import PollSettings
from monitor.feeds.patience import PatientCalls
from monitor.feeds.poller import Poller
from monitor.feeds.results import Exchange, FetchFailed, FetchResult
from monitor.feeds.shards import lease_name
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.embedded import EmbeddedStore
from tests.unit.feeds.fakes import FakeClock, FakeFetcher, InlineParser
from tests.unit.feeds.making import NOW
from tests.unit.feeds.test_poll import rss

TEN = [Feed(id=FeedId(f"f{n}"), url=f"https://f{n}.example/rss") for n in range(10)]
SILENT = FetchFailed(Exchange("", 0.1), PollStatus.DNS, "the host name is not known")


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.store = EmbeddedStore(MemoryDatabase("test"), article_partitions=1, clock=self.clock)
        self.fetcher = FakeFetcher({feed.url: rss((feed.id, f"From {feed.id}")) for feed in TEN})
        self.log: Any = self.store.log
        self.leases: Any = self.store.leases
        self.metrics = Metrics()
        self.stop = asyncio.Event()

    def poller(
        self, feeds: Sequence[Feed] = TEN, *, concurrency: int = 32, interval: timedelta = timedelta(minutes=5)
    ) -> Poller:
        return Poller(
            feeds,
            settings=PollSettings(
                jitter=0, concurrency=concurrency, interval=interval, min_interval=min(interval, timedelta(minutes=1))
            ),
            fetcher=self.fetcher,
            parser=InlineParser(),
            log=self.log,
            states=self.store.feed_states,
            leases=self.leases,
            metrics=self.metrics,
            clock=self.clock,
            owner="here",
            calls=PatientCalls(first_delay_seconds=0),
            look_seconds=0.005,
        )

    async def first_round(self, poller: Poller) -> None:
        """Run until each feed was polled, then stop."""
        running = asyncio.create_task(poller.run(self.stop))
        done = asyncio.create_task(poller.first_round_done.wait())
        await asyncio.wait({running, done}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert poller.first_round_done.is_set() or running.done()
        self.stop.set()
        done.cancel()
        await asyncio.wait_for(running, 10)

    def titles(self) -> set[str]:
        records = self.store.log.read(Topic.ARTICLES, 0, 0, 1_000)
        return {decode_article(record.value, "test").title for record in records}

    def failures_of(self, feed: Feed) -> int:
        state = self.store.feed_states.load(feed.id)
        return state.failures if state else 0

    def polls(self) -> float:
        value = self.metrics.registry.get_sample_value
        return sum(value("tocsin_feed_polls_total", {"status": status}) or 0 for status in PollStatus)

    def value(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(name)

    def feeds_in(self, state: str) -> float | None:
        return self.metrics.registry.get_sample_value("tocsin_feeds", {"state": state})


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.store.close()


async def until(fact: Callable[[], bool]) -> None:
    """Let the loop run until a fact holds."""
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110 - facts about the poller's surroundings come with no event
            await asyncio.sleep(0.005)


async def test_every_feed_is_polled_once_in_the_first_round(bench: Bench) -> None:
    await bench.first_round(bench.poller())

    assert bench.titles() == {f"From {feed.id}" for feed in TEN}
    assert len(bench.fetcher.requests) == 10
    assert (bench.feeds_in("ok"), bench.feeds_in("new"), bench.feeds_in("failing")) == (10, 0, 0)


async def test_disabled_feed_is_not_asked(bench: Bench) -> None:
    off = msgspec.structs.replace(TEN[0], enabled=False)
    await bench.first_round(bench.poller([off, *TEN[1:]]))

    assert len(bench.fetcher.requests) == 9
    assert bench.feeds_in("disabled") == 1


async def test_feeds_of_one_domain_are_asked_one_at_a_time(bench: Bench) -> None:
    feeds = [Feed(id=FeedId(f"g{n}"), url=f"https://www.gazette.example/{n}") for n in range(6)]
    bench.fetcher.documents = {feed.url: rss((feed.id, feed.id)) for feed in feeds}
    await bench.first_round(bench.poller(feeds))

    assert bench.fetcher.most_at_once["www.gazette.example"] == 1
    assert len(bench.titles()) == 6


async def test_site_too_slow_for_its_feeds_starves_none_of_them(bench: Bench) -> None:
    feeds = [Feed(id=FeedId(f"b{n}"), url=f"https://slow.example/{n}") for n in range(5)]

    class SlowSite(FakeFetcher):
        async def fetch(self, url: str, validators: Validators = Validators()) -> FetchResult:  # noqa: B008 - frozen
            bench.clock.now += timedelta(seconds=2)  # so one round takes twice the interval
            return await super().fetch(url, validators)

    bench.fetcher = SlowSite({feed.url: rss((feed.id, "News")) for feed in feeds})
    running = asyncio.create_task(bench.poller(feeds, interval=timedelta(seconds=5)).run(bench.stop))
    await until(lambda: len(bench.fetcher.requests) >= 41)
    bench.stop.set()
    await running
    polls = Counter(url for url, _ in bench.fetcher.requests[:40])

    assert polls == {feed.url: 8 for feed in feeds}
    assert bench.value("tocsin_poll_delay_seconds_sum") == 0  # all lateness was a wait for the site's turn


async def test_restart_asks_nothing_before_it_is_due(bench: Bench) -> None:
    await bench.first_round(bench.poller())
    bench.stop.clear()
    await bench.first_round(bench.poller())

    assert len(bench.fetcher.requests) == 10


async def test_restart_after_the_interval_asks_with_the_saved_validators(bench: Bench) -> None:
    await bench.first_round(bench.poller())
    bench.stop.clear()
    bench.clock.now = NOW + timedelta(minutes=6)
    poller = bench.poller()
    running = asyncio.create_task(poller.run(bench.stop))
    await until(lambda: len(bench.fetcher.requests) == 20)
    bench.stop.set()
    await running

    assert all(validators.etag for _, validators in bench.fetcher.requests[10:])
    assert len(bench.titles()) == 10


async def test_failing_feed_is_told_once_and_the_others_go_on(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.fetcher.documents[TEN[3].url] = FetchFailed(Exchange("", 0.1), PollStatus.HTTP_STATUS, "404", 404)
    poller = bench.poller()
    running = asyncio.create_task(poller.run(bench.stop))
    await poller.first_round_done.wait()
    bench.clock.now = NOW + timedelta(minutes=11)
    await until(lambda: [url for url, _ in bench.fetcher.requests].count(TEN[3].url) == 2)
    await until(lambda: bench.failures_of(TEN[3]) == 2)
    bench.stop.set()
    await running

    failed = [vars(record)["feed"] for record in caplog.records if record.getMessage() == "feed failed"]

    assert failed == ["f3"]
    assert len(bench.titles()) == 9


async def test_network_that_is_down_is_told_once_and_so_is_its_return(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    documents = dict(bench.fetcher.documents)
    bench.fetcher.documents = dict.fromkeys(documents, SILENT)
    poller = bench.poller()
    running = asyncio.create_task(poller.run(bench.stop))
    await poller.first_round_done.wait()
    bench.fetcher.documents = documents
    bench.clock.now = NOW + timedelta(minutes=11)
    await until(lambda: len(bench.titles()) >= 1)
    bench.clock.now += timedelta(seconds=31)
    await until(lambda: len(bench.titles()) == 10 and "feeds answer again" in caplog.messages)
    bench.stop.set()
    await running
    told = [record.getMessage() for record in caplog.records]

    assert told.count("no feed answers: is the network down?") == 1
    assert told.count("feeds answer again") == 1
    assert told.count("feed failed") <= 4


async def test_nothing_is_fetched_while_the_log_is_away(bench: Bench) -> None:
    is_away = True

    class Log:
        def append(self, records: Sequence[NewRecord]) -> list[Position]:
            if is_away:
                raise StoreUnavailableError("disk full")
            return bench.store.log.append(records)

    bench.log = Log()
    poller = bench.poller(concurrency=2)
    running = asyncio.create_task(poller.run(bench.stop))
    await until(lambda: len(bench.fetcher.requests) >= 2)
    for _ in range(20):
        await asyncio.sleep(0.005)
    asked = len(bench.fetcher.requests)
    is_away = False
    await asyncio.wait_for(poller.first_round_done.wait(), 10)
    bench.stop.set()
    await running

    assert asked <= 3
    assert len(bench.titles()) == 10


async def test_reload_adds_removes_and_changes_feeds(bench: Bench) -> None:
    poller = bench.poller(TEN[:3])
    running = asyncio.create_task(poller.run(bench.stop))
    await poller.first_round_done.wait()
    moved = msgspec.structs.replace(TEN[1], url="https://f9.example/rss")
    poller.set_feeds([TEN[0], moved, TEN[5]])
    await until(lambda: bench.polls() == 5)
    bench.clock.now = NOW + timedelta(minutes=6)
    await until(lambda: len(bench.fetcher.requests) == 8)
    bench.stop.set()
    await running
    asked = [url for url, _ in bench.fetcher.requests]

    assert set(asked[3:5]) == {moved.url, TEN[5].url}
    assert asked.count(TEN[2].url) == 1
    assert set(asked[5:]) == {TEN[0].url, moved.url, TEN[5].url}


async def test_feed_that_changes_its_address_while_it_is_polled_is_never_polled_twice_at_once(bench: Bench) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()
    whole = bench.fetcher.fetch

    async def slow_at_first(url: str, validators: Validators = Validators()) -> FetchResult:  # noqa: B008 - frozen
        if url == TEN[0].url:
            entered.set()
            await leave.wait()
        return await whole(url, validators)

    bench.fetcher.fetch = slow_at_first  # type: ignore[method-assign]  # a fault of this test's own
    poller = bench.poller(TEN[:1])
    running = asyncio.create_task(poller.run(bench.stop))
    await entered.wait()
    poller.set_feeds([msgspec.structs.replace(TEN[0], url=TEN[1].url)])
    for _ in range(20):
        await asyncio.sleep(0.005)
    asked_meanwhile = len(bench.fetcher.requests)
    leave.set()
    await until(lambda: bench.polls() == 1)
    bench.clock.now = NOW + timedelta(seconds=2)
    await until(lambda: bench.polls() == 2)
    bench.stop.set()
    await running

    assert asked_meanwhile == 0
    assert [url for url, _ in bench.fetcher.requests] == [TEN[0].url, TEN[1].url]


async def test_only_the_holder_of_the_lease_polls(bench: Bench) -> None:
    bench.store.leases.acquire(lease_name(0), "elsewhere", seconds=600, now=NOW)
    poller = bench.poller()
    running = asyncio.create_task(poller.run(bench.stop))
    for _ in range(20):
        await asyncio.sleep(0.005)
    bench.stop.set()
    await asyncio.wait_for(running, 5)

    assert bench.fetcher.requests == []


async def test_lease_taken_over_stops_polling_until_it_is_free_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    poller = bench.poller()
    running = asyncio.create_task(poller.run(bench.stop))
    await poller.first_round_done.wait()
    theirs = bench.store.leases.acquire(lease_name(0), "elsewhere", seconds=600, now=NOW + timedelta(hours=1))
    assert theirs is not None
    bench.clock.now = NOW + timedelta(minutes=6)
    await until(lambda: "shard lost to another poller" in caplog.messages)
    await until(lambda: bench.value("tocsin_poll_shards") == 0)
    asked_meanwhile = len(bench.fetcher.requests)
    bench.store.leases.release(theirs)
    await until(lambda: len(bench.fetcher.requests) >= 20)
    bench.stop.set()
    await running

    assert asked_meanwhile == 10
    assert bench.value("tocsin_poll_shards") == 1
    assert len(bench.titles()) == 10


async def test_lease_is_given_up_at_the_end(bench: Bench) -> None:
    await bench.first_round(bench.poller())

    assert bench.store.leases.acquire(lease_name(0), "next", seconds=60, now=NOW) is not None


async def test_bug_in_a_poll_ends_the_loop(bench: Bench) -> None:
    del bench.fetcher.documents[TEN[4].url]

    with pytest.raises(KeyError):
        await asyncio.wait_for(bench.poller().run(bench.stop), 10)


async def test_clock_set_back_does_not_make_feeds_wait_for_it(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    poller = bench.poller(TEN[:1])
    running = asyncio.create_task(poller.run(bench.stop))
    await until(poller.first_round_done.is_set)
    bench.clock.now -= timedelta(hours=3)
    await until(lambda: "the clock was set back" in caplog.messages)
    bench.clock.now += timedelta(minutes=6)
    await until(lambda: len(bench.fetcher.requests) == 2)
    bench.stop.set()

    await asyncio.wait_for(running, 10)


async def test_stop_ends_a_poller_whose_store_never_came(bench: Bench) -> None:
    bench.leases = refusing = Refusing("acquire")
    running = asyncio.create_task(bench.poller().run(bench.stop))
    await until(lambda: refusing.refused > 1)
    bench.stop.set()

    await asyncio.wait_for(running, 10)


async def test_lease_that_cannot_be_given_up_at_the_end_is_no_failure(bench: Bench) -> None:
    bench.leases = Refusing("release", over=bench.store.leases)

    await bench.first_round(bench.poller())


async def test_feed_removed_long_ago_is_forgotten_and_one_of_late_is_not(bench: Bench) -> None:
    await bench.first_round(bench.poller(TEN[:1]))
    bench.clock.now += timedelta(days=20)
    bench.stop.clear()
    await bench.first_round(bench.poller(TEN[1:2]))
    bench.clock.now += timedelta(days=20)
    bench.stop.clear()
    running = asyncio.create_task(bench.poller(TEN[2:3]).run(bench.stop))
    await until(lambda: TEN[0].id not in bench.store.feed_states.load_all())
    bench.stop.set()
    await asyncio.wait_for(running, 10)

    assert TEN[1].id in bench.store.feed_states.load_all()
    assert not bench.store.feed_states.load_entries(TEN[0].id)
    assert bench.store.feed_states.load_entries(TEN[1].id)


class Refusing:
    """Leases whose one call fails as if the store were away."""

    def __init__(self, call: str, over: Any = None) -> None:
        self._call = call
        self._over = over
        self.refused = 0

    def __getattr__(self, name: str) -> Any:
        if name != self._call:
            return getattr(self._over, name)

        def refuse(*_: Any, **__: Any) -> None:
            self.refused += 1
            raise StoreUnavailableError("cannot write: the disk is full")

        return refuse


async def test_how_late_a_poll_starts_is_measured(bench: Bench) -> None:
    poller = bench.poller(TEN[:1])
    running = asyncio.create_task(poller.run(bench.stop))
    await poller.first_round_done.wait()
    state = bench.store.feed_states.load(TEN[0].id)
    assert state is not None
    assert state.next_poll_at is not None
    bench.clock.now = state.next_poll_at + timedelta(seconds=7)
    await until(lambda: len(bench.fetcher.requests) == 2)
    bench.stop.set()
    await asyncio.wait_for(running, 10)

    assert bench.metrics.registry.get_sample_value("tocsin_poll_delay_seconds_count") == 2
    assert bench.metrics.registry.get_sample_value("tocsin_poll_delay_seconds_sum") == 7.0


async def test_feeds_that_fell_silent_are_counted_as_time_goes_by(bench: Bench) -> None:
    off = msgspec.structs.replace(TEN[9], enabled=False)
    await bench.first_round(bench.poller([*TEN[:9], off]))
    counts = []
    for hours in (0, 23, 24):
        bench.clock.now = NOW + timedelta(hours=hours)
        counts.append(bench.metrics.registry.get_sample_value("tocsin_feeds_silent"))

    assert counts == [0, 0, 9]


async def test_silence_lasts_over_a_restart(bench: Bench) -> None:
    await bench.first_round(bench.poller())
    bench.clock.now = NOW + timedelta(hours=30)
    bench.fetcher.documents = {feed.url: SILENT for feed in TEN}
    bench.metrics, bench.stop = Metrics(), asyncio.Event()
    await bench.first_round(bench.poller())

    assert bench.metrics.registry.get_sample_value("tocsin_feeds_silent") == 10
