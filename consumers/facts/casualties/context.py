"""What a figure counts beside its number: on which side, where, as of when, over which time, and at what rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.casualties.figures import Figure
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Hit, Vocabulary
from monitor.actors.model import ActorKind
from monitor.core.fact import CasualtyKind, Per

_SIDES = (ActorKind.STATE, ActorKind.ARMED_GROUP)
_LONGEST_PLACE = 4  # words
_PERIODS: dict[str, Per] = {"day": "day", "week": "week", "month": "month", "year": "year"}


class ContextData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`context.yaml` of a language; the file says what its keys mean."""

    place_before: list[str]
    cumulative: list[str]
    period: list[str]
    period_before: list[str]
    period_units: list[str]
    period_lead: list[str]
    side_behind: list[str]
    articles: list[str]
    weekday_endings: list[str]
    per: dict[str, list[str]]
    suffer: list[str]
    as_of: list[str]
    months: dict[str, int]
    at_least_of_war: int
    window: int


@dataclass(frozen=True)
class Context:
    """What a figure counts beside its number, as `Casualties` has it."""

    side: str | None = None
    place: str | None = None
    as_of: date | None = None
    period: str | None = None
    kind: CasualtyKind = "event"
    per: Per | None = None


class ContextReader:
    """Reads the context of figures in one language."""

    def __init__(self, lang: str) -> None:
        self._data = data = load_part(lang, "context", ContextData)
        self._times = Vocabulary({"cumulative": data.cumulative, "period": data.period})
        self._per = Vocabulary(data.per)
        self._suffer = Vocabulary({"suffer": data.suffer})
        self._as_of = Vocabulary({"as_of": data.as_of})
        self._places = frozenset(data.place_before)
        self._period_before = frozenset(data.period_before)
        self._period_units = frozenset(data.period_units)

    def context(self, article: ArticleText, sentence: Sentence, figure: Figure) -> Context:
        """The context of a figure in its sentence."""
        first, after = _piece(sentence, figure)
        per = figure.per or (figure.number.per if figure.number else None) or self._rate(sentence, figure, after)
        side = self._side(article, sentence, figure)
        kind, period = self._time(sentence, first, after)
        if per is not None and kind == "event":
            kind = "period"
        if side is not None and per is None and _value(figure) >= self._data.at_least_of_war:
            kind = "cumulative"
        place = self._place(sentence, figure, first, after)
        return Context(side, place, self._date(article, sentence, first, after), period, kind, per)

    def _rate(self, sentence: Sentence, figure: Figure, after: int) -> Per | None:
        start = max(figure.after, figure.trigger[1])
        words = sentence.field.tokens.words
        for hit in self._per.hits(words, start, min(after, start + self._data.window)):
            return _PERIODS[hit.classes[0]]
        return None

    def _time(self, sentence: Sentence, first: int, after: int) -> tuple[CasualtyKind, str | None]:
        hits = self._times.hits(sentence.field.tokens.words, first, after)
        total = next((hit for hit in hits if "cumulative" in hit.classes), None)
        span = next((hit for hit in hits if "period" in hit.classes), None)
        text = None if span is None else self._without_lead(sentence, span)
        if total is not None:
            return "cumulative", text
        text = text or self._counted_period(sentence, first, after)
        return ("event", None) if text is None else ("period", text)

    def _counted_period(self, sentence: Sentence, first: int, after: int) -> str | None:
        """A time that is counted: "in about 12 days"."""
        words = sentence.field.tokens.words
        for token in range(first + 2, after):
            if words[token] not in self._period_units:
                continue
            for start in range(token - 2, max(first, token - 5) - 1, -1):
                if words[start] in self._period_before:
                    return sentence.between(start + 1, token + 1)
        return None

    def _without_lead(self, sentence: Sentence, hit: Hit) -> str:
        first = hit.first
        while first < hit.after - 1 and sentence.field.tokens.words[first] in self._data.period_lead:
            first += 1
        return sentence.between(first, hit.after)

    def _side(self, article: ArticleText, sentence: Sentence, figure: Figure) -> str | None:
        """Whose people they are: named with them, or who "lost" or "suffered" them."""
        found = self._named(article, sentence, figure.first, figure.after)
        if found is None and figure.who is not None:
            found = self._named(article, sentence, figure.after, min(figure.after + 4, sentence.after), linked=True)
        return found or self._sufferer(article, sentence, figure)

    def _named(
        self, article: ArticleText, sentence: Sentence, first: int, after: int, *, linked: bool = False
    ) -> str | None:
        words = sentence.field.tokens.words
        if linked and (first >= sentence.after or words[first] not in self._data.side_behind):
            return None
        for mention in article.mentioned_between(sentence, first, after):
            if mention.direct:
                actor = article.registry.get(mention.actor)
                if actor is not None and actor.kind in _SIDES:
                    return actor.id
        return None

    def _sufferer(self, article: ArticleText, sentence: Sentence, figure: Figure) -> str | None:
        words = sentence.field.tokens.words
        start = max(sentence.first, figure.first - 12)
        hits = self._suffer.hits(words, start, figure.first)
        if not hits:
            return None
        begin = max(sentence.first, hits[-1].first - 8)
        for mention in reversed(article.mentioned_between(sentence, begin, hits[-1].first)):
            if mention.direct:
                actor = article.registry.get(mention.actor)
                if actor is not None and actor.kind in _SIDES:
                    return actor.id
        return None

    def _place(self, sentence: Sentence, figure: Figure, first: int, after: int) -> str | None:
        """The name behind "in" that stands nearest behind the figure, else nearest before it."""
        end = max(figure.after, figure.trigger[1])
        behind = (token for token in range(end, after))
        before = (token for token in range(figure.first - 1, first - 1, -1))
        for token in (*behind, *before):
            if sentence.field.tokens.words[token] in self._places:
                name = self._name_at(sentence, token + 1)
                if name is not None:
                    return name
        return None

    def _name_at(self, sentence: Sentence, token: int) -> str | None:
        end = token
        words = sentence.field.tokens.words
        if end < sentence.after and words[end] in self._data.articles:
            end += 1
        start = end
        while end < min(sentence.after, start + _LONGEST_PLACE) and sentence.surface(end)[:1].isupper():
            if (
                words[end] in self._data.months
                or words[end].endswith(tuple(self._data.weekday_endings))
                or (end > start and sentence.gap(end - 1) != " ")
            ):
                break
            end += 1
        return sentence.between(start, end) if end > start else None

    def _date(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> date | None:
        """The day behind "as of"."""
        words = sentence.field.tokens.words
        for hit in self._as_of.hits(words, first, after):
            near = words[hit.after : hit.after + 4]
            month = next((self._data.months[word] for word in near if word in self._data.months), None)
            numbers = [int(word) for word in near if word.isdigit() and len(word) <= 4]
            day = next((number for number in numbers if 1 <= number <= 31), None)
            year = next((number for number in numbers if number > 1900), article.reading.on and article.reading.on.year)
            if month is not None and day is not None and year:
                try:
                    return date(year, month, day)
                except ValueError:  # 31 February: no day that anybody means
                    return None
        return None


def _piece(sentence: Sentence, figure: Figure) -> tuple[int, int]:
    """The part of the sentence around a figure: between semicolons, no further than some forty words."""
    first, after = figure.first, max(figure.after, figure.trigger[1])
    while first > max(sentence.first, figure.first - 40) and ";" not in sentence.gap(first - 1):
        first -= 1
    while after < min(sentence.after, figure.after + 40) and ";" not in sentence.gap(after - 1):
        after += 1
    return first, after


def _value(figure: Figure) -> int:
    return 1 if figure.number is None else figure.number.value
