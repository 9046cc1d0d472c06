"""The facts of an article: every finder of its language over one reading. A `FactSource` for matching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from consumers.facts.article import ArticleText
from consumers.facts.candidate import Candidate
from consumers.facts.casualties.finder import CasualtyFinder
from consumers.facts.languages import LANGUAGES
from consumers.facts.leader_calls.finder import LeaderCallFinder
from monitor.actors.registry import Registry
from monitor.actors.scanner import ActorScanner, Mentions
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.core.fact import Fact
from monitor.text.reading import FieldReading, Reading
from monitor.text.tokens import TokenizedText

_LANGUAGE_OF_UNKNOWN = "en"
MAX_WORDS = 30_000  # of an article: more than any has that was written to be read


class FactFinder(Protocol):
    """Finds the facts of one type in articles of one language. Pure: the same article gives the same candidates."""

    type: str

    def may_have(self, reading: Reading) -> bool:
        """Whether the article may have one: quick, and may only be true too often."""

    def find(self, article: ArticleText) -> Sequence[Candidate]:
        """Every place that might be one, in order."""


class FactExtractor:
    """Finds the facts of articles. Cheap to make after the first for a registry in a process."""

    def __init__(self, registry: Registry) -> None:
        self._scanner = ActorScanner(registry)
        self._finders: dict[str, tuple[FactFinder, ...]] = {
            lang: (CasualtyFinder(lang), LeaderCallFinder(lang)) for lang in LANGUAGES
        }

    def may_have(self, reading: Reading) -> frozenset[str]:
        """The types of which the article may have a fact."""
        return frozenset(finder.type for finder in self._of(reading) if finder.may_have(reading))

    def facts(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Fact, ...]:
        """All facts of the article, those of one type together in the order in which they stand there.

        Args:
            mentions: Who is mentioned in it by the same registry, where that was looked up already.
        """
        return tuple(candidate.fact for candidate in self.candidates(reading, mentions) if candidate.fact is not None)

    def candidates(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Candidate, ...]:
        """Every place that might be a fact, with what became of it; those of one type together."""
        finders = [finder for finder in self._of(reading) if finder.may_have(reading)]
        if not finders:
            return ()
        looked_at = _first_words(reading)
        article = ArticleText(looked_at, self._scanner, mentions if looked_at is reading else None)
        return tuple(candidate for finder in finders for candidate in finder.find(article))

    def _of(self, reading: Reading) -> tuple[FactFinder, ...]:
        lang = _LANGUAGE_OF_UNKNOWN if reading.lang == UNKNOWN_LANGUAGE else reading.lang
        return self._finders.get(lang, ())


def _first_words(reading: Reading) -> Reading:
    """The reading with at most `MAX_WORDS` words; the same one where it has no more."""
    if sum(len(field.tokens.words) for field in reading.fields) <= MAX_WORDS:
        return reading
    fields: list[FieldReading] = []
    left = MAX_WORDS
    for field in reading.fields:
        tokens = field.tokens
        words, starts, ends = tokens.words[:left], tokens.starts[:left], tokens.ends[:left]
        left -= len(words)
        fields.append(replace(field, tokens=TokenizedText(tokens.text, words, starts, ends, cut=True)))
    return replace(reading, fields=tuple(fields))
