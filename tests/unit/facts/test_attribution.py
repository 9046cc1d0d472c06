"""Who says so: speakers, offices, agencies, headline endings, outlets."""

from __future__ import annotations

import pytest

from consumers.facts.attribution import Attribution, AttributionReader
from tests.unit.facts.support import article, casualties

READER = AttributionReader("en")


def said(text: str, of: int = 0) -> Attribution:
    """The attribution of the first words of a sentence."""
    whole = article(text)
    sentence = whole.sentences[of]
    return READER.attribution(whole, sentence, sentence.first, sentence.first + 1)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("Six people were killed, police said.", "police", id="said-behind"),
        pytest.param("Police said six people were killed.", "Police", id="said-before"),
        pytest.param("Six people were killed, according to the interior ministry.", "the interior ministry", id="according"),
        pytest.param("Six people were killed, said a spokesman for the fire service.", "a spokesman for the fire service", id="inverted"),
        pytest.param("Six killed in blast: police", "police", id="colon-at-the-end"),
        pytest.param("Six killed in blast - ministry", "ministry", id="dash-at-the-end"),
        pytest.param("Six killed in blast — regional governor", "regional governor", id="long-dash-at-the-end"),
        pytest.param("Meanwhile, hospital officials have said six people died.", "hospital officials", id="opener-is-not-the-speaker"),
    ],
)  # fmt: skip
def test_source_is_who_says_so(text: str, source: str) -> None:
    assert [one.text for one in said(text).sources] == [source]


@pytest.mark.parametrize(
    "text",
    [
        "Six people were killed in Alba on Monday.",
        "Six people were killed: two in Alba and four in Bora.",
        "Six people - all of them pupils - were killed.",
    ],
)
def test_nobody_is_named_where_nobody_speaks(text: str) -> None:
    assert said(text).sources == ()


def test_outlet_and_whom_it_had_it_from() -> None:
    found = said("The blast killed six, two people familiar with the inquiry told Reuters.")

    assert (found.reported_by, found.told_by) == ("Reuters", "two people familiar with the inquiry")


def test_outlet_that_reports_by_itself() -> None:
    found = said("State media reported that six people were killed.")

    assert (found.reported_by, [one.text for one in found.sources]) == ("State media", ["State media"])


def test_pronoun_means_the_last_speaker() -> None:
    found = said("Governor Ida Falk said the fire began at dawn. Six people died, she said.", of=1)

    assert [one.text for one in found.sources] == ["Governor Ida Falk"]


def test_registry_says_who_speaks() -> None:
    (fact,) = casualties("Ukraine lost 300 soldiers in May, Vladimir Putin said.")

    assert [(one.text, one.actor) for one in fact.attributed_to] == [("Vladimir Putin", "vladimir-putin")]
