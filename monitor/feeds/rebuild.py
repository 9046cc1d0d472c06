"""Rebuilds what is remembered of feeds from the `articles` topic. Fetches nothing and appends nothing.

So the next poll is no first one: what it finds beyond the log is news, and what it finds on the log is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from monitor.core.article import Article
from monitor.core.canary import is_canary
from monitor.core.codec import decode_article
from monitor.core.errors import BadRecordError
from monitor.core.feed import EntryState, FeedChange, FeedState
from monitor.core.ids import ArticleId, FeedId
from monitor.core.ports import FeedStates
from monitor.core.record import Topic
from monitor.core.walk import ReadableLog, records_before
from monitor.feeds.changes import (
    DIGEST_KEPT_AFTER_LEAVING,
    MAX_REMEMBERED,
    MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING,
)

_BOUND_EVERY = 1_000  # versions of one feed: what cannot be kept should not fill the memory until the end


@dataclass
class Logged:
    """What the log tells of one feed.

    Attributes:
        entries: As their last version has them, the one that came last at the end.
        articles: Versions on the log.
        first_at, last_at: When the first and the last of them was first seen.
    """

    entries: dict[ArticleId, EntryState] = field(default_factory=dict)
    articles: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    def add(self, article: Article) -> None:
        """Take in the next version on the log.

        Its revision is never lower than one before: a poll that knew nothing of the entry has counted anew.
        """
        before = self.entries.pop(article.id, None)
        seen_at = article.first_seen_at
        self.entries[article.id] = EntryState(
            digest=article.digest,
            revision=max(article.revision, before.revision if before else 1),
            text=article.text(),
            last_in_feed_at=seen_at,
        )
        self.articles += 1
        self.first_at = min(self.first_at or seen_at, seen_at)
        self.last_at = max(self.last_at or seen_at, seen_at)


@dataclass
class FeedsRebuilt:
    """What was found and done.

    Attributes:
        fine: Feeds whose state is there and lacks nothing that the log knows.
        rebuilt: Feeds that had no state.
        completed: Feeds whose state lacked entries, or was behind in them.
        entries: Remembered entries that were written.
        unknown: Wanted feeds of which neither a state nor the log knows anything: their next poll is a first one.
    """

    fine: set[FeedId] = field(default_factory=set)
    rebuilt: set[FeedId] = field(default_factory=set)
    completed: set[FeedId] = field(default_factory=set)
    entries: int = 0
    unknown: set[FeedId] = field(default_factory=set)


def rebuild_feeds(
    log: ReadableLog,
    states: FeedStates,
    wanted: Iterable[FeedId],
    save: Callable[[FeedChange], None],
    *,
    now: datetime,
) -> FeedsRebuilt:
    """Bring each feed's state to what the log knows. Blocks while it goes through the log, a partition at a time.

    What is done twice changes nothing the second time. Where the topic has grown, a feed's articles are on two
    partitions, and its state is completed from each.

    Args:
        wanted: The feeds in the settings.
        save: Called for each feed that lacks something.

    Raises:
        NewerSchemaError: A newer Tocsin wrote an article.
        StoreUnavailableError: A store cannot be used for now.
    """
    done = FeedsRebuilt(fine=set(states.load_all()))
    had_state = frozenset(done.fine)
    is_whole = _is_whole(log)
    for partition in range(log.partitions(Topic.ARTICLES)):
        for feed_id, logged in _logged(log, partition).items():
            change = _change(feed_id, logged, states, is_whole=is_whole, now=now)
            if change is None:
                continue
            (done.completed if feed_id in had_state else done.rebuilt).add(feed_id)
            done.entries += len(change.put)
            save(change)
    done.fine -= done.completed
    done.unknown = set(wanted) - had_state - done.rebuilt
    return done


def _is_whole(log: ReadableLog) -> bool:
    """Whether nothing was deleted yet: then an entry that the log does not know was never seen."""
    return all(log.bounds(Topic.ARTICLES, number)[0] == 0 for number in range(log.partitions(Topic.ARTICLES)))


def _logged(log: ReadableLog, partition: int) -> dict[FeedId, Logged]:
    feeds: dict[FeedId, Logged] = {}
    for article in _articles(log, partition):
        logged = feeds.setdefault(article.feed_id, Logged())
        logged.add(article)
        if logged.articles % _BOUND_EVERY == 0:
            logged.entries = _bounded(logged.entries, MAX_REMEMBERED)
    return feeds


def _articles(log: ReadableLog, partition: int) -> Iterator[Article]:
    for record in records_before(log, Topic.ARTICLES, partition):
        if is_canary(record.key):
            continue  # of no feed
        try:
            yield decode_article(record.value, str(record.position))
        except BadRecordError:
            continue  # matching put it aside


def _change(feed_id: FeedId, logged: Logged, states: FeedStates, *, is_whole: bool, now: datetime) -> FeedChange | None:
    state = states.load(feed_id)
    if state is None:
        return FeedChange(feed_id=feed_id, state=_state(logged, is_whole), put=_bounded(logged.entries, MAX_REMEMBERED))
    lacking = _lacking(states.load_entries(feed_id), logged.entries, now)
    return FeedChange(feed_id=feed_id, state=state, put=lacking) if lacking else None


def _state(logged: Logged, is_whole: bool) -> FeedState:
    """A state as after a poll, due at once. Its address stays open: the feed is taken to be where the settings say."""
    return FeedState(
        last_poll_at=logged.last_at,
        last_success_at=logged.last_at,
        last_new_at=logged.last_at,
        polled_once=True,
        known_since=None if is_whole else logged.first_at,
        articles_total=logged.articles,
    )


def _lacking(
    there: Mapping[ArticleId, EntryState], logged: dict[ArticleId, EntryState], now: datetime
) -> dict[ArticleId, EntryState]:
    """What a state that is there lacks, but for what it may have forgotten rightly."""
    kept_since = now - DIGEST_KEPT_AFTER_LEAVING
    lacking: dict[ArticleId, EntryState] = {}
    new = 0
    for entry_id, entry in reversed(logged.items()):
        before = there.get(entry_id)
        if before is None:
            if entry.last_in_feed_at < kept_since or len(there) + new >= MAX_REMEMBERED:
                continue
            new += 1
        elif before.revision >= entry.revision:
            continue
        lacking[entry_id] = entry
    return _bounded(dict(reversed(lacking.items())), MAX_REMEMBERED)


def _bounded(entries: dict[ArticleId, EntryState], limit: int) -> dict[ArticleId, EntryState]:
    """The last `limit` entries; of these, the first lose their texts where all are too long to be kept."""
    bounded: list[tuple[ArticleId, EntryState]] = []
    size = 0
    for entry_id, entry in reversed(entries.items()):
        if len(bounded) == limit:
            break
        text = entry.text
        size += len(text.title) + len(text.summary) + len(text.body or "") if text else 0
        is_too_long = size > MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING
        bounded.append((entry_id, msgspec.structs.replace(entry, text=None) if is_too_long else entry))
    return dict(reversed(bounded))
