"""What files bring together: filters, terms that take in terms, actors of their own, tests with facts."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

from consumers.rules.language.loader import load_rules
from consumers.rules.model import All, Not, Phrase, Query, RuleSet, Terms
from monitor.core.fact import Casualties, LeaderCall, Participant, Source, Topic
from tests.unit.rules.support import catalogue, problems_of, rules_of

RULES = """
rules:
  - {id: us-strike, when: {query: strike}}
  - {id: us-call, when: {query: call}}
  - {id: cable-cut, when: {query: cable}}
"""
ACTORS = """
actors:
  - {id: norland, kind: state, name: Norland, source: made up}
  - {id: ada-roe, kind: person, name: Ada Roe, source: made up}
  - {id: russia, kind: state, name: Rossiya, source: made up}
offices:
  - {id: president@norland, role: president, of: norland, source: made up, holders: [{person: ada-roe, from: 2020}]}
sets:
  - {id: pact, members: [norland, russia], source: made up}
rules:
  - {id: r, when: {actor: [norland, president@norland, pact, leaders(pact)]}}
"""


def test_filter_covers_the_rules_that_its_patterns_fit() -> None:
    rule_set = rules_of(
        f"{RULES}filters:\n"
        "  - {id: sport, rules: ['us-*', cable-cut], when: {query: football}}\n"
        "  - {id: film, rules: [us-call], when: {query: film}}\n"
    )

    assert [[found.id for found in rule.filters] for rule in rule_set] == [["sport"], ["sport", "film"], ["sport"]]
    assert rule_set.rules[0].effective == All(
        (Query("strike", Phrase("strike")), Not(Query("football", Phrase("football"))))
    )


def test_filter_changes_the_version_of_the_rules_it_covers() -> None:
    plain = rules_of(RULES)
    filtered = rules_of(f"{RULES}filters: [{{id: sport, rules: [us-call], when: {{query: football}}}}]\n")

    same = [one.version == other.version for one, other in zip(plain, filtered, strict=True)]
    assert same == [True, False, True]


def test_filter_of_another_file_counts(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("filters: [{id: f, rules: [r], when: {query: film}}]\n")
    (tmp_path / "b.yaml").write_text("rules: [{id: r, when: {query: x}}]\n")

    (rule,) = load_rules(tmp_path, catalogue())

    assert [found.id for found in rule.filters] == ["f"]


@pytest.mark.parametrize(
    ("entry", "key", "message"),
    [
        pytest.param("{id: f, rules: ['eu-*'], when: {query: x}}", "filters[0].rules[0]", "no rule fits", id="glob"),
        pytest.param(
            "{id: f, rules: [us-cal], when: {query: x}}", "filters[0].rules[0]", "did you mean 'us-call'", id="name"
        ),
        pytest.param("{id: f, rules: [], when: {query: x}}", "filters[0].rules", "at least 1", id="no-rules"),
        pytest.param("{id: f, rules: [us-call]}", "filters[0].when", "is required", id="no-condition"),
        pytest.param("{id: f, rules: [us-call], when: {lang: en}}", "filters[0].when", "none of its words", id="all"),
        pytest.param("{id: f, rules: [us-call], wen: {query: x}}", "filters[0].when", "is required", id="key"),
    ],
)
def test_filter_is_refused(entry: str, key: str, message: str) -> None:
    problems = problems_of(f"{RULES}filters:\n  - {entry}\n")

    assert any((key, True) == (found, message in text) for _, found, text in problems)


def test_two_filters_of_one_id_are_refused() -> None:
    entry = "{id: f, rules: [us-call], when: {query: x}}"

    problems = problems_of(f"{RULES}filters: [{entry}, {entry}]\n")

    assert [text for _, _, text in problems] == ["'f' is taken by the filter at rules.yaml:6"]


def test_pack_brings_actors_offices_and_sets() -> None:
    rule_set = rules_of(ACTORS)

    assert sorted(actor.id for actor in rule_set.actors) == ["ada-roe", "norland", "russia"]
    assert [office.id for office in rule_set.offices] == ["president@norland"]
    assert [one.id for one in rule_set.sets] == ["pact"]


def test_actors_of_a_pack_survive_the_way_to_a_worker() -> None:
    rule_set = rules_of(ACTORS)
    copy: RuleSet = pickle.loads(pickle.dumps(rule_set))  # noqa: S301 - our own bytes
    registry = catalogue().extended(copy.actors, copy.offices, copy.sets)

    assert copy.digest == rule_set.digest
    assert registry.members("leaders(pact)", date(2024, 1, 1)) >= registry.members("leaders(russia)", date(2024, 1, 1))


def test_digest_changes_with_the_actors_of_a_pack() -> None:
    renamed = rules_of(ACTORS.replace("name: Ada Roe", "name: Ada Row"))

    assert renamed.digest != rules_of(ACTORS).digest
    assert renamed.digest == rules_of(ACTORS.replace("name: Ada Roe", "name: Ada Row")).digest


def test_problems_of_actors_and_rules_come_together() -> None:
    problems = problems_of(ACTORS.replace("kind: person", "kind: persn").replace("actor: [", "actor: [nobody, "))

    assert {key for _, key, _ in problems} >= {"actors[1].kind", "rules[0].when.actor[0]"}


def test_terms_take_in_other_lists() -> None:
    rule_set = rules_of("""
terms:
  fire: {en: [fire, blaze], include: [heat]}
  heat: {en: [heat, blaze], de: [Hitze]}
