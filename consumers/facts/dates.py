"""Dates in a sentence: days, months and years as they are said, resolved against the day of publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import msgspec

from consumers.facts.article import Sentence
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Vocabulary

Precision = Literal["day", "week", "month", "year", "vague"]
_FIRST_YEAR, _LAST_YEAR = 1800, 2100  # other numbers of four digits count something
_DAYS_OF = {"day": 1, "week": 7, "month": 30, "year": 365}


class DateData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`dates.yaml` of a language; the file says what its keys mean."""

    weekdays: dict[str, int]
    months: dict[str, int]
    weak_months: list[str]
    days: dict[str, int]
    feasts: dict[str, tuple[int, int]]
    vague: dict[str, Precision]
    vague_past: list[str]
    vague_days: dict[str, int]
    next: list[str]
    last: list[str]
    within: list[str]
    ago: list[str]
    parts_of_day: list[str]
    early_late: list[str]
    units: dict[str, int]
    numbers: dict[str, int]
    past_after_days: int


@dataclass(frozen=True)
class SaidDate:
    """A date as a sentence says it.

    Attributes:
        first, after: Its tokens.
        day: Resolved; None where it is no single day or nobody knows the day of publication.
        is_name: It is but the name of a day ("Thursday").
        is_past: It is clearly before the day of publication, by months or years; None where nobody knows.
    """

    first: int
    after: int
    text: str
    day: date | None
    precision: Precision
    year: int | None = None
    is_past: bool | None = None
    is_name: bool = False


