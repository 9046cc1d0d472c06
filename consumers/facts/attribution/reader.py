"""Who says what stands at a place: its headline's source, or the acts of saying of its sentence, nearest first.

Knows verbs of saying, headlines that begin or end in a source, quotations that go on and pronouns that mean the last
speaker; no facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.attribution.data import AttributionData
from consumers.facts.attribution.headlines import Headlines
from consumers.facts.attribution.sayings import Saying, Sayings
from consumers.facts.attribution.speakers import Place, Speakers
from consumers.facts.languages import load_part
from monitor.core.fact import Source

_WIDEST = 200  # words between a place and the verb of who says it
_LOOK_BACK = 6  # sentences in which a pronoun's speaker was named
_OPENS, _CLOSES = "“«", "”»"


@dataclass(frozen=True)
class Attribution:
    """Who says so.

    Attributes:
        sources: Who claims it, the nearest first.
        reported_by: The outlet through which it came.
        told_by: Whom that outlet had it from.
        why: How that was found, in short steps.
    """

    sources: tuple[Source, ...] = ()
    reported_by: str | None = None
    told_by: str | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Said:
    """What one act of saying tells: who, and through which outlet."""

    at: int
    source: Source
    why: str
    outlet: str | None = None
    is_outlet: bool = False
    is_cited: bool = False


class AttributionReader:
    """Reads who says so, in articles of one language."""

    def __init__(self, lang: str) -> None:
        data = load_part(lang, "attribution", AttributionData)
        self._speakers = Speakers(data)
        self._sayings = Sayings(data, self._speakers)
        self._headlines = Headlines(data, self._speakers)
        self._read: tuple[ArticleText | None, dict[int, tuple[_Said, ...]]] = (None, {})

    def attribution(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> Attribution:
        """Who says what stands at these tokens."""
        ending = self._headlines.suffix(article, sentence, after)
        if ending is not None:
            return self._of_headline(article, sentence, ending)
        said = self._near(article, sentence, first)
        named = self._sayings.outlet(article, sentence)
        outlet = None if named is None else sentence.between(*named)
        if said or outlet is not None:
            return _joined(sorted(said, key=lambda one: abs(one.at - first)), outlet)
        opening = self._headlines.prefix(article, sentence, first)
        return Attribution() if opening is None else self._of_headline(article, sentence, opening)

    def _near(self, article: ArticleText, sentence: Sentence, first: int) -> list[_Said]:
        """What is said in the same part of the sentence; where nobody speaks there, in another of the same prose."""
        said = self._of_sentence(article, sentence)
        here = [one for one in said if not _is_parted(sentence, one.at, first, ";")]
        return here or [one for one in said if not _is_parted(sentence, one.at, first, ";", unless="; ")]

    def _of_headline(self, article: ArticleText, sentence: Sentence, place: Place) -> Attribution:
        source = self._speakers.source(article, sentence, place)
        outlet = source.text if self._speakers.is_outlet(sentence, place) else None
        return Attribution((source,), outlet, None, (f"the headline names {source.text!r}",))

    def _of_sentence(self, article: ArticleText, sentence: Sentence) -> tuple[_Said, ...]:
        if self._read[0] is not article:
            self._read = (article, {})
        known = self._read[1]
        if sentence.number not in known:
            known[sentence.number] = tuple(self._found(article, sentence)) or self._quoted_on(article, sentence)
        return known[sentence.number]

    def _found(self, article: ArticleText, sentence: Sentence) -> Iterator[_Said]:
        last: Source | None = None
        for saying in self._sayings.found(article, sentence):
            if self._speakers.is_pronoun(sentence, saying.speaker):
                source = last or self._meant_by_pronoun(article, sentence)
            else:
                source = self._speakers.source(article, sentence, saying.speaker)
            if source is not None:
                last = source
                yield self._said(sentence, saying, source)

    def _said(self, sentence: Sentence, saying: Saying, source: Source) -> _Said:
        is_outlet = saying.outlet == saying.speaker or self._speakers.is_outlet(sentence, saying.speaker)
        outlet = None if saying.outlet is None else sentence.between(*saying.outlet)
        if outlet is None and is_outlet:
            outlet = source.text
        why = f"{sentence.between(*saying.speaker)!r} speaks"
        return _Said(saying.at, source, why, outlet, is_outlet, saying.is_cited)

    def _meant_by_pronoun(self, article: ArticleText, sentence: Sentence) -> Source | None:
        """The last speaker before this sentence in its field."""
        for earlier in reversed(article.sentences[max(0, sentence.number - _LOOK_BACK) : sentence.number]):
            if earlier.index != sentence.index:
                return None
            said = self._of_sentence(article, earlier)
            if said:
                return said[-1].source
        return None

    def _quoted_on(self, article: ArticleText, sentence: Sentence) -> tuple[_Said, ...]:
        """Who speaks where a quotation of the sentence before goes on, or a new one follows it."""
        if sentence.number == 0:
            return ()
        before = article.sentences[sentence.number - 1]
        if before.index != sentence.index or not _is_quoted(sentence, before):
            return ()
        said = self._of_sentence(article, before)
        return tuple(_Said(sentence.first, one.source, one.why, one.outlet, one.is_outlet) for one in said[-1:])


def _joined(said: list[_Said], named: str | None) -> Attribution:
    """Several acts of saying as one: an outlet that cites somebody had it from there."""
    outlet = next((one.outlet for one in said if one.outlet is not None), named)
    others = [one for one in said if not one.is_outlet and one.source.text != outlet]
    told_by = next((one.source.text for one in others if one.outlet is not None), None)
    if told_by is None and outlet is not None:
        told_by = next((one.source.text for one in others if one.is_cited), None)
    return Attribution(
        tuple(dict.fromkeys(one.source for one in said)), outlet, told_by, tuple(one.why for one in said)
    )


def _is_parted(sentence: Sentence, token: int, first: int, sign: str, unless: str | None = None) -> bool:
    """Whether a sign parts two tokens, or they are far apart: several headlines may be told as one sentence."""
    low, high = min(token, first), max(token, first)
    if high - low > _WIDEST:
        return True
    return any(sign in (gap := sentence.gap(at)) and gap != unless for at in range(low, high))


def _is_quoted(sentence: Sentence, before: Sentence) -> bool:
    """Whether a sentence is all in quotation marks, or in those that the one before left open."""
    text = sentence.text.lstrip()
    if text[:1] in ('"', *_OPENS):
        return True
    if sum(before.text.count(sign) for sign in _OPENS) > sum(before.text.count(sign) for sign in _CLOSES):
        return True
    return before.text.count('"') % 2 == 1
