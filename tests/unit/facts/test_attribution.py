"""Who says so: speakers, offices, agencies, headlines, outlets."""

from __future__ import annotations

import pytest

from consumers.facts.attribution import Attribution, AttributionReader
from tests.unit.facts.support import article, casualties

READER = AttributionReader("en")


def said(text: str, of: int = 0, word: str = "") -> Attribution:
    """The attribution of a word of a sentence, the first unless told."""
    whole = article(text)
    sentence = whole.sentences[of]
    token = sentence.field.tokens.words.index(word, sentence.first) if word else sentence.first
    return READER.attribution(whole, sentence, token, token + 1)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Six people were killed, police said.", "police"),
        ("Police said six people were killed.", "Police"),
        ("Six people were killed, according to the interior ministry.", "the interior ministry"),
        ("According to the interior ministry, six people were killed.", "the interior ministry"),
        ("Six people were killed, said a spokesman for the fire service.", "a spokesman for the fire service"),
        ("Six killed in blast: police", "police"),
        ("Six killed in blast - ministry", "ministry"),
        ("Six killed in blast -hospital sources", "hospital sources"),
        ("Six killed in blast — regional governor", "regional governor"),
        ("Six killed in blast (officials)", "officials"),
        ("Six killed in blast, sources", "sources"),
        ("Six killed in blast - Valdez", "Valdez"),
        ("Port authority: six killed in blast", "Port authority"),
        ("Six killed in blast, says coast guard chief", "coast guard chief"),
        ("Meanwhile, hospital officials have said six people died.", "hospital officials"),
        ("The mayor, Ida Falk, said six people died.", "The mayor, Ida Falk"),
        ("A nurse, speaking by telephone, said six people died.", "A nurse"),
        ("Mr Falk, 51, said six people died.", "Mr Falk"),
        ("Governor Ida Falk toured the quay and said six people died.", "Governor Ida Falk"),
        ("Six people died, the paper quoted a port worker as saying.", "a port worker"),
        ("According to hospital reports six people died.", "hospital reports"),
        ("[Text] The harbour office said six people died.", "The harbour office"),
        ("Six people died, media reports said.", "media reports"),
        ("Figures from the health office show six people died.", "Figures from the health office"),
    ],
)
def test_source_is_who_says_so(text: str, source: str) -> None:
    assert [one.text for one in said(text, word="six").sources] == [source]


@pytest.mark.parametrize(
    "text",
    [
        "Six people were killed in Alba on Monday.",
        "Six people were killed: two in Alba and four in Bora.",
        "Six people - all of them pupils - were killed.",
        "Six people were killed, it emerged on Tuesday.",
        "Six people were killed in what the union called a disgrace.",
        "Six people and an estimated 40 goats were killed.",
        "The storm claimed the lives of six people.",
        "The Red Front claimed responsibility for the blast that killed six people.",
        "Norway: six people killed in avalanche",
        "Live: six people killed in avalanche",
    ],
)
def test_nobody_is_named_where_nobody_speaks(text: str) -> None:
    assert said(text, word="six").sources == ()


def test_nearest_speaker_comes_first() -> None:
    found = said("The army said 40 rebels died, but a doctor said six civilians were killed.", word="six")

    assert [one.text for one in found.sources] == ["a doctor", "The army"]


def test_headlines_of_one_sentence_have_their_own_sources() -> None:
    text = "Army says six rebels killed;Nine killed in mine blast - monitor"

    assert [one.text for one in said(text, word="six").sources] == ["Army"]
    assert [one.text for one in said(text, word="nine").sources] == ["monitor"]


@pytest.mark.parametrize(
    ("text", "outlet", "told_by"),
    [
        (
            "The blast killed six, two people familiar with the inquiry told Reuters.",
            "Reuters",
            "two people familiar with the inquiry",
        ),
        ("State media reported that six people were killed.", "State media", None),
        ("Six people died, the newspaper quoted a port worker as saying.", "the newspaper", "a port worker"),
        ("Six people died, Reuters reported, citing two port workers.", "Reuters", "two port workers"),
        ("Six people died, an aide was quoted as saying by Interfax.", "Interfax", "an aide"),
        ("Six people died, the captain told Kustavisen on Friday.", "Kustavisen", "the captain"),
        ("Kustavisen reported that six people died.", "Kustavisen", None),
        ("Six people died, The Harbour Lantern reported, citing two cooks.", "The Harbour Lantern", "two cooks"),
        ("Six people died, the captain said in an interview with Kustavisen.", "Kustavisen", None),
        ("Six people died, according to two cooks quoted by Kustavisen.", "Kustavisen", "two cooks"),
        ("Six people died, first reported by the Harbour Lantern.", "the Harbour Lantern", None),
        ("Six people died, the Coast Guard reported.", None, None),
        ("Six people died, the captain told reporters.", None, None),
        ("Six people died, the minister told parliament.", None, None),
    ],
)
def test_outlet_and_whom_it_had_it_from(text: str, outlet: str | None, told_by: str | None) -> None:
    found = said(text)

    assert (found.reported_by, found.told_by) == (outlet, told_by)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Governor Ida Falk said the fire began at dawn. Six people died, she said.", id="pronoun"),
        pytest.param('"It was hell," said Governor Ida Falk. "Six people died in the hold."', id="next-quotation"),
        pytest.param("“It was hell. Six people died in the hold,” said Governor Ida Falk.", id="speaker-behind"),
    ],
)
def test_speaker_of_another_sentence(text: str) -> None:
    (source,) = said(text, of=1).sources

    assert source.text == "Governor Ida Falk"


def test_figure_names_the_outlet_through_which_it_came() -> None:
    (fact,) = casualties("The blast killed six, two doctors told Reuters.")

    assert fact.reported_by == ("Reuters",)


def test_registry_says_who_speaks_and_in_which_office() -> None:
    (fact,) = casualties("Ukraine lost 300 soldiers in May, Vladimir Putin said.")

    assert [(one.text, one.actor, one.office) for one in fact.attributed_to] == [
        ("Vladimir Putin", "vladimir-putin", "president@russia")
    ]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        pytest.param("The Nigerian army said six people died.", "nigeria", id="organ-of-a-state"),
        pytest.param("Ukraine says six people died.", "ukraine", id="state"),
        pytest.param("The Kremlin said six people died.", "russia", id="seat-speaks-for-its-state"),
        pytest.param("The Norwegian Refugee Council said six people died.", None, id="body-that-a-state-is-part-of"),
        pytest.param("Zelensky's cook said six people died.", None, id="not-the-person-whose-it-is"),
        pytest.param("Hamas-run hospitals said six people died.", None, id="not-who-runs-it"),
    ],
)
def test_who_a_speaker_is(text: str, actor: str | None) -> None:
    (source,) = said(text, word="six").sources

    assert source.actor == actor