rules: [{id: r, when: {terms: fire}}]
""")

    written = (("en", "fire"), ("en", "blaze"), ("en", "heat"), ("de", "Hitze"))
    assert rule_set.rules[0].when == Terms("fire", tuple((lang, Phrase(text)) for lang, text in written))
    assert [(found.terms.name, len(found.own), found.includes, found.line) for found in rule_set.lists] == [
        ("fire", 2, ("heat",), 3),
        ("heat", 3, (), 4),
    ]


@pytest.mark.parametrize(
    ("terms", "key", "message"),
    [
        pytest.param("{a: {include: [b]}}", "terms.a.include", "unknown terms 'b'", id="unknown-list"),
        pytest.param("{a: {include: [b]}, b: {include: [a]}}", "terms.a.include", "takes in itself", id="circle"),
        pytest.param("{a: {en-GB: [x]}}", "terms.a.en-GB", "is no primary language (write 'en')", id="region"),
        pytest.param("{a: {english: [x]}}", "terms.a.english", "is no primary language", id="language-name"),
        pytest.param("{a: {en: x}}", "terms.a.en", "'x': is no list of phrases", id="no-list"),
        pytest.param("{a: {en: [3]}}", "terms.a.en[0]", "3: is no text", id="number"),
        pytest.param("{a: {en: [roam~2]}}", "terms.a.en[0]", "similar spellings are not searched for", id="fuzzy"),
        pytest.param("{a: [x]}", "terms.a", "is no group of languages", id="no-languages"),
        pytest.param("{a: {}}", "terms.a", "holds no phrases", id="empty"),
    ],
)
def test_terms_are_refused(terms: str, key: str, message: str) -> None:
    assert any((key, True) == (found, message in text) for _, found, text in problems_of(f"terms: {terms}\n"))


def test_bare_no_is_norwegian() -> None:
    (found,) = rules_of("terms: {fire: {no: [brann]}}\n").lists

    assert found.terms.phrases == (("no", Phrase("brann")),)


WITH_TESTS = """
rules:
  - id: r
    when: {casualties: {}}
    tests:
      - title: Nine dead
        url: https://example.org/live
        published_at: 2024-05-17T10:00:00Z
        expect: match
        evidence: [Nine]
        facts:
          - {type: casualties, role: killed, low: 9, side: russia, attributed_to: [officials, russia]}
          - {type: casualties, role: killed, low: 9, qualifier: at_least, as_of: 2024-05-16}
      - expect: none
        published_at: '2024-05-17'
        facts:
          - type: leader_call
            on: 2024-05-16
            participants: [russia, president@united-states, {text: a friend}]
            topics: [grain, {text: gas}]
"""


def test_rule_tests_carry_day_address_evidence_and_facts() -> None:
    first, second = rules_of(WITH_TESTS).rules[0].tests

    assert (first.url, first.published_at, first.evidence) == (
        "https://example.org/live",
        date(2024, 5, 17),
        ("Nine",),
    )
    assert first.facts == (
        Casualties(
            role="killed",
            low=9,
            high=9,
            side="russia",
            attributed_to=(Source(text="officials"), Source(text="russia", actor="russia")),
        ),
        Casualties(role="killed", low=9, qualifier="at_least", as_of=date(2024, 5, 16)),
    )
    assert (second.published_at, second.facts) == (
        date(2024, 5, 17),
        (
            LeaderCall(
                on=date(2024, 5, 16),
                participants=(
                    Participant(text="russia", actor="russia"),
                    Participant(
                        text="president@united-states", state="united-states", office="president@united-states"
                    ),
                    Participant(text="a friend"),
                ),
                topics=(Topic(text="grain", span=(0, 0)), Topic(text="gas", span=(0, 0))),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("test", "key", "message"),
    [
        pytest.param("{expect: match}", "", "a test needs a text", id="nothing"),
        pytest.param("{text: a, expect: none, evidence: [a]}", "", "that expects none has no evidence", id="evidence"),
        pytest.param("{text: a, expect: match, published_at: May}", ".published_at", "'May'", id="day"),
        pytest.param("{text: a, expect: match, facts: [3]}", ".facts[0]", "is no fact (allowed: {type:", id="no-fact"),
        pytest.param("{text: a, expect: match, facts: [{type: x}]}", ".facts[0]", "is no fact", id="type"),
        pytest.param(
            "{text: a, expect: match, facts: [{type: casualties, rol: killed}]}",
            ".facts[0].rol",
            "unknown key (did you mean 'role'?)",
            id="key",
        ),
        pytest.param(
            "{text: a, expect: match, facts: [{type: leader_call, participants: [{txt: a}]}]}",
            ".facts[0].txt",
            "unknown key (did you mean 'text'?)",
            id="key-of-a-part",
        ),
        pytest.param(
            "{text: a, expect: match, facts: [{type: casualties, role: dead}]}",
            ".facts[0].role",
            "invalid enum value 'dead'",
            id="value",
        ),
        pytest.param(
            "{text: a, expect: match, facts: [{type: casualties}]}", ".facts[0]", "missing required field", id="lacking"
        ),
    ],
)  # fmt: skip
def test_rule_test_is_refused(test: str, key: str, message: str) -> None:
    problems = problems_of(f"rules:\n  - id: r\n    when: {{query: x}}\n    tests: [{test}]\n")

    assert [(line, found) for line, found, _ in problems] == [(4, f"rules[0].tests[0]{key}")]
    assert message in problems[0][2]
