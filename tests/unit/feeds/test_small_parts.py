"""Patience with a store, the watch over the network, the parser in its process, and a check of one feed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.errors import StoreError, StoreUnavailableError, WorkerDiedError, WorkFailedError, WorkTimedOutError
from monitor.core.feed import PollStatus
from monitor.core.ids import FeedId
from monitor.core.workers import WorkerPool
from monitor.feeds.articles import ReadArticles
from monitor.feeds.check import check_feed
from monitor.feeds.document_parser import DocumentRequest, PooledParser, parse_document, prepare_worker
from monitor.feeds.network_watch import FEEDS_THAT_MAKE_AN_OUTAGE, NetworkChange, NetworkWatch
from monitor.feeds.parse import ParseRequest
from monitor.feeds.patience import PatientCalls
from monitor.feeds.results import Exchange, FetchFailed, NotAFeed
from tests.unit.feeds.fakes import FakeFetcher, InlineParser
from tests.unit.feeds.making import FEED, NOW

DATA = Path(__file__).parents[2] / "data" / "feeds"


class FlakyStore:
    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def answer(self, value: int) -> int:
        self.calls += 1
        if self.calls <= self.failures:
            raise StoreUnavailableError("disk is full")
        return value


async def test_call_is_repeated_until_the_store_is_there_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = FlakyStore(failures=3)
    calls = PatientCalls(first_delay_seconds=0)

    assert await calls.call(store.answer, 7) == 7
    assert not calls.is_down
    assert [record.getMessage() for record in caplog.records] == [
        "store unavailable, polling waits",
        "works again",
    ]


async def test_while_one_call_probes_the_others_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    store = FlakyStore(failures=4)
    calls = PatientCalls(first_delay_seconds=0)
    answers = await asyncio.gather(*(calls.call(store.answer, n) for n in range(10)))

    assert answers == list(range(10))
    assert len(caplog.records) == 1


async def test_other_errors_are_raised_at_once() -> None:
    def broken() -> None:
        raise StoreError("no such table")

    with pytest.raises(StoreError, match="no such table"):
        await PatientCalls(first_delay_seconds=0).call(broken)


def watched(*statuses: tuple[str, PollStatus], feeds: int = 60) -> tuple[NetworkWatch, list[NetworkChange]]:
    watch = NetworkWatch()
    return watch, [watch.record(FeedId(name), status, feeds=feeds) for name, status in statuses]


def test_outage_is_told_once_and_so_is_its_end() -> None:
    silent = [(f"f{n}", PollStatus.DNS) for n in range(FEEDS_THAT_MAKE_AN_OUTAGE + 3)]
    watch, found = watched(*silent, ("f0", PollStatus.NOT_MODIFIED), ("f1", PollStatus.OK))

    assert found.count(NetworkChange.DOWN) == 1
    assert found[FEEDS_THAT_MAKE_AN_OUTAGE - 1] is NetworkChange.DOWN
    assert found[-2:] == [NetworkChange.BACK, NetworkChange.NONE]
    assert not watch.is_down


def test_feeds_that_were_silent_in_an_outage_are_named_at_its_end() -> None:
    watch, _ = watched(("a", PollStatus.TIMEOUT), ("b", PollStatus.DNS), ("c", PollStatus.HTTP_STATUS), feeds=2)

    assert watch.was_silent == ("a", "b")


@pytest.mark.parametrize(
    ("statuses", "feeds"),
    [
        ([("a", PollStatus.DNS)] * 20, 60),
        ([(f"f{n}", PollStatus.DNS) if n % 4 else ("x", PollStatus.OK) for n in range(40)], 60),
        ([(f"f{n}", PollStatus.HTTP_STATUS) for n in range(40)], 60),
        ([("a", PollStatus.DNS)], 2),
    ],
    ids=["one dead feed", "others answer", "servers that refuse", "half of two"],
)
def test_failing_feeds_are_no_outage(statuses: list[tuple[str, PollStatus]], feeds: int) -> None:
    watch, found = watched(*statuses, feeds=feeds)

    assert not watch.is_down
    assert set(found) == {NetworkChange.NONE}


def test_only_silence_is_excused_and_only_in_an_outage() -> None:
    watch, _ = watched(("a", PollStatus.DNS), feeds=1)

    assert watch.excuses(PollStatus.TIMEOUT)
    assert not watch.excuses(PollStatus.HTTP_STATUS)
    assert not NetworkWatch().excuses(PollStatus.TIMEOUT)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(1, prepare=prepare_worker)
    yield made
    made.close()


def request(body: bytes) -> DocumentRequest:
    return DocumentRequest(FEED, ParseRequest(body, FEED.url), NOW)


def test_feed_that_another_process_polls_by_now_makes_no_outage() -> None:
    silent = [(f"f{n}", PollStatus.DNS) for n in range(FEEDS_THAT_MAKE_AN_OUTAGE - 1)]
    watch, _ = watched(*silent)
    watch.forget(FeedId("f0"))
    watch.forget(FeedId("unknown"))

    assert watch.record(FeedId("last"), PollStatus.DNS, feeds=60) is NetworkChange.NONE
    assert watch.record(FeedId("one more"), PollStatus.DNS, feeds=60) is NetworkChange.DOWN


async def test_document_is_parsed_in_a_worker_as_it_is_here(pool: WorkerPool) -> None:
    body = (DATA / "atom10.xml").read_bytes()
    parsed = await PooledParser(pool, deadline_seconds=20).parse(request(body))

    assert isinstance(parsed, ReadArticles)
    assert parsed == parse_document(request(body))
    assert parsed.articles[0].title == "La tempête Orla approche"
    assert parsed.articles[0].body == "Les ports ferment.\nLes écoles aussi."


async def test_what_is_no_feed_comes_back_as_a_value(pool: WorkerPool) -> None:
    assert await PooledParser(pool, deadline_seconds=20).parse(request(b"")) == NotAFeed("an empty document")


async def test_parse_past_its_deadline_is_killed_and_the_next_one_works(pool: WorkerPool) -> None:
    items = "".join(f"<item><guid>{n}</guid><title>x</title></item>" for n in range(40_000))
    slow = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()

    with pytest.raises(WorkTimedOutError):
        await PooledParser(pool, deadline_seconds=0.2).parse(request(slow))
    assert isinstance(await PooledParser(pool, deadline_seconds=20).parse(request(b"<rss/>")), ReadArticles)


RSS = (DATA / "rss20.xml").read_bytes()


async def test_check_tells_what_a_feed_holds() -> None:
    found = await check_feed(FEED, fetcher=FakeFetcher({FEED.url: RSS}), parser=InlineParser(), clock=lambda: NOW)

    assert (found.status, found.detail, found.entries) == (PollStatus.OK, "", 2)
    assert (found.title, found.lang) == ("Harbour Gazette", "en")
    assert found.newest_at == NOW - timedelta(hours=3)


@pytest.mark.parametrize(
    ("answer", "crash", "status", "detail"),
    [
        (b"<html></html>", None, PollStatus.NOT_A_FEED, "an HTML page"),
        (b"<rss version='2.0'/>", None, PollStatus.OK, "the feed holds no entries"),
        (FetchFailed(Exchange(FEED.url, 0.1), PollStatus.DNS, "unknown"), None, PollStatus.DNS, "unknown"),
        (RSS, WorkTimedOutError("slow"), PollStatus.PARSE_TIMEOUT, "slow"),
        (RSS, WorkerDiedError("gone"), PollStatus.PARSE_CRASH, "gone"),
        (RSS, WorkFailedError("MemoryError"), PollStatus.PARSE_CRASH, "MemoryError"),
    ],
    ids=["page", "empty", "unreachable", "slow", "deadly", "greedy"],
)
async def test_check_tells_what_is_wrong(
    answer: bytes | FetchFailed, crash: Exception | None, status: PollStatus, detail: str
) -> None:
    fetcher = FakeFetcher({FEED.url: answer})
    found = await check_feed(FEED, fetcher=fetcher, parser=InlineParser(fails_with=crash), clock=lambda: NOW)

    assert (found.status, found.detail) == (status, detail)
