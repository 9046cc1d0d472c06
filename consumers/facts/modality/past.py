"""Which deaths lie in the past: by their date, or because the report is of a vigil, a trial or a protest about them.

Why the nearest date: "twelve people were killed on Tuesday, ten years after a bomb killed 40 there" has a figure of
each kind. And why "about": a bomb at a vigil kills people today, a vigil is for people killed before.
"""

from __future__ import annotations

from bisect import bisect_left

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.dates import DateReader, SaidDate
from consumers.facts.modality.clauses import clause_after, clause_first, ends_clause
from consumers.facts.modality.data import ModalityData
from consumers.facts.modality.protests import Protests
from consumers.facts.modality.scope import Scope
from consumers.facts.modality.topics import Topics
from consumers.facts.vocabulary import Vocabulary

_FURTHEST = 30  # words, and what signs between them count as, within which a date is that of a figure
_COMMA, _CLAUSE = 6, 10  # how many words a sign or the beginning of a clause counts as
_BEFORE = 2  # as much further is a date before a place than one behind it
_LEADING = 3  # as far off is a date that opens the sentence
_NEAR = 8  # words behind a figure in which a name of the past concerns it
_OPENING = 2  # sentences, the title with them, one of which may open in the past
_PRECISE = ("day", "week")


class Past:
    """Reads which places tell of the past, in articles of one language."""

    def __init__(self, lang: str, data: ModalityData) -> None:
        self._data = data
        self._dates = DateReader(lang)
        scope = Scope(data)
        self._topics = Topics(data, scope)
        self._protests = Protests(data, scope)
        self._words = Vocabulary({"past": data.past_words})
        self._clause_starts = frozenset(data.clause_starts)
        self._relatives = frozenset(data.relatives)
        self._of = frozenset(data.of)
        self._back = frozenset(data.back)
        self._since = frozenset(data.since)
        self._reasons = frozenset(data.reasons)
        self._date_not = frozenset(data.date_not)
        self._read: tuple[ArticleText | None, dict[int, tuple[SaidDate, ...]]] = (None, {})

    def of_article(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> str | None:
        """What makes the whole article tell of the past, unless a date says that a place is news."""
        nearest = self._nearest(sentence, self._near(article, sentence, first, after), first, after)
        if nearest is not None and nearest.is_past is False and nearest.precision in _PRECISE:
            return None
        return self._topics.of_article(article, sentence) or self._told_on(article, sentence)

    def _told_on(self, article: ArticleText, sentence: Sentence) -> str | None:
        """A past that was opened before: by "In 1994, ..." at the beginning, or in the sentence that "it" refers to."""
        told = next((one for one in article.sentences[:_OPENING] if one.field.name != "title"), sentence)
        before = article.sentences[sentence.number - 1] if sentence.number else sentence
        refers = sentence.field.tokens.words[sentence.first] in self._back
        for one, may in ((told, True), (before, refers and before.index == sentence.index)):
            dates = self._dates_of(article, one) if may and one is not sentence else ()
            said = next((said for said in dates if self._may_date(one, said, one.after)), None)
            if said is None or not said.is_past or any(other.is_past is False for other in dates):
                continue
            if one is before or self._leads(one, said):
                return f"past by {said.text!r} before"
        return None

    def here(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> str | None:
        """Why what stands at a place lies in the past, as its sentence says; None where nothing says so."""
        dates = self._near(article, sentence, first, after)
        about = self._topics.before(sentence, first, after) or self._protests.before(article, sentence, first, after)
        if about is not None:
            return None if self._is_recent(dates, about.first, about.after) else about.why
        nearest = self._nearest(sentence, dates, first, after)
        if nearest is not None and nearest.is_past:
            return f"past by {nearest.text!r}"
        if nearest is not None and nearest.is_past is False and nearest.precision in _PRECISE:
            return None
        word = self._word(sentence, first, after)
        return None if word is None else f"past by {word!r}"

    def _near(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> tuple[SaidDate, ...]:
        """The dates around a place, and the first of the sentence."""
        dates = self._dates_of(article, sentence)
        begin = bisect_left(dates, first - _FURTHEST, key=_place)
        end = bisect_left(dates, after + _FURTHEST, key=_place)
        return dates[begin:end] if begin == 0 else (dates[0], *dates[begin:end])

    def _dates_of(self, article: ArticleText, sentence: Sentence) -> tuple[SaidDate, ...]:
        if self._read[0] is not article:
            self._read = (article, {})
        known = self._read[1]
        if sentence.number not in known:
            known[sentence.number] = self._dates.dates(sentence, article.reading.on)
        return known[sentence.number]

    @staticmethod
    def _is_recent(dates: tuple[SaidDate, ...], first: int, after: int) -> bool:
        """Whether what a report is about happened just now: "a vigil for the six killed on Friday"."""
        return any(
            first <= said.first < after and said.is_past is False and said.precision in _PRECISE for said in dates
        )

    def _nearest(self, sentence: Sentence, dates: tuple[SaidDate, ...], first: int, after: int) -> SaidDate | None:
        """The date of a place: the nearest, signs between counted as so many words."""
        best, least = None, _FURTHEST + 1
        for said in dates:
            if said.is_past is None or not self._may_date(sentence, said, first):
                continue
            cost = self._distance(sentence, said, (first, after), least)
            if cost < least:
                best, least = said, cost
        return best

    def _may_date(self, sentence: Sentence, said: SaidDate, first: int) -> bool:
        """Whether a date may be that of harm: "since 2014" and "born in 1950" are not."""
        words = sentence.field.tokens.words
        before = words[max(sentence.first, said.first - 3) : said.first]
        if not self._since.isdisjoint(before[-2:]):
            return said.after <= first and not self._is_apart(sentence, said.after, first)
        is_other = not self._date_not.isdisjoint(before) and self._of.isdisjoint(before[-1:])
        if is_other or (said.first > first and not self._reasons.isdisjoint(before[-2:])):
            return False
        return not (said.precision == "year" and said.after < sentence.after and words[said.after] in self._date_not)

    def _is_apart(self, sentence: Sentence, token: int, first: int) -> bool:
        """Whether nothing binds a date to a place behind it: "since 2014 the war has killed"."""
        words = sentence.field.tokens.words
        if first - token > _NEAR:
            return True
        commas = [at for at in range(token - 1, first) if "," in sentence.gap(at)]
        if commas and not (len(commas) == 1 and words[commas[0] + 1] in self._relatives):
            return True
        return self._clause_starts.isdisjoint(words[token : first + 1])

    def _distance(self, sentence: Sentence, said: SaidDate, place: tuple[int, int], most: int) -> int:
        """How far a date is from a place, or `most` where it is not nearer."""
        first, after = place
        if said.first >= first and said.after <= after:
            return 0
        begin, end = (after - 1, said.first) if said.first >= after else (said.after - 1, first)
        if said.after <= first and self._leads(sentence, said):
            most = min(most, _LEADING + _COMMA)
        cost = end - begin + _BEFORE * (said.after <= first)
        words = sentence.field.tokens.words
        for token in range(begin, end):
            if cost >= most:
                return most
            cost += _COMMA * ("," in sentence.gap(token)) + _CLAUSE * ends_clause(sentence, token)
            cost += _CLAUSE * (token > begin and words[token] in self._clause_starts)
        return min(cost, most)

    @staticmethod
    def _leads(sentence: Sentence, said: SaidDate) -> bool:
        """Whether a date opens its sentence: "In August 1994, ..."."""
        return said.first - sentence.first <= 2 and not ends_clause(sentence, said.after - 1)

    def _word(self, sentence: Sentence, first: int, after: int) -> str | None:
        """A name of the past in the clause of a place."""
        start = clause_first(sentence, first, max(sentence.first, first - self._data.window))
        end = clause_after(sentence, after, min(sentence.after, after + _NEAR))
        hits = self._words.hits(sentence.field.tokens.words, start, end)
        return sentence.between(hits[0].first, hits[0].after) if hits else None


def _place(said: SaidDate) -> int:
    return said.first
