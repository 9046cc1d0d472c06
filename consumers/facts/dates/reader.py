"""When, as sentences say it: days, months, years and times ago, resolved against the day of publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from consumers.facts.article import Sentence
from consumers.facts.dates.data import DateData, Precision, SaidDate
from consumers.facts.dates.days import day_back, day_number, meant_day, meant_year, safe_date, year_number
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Vocabulary

_MOST_YEARS_AGO = 3000
_UNITS: tuple[tuple[int, Precision], ...] = ((365, "year"), (30, "month"), (7, "week"), (0, "day"))  # days at least


class DateReader:
    """Reads the times of sentences in one language."""

    def __init__(self, lang: str) -> None:
        self._data = data = load_part(lang, "dates", DateData)
        self._spans = {text: (days, how) for how, spans in data.spans.items() for text, days in spans.items()}
        self._phrases = Vocabulary({text: [text] for text in (*data.days, *data.feasts, *self._spans)})
        self._counts = Vocabulary({text: [text] for text in data.numbers})
        self._year_before = frozenset(data.year_before)
        self._not_after_year = frozenset(data.not_after_year)
        self._not_after_unsure = self._not_after_year | frozenset(data.not_after_unsure)
        self._starts = frozenset(
            (*data.weekdays, *data.short_weekdays, *data.months)
        ) | self._phrases.first_words | self._counts.first_words  # fmt: skip

    def dates(self, sentence: Sentence, on: date | None) -> tuple[SaidDate, ...]:
        """The times of a sentence in order, none over another."""
        return self.dates_in(sentence, sentence.first, sentence.after, on)

    def dates_in(self, sentence: Sentence, first: int, after: int, on: date | None) -> tuple[SaidDate, ...]:
        """The times among some words of a sentence."""
        return tuple(self._found(sentence, first, after, on))

    def _found(self, sentence: Sentence, first: int, after: int, on: date | None) -> Iterator[SaidDate]:
        words = sentence.field.tokens.words
        token = first
        while token < after:
            said = None
            if words[token] in self._starts or words[token][0].isdigit():
                said = self._at(sentence, token, after, on)
            if said is not None:
                yield said
            token = token + 1 if said is None else said.after

    def _at(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        return (
            self._ago(sentence, token, after, on)
            or self._phrase(sentence, token, after, on)
            or self._weekday(sentence, token, after, on)
            or self._iso(sentence, token, after, on)
            or self._day_of_month(sentence, token, after, on)
            or self._month(sentence, token, after, on)
            or self._year(sentence, token, after, on)
        )

    def _phrase(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        hit = self._phrases.at(sentence.field.tokens.words, token, after)
        if hit is None:
            return None
        name, place = hit.classes[0], (hit.first, hit.after)
        if name in self._data.days:
            day = None if on is None else on + timedelta(days=self._data.days[name])
            return self._said(sentence, place, day, "day", is_past=False)
        if name in self._data.feasts:
            month, number = self._data.feasts[name]
            return self._dated(sentence, place, meant_day(month, number, on), None, on)
        days, how = self._spans[name]
        back = None if on is None else day_back(on, days)
        year = None if back is None or how == "vague" else back.year
        return self._said(sentence, place, None, how, year=year, is_past=days >= self._data.past_after_days)

    def _weekday(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        words = sentence.field.tokens.words
        number = self._data.weekdays.get(words[token], self._data.short_weekdays.get(words[token]))
        before = words[token - 1] if token > sentence.first else ""
        if number is None or before in self._data.not_weekdays:
            return None
        if token + 1 < after and sentence.gap(token) in (", ", " ", ". ", "., "):
            dated = self._day_of_month(sentence, token + 1, after, on)
            if dated is not None:
                text = sentence.between(token, dated.after)
                return replace(dated, first=token, text=text)
        if words[token] not in self._data.weekdays and not _is_capital_word(sentence, token):
            return None
        is_next, is_last = before in self._data.next, before in self._data.last
        first = token - 1 if is_next or is_last else token
        day = None if on is None else on - timedelta(days=(on.weekday() - number) % 7)
        if day is not None and is_next:
            day += timedelta(days=7)
        elif day is not None and is_last and day == on:
            day -= timedelta(days=7)
        said = self._said(sentence, self._widened(sentence, first, token + 1), day, "day", is_past=False)
        return said if is_next else replace(said, is_name=True)

    def _widened(self, sentence: Sentence, first: int, after: int) -> tuple[int, int]:
        """A day with "late on" before it and "night" behind it."""
        words = sentence.field.tokens.words
        if after < sentence.after and words[after] in self._data.parts_of_day and sentence.gap(after - 1) == " ":
            after += 1
        before = first - 1
        if before > sentence.first and words[before] in self._data.early_late_before:
            before -= 1
        is_wider = before >= sentence.first and words[before] in self._data.early_late
        return (before if is_wider else first), after

    def _iso(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        """ "2024-03-05"."""
        words = sentence.field.tokens.words
        if token + 2 >= after or sentence.gap(token) != "-" or sentence.gap(token + 1) != "-":
            return None
        year, month, number = (
            year_number(words[token]),
            day_number(words[token + 1], ()),
            day_number(words[token + 2], ()),
        )
        if year is None or month is None or number is None:
            return None
        return self._dated(sentence, (token, token + 3), safe_date(year, month, number), year, on)

    def _day_of_month(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        """ "3 March", "March 3, 2024", "the 3rd of March"."""
        words = sentence.field.tokens.words
        number, month = day_number(words[token], self._data.day_endings), self._data.months.get(words[token])
        end = token + 1
        if end >= after or sentence.gap(token) not in (" ", ". ", "-"):
            return None
        if number is not None:
            end += words[end] in self._data.of and end + 1 < after
            month = self._data.months.get(words[end])
            if words[end] in self._data.weak_months and not _is_capital_word(sentence, end):
                return None
        elif month is not None:
            number = day_number(words[end], self._data.day_endings)
        if number is None or month is None:
            return None
        end += 1
        year = self._year_at(sentence, end, after) if sentence.gap(end - 1) in (" ", ", ", ". ", "-") else None
        day = meant_day(month, number, on) if year is None else safe_date(year, month, number)
        return self._dated(sentence, (token, end + (year is not None)), day, year, on)

    def _dated(
        self, sentence: Sentence, place: tuple[int, int], day: date | None, year: int | None, on: date | None
    ) -> SaidDate | None:
        if day is None and (year is not None or on is not None):
            return None
        is_past = None if day is None or on is None else (on - day).days >= self._data.past_after_days
        if on is None and year is not None and year < self._data.surely_past_before:
            is_past = True
        return self._said(sentence, self._widened(sentence, *place), day, "day", year=year, is_past=is_past)

    def _month(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        words = sentence.field.tokens.words
        month = self._data.months.get(words[token])
        if month is None:
            return None
        year = self._year_at(sentence, token + 1, after) if sentence.gap(token) in (" ", ", ", ". ") else None
        before = words[token - 1] if token > sentence.first else ""
        is_weak = words[token] in self._data.weak_months
        if year is None and is_weak and (before not in self._data.in_month or not _is_capital_word(sentence, token)):
            return None
        place = (token, token + 1 + (year is not None))
        if on is None:
            is_old = year is not None and year < self._data.surely_past_before
            return self._said(sentence, place, None, "month", year=year, is_past=True if is_old else None)
        meant = year or (on.year - 1 if before in self._data.last and month >= on.month else meant_year(month, on))
        months = (on.year - meant) * 12 + on.month - month
        is_past = months > 2 or (months == 2 and on.day > 15)
        return self._said(sentence, place, None, "month", year=meant, is_past=is_past)

    def _year(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        word = sentence.field.tokens.words[token]
        if len(word) == 5 and word.endswith("s") and (decade := year_number(word[:4])) is not None:
            has_ended = None if on is None else decade + 10 <= on.year
            return self._said(sentence, (token, token + 1), None, "vague", is_past=has_ended)
        year = self._year_at(sentence, token, after)
        before = sentence.field.tokens.words[token - 1] if token > sentence.first else ""
        if year is None or not (before in self._year_before or self._is_alone(sentence, token)):
            return None
        is_past = self._is_past_year(year, on)
        if is_past is None and on is None and before in self._data.year_attributes and sentence.gap(token) == " ":
            is_past = True  # nobody calls what has just happened "the 2011 flood"
        return self._said(sentence, (token, token + 1), None, "year", year=year, is_past=is_past)

    def _is_past_year(self, year: int, on: date | None) -> bool | None:
        if on is None:
            return True if year < self._data.surely_past_before else None
        if year == on.year - 1 and on.month == 1:  # in January, last year is not long ago
            return None
        return year < on.year

    @staticmethod
    def _is_alone(sentence: Sentence, token: int) -> bool:
        """Whether a number is a year by itself: in brackets, first of a sentence, or behind one: "2014-2015"."""
        if token == sentence.first:
            return True
        before = sentence.gap(token - 1)
        if before.endswith("(") and sentence.gap(token).startswith(")"):
            return True
        return before in ("-", "–", "/") and year_number(sentence.field.tokens.words[token - 1]) is not None

    def _year_at(self, sentence: Sentence, token: int, after: int) -> int | None:
        """The year at a token; None where it counts what stands behind it."""
        words = sentence.field.tokens.words
        year = year_number(words[token]) if token < after else None
        if year is None or sentence.gap(token)[:1] in ("%", "°") or sentence.gap(token - 1)[-1:] in ("$", "€", "£"):
            return None
        if token + 1 >= after or sentence.gap(token) != " ":
            return year
        is_sure = token > sentence.first and words[token - 1] in self._data.surely_before_year
        counted = self._not_after_year if is_sure else self._not_after_unsure
        return None if words[token + 1] in counted else year

    def _ago(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        """ "three years ago", "25 years earlier", "a couple of days ago"."""
        words = sentence.field.tokens.words
        count, at = self._count(words, token, after)
        if count is None or at + 1 >= after or words[at + 1] not in self._data.ago:
            return None
        unit = self._data.units.get(words[at])
        if unit is None or sentence.gap(at).strip():
            return None
        days = min(count * unit, 365 * _MOST_YEARS_AGO)
        precision = next(how for least, how in _UNITS if unit >= least)
        back = None if on is None or words[at + 1] in self._data.no_day else day_back(on, days)
        day = back if precision == "day" else None
        year = back.year if back is not None else None
        return self._said(
            sentence, (token, at + 2), day, precision, year=year, is_past=days >= self._data.past_after_days
        )

    def _count(self, words: tuple[str, ...], token: int, after: int) -> tuple[int | None, int]:
        """A small number and the token behind it."""
        if words[token].isascii() and words[token].isdigit() and len(words[token]) < 4:
            return int(words[token]), token + 1
        hit = self._counts.at(words, token, after)
        if hit is None:
            return None, token
        count = self._data.numbers[hit.classes[0]]
        if hit.after < after and 20 <= count <= 90 and (ones := self._data.numbers.get(words[hit.after], 10)) < 10:
            return count + ones, hit.after + 1
        return count, hit.after

    @staticmethod
    def _said(
        sentence: Sentence, place: tuple[int, int], day: date | None, precision: Precision,
        *, year: int | None = None, is_past: bool | None = None,
    ) -> SaidDate:  # fmt: skip
        known = year if year is not None or day is None else day.year
        return SaidDate(*place, sentence.between(*place), day, precision, known, is_past)


def _is_capital_word(sentence: Sentence, token: int) -> bool:
    return sentence.surface(token)[0].isupper()
