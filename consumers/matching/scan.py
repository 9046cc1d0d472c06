"""Rules over JSON Lines of articles (`tocsin scan`): any size, one line at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from consumers.matching.lines import BadLine, TextsLine, article_line, decoded_line, reading_of
from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.engine.evidence import evidence_of
from monitor.core.fact import Fact
from monitor.core.match import Evidence
from monitor.text.reading import Reading


class ScanHit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that fired on an article."""

    article: str
    rule_id: str
    rule_version: str
    evidence: tuple[Evidence, ...]


class ScannedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was read, with what fired on it: nothing, mostly."""

    line: int
    hits: tuple[ScanHit, ...]


class _OneArticle(TextsLine, frozen=True, kw_only=True):
    facts: tuple[Fact, ...] = ()


_one_decoder = msgspec.json.Decoder(_OneArticle)


def read_article(raw: bytes) -> Reading:
    """One article, as a line of `scan`, without an id too, and with facts made by hand.

    Raises:
        ValueError: It is no such JSON object, or has no words; the sentence says what is wrong.
    """
    article = decoded_line(raw, _one_decoder)
    if isinstance(article, str):
        raise ValueError(f"is no article: {article}")
    return reading_of(article, article.facts)


def scan_lines(lines: Iterable[bytes | str], rules: CompiledRules) -> Iterator[ScannedLine | BadLine]:
    """One outcome for each line that is not blank, in order."""
    for number, line in enumerate(lines, start=1):
        raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        if raw.strip():
            yield _scan(number, raw, rules)


def _scan(number: int, raw: bytes, rules: CompiledRules) -> ScannedLine | BadLine:
    article = article_line(raw)
    if isinstance(article, str):
        return BadLine(line=number, reason=article)
    reading = reading_of(article)
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
