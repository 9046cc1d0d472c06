"""One poll of one feed: fetch, parse, compare, append, save. Decides nothing about when, and keeps no schedule.

The order carries the promise that no fetched article is lost: the log has acknowledged the articles before the
feed's state says that they were seen. A crash between the two appends them again, under the same ids; so does a save
that is refused because the feed is another poller's by now. Whoever reads the log recognises such a repeat.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from monitor.core.article import Article
from monitor.core.clock import Clock
from monitor.core.codec import encode
from monitor.core.feed import Feed, FeedChange, FeedState, PollStatus, Validators
from monitor.core.metrics import Metrics
from monitor.core.ports import FeedStates, Lease, Log
from monitor.core.record import NewRecord, Topic
from monitor.core.settings import PollSettings
from monitor.feeds.articles import ReadArticles
from monitor.feeds.changes import Changes, changes
from monitor.feeds.document_parser import DocumentParser, DocumentRequest, Unreadable, read_document
from monitor.feeds.fetch import DocumentFetcher
from monitor.feeds.parse import ParseRequest
from monitor.feeds.patience import PatientCalls
from monitor.feeds.results import Fetched, FetchFailed, NotModified
from monitor.feeds.schedule import next_poll_at

FULL_FETCH_EVERY = timedelta(days=1)  # some servers answer 304 for ever; once a day we do not ask "changed since?"
_APPEND_AT_A_TIME = 200

_CONTENT_FAILURES = (PollStatus.NOT_A_FEED, PollStatus.PARSE_TIMEOUT, PollStatus.PARSE_CRASH)


@dataclass(frozen=True, kw_only=True)
class Obtained:
    """What fetching and parsing came to.

    Attributes:
        body_hash: To remember; None leaves what is remembered. One that failed to parse names its failure too,
            so that the same bytes are not parsed, and kill no worker, a second time.
        read: The articles, when there was a document to parse and it was a feed.
    """

    status: PollStatus
    at: datetime
    fetch_seconds: float
    detail: str = ""
    retry_after_seconds: float | None = None
    validators: Validators | None = None
    body_hash: str | None = None
    read: ReadArticles | None = None
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True)
class PollOutcome:
    """What one poll did, for the log line and the schedule."""

    feed: Feed
    status: PollStatus
    detail: str
    state: FeedState
    before: FeedState
    published: tuple[Article, ...] = field(default_factory=tuple)
    fetch_seconds: float = 0.0

    @property
    def new(self) -> int:
        """Articles that are news."""
        return sum(article.revision == 1 and not article.backfill for article in self.published)

    @property
    def changed(self) -> int:
        """Edits."""
        return sum(article.revision > 1 for article in self.published)

    @property
    def backfill(self) -> int:
        """Articles from before we watched."""
        return sum(article.backfill for article in self.published)

    @property
    def failed_newly(self) -> bool:
        """Whether this failure is another than the last."""
        return self.status.is_failure and self.status is not self.before.status


class FeedPoll:
    """The steps of a poll, over the adapters it was given and does not close."""

    def __init__(
        self,
        *,
        settings: PollSettings,
        fetcher: DocumentFetcher,
        parser: DocumentParser,
        log: Log,
        states: FeedStates,
        metrics: Metrics,
        clock: Clock,
        calls: PatientCalls,
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._parser = parser
        self._log = log
        self._states = states
        self._metrics = metrics
        self._clock = clock
        self._calls = calls
        self._jitter = random.Random()

    async def load(self, feed: Feed) -> FeedState:
        """What is remembered of the feed at its present address; waits for the store."""
        state = await self._calls.call(self._states.load, feed.id)
        return FeedState(url=feed.url) if state is None else _at(feed.url, state)

    async def obtain(self, feed: Feed, state: FeedState, *, in_full: bool = False) -> Obtained:
        """Fetch and, where the document is another than last time, parse. Changes nothing: may be cancelled."""
        result = await self._fetcher.fetch(feed.url, Validators() if in_full else state.validators)
        now = self._clock()
        seconds = result.exchange.duration_seconds
        self._metrics.fetch_duration.observe(seconds)
        match result:
            case NotModified():
                return Obtained(status=PollStatus.NOT_MODIFIED, at=now, fetch_seconds=seconds)
            case FetchFailed():
                return Obtained(
                    status=result.status,
                    at=now,
                    fetch_seconds=seconds,
                    detail=result.detail,
                    retry_after_seconds=result.retry_after_seconds,
                )
            case Fetched():
                return await self._read(feed, state, result, now)

    async def _read(self, feed: Feed, state: FeedState, fetched: Fetched, now: datetime) -> Obtained:
        body_hash = hashlib.blake2b(fetched.body, digest_size=16).hexdigest()
        seconds = fetched.exchange.duration_seconds
        known = _known_as(state, body_hash)
        if known is PollStatus.UNCHANGED:
            return Obtained(status=known, at=now, fetch_seconds=seconds, validators=fetched.validators)
        if known is not None:
            # The page goes on to say what is wrong with the document, where that is still known.
            detail = state.detail if state.status is known else "the same document as before"
            return Obtained(status=known, at=now, fetch_seconds=seconds, detail=detail)
        started = self._clock()
        read = await read_document(self._parser, DocumentRequest(feed, ParseRequest.of(fetched), now))
        self._metrics.parse_duration.observe(max(0.0, (self._clock() - started).total_seconds()))
        if isinstance(read, Unreadable):
            # Its validators are not kept: those of a document that we could not read would hide it from us for ever.
            return Obtained(
                status=read.status,
                at=now,
                fetch_seconds=seconds,
                detail=read.detail,
                body_hash=f"{read.status}:{body_hash}",
            )
        return Obtained(
            status=PollStatus.OK,
            at=now,
            fetch_seconds=seconds,
            validators=fetched.validators,
            body_hash=body_hash,
            read=read,
            is_whole=not fetched.is_delta,
        )

    async def keep(
        self, feed: Feed, before: FeedState, obtained: Obtained, lease: Lease, *, excused: bool = False
    ) -> PollOutcome:
        """Append what is new, wait until that is durable, then save the feed's state. Not to be cancelled lightly.

        Args:
            excused: A failure is the network's; the feed is not to be asked less often for it.

        Raises:
            LeaseLostError: Another process polls this feed by now; nothing was saved.
        """
        decided = await self._decide(feed, before, obtained)
        await self._append(feed, decided.publish)
        state = self._state_after(feed, before, obtained, decided, excused=excused)
        change = FeedChange(feed_id=feed.id, state=state, put=dict(decided.put), delete=decided.delete)
        await self._calls.call(self._states.save, change, lease)
        self._count(obtained, decided.publish)
        return PollOutcome(
            feed=feed,
            status=obtained.status,
            detail=obtained.detail,
            state=state,
            before=before,
            published=decided.publish,
            fetch_seconds=obtained.fetch_seconds,
        )

    async def _decide(self, feed: Feed, before: FeedState, obtained: Obtained) -> Changes:
        if obtained.read is None:
            return Changes()
        return changes(
            await self._calls.call(self._states.load_entries, feed.id),
            obtained.read.articles,
            is_first=not before.polled_once,
            is_whole=obtained.is_whole,
            now=obtained.at,
            backfill_age=self._settings.backfill_age,
            known_since=before.known_since,
        )

    async def _append(self, feed: Feed, articles: tuple[Article, ...]) -> None:
        records = [NewRecord(Topic.ARTICLES, feed.id, encode(article)) for article in articles]
        started = self._clock()
        for start in range(0, len(records), _APPEND_AT_A_TIME):
            await self._calls.call(self._log.append, records[start : start + _APPEND_AT_A_TIME])
        if records:
            self._metrics.append_duration.observe(max(0.0, (self._clock() - started).total_seconds()))

    def _state_after(
        self, feed: Feed, before: FeedState, obtained: Obtained, decided: Changes, *, excused: bool
    ) -> FeedState:
        has_failed = obtained.status.is_failure
        failures = before.failures + (not excused) if has_failed else 0
        state = msgspec.structs.replace(
            before,
            validators=before.validators if obtained.validators is None else obtained.validators,
            body_hash=before.body_hash if obtained.body_hash is None else obtained.body_hash,
            next_poll_at=next_poll_at(
                obtained.at,
                feed,
                self._settings,
                failures=0 if excused else failures,
                retry_after_seconds=obtained.retry_after_seconds,
                jitter=self._jitter.random(),
            ),
            last_poll_at=obtained.at,
            last_success_at=before.last_success_at if has_failed else obtained.at,
            last_new_at=obtained.at if decided.publish else before.last_new_at,
            failures=failures,
            status=obtained.status,
            detail=obtained.detail,
            articles_total=before.articles_total + len(decided.publish),
        )
        read = obtained.read
        if read is None:
            return state
        title = read.title or before.title
        return msgspec.structs.replace(state, polled_once=True, known_since=None, title=title, entries=read.entries)

    def _count(self, obtained: Obtained, published: tuple[Article, ...]) -> None:
        self._metrics.feed_polls.labels(obtained.status).inc()
        read = obtained.read
        if read is not None:
            self._metrics.body_cuts.inc(read.body_cuts)
            self._metrics.entries_left_out.labels("beyond_limit").inc(read.entries_cut)
            self._metrics.entries_left_out.labels("empty").inc(read.empty)
        for article in published:
            kind = "backfill" if article.backfill else "new" if article.revision == 1 else "changed"
            self._metrics.articles.labels(kind).inc()
            if kind == "new" and article.published_at is not None:
                lag = (article.first_seen_at - article.published_at).total_seconds()
                self._metrics.publisher_lag.observe(max(0.0, lag))


def _at(url: str, state: FeedState) -> FeedState:
    """The state for a feed at `url`: behind a new address stands, for all we know, another document.

    So its first poll is a first one again: what is old in it is no news. Entries stay remembered by their ids.
    """
    if state.url in {url, ""}:
        return msgspec.structs.replace(state, url=url)
    return msgspec.structs.replace(
        state, url=url, validators=Validators(), body_hash=None, polled_once=False, failures=0
    )


def _known_as(state: FeedState, body_hash: str) -> PollStatus | None:
    """How a document with this hash ended last time; None for another document."""
    if state.body_hash == body_hash:
        return PollStatus.UNCHANGED
    return next((status for status in _CONTENT_FAILURES if state.body_hash == f"{status}:{body_hash}"), None)
