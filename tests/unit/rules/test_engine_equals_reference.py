"""The fast engine gives what the slow and obvious one gives, on random rules and texts in many scripts."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from consumers.rules.compiled import CompiledRules
from consumers.rules.model import ActorCondition, Phrase, Rule, RuleSet
from consumers.rules.program import Builder
from consumers.rules.table import LeafTable
from monitor.text.reading import read
from tests.unit.rules.random_rules import REGISTRY, Case, cases
from tests.unit.rules.reference import ReferenceRules

SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(cases())
def test_engine_and_reference_agree_on_rules_and_spans(case: Case) -> None:
    engine = CompiledRules(case.rules, REGISTRY)

    found = engine.match(case.reading)

    assert found == ReferenceRules(case.rules, REGISTRY).match(case.reading)
    assert engine.set_aside == {}


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(cases(max_rules=1))
def test_required_clauses_drop_only_what_cannot_hold(case: Case) -> None:
    table = LeafTable(REGISTRY)
    node = Builder(table).build(case.rules.rules[0].effective)
    leaves = table.article(case.reading, None)
    signals = leaves.signals()

    if ReferenceRules(case.rules, REGISTRY).match(case.reading):
        assert all(any(leaves.stands(leaf, lambda _: None) for leaf in clause) for clause in node.clauses)
        assert all(
            not signals.isdisjoint(needed)
            for clause in node.clauses
            if len(clause) == 1
            for needed in table.signals(next(iter(clause)))
        )


def _rule_set(*whens: Phrase | ActorCondition) -> RuleSet:
    return RuleSet(tuple(Rule(f"r{number}", when, "", "g") for number, when in enumerate(whens)))


def test_spans_lie_in_their_field_and_spell_the_name() -> None:
    reading = read({"title": "x", "summary": "ROE and Roe deer: to Roe"})
    (found,) = CompiledRules(_rule_set(ActorCondition(("ada-roe",))), REGISTRY).match(reading)

    assert [(hit.field, hit.span) for hit in found.hits] == [("summary", (0, 3)), ("summary", (21, 24))]


def test_disabled_rule_never_fires() -> None:
    rules = RuleSet((Rule("r", Phrase("peace"), "", "g", status="disabled"),))
    reading = read({"title": "peace"})

    assert CompiledRules(rules, REGISTRY).match(reading) == []
    assert ReferenceRules(rules, REGISTRY).match(reading) == []
