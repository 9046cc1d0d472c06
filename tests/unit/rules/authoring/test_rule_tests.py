"""The tests that stand with rules."""

from __future__ import annotations

from consumers.rules.authoring.testing import run_rule_tests
from consumers.rules.model import ActorCondition, Rule, RuleSet, RuleTest
from tests.unit.rules.support import catalogue, rules_of


def test_each_test_tells_whether_the_rule_did_what_it_expects() -> None:
    rule_set = rules_of("""
rules:
  - id: a
    when: {query: war, lang: en}
    tests:
      - {title: War, lang: en, expect: match}
      - {text: War, lang: de, expect: match}
      - {body: Peace, lang: en, expect: none}
  - id: b
    status: disabled
    when: {actor: iran}
    tests: [{summary: In Iran, expect: none}]
""")

    results = run_rule_tests(rule_set, catalogue())

    assert [(result.rule.id, result.number, result.matched, result.passed) for result in results] == [
        ("a", 1, True, True),
        ("a", 2, False, False),
        ("a", 3, False, True),
        ("b", 1, True, False),
    ]
    assert str(results[1]) == "a test 2: FAILED: expected match: War"
    assert [hit.condition for hit in results[3].hits] == ["actor: iran"]


def _outcomes(yaml: str) -> list[str | None]:
    return [result.failure for result in run_rule_tests(rules_of(yaml), catalogue())]


def test_evidence_that_a_test_asks_for_must_be_among_what_the_rule_stands_on() -> None:
    assert _outcomes("""
rules:
  - id: a
    when: {query: '"air strike" OR war'}
    tests:
      - {text: "An air\n strike in the war", evidence: [air strike, war], expect: match}
      - {text: The war is on, evidence: [air strike, war], expect: match}
""") == [None, "does not stand on 'air strike'"]


def test_address_day_and_facts_of_a_test_are_those_of_its_article() -> None:
    assert _outcomes("""
actors:
  - {id: norland, kind: state, name: Norland, demonyms: {en: [Norlandic]}, source: ours}
  - {id: ada-roe, kind: person, name: Ada Roe, source: ours}
offices:
  - {id: president@norland, role: president, of: norland, source: ours, holders: [{person: ada-roe, from: 2030-01-01}]}
rules:
  - id: a
    when: {url: live, actor: ada-roe, casualties: {role: killed, at_least: 10}}
    tests:
      - text: &text The Norlandic president spoke of twelve dead
        lang: en
        url: https://example.org/live/1
        published_at: 2031-05-01
        facts: [{type: casualties, role: killed, low: 12, high: 12}]
        evidence: [Norlandic president]
        expect: match
      - {text: *text, lang: en, url: 'https://example.org/live/1', published_at: 2029-05-01, expect: none}
""") == [None, None]


def test_rule_that_cannot_be_evaluated_fails_its_tests() -> None:
    test = RuleTest(expect="none", text="Peace")
    rule = Rule("a", ActorCondition(("nobody-at-all",)), "", "g", tests=(test, test))

    failures = [result.failure or "" for result in run_rule_tests(RuleSet((rule,)), catalogue())]

    assert len(failures) == 2
    assert all("cannot be compiled" in failure for failure in failures)