class DateReader:
    """Reads the dates of sentences in one language."""

    def __init__(self, lang: str) -> None:
        self._data = data = load_part(lang, "dates", DateData)
        self._phrases = Vocabulary({name: [name] for name in (*data.days, *data.feasts, *data.vague)})
        starts = {*data.weekdays, *data.months, *data.numbers, *self._phrases.first_words}
        self._starts = frozenset(starts)

    def dates(self, sentence: Sentence, on: date | None) -> tuple[SaidDate, ...]:
        """The dates of a sentence in order, none over another."""
        return tuple(self._found(sentence, sentence.first, sentence.after, on))

    def dates_in(self, sentence: Sentence, first: int, after: int, on: date | None) -> tuple[SaidDate, ...]:
        """The dates among some words of a sentence."""
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
            or self._weekday(sentence, token, on)
            or self._day_of_month(sentence, token, after, on)
            or self._month(sentence, token, after, on)
            or self._year(sentence, token, on)
        )

    def _phrase(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        hit = self._phrases.at(sentence.field.tokens.words, token, after)
        if hit is None:
            return None
        name = next(iter(hit.classes))
        text = sentence.between(hit.first, hit.after)
        if name in self._data.days:
            day = None if on is None else on + timedelta(days=self._data.days[name])
            return SaidDate(hit.first, hit.after, text, day, "day", is_past=False)
        if name in self._data.feasts:
            return self._dated(sentence, (hit.first, hit.after), (*self._data.feasts[name], None), on)
        past = self._data.vague_days.get(name, 0)
        year = None if on is None else (on - timedelta(days=past)).year
        is_past = past >= self._data.past_after_days
        return SaidDate(hit.first, hit.after, text, None, self._data.vague[name], year, is_past)

    def _weekday(self, sentence: Sentence, token: int, on: date | None) -> SaidDate | None:
        words = sentence.field.tokens.words
        number = self._data.weekdays.get(words[token])
        if number is None:
            return None
        before = words[token - 1] if token > sentence.first else ""
        is_next = before in self._data.next
        first = token - 1 if is_next or before in self._data.last else token
        day = None if on is None else on - timedelta(days=(on.weekday() - number) % 7)
        if day is not None and is_next:
            day += timedelta(days=7)
        elif day is not None and on is not None and before in self._data.last and day == on:
            day -= timedelta(days=7)
        first, after = self._widened(sentence, first, token + 1)
        return SaidDate(first, after, sentence.between(first, after), day, "day", is_past=False, is_name=not is_next)

    def _widened(self, sentence: Sentence, first: int, after: int) -> tuple[int, int]:
        """With "late", "early on" before and "night", "morning" behind."""
        words = sentence.field.tokens.words
        if after < sentence.after and words[after] in self._data.parts_of_day and sentence.gap(after - 1) == " ":
            after += 1
        if (
            first - 2 >= sentence.first
            and words[first - 1] in self._data.within
            and words[first - 2] in self._data.early_late
        ):
            return first - 2, after
        if first - 1 >= sentence.first and words[first - 1] in self._data.early_late:
            return first - 1, after
        return first, after

    def _day_of_month(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        """ "3 March", "March 3, 2024", "the 3rd of March"."""
        words = sentence.field.tokens.words
        number = _day_number(words[token])
        month = self._data.months.get(words[token])
        end = token + 1
        if number is not None:
            if end < after and words[end] == "of" and end + 1 < after:
                end += 1
            month = self._data.months.get(words[end]) if end < after else None
        elif month is not None and end < after and sentence.gap(token) in (" ", ". "):
            number = _day_number(words[end])
        if number is None or month is None:
            return None
        end += 1
        year = _year_number(words[end]) if end < after and sentence.gap(end - 1) in (" ", ", ") else None
        return self._dated(sentence, (token, end + (year is not None)), (month, number, year), on)

    def _dated(
        self, sentence: Sentence, place: tuple[int, int], of: tuple[int, int, int | None], on: date | None
    ) -> SaidDate | None:
        """A day by month, number and maybe year; without that, the one that is nearest to the day of publication."""
        month, number, year = of
        day = _safe_date(year, month, number) if year is not None else _nearest(month, number, on)
        if day is None and (year is not None or on is not None):
            return None
        is_past = None if day is None or on is None else (on - day).days >= self._data.past_after_days
        first, after = self._widened(sentence, *place)
        text = sentence.between(first, after)
        return SaidDate(first, after, text, day, "day", year or (day.year if day else None), is_past)

    def _month(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        words = sentence.field.tokens.words
        month = self._data.months.get(words[token])
        if month is None:
            return None
        year = _year_number(words[token + 1]) if token + 1 < after else None
        before = words[token - 1] if token > sentence.first else ""
        if year is None and (
            before not in self._data.within
            or (words[token] in self._data.weak_months and not _is_capital(sentence, token))
        ):
            return None
        end = token + 1 + (year is not None)
        last = None if on is None else (on.year if month <= on.month else on.year - 1)
        named = year or last
        is_past = None
        if on is not None and named is not None:
            is_past = (on.year - named) * 12 + on.month - month > 1 + self._data.past_after_days // 31
        return SaidDate(token, end, sentence.between(token, end), None, "month", named, is_past)

    def _year(self, sentence: Sentence, token: int, on: date | None) -> SaidDate | None:
        year = _year_number(sentence.field.tokens.words[token])
        before = sentence.field.tokens.words[token - 1] if token > sentence.first else ""
        if year is None or before not in self._data.within:
            return None
        is_past = None if on is None else year < on.year
        return SaidDate(token, token + 1, sentence.surface(token), None, "year", year, is_past)

    def _ago(self, sentence: Sentence, token: int, after: int, on: date | None) -> SaidDate | None:
        words = sentence.field.tokens.words
        if token + 2 >= after or words[token + 2] not in self._data.ago:
            return None
        count = self._data.numbers.get(words[token])
        if count is None and words[token].isdigit() and len(words[token]) < 4:
            count = int(words[token])
        unit = self._data.units.get(words[token + 1])
        if count is None or unit is None:
            return None
        days = min(count * unit, 365 * 900)
        day = None if on is None else _before(on, days)
        precision: Precision = next((name for name in ("year", "month", "week") if unit >= _DAYS_OF[name]), "day")
        is_past = days >= self._data.past_after_days
        text = sentence.between(token, token + 3)
        return SaidDate(
            token, token + 3, text, day if precision == "day" else None, precision, day.year if day else None, is_past
        )


def _is_capital(sentence: Sentence, token: int) -> bool:
    return sentence.surface(token)[0].isupper()


def _day_number(word: str) -> int | None:
    digits = word.rstrip("stndrh")
    return int(digits) if digits.isdigit() and len(digits) <= 2 and len(word) <= 4 and 1 <= int(digits) <= 31 else None


def _year_number(word: str) -> int | None:
    return int(word) if len(word) == 4 and word.isdecimal() and _FIRST_YEAR <= int(word) <= _LAST_YEAR else None


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(month: int, day: int, on: date | None) -> date | None:
    """The day of that name that is nearest to the day of publication."""
    if on is None:
        return None
    days = [
        found for year in (on.year - 1, on.year, on.year + 1) if (found := _safe_date(year, month, day)) is not None
    ]
    return min(days, key=lambda found: (abs((found - on).days), found), default=None)


def _before(on: date, days: int) -> date | None:
    try:
        return on - timedelta(days=days)
    except OverflowError:
        return None
