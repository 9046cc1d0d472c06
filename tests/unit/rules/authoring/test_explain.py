"""Why a rule fires on an article or does not."""

from __future__ import annotations

from datetime import date

import pytest

from consumers.rules.authoring.explain import ExplainedCondition, Explanation, explain
from consumers.rules.authoring.explain_text import lines
from consumers.rules.engine.compiled import CompiledRules, SetAside
from consumers.rules.model import ActorCondition, Rule
from monitor.core.fact import Casualties
from monitor.text.reading import Reading, read
from tests.unit.rules.random_rules import REGISTRY, case
from tests.unit.rules.support import catalogue, rule_with, rules_of

NOT_TOGETHER = (
    "no sentence has it all: query: war stands in sentence 2 of the body; "
    "query: peace stands in sentence 1 of the title"
)


def _explained(when: str, reading: Reading) -> Explanation:
    return explain(rule_with(when).rules[0], catalogue(), reading)


def _reasons(condition: ExplainedCondition) -> list[str]:
    own = [condition.reason] if condition.reason else []
    return own + [reason for child in condition.children for reason in _reasons(child)]


def _body(text: str, lang: str = "en", title: str = "") -> Reading:
    return read({"title": title, "body": text}, lang=lang, publisher="BBC", url="https://example.org/live")


@pytest.mark.parametrize(
    ("when", "reading", "expected"),
    [
        pytest.param("{query: war}", _body("Peace."), ["stands nowhere"], id="word-missing"),
        pytest.param(
            "{same: sentence, all: [{query: war}, {query: peace}]}",
            _body("Before. War.", title="Peace"),
            [NOT_TOGETHER],
            id="not-in-one-sentence",
        ),
        pytest.param("{same: title, query: war}", _body("War."), ["the article has no title"], id="no-title"),
        pytest.param(
            "{same: title, query: war}", _body("War.", title="Peace"), ["stands elsewhere, in the body"], id="elsewhere"
        ),
        pytest.param("{query: war, not: {query: film}}", _body("War film"), ["what it excludes is there"], id="not"),
        pytest.param(
            "{actor: georgia}",
            _body("A student of Georgia Tech."),
            ["georgia is named, but blocked by 'Georgia Tech'"],
            id="blocked",
        ),
        pytest.param("{actor: georgia}", _body("Nobody."), ["georgia is not named"], id="not-named"),
        pytest.param(
            "{query: '=WHO'}",
            _body("They know who did it"),
            ["stands there as 'who', and =WHO asks for that spelling"],
            id="spelling",
        ),
        pytest.param(
            "{query: '\"air strike\"~1'}",
            _body("A strike from the air"),
            ["its words stand, but further apart than ~1"],
            id="further-apart",
        ),
        pytest.param(
            "{query: '\"air strike\"~1'}", _body("From the air"), ["'strike' stands nowhere"], id="one-missing"
        ),
        pytest.param("{query: war, lang: de}", _body("War"), ["the article is in en"], id="language"),
        pytest.param("{query: war, publisher: cnn}", _body("War"), ["the article is by bbc"], id="publisher"),
        pytest.param(
            "{query: war, url: sport}", _body("War"), ["the address is https://example.org/live"], id="address"
        ),
    ],
)
def test_nearest_reason_is_told(when: str, reading: Reading, expected: list[str]) -> None:
    found = _explained(when, reading)

    assert not found.fires
    assert _reasons(found.when) == expected


def test_term_of_another_language_is_told() -> None:
    rule = rules_of("terms: {poison: {de: [Gift]}}\nrules: [{id: r, when: {terms: poison}}]").rules[0]

    found = explain(rule, catalogue(), _body("A gift", lang="fr"))

    assert found.when.reason == "'gift' counts only in articles in de; this one is in fr"


def test_fact_condition_shows_its_defaults_and_what_the_nearest_fact_lacks() -> None:
    facts = [
        Casualties(role="wounded", low=3, high=3, field="body", span=(0, 5)),
        Casualties(role="killed", low=20, high=20, field="body", span=(7, 13)),
    ]
    reading = read({"body": "Three, twenty died"}, facts=facts)

    found = _explained("{casualties: {role: killed, at_least: 100}}", reading)

    assert found.when.text == "casualties: role killed, at_least 100"
    assert found.when.defaults == ("modality happened|claimed", "kind event|period", "per null")
    assert found.when.reason == "nearest is the casualties 'twenty', but not: at_least 100"


def test_condition_that_held_shows_what_it_stands_on() -> None:
    found = _explained("{same: sentence, all: [{actor: iran}, {query: war}]}", _body("Peace. War in Iran. War."))

    assert found.fires
    assert (
        "\n".join(lines(found))
        == """r: fires
  held  same sentence, all
    held  actor: iran
        body 14-18 'Iran' = iran: War in Iran.
    held  query: war
        body 7-10 'War': War in Iran."""
    )


FILTERED = """
filters:
  - {id: sport, when: {query: film}, rules: ['*']}
rules:
  - {id: r, status: disabled, when: {query: war}}
"""


def test_filters_and_status_are_shown_and_disabled_rules_explained() -> None:
    (rule,) = rules_of(FILTERED).rules

    shown = lines(explain(rule, catalogue(), _body("A war film")))

    assert shown[:2] == ["r: does not fire", "  note: status disabled: the rule is not evaluated"]
    assert "  filter sport: holds, so the rule does not fire" in shown


def test_rule_that_is_set_aside_says_so() -> None:
    aside = SetAside("too_costly", "takes more than 100 steps in an article")

    found = explain(rule_with("{query: war}").rules[0], catalogue(), _body("War"), set_aside=aside)

    assert found.note == "the rule is set aside until rules are loaded again: takes more than 100 steps in an article"


@pytest.mark.parametrize(
    ("condition", "text", "on", "expected"),
    [
        pytest.param(
            ActorCondition(("president@york",)), "Nobody", date(2019, 1, 1),
            "president@york means nobody on 2019-01-01",
            id="nobody-in-office",
        ),
        pytest.param(
            ActorCondition(("ben-roe",)), "Ben came", None,
            "'Ben' alone is not enough for ben-roe: its full name, its office or its context is missing",
            id="weak-name",
        ),
        pytest.param(
            ActorCondition(("ada-roe",)), "Ben Roe came", None,
            "'Roe' alone is not ada-roe here: somebody else of that name is named",
            id="surname-of-another",
        ),
        pytest.param(
            ActorCondition(("ada-roe",), direct=True), "The Yorkish president came", date(2022, 5, 1),
            "ada-roe is meant by 'Yorkish president' and not named, and the condition asks for the name",
            id="meant-and-not-named",
        ),
        pytest.param(
            ActorCondition(("ada-roe",)), "Minster House said so", date(2022, 5, 1),
            "'Minster House' is a seat of president@york, and the condition asks for ada-roe",
            id="seat",
        ),
    ],
)  # fmt: skip
def test_why_an_actor_is_not_found_is_told(
    condition: ActorCondition, text: str, on: date | None, expected: str
) -> None:
    found = explain(Rule("r", condition, "", "g"), REGISTRY, read({"body": text}, lang="en", on=on))

    assert found.when.reason == expected


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_explanation_says_what_happens(start: int) -> None:
    for seed in range(start, start + 50):
        drawn = case(seed)
        fired = {found.rule.id for found in CompiledRules(drawn.rules, REGISTRY, drawn.facts).match(drawn.reading)}
        for rule in drawn.rules:
            found = explain(rule, REGISTRY, drawn.reading, facts=drawn.facts)

            assert found.fires == (rule.id in fired)
            assert lines(found)
