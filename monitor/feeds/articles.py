"""Entry to article: clean, dated, with an id and a digest. Knows no store: what is new is decided elsewhere."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from monitor.core.article import MAX_BODY_BYTES, Article
from monitor.core.feed import Feed
from monitor.core.ids import ArticleId, Digest, content_hash
from monitor.feeds.dates import DateReason, ParsedDate, parse_date
from monitor.feeds.plain_text import one_line_text, plain_text
from monitor.feeds.publishers import publisher_of
from monitor.feeds.results import Markup, ParsedEntry, ParsedFeed
from monitor.feeds.urls import canonical_url

MAX_AUTHORS = 20
MAX_AUTHOR_CHARACTERS = 200
TITLE_WORDS = 12  # of the text, when an entry has no title


@dataclass(frozen=True)
class ReadArticles:
    """What a document brought, as articles in document order; all stand at revision 1 until compared.

    Attributes:
        entries: Entries in the document, before any was left out.
        body_cuts: Articles whose text was cut to the size limit.
        empty: Entries without any text and link, which cannot be articles.
    """

    title: str
    lang: str
    articles: tuple[Article, ...]
    entries: int
    entries_cut: int = 0
    body_cuts: int = 0
    empty: int = 0


def read_articles(feed: Feed, parsed: ParsedFeed, *, fetched_at: datetime) -> ReadArticles:
    """The articles of a parsed document."""
    articles: list[Article] = []
    cuts = 0
    for entry in parsed.entries:
        made = make_article(feed, parsed, entry, fetched_at=fetched_at)
        if made is not None:
            articles.append(made[0])
            cuts += made[1]
    return ReadArticles(
        title=one_line_text(Markup(parsed.title)),
        lang=primary_language(parsed.lang) or "und",
        articles=tuple(articles),
        entries=len(parsed.entries) + parsed.entries_cut,
        entries_cut=parsed.entries_cut,
        body_cuts=cuts,
        empty=len(parsed.entries) - len(articles),
    )


def make_article(
    feed: Feed, parsed: ParsedFeed, entry: ParsedEntry, *, fetched_at: datetime
) -> tuple[Article, bool] | None:
    """The article of an entry, and whether its text was cut; None for an entry that holds neither text nor link."""
    title, summary, body, was_cut = _texts(entry)
    if not (title or entry.url):
        return None
    canonical = canonical_url(entry.url)
    digest = text_digest(title, summary, body)
    article = Article(
        id=_article_id(feed, entry, canonical, digest),
        feed_id=feed.id,
        publisher=publisher_of(
            given=feed.publisher, article_url=entry.url, source_url=entry.source_url, feed_url=feed.url
        ),
        url=entry.url,
        canonical_url=canonical,
        title=title,
        summary=summary,
        body=body or None,
        lang=primary_language(entry.lang)
        or primary_language(parsed.lang)
        or primary_language(feed.lang or "")
        or "und",
        authors=_authors(entry),
        published_at=entry_date(entry, fetched_at=fetched_at).moment,
        first_seen_at=fetched_at,
        digest=digest,
    )
    return article, was_cut


def entry_date(entry: ParsedEntry, *, fetched_at: datetime) -> ParsedDate:
    """When the entry was published; when it was last changed where that is all it says."""
    published = parse_date(entry.published, fetched_at=fetched_at)
    if published.moment is not None:
        return published
    updated = parse_date(entry.updated, fetched_at=fetched_at)
    return updated if updated.reason is not DateReason.MISSING else published


def text_digest(title: str, summary: str, body: str | None) -> Digest:
    """The digest of the words: blanks, composition of letters and the order of entries make no difference."""
    return Digest(content_hash(*(_normal(text) for text in (title, summary, body or ""))))


def primary_language(tag: str) -> str:
    """`en` of `en-GB` or `EN_us`; empty for what is no language tag (BCP 47)."""
    primary = tag.strip().replace("_", "-").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) in {2, 3} else ""


def cut_to_bytes(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` UTF-8 bytes that ends between two characters."""
    raw = text.encode("utf-8")
    return text if len(raw) <= limit else raw[:limit].decode("utf-8", "ignore").rstrip()


def _texts(entry: ParsedEntry) -> tuple[str, str, str, bool]:
    """Title, summary, body, and whether one of them was cut."""
    summary = plain_text(entry.summary)
    body = plain_text(entry.content)
    if body == summary:
        body = ""
    title = one_line_text(entry.title) or one_line_text(Markup(first_words(summary or body)))
    kept = cut_to_bytes(summary, MAX_BODY_BYTES), cut_to_bytes(body, MAX_BODY_BYTES)
    return title, *kept, kept != (summary, body)


def first_words(text: str) -> str:
    """A title for an article without one: the beginning of its first line, at most `TITLE_WORDS`."""
    line = text.partition("\n")[0]
    words = line.split(maxsplit=TITLE_WORDS)
    return " ".join(words[:TITLE_WORDS]) + (" …" if len(words) > TITLE_WORDS else "")


def _article_id(feed: Feed, entry: ParsedEntry, canonical: str, digest: Digest) -> ArticleId:
    if entry.entry_id:
        return ArticleId(content_hash("entry", feed.id, entry.entry_id))
    if canonical:
        return ArticleId(content_hash("url", feed.id, canonical))
    return ArticleId(content_hash("text", feed.id, digest))


def _authors(entry: ParsedEntry) -> tuple[str, ...]:
    names = (one_line_text(Markup(name))[:MAX_AUTHOR_CHARACTERS] for name in entry.authors[:MAX_AUTHORS])
    return tuple(dict.fromkeys(name for name in names if name))


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
