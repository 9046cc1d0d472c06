"""Terms that no test would miss."""

from __future__ import annotations

from consumers.rules.mutation import mutations, untested_terms
from tests.unit.rules.support import catalogue, rules_of

RULES = """
terms:
  strike: {en: [air strike, shelling], de: [Luftangriff], und: [bombing]}
  unused: {en: [nothing]}
rules:
  - id: a
    when: {all: [{terms: strike}, {query: 'plant OR "power station" OR plan*'}], not: {query: film}}
    tests:
      - {text: Shelling at the plant, lang: en, expect: match}
      - {text: Luftangriff auf power station, lang: de, expect: match}
      - {text: Shelling of the plant in a film, lang: en, expect: none}
  - id: b
    when: {any: [{actor: [iran, iraq]}, {terms: strike}]}
    tests:
      - {text: Iran spoke of an air strike, lang: en, expect: match}
      - {text: A bombing, lang: en, expect: match}
"""


def _untested(yaml: str) -> list[str]:
    return [str(found) for found in untested_terms(rules_of(yaml), catalogue())]


def test_terms_that_no_test_would_miss_are_told_with_the_rules_that_use_them() -> None:
    assert _untested(RULES) == [
        "terms strike (en): no test depends on 'air strike'",
        "rule a, query: no test depends on 'plant'",
        "rule a, query: no test depends on 'plan*'",
        "rule b, actor: no test depends on 'iran'",
        "rule b, actor: no test depends on 'iraq'",
    ]
    found = untested_terms(rules_of(RULES), catalogue())
    assert found[0].rules == ("a", "b")


def test_all_terms_of_a_rule_without_tests_are_untested() -> None:
    assert _untested("rules: [{id: a, when: {query: 'war OR peace'}}]") == [
        "rule a, query: no test depends on 'war'",
        "rule a, query: no test depends on 'peace'",
    ]


def test_term_is_tested_by_evidence_that_a_test_asks_for() -> None:
    with_evidence = (
        "rules: [{id: a, when: {query: 'war OR peace'}, tests: [{text: War or peace, evidence: [War], expect: match}]}]"
    )

    assert _untested(with_evidence) == ["rule a, query: no test depends on 'peace'"]


def test_words_of_an_address_and_of_phrases_with_slop_are_terms_too() -> None:
    rules = """
rules:
  - id: a
    when: {all: [{url: [live, sport]}, {query: '"air strike"~4'}]}
    tests: [{text: A strike from the air, url: 'https://example.org/live/1', expect: match}]
"""
    assert _untested(rules) == ["rule a, url: no test depends on 'sport'"]


def test_terms_of_a_rule_are_listed_once_in_their_order() -> None:
    rule = rules_of(RULES).rules[0]

    assert [term.text for term in mutations(rule)] == [
        "air strike", "shelling", "Luftangriff", "bombing", "plant", "power station", "plan*", "film",
    ]  # fmt: skip
