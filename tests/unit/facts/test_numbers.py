"""Numbers of sentences: their bounds, what is said of them, and why some count nobody."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from consumers.facts.languages import load_part
from consumers.facts.number_words import NumberData
from consumers.facts.numbers import Number, NumberReader
from tests.unit.facts.support import article

READER = NumberReader("en")


def numbers(text: str) -> list[Number]:
    """All numbers of a text."""
    return [number for sentence in article(text).sentences for number in READER.numbers(sentence)]


@pytest.mark.parametrize(
    ("text", "low", "high", "qualifier"),
    [
        pytest.param("12 people", 12, 12, "exact", id="digits"),
        pytest.param("1,500 people", 1500, 1500, "exact", id="comma"),
        pytest.param("1 500 people", 1500, 1500, "exact", id="space"),
        pytest.param("1\u00a0500 people", 1500, 1500, "exact", id="hard-space"),
        pytest.param("2,417,300 people", 2417300, 2417300, "exact", id="two-commas"),
        pytest.param("forty-one people", 41, 41, "exact", id="hyphened-words"),
        pytest.param("one hundred and twenty-five people", 125, 125, "exact", id="words"),
        pytest.param("two thousand three hundred men", 2300, 2300, "exact", id="thousands-in-words"),
        pytest.param("1.2 million people", 1200000, 1200000, "exact", id="mixed"),
        pytest.param("30k troops", 30000, 30000, "exact", id="k"),
        pytest.param("a dozen villagers", 12, 12, "exact", id="a-dozen"),
        pytest.param("two dozen villagers", 24, 24, "exact", id="two-dozen"),
        pytest.param("a couple of hikers", 2, 2, "about", id="couple"),
        pytest.param("a few hikers", 3, 9, "vague", id="few"),
        pytest.param("several hikers", 3, 9, "vague", id="several"),
        pytest.param("dozens of hikers", 24, 99, "vague", id="dozens"),
        pytest.param("scores of hikers", 40, 99, "vague", id="scores"),
        pytest.param("hundreds of hikers", 200, 999, "vague", id="hundreds"),
        pytest.param("tens of thousands of hikers", 20000, 99999, "vague", id="tens-of-thousands"),
        pytest.param("at least 40 hikers", 40, None, "at_least", id="at-least"),
        pytest.param("40 or more hikers", 40, None, "at_least", id="or-more"),
        pytest.param("40+ hikers", 40, None, "at_least", id="plus-sign"),
        pytest.param("no fewer than six hikers", 6, None, "at_least", id="no-fewer"),
        pytest.param("more than 40 hikers", 40, None, "more_than", id="more-than"),
        pytest.param("up to 40 hikers", None, 40, "up_to", id="up-to"),
        pytest.param("as many as 40 hikers", None, 40, "up_to", id="as-many-as"),
        pytest.param("fewer than 40 hikers", None, 40, "fewer_than", id="fewer"),
        pytest.param("about 40 hikers", 40, 40, "about", id="about"),
        pytest.param("an average of about 40 hikers", 40, 40, "about", id="average"),
        pytest.param("~40 hikers", 40, 40, "about", id="tilde"),
        pytest.param("some 40-odd hikers", 40, 40, "about", id="odd"),
        pytest.param("40 hikers or 50", 40, 40, "exact", id="no-range-over-a-noun"),
        pytest.param("40-50 hikers", 40, 50, "range", id="range-by-hyphen"),
        pytest.param("40 to 50 hikers", 40, 50, "range", id="range-by-to"),
        pytest.param("between 40 and 50 hikers", 40, 50, "range", id="between"),
        pytest.param("two or three hikers", 2, 3, "range", id="two-or-three"),
        pytest.param("2 to 3 million hikers", 2000000, 3000000, "range", id="shared-scale"),
    ],
)
def test_number_has_its_bounds(text: str, low: int | None, high: int | None, qualifier: str) -> None:
    found = numbers(text)[0]

    assert (found.low, found.high, found.qualifier, found.not_count) == (low, high, qualifier, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("The 34-year-old sat down", "age", id="age"),
        pytest.param("Bo Lund, aged 35, sat down", "number of a thing", id="aged"),
        pytest.param("In 2002, he sat down", "year", id="year"),
        pytest.param("The 2002 attack shook them", "thing", id="year-of-an-attack"),
        pytest.param("On 12 March they met", "date", id="day"),
        pytest.param("On March 12 they met", "date", id="day-behind-the-month"),
        pytest.param("It cost $300 million", "money", id="dollars"),
        pytest.param("It cost 300 euros", "money", id="euros"),
        pytest.param("It is 20 km away", "distance", id="kilometres"),
        pytest.param("It weighs 20 tonnes", "weight", id="tonnes"),
        pytest.param("It took 24 hours", "duration", id="hours"),
        pytest.param("They won 3-2", "score or date", id="score"),
        pytest.param("It is 10:30 now", "time", id="clock"),
        pytest.param("It grew 50%", "percent", id="percent-sign"),
        pytest.param("It grew by 50 percent", "percent", id="percent"),
        pytest.param("A magnitude of 5.5", "decimal", id="decimal"),
        pytest.param("The 41st was late", "ordinal", id="ordinal"),
        pytest.param("The third was late", "ordinal", id="ordinal-word"),
        pytest.param("Flight 370 was late", "number of a thing", id="flight"),
        pytest.param("They saw 12 drones", "thing", id="drones"),
    ],
)
def test_number_that_counts_nobody_says_why(text: str, reason: str) -> None:
    assert numbers(text)[0].not_count == reason


@pytest.mark.parametrize(
    ("text", "per"),
    [
        pytest.param("1,500 a day", "day", id="a-day"),
        pytest.param("1,500 every single day", "day", id="every-single-day"),
        pytest.param("40 per week", "week", id="per-week"),
        pytest.param("3,000 a month", "month", id="a-month"),
        pytest.param("90 annually", "year", id="annually"),
        pytest.param("90 people", None, id="none"),
    ],
)
def test_rate_directly_behind_a_number_is_read(text: str, per: str | None) -> None:
    assert numbers(text)[0].per == per


def test_numbers_do_not_overlap_and_stand_in_order() -> None:
    found = numbers("Between 3 and 5 men, two dozen women, 1,200 children and a few others")

    assert [(number.low, number.high) for number in found] == [(3, 5), (24, 24), (1200, 1200), (3, 9)]
    assert all(one.after <= other.first for one, other in pairwise(found))


@pytest.mark.parametrize("text", ["", "9" * 400 + " people", "1" + ",000" * 60 + " people", "ten hundred " * 90])
def test_numbers_beyond_all_people_are_none_and_no_error(text: str) -> None:
    assert all(number.value < 10_000_000_000 for number in numbers(text))


def test_page_of_the_language_has_the_bounds_of_every_vague_word() -> None:
    page = (Path(__file__).parents[3] / "consumers/rules/LANGUAGE.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in page.splitlines() if line[:1] == "|"]
    told = {word: row[1:] for row in rows if len(row) == 3 for word in row[0].split(", ")}
    vague = load_part("en", "numbers", NumberData).vague

    assert {word: [f"{low:,}", f"{high:,}"] for word, (low, high) in vague.items() if " and " not in word} == {
        word: bounds for word, bounds in told.items() if word in vague
    }


def test_capitals_and_missing_case_change_nothing() -> None:
    assert [number.low for number in numbers("TWO POLICEMEN AND AT LEAST SEVEN OTHERS")] == [2, 7]
