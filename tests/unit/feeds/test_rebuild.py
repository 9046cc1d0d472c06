"""What is remembered of feeds, lost and rebuilt from the log: the next poll is no first one."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from monitor.core.article import Article
from monitor.core.codec import encode
from monitor.core.feed import EntryState, Feed, FeedChange, FeedState
from monitor.core.ids import ArticleId, FeedId
from monitor.core.record import NewRecord, Topic
from monitor.feeds.changes import DIGEST_KEPT_AFTER_LEAVING, MAX_REMEMBERED, MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING
from monitor.feeds.rebuild import FeedsRebuilt, rebuild_feeds
from monitor.storage.sqlite import EmbeddedStore, open_embedded
from tests.unit.feeds.making import FEED, NOW, an_article, remembered
from tests.unit.feeds.test_poll import Bench, rss

DAY = timedelta(days=1)
OTHER = Feed(id=FeedId("herald"), url="https://herald.example/rss.xml")


class Loss(Bench):
    """A bench whose states can be lost while its log is kept."""

    def __init__(self) -> None:
        super().__init__(with_etags=False)
        self.stores = [self.store]
        self.saved: list[FeedChange] = []

    def loses_states(self) -> None:
        other: EmbeddedStore = open_embedded(None, prefix="test", article_partitions=1, clock=self.clock)
        self.stores.append(other)
        self.states = other.feed_states
        lease = other.leases.acquire("recover", "here", seconds=60, now=NOW)
        assert lease is not None
        self.lease = lease

    def rebuilds(self, *wanted: FeedId) -> FeedsRebuilt:
        def save(change: FeedChange) -> None:
            self.saved.append(change)
            self.states.save(change, self.lease)

        return rebuild_feeds(self.store.log, self.states, wanted or [FEED.id], save, now=self.clock())

    def logs(self, *articles: Article) -> None:
        self.store.log.append([NewRecord(Topic.ARTICLES, one.feed_id, encode(one)) for one in articles])

    def entries(self) -> dict[ArticleId, EntryState]:
        return dict(self.states.load_entries(FEED.id))


@pytest.fixture(name="bench")
def _bench() -> Loss:
    return Loss()


async def test_known_entries_are_not_appended_again_and_new_ones_are_no_backfill(bench: Loss) -> None:
    await bench.poll(rss(("a", "A"), ("b", "B"), age_minutes=600))
    bench.loses_states()

    done = bench.rebuilds()
    outcome = await bench.poll(rss(("c", "C"), ("a", "A"), ("b", "B"), age_minutes=300))

    assert (done.rebuilt, done.completed, done.fine, done.entries) == ({FEED.id}, set(), set(), 2)
    assert [(one.title, one.revision, one.backfill) for one in outcome.published] == [("C", 1, False)]
    assert outcome.state.url == FEED.url


async def test_an_edit_made_meanwhile_is_an_edit(bench: Loss) -> None:
    await bench.poll(rss(("a", "First")))
    await bench.poll(rss(("a", "Second")))
    bench.loses_states()
    bench.rebuilds()

    outcome = await bench.poll(rss(("a", "Third")))

    [edit] = outcome.published
    assert (edit.title, edit.revision, edit.backfill) == ("Third", 3, False)
    assert edit.previous is not None
    assert edit.previous.title == "Second"


async def test_a_state_that_is_whole_stays_and_a_second_run_does_nothing(bench: Loss) -> None:
    await bench.poll(rss(("a", "A"), ("b", "B")))
    state, entries = bench.state(), bench.entries()

    assert bench.rebuilds().fine == {FEED.id}
    assert (bench.saved, bench.state(), bench.entries()) == ([], state, entries)

    bench.loses_states()
    bench.rebuilds()
    bench.saved.clear()
    assert bench.rebuilds().fine == {FEED.id}
    assert bench.saved == []


async def test_a_state_from_a_backup_is_completed_and_keeps_what_it_knows(bench: Loss) -> None:
    await bench.poll(rss(("a", "A"), ("b", "B")))
    backup = FeedChange(feed_id=FEED.id, state=bench.state(), put=bench.entries())
    await bench.poll(rss(("c", "C"), ("a", "A, edited"), ("b", "B")))
    bench.loses_states()
    bench.states.save(backup, bench.lease)

    done = bench.rebuilds()
    outcome = await bench.poll(rss(("c", "C"), ("a", "A, edited"), ("b", "B")))

    assert (done.completed, done.entries) == ({FEED.id}, 2)
    assert bench.saved[0].state == backup.state
    assert outcome.published == ()


async def test_a_first_poll_that_came_before_the_recovery_is_mended(bench: Loss) -> None:
    await bench.poll(rss(("a", "First")))
    await bench.poll(rss(("a", "Second")))
    bench.loses_states()
    await bench.poll(rss(("a", "Second")))

    bench.rebuilds()
    outcome = await bench.poll(rss(("a", "Third")))

    assert [one.revision for one in outcome.published] == [3]


async def test_what_was_published_before_the_log_reaches_back_is_past_once(bench: Loss) -> None:
    await bench.poll(rss(("a", "A")))
    bench.clock.now += 20 * DAY
    await bench.poll(rss(("b", "B"), ("a", "A")))
    bench.store.trim({Topic.ARTICLES: 14 * DAY}, bench.clock.now)
    bench.loses_states()
    bench.rebuilds()

    first = await bench.poll(rss(("b", "B"), ("a", "A")))
    later = await bench.poll(rss(("c", "C"), ("b", "B"), ("a", "A")))

    assert [(one.title, one.backfill) for one in first.published] == [("A", True)]
    assert [(one.title, one.backfill) for one in later.published] == [("C", False)]
    assert bench.states.load(FEED.id).known_since is None


def test_only_a_log_that_forgot_something_leaves_a_time_before_which_all_is_past(bench: Loss) -> None:
    bench.logs(an_article("a"), an_article("b", now=NOW + DAY))
    bench.loses_states()
    bench.rebuilds()
    assert bench.saved[-1].state.known_since is None

    bench.store.log.trim(Topic.ARTICLES, NOW + timedelta(seconds=1))
    bench.logs(an_article("c", now=NOW + 2 * DAY), an_article("d", now=NOW + DAY))
    bench.loses_states()
    bench.rebuilds()

    state = bench.saved[-1].state
    assert (state.known_since, state.last_poll_at, state.last_new_at) == (NOW + DAY, NOW + 2 * DAY, NOW + 2 * DAY)
    assert (state.polled_once, state.articles_total, state.next_poll_at) == (True, 2, None)


def test_feeds_of_which_nothing_is_known_are_told(bench: Loss) -> None:
    bench.logs(an_article("a"))
    bench.loses_states()

    done = bench.rebuilds(FEED.id, OTHER.id)

    assert (done.rebuilt, done.unknown) == ({FEED.id}, {OTHER.id})


def test_texts_beyond_the_limit_are_dropped_the_oldest_first(bench: Loss) -> None:
    long = "x" * (MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING // 2)
    for entry in ("a", "b", "c"):
        bench.logs(msgspec.structs.replace(an_article(entry), summary=long[:-10]))
    bench.loses_states()
    bench.rebuilds()

    assert {entry_id: entry.text is not None for entry_id, entry in bench.entries().items()} == {
        "a": False,
        "b": True,
        "c": True,
    }


def test_no_more_entries_are_remembered_than_a_feed_may_have(bench: Loss) -> None:
    bench.logs(*(an_article(f"{number:05}") for number in range(MAX_REMEMBERED + 10)))
    bench.loses_states()

    bench.rebuilds()

    assert sorted(bench.entries())[0] == "00010"
    assert len(bench.entries()) == MAX_REMEMBERED
    assert bench.rebuilds().fine == {FEED.id}


def test_what_a_state_may_have_forgotten_is_not_missing(bench: Loss) -> None:
    old = an_article("old", now=NOW - DIGEST_KEPT_AFTER_LEAVING - DAY)
    bench.logs(old, an_article("a"))
    bench.states.save(
        FeedChange(feed_id=FEED.id, state=FeedState(), put={ArticleId("a"): remembered(an_article("a"))}), bench.lease
    )

    assert bench.rebuilds().fine == {FEED.id}


def test_records_that_are_no_articles_are_passed_over(bench: Loss) -> None:
    bench.store.log.append([NewRecord(Topic.ARTICLES, FEED.id, b"?")])
    bench.logs(an_article("a"))
    bench.loses_states()

    assert bench.rebuilds().entries == 1


def test_a_feed_on_two_partitions_of_a_topic_that_has_grown_is_whole() -> None:
    clock = Bench().clock
    with (
        open_embedded(None, prefix="test", article_partitions=8, clock=clock) as kept,
        open_embedded(None, prefix="test", article_partitions=8, clock=clock) as states,
    ):
        lease = states.leases.acquire("recover", "here", seconds=60, now=NOW)
        assert lease is not None
        # Under another key each, as under another count of partitions.
        kept.log.append([NewRecord(Topic.ARTICLES, "x", encode(an_article("a")))])
        kept.log.append([NewRecord(Topic.ARTICLES, FEED.id, encode(an_article("b")))])

        done = rebuild_feeds(
            kept.log, states.feed_states, [FEED.id], lambda change: states.feed_states.save(change, lease), now=NOW
        )

        assert (done.rebuilt, done.completed, done.entries) == ({FEED.id}, set(), 2)
        assert set(states.feed_states.load_entries(FEED.id)) == {"a", "b"}
