"""Dates in sentences, against a Thursday."""

from __future__ import annotations

from datetime import date

import pytest

from consumers.facts.dates import DateReader, SaidDate
from tests.unit.facts.support import article

A_THURSDAY = date(2026, 3, 5)


def said(text: str, on: date | None = A_THURSDAY) -> list[SaidDate]:
    """The dates of a sentence."""
    return list(DateReader("en").dates(article(text).sentences[0], on))


@pytest.mark.parametrize(
    ("text", "day", "words"),
    [
        pytest.param("They met on Tuesday.", date(2026, 3, 3), "Tuesday", id="weekday"),
        pytest.param("They met on Thursday.", date(2026, 3, 5), "Thursday", id="the-same-weekday"),
        pytest.param("They met last Thursday.", date(2026, 2, 26), "last Thursday", id="last"),
        pytest.param("They meet next Tuesday.", date(2026, 3, 10), "next Tuesday", id="next"),
        pytest.param("They met late on Friday.", date(2026, 2, 27), "late on Friday", id="late-on"),
        pytest.param("They met yesterday.", date(2026, 3, 4), "yesterday", id="yesterday"),
        pytest.param("They met this morning.", date(2026, 3, 5), "this morning", id="this-morning"),
        pytest.param("They met on 28 February.", date(2026, 2, 28), "28 February", id="day-month"),
        pytest.param("They met on Dec. 30.", date(2025, 12, 30), "Dec. 30", id="month-day-of-last-year"),
        pytest.param("They met on July 2, 2019.", date(2019, 7, 2), "July 2, 2019", id="with-year"),
        pytest.param("They met on the 3rd of March.", date(2026, 3, 3), "3rd of March", id="ordinal"),
        pytest.param("They met three days ago.", date(2026, 3, 2), "three days ago", id="days-ago"),
        pytest.param("They met on New Year's Eve.", date(2025, 12, 31), "New Year's Eve", id="feast"),
    ],
)
def test_days_are_resolved(text: str, day: date, words: str) -> None:
    assert [(one.day, one.text) for one in said(text)] == [(day, words)]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        pytest.param("It was signed in 2002.", 2002, id="year"),
        pytest.param("It was signed in October 2013.", 2013, id="month-and-year"),
        pytest.param("It was signed twelve years ago.", 2014, id="years-ago"),
    ],
)
def test_long_past_is_marked(text: str, year: int) -> None:
    assert [(one.day, one.year, one.is_past) for one in said(text)] == [(None, year, True)]


@pytest.mark.parametrize(
    "text", ["They may march on.", "Some 2002 people came.", "He fell in the second round.", "May spoke."]
)
def test_what_is_no_date(text: str) -> None:
    assert said(text) == []


def test_without_a_day_of_publication_words_are_kept() -> None:
    assert [(one.day, one.text) for one in said("They met on Tuesday.", on=None)] == [(None, "Tuesday")]
