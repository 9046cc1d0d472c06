"""Finds the casualty figures of an article: every sentence's figures, with what the article says around them."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.attribution import AttributionReader
from consumers.facts.candidate import Candidate
from consumers.facts.casualties.context import ContextReader
from consumers.facts.casualties.figures import Figure, FigureReader, Refused
from consumers.facts.casualties.main_figure import BACKGROUND, PART, MainFigure
from consumers.facts.modality import ModalityReader
from monitor.core.fact import Casualties
from monitor.text.reading import Reading

_MOST_CANDIDATES = 1_000  # an article that has more is a table, or made to hurt
_MOST_WORDS = 20_000  # of sentences in which there may be one


class CasualtyFinder:
    """Casualty figures in articles of one language."""

    type = "casualties"

    def __init__(self, lang: str = "en") -> None:
        self._figures = FigureReader(lang)
        self._context = ContextReader(lang)
        self._attribution = AttributionReader(lang)
        self._modality = ModalityReader(lang)
        self._main = MainFigure(self._figures.data.everybody)
        self._background = frozenset(self._figures.data.background_before)

    def may_have(self, reading: Reading) -> bool:
        """Whether the article may have one: quick, and may only be true too often."""
        return any(not self._figures.triggers.isdisjoint(field.tokens.words) for field in reading.fields)

    def find(self, article: ArticleText) -> Sequence[Candidate]:
        """Every place that might be one, in order."""
        found: list[Candidate] = []
        looked_at = 0
        for sentence in article.sentences:
            if self._figures.triggers.isdisjoint(sentence.words):
                continue
            if len(found) > _MOST_CANDIDATES or looked_at > _MOST_WORDS:
                break
            looked_at += sentence.after - sentence.first
            figures, refused = self._figures.figures(article, sentence)
            found += [self._candidate(article, sentence, figure) for figure in figures]
            found += [_refusal(sentence, one) for one in refused]
        return self._main.marked(found)

    def _candidate(self, article: ArticleText, sentence: Sentence, figure: Figure) -> Candidate:
        number = figure.number
        span = sentence.place(min(figure.first, figure.trigger[0]), max(figure.after, figure.trigger[1]))
        first, after = min(figure.first, figure.trigger[0]), max(figure.after, figure.trigger[1])
        context = self._context.context(article, sentence, figure)
        said = self._attribution.attribution(article, sentence, first, after)
        modality, reason = self._modality.modality(article, sentence, first, after)
        claim = (
            self._modality.claim(article, sentence, (first, after), said.sources) if modality == "happened" else None
        )
        if claim is not None:
            modality, reason = "claimed", claim
        fact = Casualties(
            role=figure.role,
            low=1 if number is None else number.low,
            high=1 if number is None else number.high,
            qualifier="exact" if number is None else number.qualifier,
            per=context.per,
            period=context.period,
            kind=context.kind,
            who="" if figure.who is None else sentence.between(*figure.who),
            side=context.side,
            place=context.place,
            as_of=context.as_of,
            modality=modality,
            attributed_to=said.sources,
            reported_by=() if said.reported_by is None else (said.reported_by,),
            quote=sentence.text,
            field=sentence.field.name,
            span=span,
        )
        why = (
            f"{figure.role} by {sentence.between(*figure.trigger)!r} ({figure.pattern})",
            *([PART] if figure.part else []),
            *([BACKGROUND] if self._is_background(sentence, figure) else []),
            *([reason] if reason else []),
            *said.why,
        )
        return Candidate(self.type, sentence.field.name, span, sentence.between(figure.first, figure.after), why, fact)

    def _is_background(self, sentence: Sentence, figure: Figure) -> bool:
        first = min(figure.first, figure.trigger[0])
        return first > sentence.first and sentence.field.tokens.words[first - 1] in self._background


def _refusal(sentence: Sentence, one: Refused) -> Candidate:
    span = sentence.place(one.first, one.after)
    return Candidate("casualties", sentence.field.name, span, sentence.between(one.first, one.after), (one.why,))
