"""The loop that sends canaries: from one process at a time, of the present, through trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from monitor.core.article import Article
from monitor.core.canary import is_canary
from monitor.core.codec import decode_article
from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.core.ports import Lease
from monitor.core.record import NewRecord, Position, Record, Topic
from monitor.feeds.canary import LEASE_NAME, Canary
from monitor.feeds.patience import PatientCalls
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.embedded import EmbeddedStore
from tests.unit.feeds.fakes import FakeClock
from tests.unit.feeds.making import NOW

EVERY = timedelta(minutes=5)
AT_ONCE = timedelta(milliseconds=1)
PARTITIONS = 4


class Bench:
    """Senders over one store in memory, with a clock that a test moves."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.store = EmbeddedStore(MemoryDatabase("test"), article_partitions=PARTITIONS, clock=self.clock)
        self.log: Any = self.store.log
        self.leases: Any = self.store.leases

    def sender(self, owner: str = "here", *, every: timedelta = EVERY) -> Canary:
        calls = PatientCalls(first_delay_seconds=0)
        return Canary(self.log, self.leases, self.clock, owner, every, calls=calls)

    def records(self) -> list[Record]:
        return [
            record
            for partition in range(PARTITIONS)
            for record in self.store.log.read(Topic.ARTICLES, partition, 0, 1_000)
        ]

    def canaries(self) -> list[Article]:
        """What was sent, in order of time."""
        articles = [decode_article(record.value, "test") for record in self.records()]
        return sorted(articles, key=lambda article: article.first_seen_at)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.store.close()


class AwayLog:
    """A log that cannot be appended to for some calls, in which time goes by."""

    def __init__(self, bench: Bench, failures: int, error: Callable[[], Exception]) -> None:
        self._bench = bench
        self._failures = failures
        self._error = error

    def partitions(self, topic: Topic) -> int:
        return self._bench.store.log.partitions(topic)

    def append(self, records: Sequence[NewRecord]) -> list[Position]:
        if self._failures:
            self._failures -= 1
            self._bench.clock.now += timedelta(minutes=10)
            raise self._error()
        return self._bench.store.log.append(records)


async def until(fact: Callable[[], bool]) -> None:
    """Let the loop run until a fact holds."""
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110 - what stands in a store comes with no event
            await asyncio.sleep(0.002)


async def test_a_canary_is_an_article_of_now(bench: Bench) -> None:
    assert await bench.sender().send()

    (article,) = bench.canaries()
    assert article.first_seen_at == NOW
    assert is_canary(article.feed_id)
    assert all(is_canary(record.key) for record in bench.records())


async def test_turn_after_turn_all_partitions_of_articles_have_a_canary(bench: Bench) -> None:
    sender = bench.sender()
    for _ in range(PARTITIONS):
        await sender.send()
        bench.clock.now += EVERY

    assert {record.position.partition for record in bench.records()} == set(range(PARTITIONS))


async def test_of_several_processes_one_sends(bench: Bench) -> None:
    first, second = bench.sender("first"), bench.sender("second")
    sent = []
    for _ in range(4):
        sent.append((await first.send(), await second.send()))
        bench.clock.now += EVERY

    assert sent == [(True, False)] * 4


async def test_another_process_takes_over_soon_after_the_first_is_gone(bench: Bench) -> None:
    first, second = bench.sender("first"), bench.sender("second")
    await first.send()
    bench.clock.now += EVERY * 1.2
    before = await second.send()
    bench.clock.now += EVERY * 0.25

    assert (before, await second.send()) == (False, True)


async def test_log_that_is_away_gets_one_canary_and_one_of_the_present(bench: Bench) -> None:
    bench.log = AwayLog(bench, 3, lambda: StoreUnavailableError("away"))
    await bench.sender().send()

    assert [article.first_seen_at for article in bench.canaries()] == [NOW + timedelta(minutes=30)]


async def test_leases_that_are_away_are_waited_for(bench: Bench) -> None:
    failures = 2

    class Away:
        def acquire(self, *args: Any, **kwargs: Any) -> Lease | None:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StoreUnavailableError("away")
            return bench.store.leases.acquire(*args, **kwargs)

    bench.leases = Away()

    assert await bench.sender().send()
    assert len(bench.canaries()) == 1


async def test_canaries_are_sent_until_the_stop_and_another_may_go_on_at_once(bench: Bench) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(bench.sender(every=AT_ONCE).run(stop))
    await until(lambda: len(bench.records()) >= 3)
    stop.set()
    await asyncio.wait_for(running, 5)

    assert bench.store.leases.acquire(LEASE_NAME, "another", seconds=1, now=NOW) is not None


async def test_stop_ends_the_wait_for_a_log_that_is_away(bench: Bench) -> None:
    bench.log = AwayLog(bench, 1_000_000, lambda: StoreUnavailableError("away"))
    stop = asyncio.Event()
    running = asyncio.create_task(bench.sender().run(stop))
    await until(lambda: bench.clock.now > NOW)
    stop.set()
    await asyncio.wait_for(running, 5)

    assert bench.records() == []


async def test_log_that_is_wrong_for_good_ends_the_loop(bench: Bench) -> None:
    bench.log = AwayLog(bench, 1, lambda: StoreError("cannot write: damaged"))

    with pytest.raises(StoreError, match="damaged"):
        await bench.sender().run(asyncio.Event())


async def test_switched_off_sends_nothing(bench: Bench) -> None:
    await bench.sender(every=timedelta(0)).run(asyncio.Event())

    assert bench.records() == []
    assert bench.store.leases.acquire(LEASE_NAME, "another", seconds=1, now=NOW) is not None
