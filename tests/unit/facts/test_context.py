"""Which side, where, over which time, as of when and at what rate figures count."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.fact import Casualties
from tests.unit.facts.support import casualties


def first(text: str) -> Casualties:
    """The first figure of a text."""
    return casualties(text)[0]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        pytest.param("Twelve Ukrainian soldiers were killed.", "ukraine", id="demonym"),
        pytest.param("Twelve members of Hezbollah were killed.", "hezbollah", id="members-of"),
        pytest.param("Russia has lost 700,000 soldiers.", "russia", id="who-lost-them"),
        pytest.param("Russian forces suffered about 900 casualties.", "russia", id="who-suffered-them"),
        pytest.param("Twelve villagers were killed by Russian shells.", None, id="not-who-killed-them"),
    ],
)
def test_side_is_whose_people_they_are(text: str, side: str | None) -> None:
    assert first(text).side == side


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("Twelve people were killed in Kharkiv on Monday.", "Kharkiv", id="behind"),
        pytest.param("In Port Vila, twelve people were killed.", "Port Vila", id="before"),
        pytest.param("Twelve people were killed in May.", None, id="a-month-is-no-place"),
        pytest.param("Twelve people were killed.", None, id="none"),
    ],
)
def test_place_is_the_name_behind_in(text: str, place: str | None) -> None:
    assert first(text).place == place


@pytest.mark.parametrize(
    ("text", "kind", "period", "per"),
    [
        pytest.param("Twelve people were killed.", "event", None, None, id="event"),
        pytest.param("Some 1,500 soldiers were killed every day in October.", "period", "October", "day", id="rate"),
        pytest.param(
            "Twelve people were killed in the past 24 hours.", "period", "the past 24 hours", None, id="period"
        ),
        pytest.param("Since the start of the war 9,000 people were killed.", "cumulative", None, None, id="cumulative"),
        pytest.param("Russia has lost 700,000 soldiers.", "cumulative", None, None, id="so-many-fall-in-no-event"),
    ],
)
def test_time_over_which_a_figure_counts(text: str, kind: str, period: str | None, per: str | None) -> None:
    fact = first(text)

    assert (fact.kind, fact.period, fact.per) == (kind, period, per)


def test_day_as_of_which_it_counts() -> None:
    assert first("As of 3 March, 41 people were confirmed killed.").as_of == date(2026, 3, 3)


def test_day_that_is_none_is_no_error() -> None:
    assert first("As of 31 February, 41 people were confirmed killed.").as_of is None
