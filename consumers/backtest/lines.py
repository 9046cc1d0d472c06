"""A line of JSON to an article, and the time at which a backtest takes it. Pure: knows no file and no clock.

Why stream time is the time of publication: an archive was fetched at one moment, or at none. Only an edit is taken at
the time it was seen, since its date is still that of the first version.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from consumers.matching.lines import MAX_LINE_BYTES
from monitor.core.article import MAX_BODY_BYTES, UNKNOWN_LANGUAGE, Article, ArticleText
from monitor.core.ids import ArticleId, FeedId
from monitor.feeds.articles import cut_to_bytes, first_words, primary_language, text_digest
from monitor.feeds.moments import moment_of
from monitor.feeds.publishers import publisher_of
from monitor.feeds.urls import canonical_url

UNKNOWN_FEED = FeedId("backtest")
UNKNOWN_PUBLISHER = "unknown"


class Previous(msgspec.Struct, frozen=True):
    """The words of the version before, where a line holds an edit."""

    title: str | None = None
    summary: str | None = None
    body: str | None = None


class Line(msgspec.Struct, frozen=True):
    """An article as `scan` takes it, with what decisions need besides. Unknown keys are ignored.

    Dates and names are of any type: a line that has something else there is an article without them.
    """

    id: str | int
    title: str | None = None
    summary: str | None = None
    body: str | None = None
    text: str | None = None
    url: str | None = None
    lang: str | None = None
    publisher: object = None
    source: object = None
    feed_id: object = None
    published_at: object = None
    date: object = None
    first_seen_at: object = None
    revision: object = None
    previous: Previous | None = None


_decoder = msgspec.json.Decoder(Line)


def read_line(raw: bytes) -> Line | str:
    """What stands on a line, or why it cannot be read."""
    if len(raw) > MAX_LINE_BYTES:
        return f"is longer than {MAX_LINE_BYTES} bytes"
    try:
        line = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return str(error)
    if not (line.title or line.summary or line.body or line.text):
        return "no words (allowed: title, summary, body, text)"
    return line


def stream_time(line: Line) -> datetime | None:
    """When the article is taken: at its publication, an edit when it was seen; None when the line has no such date."""
    published, seen = _published(line), moment_of(line.first_seen_at)
    if published is None or seen is None:
        return published or seen
    return max(published, seen) if _revision(line) > 1 or line.previous is not None else published


def article_of(line: Line, at: datetime) -> Article:
    """The article, seen for the first time at that moment; what was there before we watched is no backfill here."""
    summary = cut_to_bytes(line.summary or "", MAX_BODY_BYTES)
    body = cut_to_bytes("\n\n".join(text for text in (line.body, line.text) if text), MAX_BODY_BYTES)
    title = line.title or first_words((summary or body).strip())
    url = line.url or ""
    return Article(
        id=ArticleId(str(line.id)),
        feed_id=FeedId(_name(line.feed_id)) or UNKNOWN_FEED,
        publisher=_publisher(line, url),
        url=url,
        canonical_url=canonical_url(url) if url else "",
        title=title,
        summary=summary,
        body=body or None,
        lang=primary_language(line.lang or "") or UNKNOWN_LANGUAGE,
        published_at=_published(line),
        first_seen_at=at,
        revision=_revision(line),
        digest=text_digest(title, summary, body),
        previous=_previous(line.previous),
    )


def _published(line: Line) -> datetime | None:
    return moment_of(line.published_at) or moment_of(line.date)


def _revision(line: Line) -> int:
    return line.revision if isinstance(line.revision, int) and line.revision > 0 else 1


def _previous(before: Previous | None) -> ArticleText | None:
    if before is None:
        return None
    return ArticleText(title=before.title or "", summary=before.summary or "", body=before.body)


def _publisher(line: Line, url: str) -> str:
    given = _name(line.publisher) or _name(line.source)
    return publisher_of(given=given, article_url=url, source_url="", feed_url="") or UNKNOWN_PUBLISHER


def _name(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
