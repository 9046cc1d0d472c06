"""Numbers beside words of harm that count nobody harmed, and what looks like them and does."""

from __future__ import annotations

import pytest

from tests.unit.facts.support import casualties


def figures(text: str) -> list[int]:
    """The figures above one of a text."""
    values = [fact.low or fact.high or 0 for fact in casualties(text)]
    return [value for value in values if value > 1]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Critics killed 11 of the 14 takeovers.", id="things-behind-of"),
        pytest.param("He killed three of his uncle's pet projects.", id="things-behind-a-possessive"),
        pytest.param("The crew killed two more quotas.", id="two-more-of-what-nobody-knows"),
        pytest.param("Of 30 rockets, 28 were shot.", id="things-told-of-before"),
        pytest.param("They fired 30 rockets, 28 of which were killed off the coast.", id="of-which"),
        pytest.param("The two sporting bodies merged.", id="governing-bodies"),
        pytest.param("12 dead giveaways of a bad lease", id="phrase-of-its-own"),
        pytest.param("Six jurors heard about the murdered clerk.", id="harm-of-another"),
        pytest.param("Two brothers of the dead man spoke.", id="brothers-of-the-dead"),
        pytest.param("A mob of 40 men wounded the mayor.", id="who-did-the-harm"),
        pytest.param("Two deputies who shot a driver were cleared.", id="who-did-the-harm-behind-who"),
        pytest.param("He was killed in front of 300 pupils.", id="who-saw-it"),
        pytest.param("The clown killed in front of 300 pupils.", id="who-saw-the-show"),
        pytest.param("None of the 80 passengers on the ferry was hurt.", id="none-of-them"),
        pytest.param("A third of the 900 sailors in the fleet had died.", id="a-share-of-a-whole"),
        pytest.param("One in seven adults is injured at home.", id="ratio"),
        pytest.param("There were 4 deaths per 100,000 people.", id="rate"),
        pytest.param("The rail strike wounded by 3,000 drivers the firm's earnings.", id="hurt-in-the-purse"),
        pytest.param("Rising fees hurt 5,000 savers.", id="hurt-by-fees"),
        pytest.param("The three casualties of the price war were bakers.", id="casualties-of-a-price-war"),
        pytest.param("A fifth year of 3 straight quarterly losses", id="losses-of-money"),
        pytest.param("Five pitchers injured", id="who-is-only-on-the-field"),
        pytest.param("We lost two men to red cards in the second half.", id="lost-to-red-cards"),
        pytest.param("The album Nine Bodies is out.", id="name-with-capitals"),
        pytest.param("A podcast about nine missing boys has won a prize.", id="told-in-a-work"),
        pytest.param("In episode four, they find nine bodies.", id="told-in-an-episode"),
        pytest.param("Mannequins stood in for 60 dead.", id="only-played"),
        pytest.param("She had fed 3,000 orphans by the time she died.", id="she-died"),
        pytest.param("The new drug saved the lives of 14 infants.", id="lives-saved"),
        pytest.param("The bridge changed the lives of 14 families.", id="lives-changed"),
        pytest.param("A burglar killed a father of seven.", id="children-of-one"),
        pytest.param("Sailor Ned Holm 22 dies on board", id="age-before-dies"),
        pytest.param("A 1998 radio report on two-state plans remains the best.", id="part-of-a-word"),
        pytest.param("The port pays 16 million after workers were hurt.", id="sum"),
        pytest.param("Cut the tax break that is killing trade for 2,000 grocers.", id="killing-for"),
        pytest.param("Three councillors killed plans for a pool.", id="ended-plans"),
        pytest.param("Nine nurses care for 40 dying patients.", id="the-dying-live"),
        pytest.param("A fund set up by four bankers was liquidated.", id="verb-of-one"),
        pytest.param("Houses: 61 of 70 wiped out", id="label-says-what"),
        pytest.param("Some 12 of 15 dugouts were wiped out.", id="whole-of-things"),
        pytest.param("And the two shot down on Friday flew low.", id="shot-down"),
        pytest.param("Some 3 million women got a booster shot.", id="shot-in-the-arm"),
        pytest.param("Two in 10 deaths are from smoking.", id="share-of-deaths"),
        pytest.param("A boy was murdered on the ice by five skaters.", id="by-whom"),
        pytest.param("He was murdered by five skaters.", id="by-whom-at-once"),
        pytest.param("She pulled two drowning girls out.", id="the-drowning-live"),
        pytest.param("Choose among 12 dead-eyed darts aces.", id="dead-in-a-word"),
        pytest.param("The frost killed 40 of his 90 hives.", id="hives"),
        pytest.param("Without nine injured men the side drew.", id="who-was-not-there"),
    ],
)
def test_counts_nobody_harmed(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Gunmen killed 11 of the 14 miners.", [11], id="persons-behind-of"),
        pytest.param("Shells killed two more Danish medics.", [2], id="two-more-of-whom"),
        pytest.param("Five of the murdered nuns were buried.", [5], id="of-the-murdered"),
        pytest.param("Half of the 13 killed were pupils.", [13], id="all-were-killed"),
        pytest.param("Six were killed the night before.", [6], id="time-behind"),
        pytest.param("Police: Two Dead After Ferry Fire", [2], id="title-with-capitals"),
        pytest.param("A film crew was hit and four men were killed.", [4], id="film-crew"),
        pytest.param("A series of blasts killed 12 people.", [12], id="series-of-blasts"),
        pytest.param("Two players were killed when their bus fell.", [2], id="players-killed"),
        pytest.param("The fever took the lives of 14 infants.", [14], id="lives-taken"),
        pytest.param("A father of seven and two guards were killed.", [2], id="beside-a-father-of-seven"),
        pytest.param("Two deputies who were shot have died.", [2], id="who-were-shot"),
        pytest.param("Twelve of 15 nurses were killed.", [12], id="of-a-whole"),
        pytest.param("Half a dozen herders were killed.", [6], id="half-a-dozen"),
        pytest.param("Three to four hundred herders were killed.", [300], id="range-of-hundreds"),
        pytest.param("Two walkers were struck and killed on Highway 99.", [2], id="struck-and-killed"),
        pytest.param("Five men in two cars were killed.", [5], id="with-a-count-of-things-between"),
        pytest.param("Seventeen of those on the ferry were killed.", [17], id="of-those"),
        pytest.param("Two of the wounded later died.", [2], id="of-the-wounded"),
        pytest.param("It took the lives of nine girls and two tutors.", [9, 2], id="lives-of-a-row"),
        pytest.param("Police shot down seven marchers.", [7], id="marchers-shot-down"),
        pytest.param("A crane fell on the set of a horror film and killed five people.", [5], id="at-a-film"),
        pytest.param("Nine workers were burned at the plant; the shares fell.", [9], id="at-a-firm"),
        pytest.param("A mine killed a family of six people.", [6], id="a-family-of-six"),
        pytest.param("A 12-man patrol was hit; 3 soldiers died.", [3], id="beside-a-part-of-a-word"),
    ],
)
def test_looks_like_nobody_and_counts(text: str, expected: list[int]) -> None:
    assert figures(text) == expected
