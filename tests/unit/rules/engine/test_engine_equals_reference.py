"""The fast engine gives what the slow and obvious one gives, on random rules and texts in many scripts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.engine.program import Builder
from consumers.rules.engine.table import LeafTable
from consumers.rules.model import ActorCondition, FactCondition, InFields, Not, Phrase, Rule, RuleSet
from monitor.core.fact import Casualties
from monitor.text.reading import read
from tests.unit.rules.random_rules import REGISTRY, case
from tests.unit.rules.reference import ReferenceRules

seeds = st.integers(0, 2**32)


@settings(max_examples=250, deadline=None)
@given(seeds)
def test_engine_and_reference_agree_on_rules_and_spans(seed: int) -> None:
    drawn = case(seed)
    engine = CompiledRules(drawn.rules, REGISTRY, drawn.facts)

    found = engine.match(drawn.reading)

    assert found == ReferenceRules(drawn.rules, REGISTRY, drawn.facts).match(drawn.reading)
    assert engine.set_aside == {}


@settings(max_examples=120, deadline=None)
@given(seeds)
def test_required_clauses_drop_only_what_cannot_hold(seed: int) -> None:
    drawn = case(seed)
    held = {found.rule.id for found in ReferenceRules(drawn.rules, REGISTRY, drawn.facts).match(drawn.reading)}
    for rule in drawn.rules:
        table = LeafTable(REGISTRY)
        node = Builder(table).build(rule.effective)
        leaves = table.article(drawn.reading, drawn.facts)
        clauses_stand = all(any(leaves.stands(leaf, lambda _: None) for leaf in clause) for clause in node.clauses)
        standing = [leaf for clause in node.clauses for leaf in clause if leaves.stands(leaf, lambda _: None)]
        signals = leaves.signals()

        assert clauses_stand or rule.id not in held
        assert all(not signals.isdisjoint(needed) for leaf in standing for needed in table.signals(leaf))


def _rule_set(*whens: Phrase | ActorCondition) -> RuleSet:
    return RuleSet(tuple(Rule(f"r{number}", when, "", "g") for number, when in enumerate(whens)))


def test_spans_lie_in_their_field_and_spell_the_name() -> None:
    reading = read({"title": "x", "summary": "ROE and Roe deer: to Roe"})
    (found,) = CompiledRules(_rule_set(ActorCondition(("ada-roe",))), REGISTRY).match(reading)

    assert [(hit.field, hit.span) for hit in found.hits] == [("summary", (0, 3)), ("summary", (21, 24))]


def test_fact_of_an_article_without_text_is_not_in_its_title() -> None:
    condition = InFields(("title",), Not(FactCondition("casualties", ())))
    rules = RuleSet((Rule("r", condition, "", "g"),))
    reading = read({}, facts=[Casualties(role="killed")])

    assert [found.rule.id for found in CompiledRules(rules, REGISTRY).match(reading)] == ["r"]
    assert [found.rule.id for found in ReferenceRules(rules, REGISTRY).match(reading)] == ["r"]


def test_disabled_rule_never_fires() -> None:
    rules = RuleSet((Rule("r", Phrase("peace"), "", "g", status="disabled"),))
    reading = read({"title": "peace"})

    assert CompiledRules(rules, REGISTRY).match(reading) == []
    assert ReferenceRules(rules, REGISTRY).match(reading) == []
