"""When, as sentences say it."""

from __future__ import annotations

from datetime import date

import pytest

from consumers.facts.dates import DateReader, SaidDate
from tests.unit.facts.support import A_DAY, article

READER = DateReader("en")


def said(text: str, on: date | None = A_DAY) -> list[SaidDate]:
    """The times of a sentence; it is told on a Thursday, 5 March 2026."""
    (sentence,) = article(text, on=on).sentences
    return list(READER.dates(sentence, on))


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        pytest.param("They spoke on Tuesday.", "Tuesday", date(2026, 3, 3), id="weekday"),
        pytest.param("They spoke on Thursday.", "Thursday", date(2026, 3, 5), id="weekday-of-publication"),
        pytest.param("They spoke last Thursday.", "last Thursday", date(2026, 2, 26), id="last-weekday"),
        pytest.param("They will speak next Monday.", "next Monday", date(2026, 3, 9), id="next-weekday"),
        pytest.param("They spoke on Tues. night.", "Tues", date(2026, 3, 3), id="short-weekday"),
        pytest.param("They spoke late on Tuesday.", "late on Tuesday", date(2026, 3, 3), id="late-on"),
        pytest.param("They spoke on Tuesday night.", "Tuesday night", date(2026, 3, 3), id="part-of-the-day"),
        pytest.param("They spoke yesterday.", "yesterday", date(2026, 3, 4), id="yesterday"),
        pytest.param("They spoke overnight.", "overnight", date(2026, 3, 5), id="overnight"),
        pytest.param("They will speak tomorrow.", "tomorrow", date(2026, 3, 6), id="tomorrow"),
        pytest.param("They spoke on 3 March.", "3 March", date(2026, 3, 3), id="day-month"),
        pytest.param("They spoke on March 3rd.", "March 3rd", date(2026, 3, 3), id="month-ordinal-day"),
        pytest.param("They spoke on the 3rd of March.", "3rd of March", date(2026, 3, 3), id="ordinal-day-of-month"),
        pytest.param("They spoke on Dec. 14.", "Dec. 14", date(2025, 12, 14), id="short-month-of-the-year-before"),
        pytest.param("They speak on 2 April.", "2 April", date(2026, 4, 2), id="day-that-comes-soon"),
        pytest.param(
            "They spoke on Sunday, March 1, 2026.", "Sunday, March 1, 2026", date(2026, 3, 1), id="whole-date"
        ),
        pytest.param("They spoke on 14-JUN-1997.", "14-JUN-1997", date(1997, 6, 14), id="cable-date"),
        pytest.param("They spoke on 2019-06-14.", "2019-06-14", date(2019, 6, 14), id="iso"),
        pytest.param("They spoke two days ago.", "two days ago", date(2026, 3, 3), id="days-ago"),
        pytest.param("They spoke on New Year's Eve.", "New Year's Eve", date(2025, 12, 31), id="feast"),
    ],
)
def test_a_day_is_resolved(text: str, words: str, day: date) -> None:
    (found,) = said(text)

    assert (found.text, found.day, found.precision, found.year) == (words, day, "day", day.year)


@pytest.mark.parametrize(
    ("text", "words", "precision", "year", "is_past"),
    [
        pytest.param("It happened in February.", "February", "month", 2026, False, id="last-month"),
        pytest.param("It happened in October.", "October", "month", 2025, True, id="month-of-last-year"),
        pytest.param("It happens in May.", "May", "month", 2026, False, id="month-that-comes-soon"),
        pytest.param("It happened in October 2019.", "October 2019", "month", 2019, True, id="month-and-year"),
        pytest.param("It happened in 2002.", "2002", "year", 2002, True, id="year"),
        pytest.param("It happened in 2026.", "2026", "year", 2026, False, id="this-year"),
        pytest.param("The 1995 flood came back.", "1995", "year", 1995, True, id="year-before-a-noun"),
        pytest.param("The flood (1995) came back.", "1995", "year", 1995, True, id="year-in-brackets"),
        pytest.param("It happened in the 1970s.", "1970s", "vague", None, True, id="decade"),
        pytest.param("It happened last year.", "last year", "year", 2025, True, id="last-year"),
        pytest.param("It happened last week.", "last week", "week", 2026, False, id="last-week"),
        pytest.param("It happened three years ago.", "three years ago", "year", 2023, True, id="years-ago"),
        pytest.param("It happened twenty-five years ago.", "twenty-five years ago", "year", 2001, True, id="25-years"),
        pytest.param("It happened a year earlier.", "a year earlier", "year", None, True, id="counted-from-elsewhere"),
        pytest.param("It happened decades ago.", "decades ago", "vague", None, True, id="decades-ago"),
    ],
)  # fmt: skip
def test_longer_times(text: str, words: str, precision: str, year: int | None, is_past: bool) -> None:
    (found,) = said(text)

    assert (found.text, found.day, found.precision) == (words, None, precision)
    assert (found.year, found.is_past) == (year, is_past)


@pytest.mark.parametrize(
    "text",
    [
        "The army lost 2000 soldiers in the valley.",
        "Nobody may march on the palace.",
        "The report of 1,995 pages names them.",
        "They recalled Bloody Sunday.",
        "He sat in the sun.",
        "They paid in $2000 notes.",
    ],
)
def test_no_time(text: str) -> None:
    assert said(text) == []


def test_number_that_counts_people_is_no_year() -> None:
    assert said("The attack hurt the 2015 people inside.") == []


def test_without_a_day_of_publication_nothing_is_resolved() -> None:
    weekday, month = said("It began on Tuesday and ended in October.", on=None)

    assert (weekday.text, weekday.day, month.text, month.year, month.is_past) == (
        "Tuesday",
        None,
        "October",
        None,
        None,
    )


def test_last_day_of_the_year_is_not_long_ago_on_the_second_of_january() -> None:
    (found,) = said("It happened on 31 December.", on=date(2026, 1, 2))

    assert (found.day, found.is_past) == (date(2025, 12, 31), False)
