"""Builders of values for the tests of feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.core.article import Article
from monitor.core.feed import EntryState, Feed
from monitor.core.ids import ArticleId, FeedId
from monitor.feeds.articles import text_digest

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEED = Feed(id=FeedId("gazette"), url="https://gazette.example/rss.xml")


def an_article(
    entry: str,
    title: str = "A title",
    *,
    url: str | None = None,
    age: timedelta | None = timedelta(minutes=5),
    now: datetime = NOW,
) -> Article:
    """An article as parsing leaves it; `age` is how long ago it was published."""
    page = url or f"https://gazette.example/{entry}"
    return Article(
        id=ArticleId(entry),
        feed_id=FEED.id,
        publisher="gazette.example",
        url=page,
        canonical_url=page,
        title=title,
        summary="",
        published_at=None if age is None else now - age,
        first_seen_at=now,
        digest=text_digest(title, "", None),
    )


def remembered(article: Article, *, revision: int = 1, left_at: datetime | None = None) -> EntryState:
    """The memory of an article that was published."""
    return EntryState(
        digest=article.digest,
        revision=revision,
        text=article.text(),
        last_in_feed_at=article.first_seen_at,
        left_at=left_at,
    )
