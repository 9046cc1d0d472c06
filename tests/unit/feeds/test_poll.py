"""One poll: what is appended, what is remembered, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from monitor.core.article import Article
from monitor.core.codec import decode_article
from monitor.core.errors import LeaseLostError, StoreError, StoreUnavailableError, WorkerDiedError, WorkFailedError
from monitor.core.feed import Feed, FeedState, PollStatus, Validators
from monitor.core.metrics import Metrics
from monitor.core.ports import Lease
from monitor.core.record import NewRecord, Position, Topic
from monitor.core.settings import PollSettings
from monitor.feeds.parse import MAX_ENTRIES
from monitor.feeds.patience import PatientCalls
from monitor.feeds.poll import FeedPoll, PollOutcome
from monitor.feeds.results import Exchange, FetchFailed
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.embedded import EmbeddedStore
from tests.unit.feeds.fakes import FakeClock, FakeFetcher, InlineParser
from tests.unit.feeds.making import FEED, NOW

SETTINGS = PollSettings(jitter=0)


def rss(*entries: tuple[str, str], age_minutes: float = 5) -> bytes:
    """A document of entries (id, title), newest first."""
    date = (NOW - timedelta(minutes=age_minutes)).isoformat()
    items = "".join(
        f"<item><guid isPermaLink='false'>{entry}</guid><title>{title}</title><dc:date>{date}</dc:date>"
        f"<link>https://gazette.example/{entry}</link></item>"
        for entry, title in entries
    )
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Gazette</title>"
        f"{items}</channel></rss>"
    ).encode()


class Bench:
    """A poll over a real store in memory."""

    def __init__(self, *, with_etags: bool = True) -> None:
        self.clock = FakeClock(NOW)
        self.store = EmbeddedStore(MemoryDatabase("test"), article_partitions=1, clock=self.clock)
        self.fetcher = FakeFetcher(with_etags=with_etags)
        self.parser = InlineParser()
        self.metrics = Metrics()
        self.log: Any = self.store.log
        self.states: Any = self.store.feed_states
        lease = self.store.leases.acquire("poll/0", "here", seconds=60, now=NOW)
        assert lease is not None
        self.lease: Lease = lease

    async def poll(
        self, document: bytes | FetchFailed, *, feed: Feed = FEED, excused: bool = False, in_full: bool = False
    ) -> PollOutcome:
        self.fetcher.documents[feed.url] = document
        poll = FeedPoll(
            settings=SETTINGS,
            fetcher=self.fetcher,
            parser=self.parser,
            log=self.log,
            states=self.states,
            metrics=self.metrics,
            clock=self.clock,
            calls=PatientCalls(first_delay_seconds=0),
        )
        before = await poll.load(feed)
        obtained = await poll.obtain(feed, before, in_full=in_full)
        return await poll.keep(feed, before, obtained, self.lease, excused=excused)

    def articles(self) -> list[Article]:
        records = self.store.log.read(Topic.ARTICLES, 0, 0, 1_000)
        return [decode_article(record.value, "test") for record in records]

    def titles(self) -> list[tuple[str, int]]:
        return [(article.title, article.revision) for article in self.articles()]

    def state(self) -> FeedState:
        state = self.store.feed_states.load(FEED.id)
        assert state is not None
        return state

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.store.close()


def failing(status: PollStatus = PollStatus.HTTP_STATUS, *, retry_after: float | None = None) -> FetchFailed:
    return FetchFailed(Exchange(FEED.url, 0.1), status, "the server answered 503", 503, retry_after)


async def test_first_document_is_appended_oldest_first_and_remembered(bench: Bench) -> None:
    outcome = await bench.poll(rss(("b", "Newer"), ("a", "Older")))

    assert bench.titles() == [("Older", 1), ("Newer", 1)]
    assert (outcome.status, outcome.new, outcome.backfill) == (PollStatus.OK, 2, 0)
    assert bench.state().polled_once
    assert (bench.state().title, bench.state().entries, bench.state().articles_total) == ("Gazette", 2, 2)
    assert len(bench.store.feed_states.load_entries(FEED.id)) == 2
    assert {record.key for record in bench.store.log.read(Topic.ARTICLES, 0, 0, 9)} == {FEED.id}


async def test_old_entries_of_the_first_document_are_backfill_and_of_the_second_news(bench: Bench) -> None:
    first = await bench.poll(rss(("a", "Old"), age_minutes=300))
    second = await bench.poll(rss(("b", "Late"), ("a", "Old"), age_minutes=300))

    assert (first.new, first.backfill) == (0, 1)
    assert (second.new, second.backfill) == (1, 0)
    assert [article.backfill for article in bench.articles()] == [True, False]
    assert bench.count("tocsin_articles_total", kind="backfill") == 1
    assert bench.count("tocsin_publisher_lag_seconds_count") == 1


async def test_edit_follows_with_the_text_before(bench: Bench) -> None:
    await bench.poll(rss(("a", "Dam holds")))
    outcome = await bench.poll(rss(("a", "Dam breaks")))

    assert bench.titles() == [("Dam holds", 1), ("Dam breaks", 2)]
    assert bench.articles()[1].previous == bench.articles()[0].text()
    assert outcome.changed == 1


async def test_unchanged_feed_costs_no_parse(bench: Bench) -> None:
    await bench.poll(rss(("a", "Title")))
    outcome = await bench.poll(rss(("a", "Title")))

    assert outcome.status is PollStatus.NOT_MODIFIED
    assert bench.fetcher.requests[1][1].etag
    assert bench.parser.parsed == 1
    assert bench.titles() == [("Title", 1)]


async def test_same_bytes_without_validators_cost_no_parse(bench: Bench) -> None:
    bench.fetcher.with_etags = False
    await bench.poll(rss(("a", "Title")))

    assert (await bench.poll(rss(("a", "Title")))).status is PollStatus.UNCHANGED
    assert bench.parser.parsed == 1


async def test_asking_in_full_sends_no_validators(bench: Bench) -> None:
    await bench.poll(rss(("a", "Title")))
    outcome = await bench.poll(rss(("a", "Title")), in_full=True)

    assert bench.fetcher.requests[1][1] == Validators()
    assert outcome.status is PollStatus.UNCHANGED


async def test_failures_are_counted_back_off_and_end(bench: Bench) -> None:
    good = rss(("a", "Title"))
    await bench.poll(good)
    first = await bench.poll(failing())
    second = await bench.poll(failing())
    after = await bench.poll(good)

    assert (first.state.failures, second.state.failures, after.state.failures) == (1, 2, 0)
    assert first.state.next_poll_at == NOW + timedelta(minutes=10)
    assert second.state.next_poll_at == NOW + timedelta(minutes=20)
    assert (first.failed_newly, second.failed_newly) == (True, False)
    assert second.state.detail == "the server answered 503"
    assert after.status is PollStatus.NOT_MODIFIED


async def test_server_that_asks_to_wait_is_obeyed(bench: Bench) -> None:
    assert (await bench.poll(failing(retry_after=3 * 3600))).state.next_poll_at == NOW + timedelta(hours=3)


async def test_failure_of_the_network_is_not_held_against_the_feed(bench: Bench) -> None:
    outcome = await bench.poll(failing(PollStatus.DNS), excused=True)

    assert outcome.state.failures == 0
    assert outcome.state.next_poll_at == NOW + timedelta(minutes=5)


async def test_document_whose_worker_died_once_by_chance_is_read(bench: Bench) -> None:
    bench.parser.fails_with = WorkerDiedError("killed by the system")
    bench.parser.fails_times = 1

    outcome = await bench.poll(rss(("a", "News")))

    assert outcome.status is PollStatus.OK
    assert bench.titles() == [("News", 1)]


async def test_document_that_the_parser_stumbles_over_fails_its_feed_only(bench: Bench) -> None:
    bench.parser.fails_with = WorkFailedError("MemoryError: ")

    outcome = await bench.poll(rss(("a", "News")))

    assert (outcome.status, outcome.detail) == (PollStatus.PARSE_CRASH, "MemoryError: ")


async def test_entries_that_become_no_article_are_counted(bench: Bench) -> None:
    await bench.poll(rss(*((str(number), "News") for number in range(MAX_ENTRIES + 3))))
    await bench.poll(b"<rss version='2.0'><channel><item><guid isPermaLink='false'>1</guid></item></channel></rss>")

    def left_out(reason: str) -> float | None:
        return bench.metrics.registry.get_sample_value("tocsin_entries_left_out_total", {"reason": reason})

    assert (left_out("beyond_limit"), left_out("empty")) == (3, 1)


async def test_document_that_stays_unreadable_stays_explained(bench: Bench) -> None:
    bench.fetcher.with_etags = False
    page = b"<html><body>Sorry</body></html>"
    polls = [await bench.poll(page) for _ in range(3)]

    assert {(poll.status, poll.detail) for poll in polls} == {(PollStatus.NOT_A_FEED, "an HTML page")}
    assert bench.parser.parsed == 1


async def test_feed_at_a_new_address_is_asked_without_what_the_old_one_said(bench: Bench) -> None:
    await bench.poll(rss(("a", "News")))
    moved = msgspec.structs.replace(FEED, url="https://gazette.example/new.xml")
    document = rss(("a", "News"), ("b", "Long ago"), age_minutes=600)

    outcome = await bench.poll(document, feed=moved)

    assert bench.fetcher.requests[-1] == (moved.url, Validators())
    assert [(article.title, article.backfill) for article in outcome.published] == [("Long ago", True)]
    assert bench.state().url == moved.url


async def test_document_that_kills_its_worker_is_not_parsed_again(bench: Bench) -> None:
    bench.fetcher.with_etags = False
    bench.parser.fails_with = WorkerDiedError("gone")
    deadly = rss(("a", "Deadly"))
    first = await bench.poll(deadly)
    await bench.poll(failing())
    again = await bench.poll(deadly)

    assert (first.status, again.status) == (PollStatus.PARSE_CRASH, PollStatus.PARSE_CRASH)
    assert bench.parser.parsed == 2  # twice at first: once may be chance

    bench.parser.fails_with = None
    mended = await bench.poll(rss(("a", "Mended")))

    assert mended.status is PollStatus.OK
    assert bench.titles() == [("Mended", 1)]


async def test_validators_of_an_unreadable_document_are_not_kept(bench: Bench) -> None:
    good = rss(("a", "Title"))
    await bench.poll(good)
    kept = bench.state().validators
    page = await bench.poll(b"<html>maintenance</html>")

    assert (page.status, page.detail) == (PollStatus.NOT_A_FEED, "an HTML page")
    assert bench.state().validators == kept
    assert bench.state().polled_once


async def test_log_that_is_away_is_waited_for_and_nothing_is_lost(bench: Bench) -> None:
    failures = 3

    class AwayLog:
        def append(self, records: Sequence[NewRecord]) -> list[Position]:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StoreUnavailableError("disk full")
            return bench.store.log.append(records)

    bench.log = AwayLog()
    await bench.poll(rss(("b", "Newer"), ("a", "Older")))

    assert bench.titles() == [("Older", 1), ("Newer", 1)]
    assert len(bench.fetcher.requests) == 1


async def test_crash_between_append_and_save_appends_again_under_the_same_id(bench: Bench) -> None:
    class CrashingStates:
        load = bench.store.feed_states.load
        load_entries = bench.store.feed_states.load_entries

        def save(self, change: object, lease: object) -> None:
            raise StoreError("power cut")

    whole, bench.states = bench.states, CrashingStates()
    with pytest.raises(StoreError, match="power cut"):
        await bench.poll(rss(("a", "Title")))
    bench.states = whole
    await bench.poll(rss(("a", "Title")))
    one, repeat = bench.articles()

    assert (one.id, one.revision, one.digest) == (repeat.id, repeat.revision, repeat.digest)


async def test_poll_under_a_lost_lease_saves_nothing(bench: Bench) -> None:
    bench.store.leases.acquire("poll/0", "elsewhere", seconds=60, now=NOW + timedelta(hours=1))

    with pytest.raises(LeaseLostError):
        await bench.poll(rss(("a", "Title")))
    assert bench.store.feed_states.load(FEED.id) is None


async def test_every_poll_is_counted_by_how_it_ended(bench: Bench) -> None:
    await bench.poll(rss(("a", "Title")))
    await bench.poll(failing())

    assert bench.count("tocsin_feed_polls_total", status="ok") == 1
    assert bench.count("tocsin_feed_polls_total", status="http_status") == 1
    assert bench.count("tocsin_fetch_duration_seconds_count") == 2
    assert bench.count("tocsin_parse_duration_seconds_count") == 1


async def test_time_of_an_append_is_measured_with_its_wait(bench: Bench) -> None:
    class Away:
        is_away = True

        def append(self, records: Sequence[NewRecord]) -> list[Position]:
            bench.clock.now += timedelta(seconds=20)
            if self.is_away:
                self.is_away = False
                raise StoreUnavailableError("away")
            return bench.store.log.append(records)

    bench.log = Away()
    await bench.poll(rss(("a", "One")))
    await bench.poll(rss(("a", "One")))

    assert bench.count("tocsin_append_duration_seconds_sum") == 40.0
    assert bench.count("tocsin_append_duration_seconds_count") == 1  # nothing new, nothing appended
