"""Terms that no test would miss."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumers.rules.authoring.mutation import RemovableTerm, _Program, mutations, untested_terms
from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.engine.evaluation import Context
from consumers.rules.engine.program import Builder
from consumers.rules.engine.table import LeafTable
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    InFields,
    Not,
    Phrase,
    Query,
    Rule,
    RuleSet,
    Terms,
    UrlCondition,
    Within,
)
from tests.unit.rules.random_rules import REGISTRY, case
from tests.unit.rules.support import catalogue, rules_of

NOWHERE = Phrase("zzzznowhere")

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


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_removed_term_counts_as_one_that_stands_nowhere(start: int) -> None:
    for seed in range(start, start + 50):
        drawn = case(seed)
        for rule in drawn.rules:
            table = LeafTable(REGISTRY)
            node = Builder(table).build(rule.effective)
            leaves = table.article(drawn.reading, drawn.facts)
            program = _Program(rule, table)
            for term, places in program.places.items():
                if len({other.owner for other in program.places if replace(other, owner=term.owner) == term}) > 1:
                    continue  # `_without` would take it from the rule and from its filters
                context = Context(leaves.without(places))
                without = Rule("r", _without(rule.effective, term), "", "g")

                held = node.hits(context, context.whole) is not None
                assert held == bool(CompiledRules(RuleSet((without,)), REGISTRY, drawn.facts).match(drawn.reading))


def _without(condition: Condition, term: RemovableTerm) -> Condition:
    """The condition with something that stands nowhere in the place of a term. Whoever owns it."""
    match condition:
        case Phrase() if (term.kind, term.text) == ("query", condition.text):
            return NOWHERE
        case Terms() if term.kind == "terms":
            left = tuple(pair for pair in condition.phrases if (pair[0], pair[1].text) != (term.lang, term.text))
            return replace(condition, phrases=left) if left else NOWHERE
        case ActorCondition() if term.kind == "actor":
            names = tuple(position for position in condition.positions if position != term.text)
            return replace(condition, positions=names) if names else NOWHERE
        case UrlCondition() if term.kind == "url":
            words = tuple(NOWHERE if phrase.text == term.text else phrase for phrase in condition.phrases)
            return UrlCondition(words)
        case Query():
            return _without(condition.condition, term)
        case Not() | Within() | InFields():
            return replace(condition, part=_without(condition.part, term))
        case All() | Any_() | AtLeast():
            return replace(condition, parts=tuple(_without(part, term) for part in condition.parts))
    return condition
