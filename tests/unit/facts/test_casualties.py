"""Casualty figures: the ways in which English tells how many were harmed, and what looks alike."""

from __future__ import annotations

import pytest

from monitor.core.fact import Casualties
from tests.unit.facts.support import casualties, extractor, reading

Shown = tuple[str, int | None, int | None]


def shown(text: str) -> list[Shown]:
    """The figures of a text: role, low, high."""
    return [(fact.role, fact.low, fact.high) for fact in casualties(text)]


def one(text: str) -> Casualties:
    """The only figure of a text."""
    (found,) = casualties(text)
    return found


K, W, M, C, X = "killed", "wounded", "missing", "captured", "combined"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Twelve miners were killed.", [(K, 12, 12)], id="passive"),
        pytest.param("Twelve miners have been reported killed.", [(K, 12, 12)], id="passive-far-from-its-verb"),
        pytest.param("Nine dead in ferry accident", [(K, 9, 9)], id="headline-dead"),
        pytest.param("Storm kills at least 9", [(K, 9, None)], id="headline-kills"),
        pytest.param("Raiders killed five herders near the well.", [(K, 5, 5)], id="active"),
        pytest.param("Two raiders killed five herders.", [(K, 5, 5)], id="who-kills-is-not-counted"),
        pytest.param("A shell fell on the market, killing six.", [(K, 6, 6)], id="participle"),
        pytest.param("Six people died when the roof fell in.", [(K, 6, 6)], id="died"),
        pytest.param("Six people on a bus to the coast died.", [(K, 6, 6)], id="died-behind-a-phrase"),
        pytest.param("The bomb claimed the lives of nine pupils.", [(K, 9, 9)], id="claimed-lives-of"),
        pytest.param("The flood claimed 14 lives.", [(K, 14, 14)], id="claimed-lives"),
        pytest.param("Fourteen lives were lost.", [(K, 14, 14)], id="lives-lost"),
        pytest.param("The brigade has lost 300 men.", [(X, 300, 300)], id="lost-men"),
        pytest.param("The party has lost 300 members.", [], id="lost-members-live"),
        pytest.param("The murder of six nuns shocked the town.", [(K, 6, 6)], id="murder-of"),
        pytest.param("The fire led to the deaths of two firemen.", [(K, 2, 2)], id="deaths-of"),
        pytest.param("Divers recovered nine bodies.", [(K, 9, 9)], id="bodies"),
        pytest.param("There were 12 civilian deaths.", [(K, 12, 12)], id="deaths"),
        pytest.param("The death toll rose to 41 from 38.", [(K, 41, 41)], id="toll-rose"),
        pytest.param("Death toll in the mudslide stands at 41", [(K, 41, 41)], id="toll-stands"),
        pytest.param("Two more bodies raised the death toll to 43.", [(K, 2, 2), (K, 43, 43)], id="toll-raised"),
        pytest.param("This brings to 43 the number of people killed.", [(K, 43, 43)], id="brings-to"),
        pytest.param("A policeman was shot dead at a checkpoint.", [(K, 1, 1)], id="one-without-number"),
        pytest.param("Woman killed in hit-and-run", [(K, 1, 1)], id="one-in-a-headline"),
        pytest.param("Twenty-three people were hurt.", [(W, 23, 23)], id="hurt"),
        pytest.param("The blast injured 23 shoppers.", [(W, 23, 23)], id="injured"),
        pytest.param("Three climbers are missing.", [(M, 3, 3)], id="missing"),
        pytest.param("Three climbers were listed as missing.", [(M, 3, 3)], id="listed-as-missing"),
        pytest.param("Rebels captured 14 soldiers.", [(C, 14, 14)], id="captured"),
        pytest.param("Some 700 men were killed or wounded.", [(X, 700, 700)], id="killed-or-wounded"),
        pytest.param("Three men were shot dead in a car park.", [(K, 3, 3)], id="were-shot-dead"),
        pytest.param("Three men were shot and badly wounded.", [(W, 3, 3)], id="shot-and-wounded"),
        pytest.param("An airman was shot and killed at home.", [(K, 1, 1)], id="one-shot-and-killed"),
        pytest.param("Two US sailors were killed.", [(K, 2, 2)], id="us-is-no-money"),
        pytest.param("A cyclist was struck and killed by a tram.", [(K, 1, 1)], id="struck-and-killed"),
        pytest.param("Five girls were rushed to hospital after the party.", [(W, 5, 5)], id="rushed-to-hospital"),
        pytest.param("Deputies found two teens suffering from gunshot wounds.", [(W, 2, 2)], id="gunshot-wounds"),
        pytest.param("Nine tenants were treated for smoke inhalation.", [(W, 9, 9)], id="smoke-inhalation"),
        pytest.param("Two boys sustained non-life-threatening injuries.", [(W, 2, 2)], id="slight-injuries"),
        pytest.param("Thirty guests fell ill and two died.", [(W, 30, 30), (K, 2, 2)], id="fell-ill-and-died"),
        pytest.param("A hiker was found dead below the ridge.", [(K, 1, 1)], id="one-found-dead"),
        pytest.param("The army has 900 dead and injured a day.", [(X, 900, 900)], id="dead-and-injured"),
        pytest.param("Death toll in air crash rises to 68 - aviation authority", [(K, 68, 68)], id="toll-and-source"),
        pytest.param("Rocket kills family of four", [(K, 4, 4)], id="family-of"),
        pytest.param(
            "2 Feb. Twin bombs at a shrine. Fatalities 34, injuries 112.", [(K, 34, 34), (W, 112, 112)], id="row"
        ),
        pytest.param("Cyclone toll passes 500", [(K, 500, None)], id="toll-passes"),
        pytest.param(
            "They buried five firemen on Friday who had been killed in a blaze.", [(K, 5, 5)], id="relative-clause"
        ),
        pytest.param("The raid left 3 dead and wounded 12.", [(K, 3, 3), (W, 12, 12)], id="dead-and-wounded-so-many"),
        pytest.param("Two of the five victims died.", [(K, 2, 2)], id="part-of-a-whole"),
        pytest.param("Two of the 12 injured died.", [(K, 2, 2), (W, 12, 12)], id="whole-that-is-harmed-too"),
        pytest.param("Four people, including a 7-year-old girl, were injured.", [(W, 4, 4)], id="aside-with-an-age"),
        pytest.param("The raid left 40 casualties.", [(X, 40, 40)], id="casualties"),
        pytest.param("Five people were shot outside a club.", [(X, 5, 5)], id="shot"),
    ],
)
def test_figure_is_found(text: str, expected: list[Shown]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Bomb kills 3 and wounds 11", [(K, 3, 3), (W, 11, 11)], id="two-roles"),
        pytest.param("3 killed, 11 injured in blast", [(K, 3, 3), (W, 11, 11)], id="two-roles-in-a-headline"),
        pytest.param("The blast left 3 dead and 11 injured.", [(K, 3, 3), (W, 11, 11)], id="left-dead-and-injured"),
        pytest.param("two dead 12 hurt motorway pile up", [(K, 2, 2), (W, 12, 12)], id="no-signs-at-all"),
        pytest.param(
            "Forty-one people, including six children, were killed and 120 others injured.",
            [(K, 41, 41), (K, 6, 6), (W, 120, 120)],
            id="including",
        ),
        pytest.param("He killed his wife and two sons.", [(K, 1, 1), (K, 2, 2)], id="row"),
        pytest.param("The blast killed six, two doctors said.", [(K, 6, 6)], id="who-says-so-is-not-in-the-row"),
        pytest.param("Two guards and three drivers were killed.", [(K, 2, 2), (K, 3, 3)], id="row-before-the-verb"),
        pytest.param(
            "Estimated casualties: 1,822 total (North 322; South 1,500).",
            [(X, 1822, 1822), (X, 322, 322), (X, 1500, 1500)],
            id="list-with-parts",
        ),
        pytest.param("personnel - about 20,000 (+640)", [(X, 20000, 20000), (X, 640, 640)], id="bulletin-with-gain"),
    ],
)
def test_several_figures_keep_apart(text: str, expected: list[Shown]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Wolves killed off the game with 3 late goals.",
        "Three injured players will miss the match.",
        "Lindqvist shot 68 in the opening round.",
        "The bill was killed by 12 votes.",
        "More than 500 jobs were casualties of the merger.",
        "The bank reported losses of 12 million.",
        "He killed 20 zombies on the last level.",
        "A 34-year-old man was injured.",
        "Singer Ada Holm dead at 72",
        "Boy 14 dies after fall",
        "Ten people survived the crash.",
        "Road deaths fell to 12 per 100,000 people.",
        "The fox killed 12 chickens.",
        "2,500 dead seals found on the shore",
        "Three missing documents turned up.",
        "They lost 3 tanks and 12 drones.",
        "The plane with 120 people landed safely after one engine died.",
        "Bridge toll to rise to 12 dollars",
        "Two key characters were killed off in the finale.",
        "The army sent 3,000 troops after the attack.",
        "Nobody was killed, police said.",
        "At least 0 people were killed.",
        "Two goals killed off the hopes of the 41,000 fans of City.",
    ],
)
def test_number_beside_a_word_of_harm_that_counts_nobody(text: str) -> None:
    assert [found for found in shown(text) if max(found[1] or 0, found[2] or 0) > 1] == []


