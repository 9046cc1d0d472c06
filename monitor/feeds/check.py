"""Try a feed once and tell what came: for `tocsin feeds check`. Writes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from monitor.core.clock import Clock
from monitor.core.feed import Feed, PollStatus
from monitor.core.ids import FeedId
from monitor.feeds.articles import ReadArticles
from monitor.feeds.document_parser import DocumentParser, DocumentRequest, Unreadable, read_document
from monitor.feeds.fetch import DocumentFetcher
from monitor.feeds.parse import ParseRequest
from monitor.feeds.results import FetchFailed, NotModified


@dataclass(frozen=True, kw_only=True)
class FeedCheck:
    """What one try of a feed showed.

    Attributes:
        url: Where the answer came from, redirects followed.
        moved_to: Set when the server says that the feed has moved there for good.
        newest_at: The latest date of an entry.
        lang: What most of its articles are in.
    """

    feed_id: FeedId
    url: str
    status: PollStatus
    detail: str
    duration_seconds: float
    moved_to: str | None = None
    entries: int = 0
    newest_at: datetime | None = None
    lang: str = "und"
    title: str = ""


async def check_feed(feed: Feed, *, fetcher: DocumentFetcher, parser: DocumentParser, clock: Clock) -> FeedCheck:
    """Fetch and parse the feed once; failures are values."""
    result = await fetcher.fetch(feed.url)
    exchange = result.exchange
    moved = exchange.redirects and all(status in {301, 308} for status, _ in exchange.redirects)

    def told(status: PollStatus, detail: str, read: ReadArticles | None = None) -> FeedCheck:
        articles = read.articles if read else ()
        languages = Counter(article.lang for article in articles)
        return FeedCheck(
            feed_id=feed.id,
            url=exchange.url,
            status=status,
            detail=detail,
            duration_seconds=exchange.duration_seconds,
            moved_to=exchange.url if moved and not status.is_failure else None,
            entries=read.entries if read else 0,
            newest_at=max((a.published_at for a in articles if a.published_at is not None), default=None),
            lang=languages.most_common(1)[0][0] if languages else "und",
            title=read.title if read else "",
        )

    if isinstance(result, FetchFailed):
        return told(result.status, result.detail)
    if isinstance(result, NotModified):
        return told(PollStatus.NOT_MODIFIED, "")
    read = await read_document(parser, DocumentRequest(feed, ParseRequest.of(result), clock()))
    if isinstance(read, Unreadable):
        return told(read.status, read.detail)
    return told(PollStatus.OK, "" if read.articles else "the feed holds no entries", read)
