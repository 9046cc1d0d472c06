"""An article: a feed entry made ours, clean, dated and with an id."""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor.core.ids import ArticleId, Digest, FeedId

ARTICLE_SCHEMA = 1
UNKNOWN_LANGUAGE = "und"
MAX_BODY_BYTES = 256_000  # UTF-8; longer bodies are cut, and counted


class ArticleText(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one version of an article, as plain text: paragraphs are parted by newlines."""

    title: str
    summary: str
    body: str | None = None


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one entry of one feed.

    Attributes:
        id: Hash of the feed id and the entry id (else the canonical URL, else title and text).
        publisher: The owner family that speaks here: BBC News and BBC Sport are one voice.
        canonical_url: The URL without what only tracks; equal for the same page in two feeds.
        lang: BCP 47 primary language (`en`), or `und` when nobody says.
        published_at: What the publisher says, aware UTC; None when it says nothing that can be believed.
        first_seen_at: When this version was first seen, aware UTC: the time that streams are ordered by.
        revision: 1 for the first version of the entry, one more for each edit.
        digest: Hash of title, summary and body, without times that we stamp.
        previous: The text of the version before, on an edit.
        backfill: It stood in the feed before we began to watch (DESIGN: first poll); opens no alert.
    """

    schema: int = ARTICLE_SCHEMA
    id: ArticleId
    feed_id: FeedId
    publisher: str
    url: str
    canonical_url: str
    title: str
    summary: str
    body: str | None = None
    lang: str = UNKNOWN_LANGUAGE
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    first_seen_at: datetime
    revision: int = 1
    digest: Digest
    previous: ArticleText | None = None
    backfill: bool = False

    def text(self) -> ArticleText:
        """The words of this version."""
        return ArticleText(title=self.title, summary=self.summary, body=self.body)
