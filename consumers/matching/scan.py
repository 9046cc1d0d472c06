"""Rules over JSON Lines of articles (`tocsin scan`): any size, one line at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

import msgspec

from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.engine.evidence import evidence_of
from monitor.core.fact import Fact, Field
from monitor.core.match import Evidence
from monitor.feeds.dates import parse_date
from monitor.text.reading import Reading, read

_NO_LATER_THAN = datetime(2200, 1, 1, tzinfo=UTC)  # a day far ahead is no day
MAX_LINE_BYTES = 16_000_000  # decoding takes a multiple of it in memory


class ScanHit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that fired on an article."""

    article: str
    rule_id: str
    rule_version: str
    evidence: tuple[Evidence, ...]


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that cannot be read; `line` counts from 1."""

    line: int
    reason: str


class ScannedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was read, with what fired on it: nothing, mostly."""

    line: int
    hits: tuple[ScanHit, ...]


class _Text(msgspec.Struct, frozen=True, kw_only=True):
    """What rules read of an article. Unknown keys are ignored, so records of the log can be scanned too."""

    title: str | None = None
    summary: str | None = None
    body: str | None = None
    text: str | None = None
    lang: str | None = None
    publisher: str | None = None
    url: str | None = None
    published_at: str | int | float | None = None


class _Input(_Text, frozen=True, kw_only=True):
    """An article among others: what fires on it is told by its id."""

    id: str | int


class _OneArticle(_Text, frozen=True, kw_only=True):
    facts: tuple[Fact, ...] = ()


_decoder = msgspec.json.Decoder(_Input)
_one_decoder = msgspec.json.Decoder(_OneArticle)


def read_article(raw: bytes) -> Reading:
    """One article, as a line of `scan`, without an id too, and with facts made by hand.

    Raises:
        ValueError: It is no such JSON object, or has no words; the sentence says what is wrong.
    """
    try:
        article = _one_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"is no article: {error}") from error
    return _reading(article, article.facts)


def scan_lines(lines: Iterable[bytes | str], rules: CompiledRules) -> Iterator[ScannedLine | BadLine]:
    """One outcome for each line that is not blank, in order."""
    for number, line in enumerate(lines, start=1):
        raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        if raw.strip():
            yield _scan(number, raw, rules)


def _scan(number: int, raw: bytes, rules: CompiledRules) -> ScannedLine | BadLine:
    if len(raw) > MAX_LINE_BYTES:
        return BadLine(line=number, reason=f"is longer than {MAX_LINE_BYTES} bytes")
    try:
        article = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return BadLine(line=number, reason=str(error))
    try:
        reading = _reading(article)
    except ValueError as error:
        return BadLine(line=number, reason=str(error))
    hits = tuple(
        ScanHit(
            article=str(article.id),
            rule_id=found.rule.id,
            rule_version=found.rule.version,
            evidence=evidence_of(reading, found.hits),
        )
        for found in rules.match(reading)
    )
    return ScannedLine(line=number, hits=hits)


def _reading(article: _Text, facts: Sequence[Fact] = ()) -> Reading:
    texts: dict[Field, str | None] = {
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "text": article.text,
    }
    found = {name: text for name, text in texts.items() if text}
    if not found:
        raise ValueError("has no words (allowed: title, summary, body, text)")
    return read(
        found,
        lang=article.lang or "",
        publisher=article.publisher or "",
        url=article.url or "",
        on=_day(article.published_at),
        facts=facts,
    )


def _day(published_at: str | float | None) -> date | None:
    """The day of a time as feeds and archives write it, or of seconds since 1970; None for what is none."""
    if published_at is None:
        return None
    try:
        return date.fromisoformat(str(published_at)[:10])
    except ValueError:
        found = parse_date(str(published_at), fetched_at=_NO_LATER_THAN).moment
        return None if found is None else found.date()