def test_refused_number_says_why() -> None:
    (refused,) = extractor().candidates(reading("The fox killed 12 chickens."))

    assert refused.fact is None
    assert refused.why == ("what is counted is nobody: chickens",)


@pytest.mark.parametrize(
    ("text", "main"),
    [
        pytest.param("41 people died, including 6 children.", 41, id="the-total-and-not-its-part"),
        pytest.param("Six died in Alba. In Bora 4 people died. In all, 10 people were killed.", 10, id="sum-told-last"),
        pytest.param("Six people died on Monday. The war has killed 40,000 people.", 6, id="not-that-of-the-war"),
        pytest.param("Dozens of people were killed. By noon 31 people were confirmed dead.", 31, id="not-a-vague-one"),
    ],
)
def test_main_figure_is_what_the_article_tells(text: str, main: int) -> None:
    assert [fact.low for fact in casualties(text) if fact.main and fact.role == K] == [main]


def test_title_says_what_the_article_is_about() -> None:
    found = casualties("Later 9 people were found dead elsewhere.", title="Landslide kills 7")

    assert [(fact.low, fact.main) for fact in found] == [(7, True), (9, False)]


def test_figure_told_again_completes_the_first() -> None:
    (fact,) = casualties("A bomb killed 13 pupils in Alba, police said.", title="Bomb kills 13")

    assert (fact.field, fact.who, fact.place) == ("title", "pupils", "Alba")
    assert [one.text for one in fact.attributed_to] == ["police"]


def test_figure_told_twice_is_one_fact() -> None:
    assert shown("Five people were killed. The five people were killed at noon.") == [(K, 5, 5)]


def test_span_and_quote_are_of_the_field() -> None:
    text = "It rained. Five people were killed in Alba. It rained on."
    fact = one(text)

    assert text[slice(*fact.span)] == "Five people were killed"
    assert fact.quote == "Five people were killed in Alba."
    assert (fact.field, fact.who) == ("text", "people")
