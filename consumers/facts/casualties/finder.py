"""Finds the casualty figures of an article: every sentence's figures, with what the article says around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.candidate import Candidate
from consumers.facts.casualties.figures import Figure, FigureReader, Refused
from consumers.facts.casualties.main_figure import with_main
from monitor.core.fact import Casualties
from monitor.text.reading import Reading


class CasualtyFinder:
    """Casualty figures in articles of one language."""

    type = "casualties"

    def __init__(self, lang: str = "en") -> None:
        self._figures = FigureReader(lang)

    def may_have(self, reading: Reading) -> bool:
        """Whether the article may have one: quick, and may only be true too often."""
        return any(not self._figures.triggers.isdisjoint(field.tokens.words) for field in reading.fields)

    def find(self, article: ArticleText) -> Sequence[Candidate]:
        """Every place that might be one, in order."""
        found: list[Candidate] = []
        for sentence in article.sentences:
            if self._figures.triggers.isdisjoint(sentence.words):
                continue
            figures, refused = self._figures.figures(article, sentence)
            found += [self._candidate(article, sentence, figure) for figure in figures]
            found += [_refusal(sentence, one) for one in refused]
        return with_main(found)

    def _candidate(self, article: ArticleText, sentence: Sentence, figure: Figure) -> Candidate:
        number = figure.number
        span = sentence.place(min(figure.first, figure.trigger[0]), max(figure.after, figure.trigger[1]))
        fact = Casualties(
            role=figure.role,
            low=1 if number is None else number.low,
            high=1 if number is None else number.high,
            qualifier="exact" if number is None else number.qualifier,
            per=figure.per or (number.per if number else None),
            who="" if figure.who is None else sentence.between(*figure.who),
            quote=sentence.text,
            field=sentence.field.name,
            span=span,
        )
        why = (
            f"{figure.role} by {sentence.between(*figure.trigger)!r} ({figure.pattern})",
            *(("a part",) if figure.part else ()),
        )
        return Candidate(self.type, sentence.field.name, span, sentence.between(figure.first, figure.after), why, fact)


def _refusal(sentence: Sentence, one: Refused) -> Candidate:
    span = sentence.place(one.first, one.after)
    return Candidate("casualties", sentence.field.name, span, sentence.between(one.first, one.after), (one.why,))
