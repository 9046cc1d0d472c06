"""A rule that fails or costs too much is evaluated no more; the others go on."""

from __future__ import annotations

import pytest

from consumers.rules.engine.compiled import MAX_REASON_CHARACTERS, CompiledRules, SetAside
from consumers.rules.engine.table import FactsUnavailableError
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    Condition,
    FactCondition,
    FactTest,
    Phrase,
    Rule,
    RuleSet,
    Scope,
    Within,
)
from monitor.actors.scanner import Mentions
from monitor.core.errors import WorkTimedOutError
from monitor.core.fact import Casualties, Fact
from monitor.text.reading import Reading, read
from tests.unit.rules.support import catalogue

WAR = read({"body": "War. " * 50})
CASUALTIES = FactCondition("casualties", (FactTest("role", ("killed",)),))


class Source:
    """A source of facts that counts how often it is asked."""

    def __init__(self, *facts: Fact, types: frozenset[str] = frozenset({"casualties"})) -> None:
        self._facts = facts
        self._types = types
        self.asked = 0
        self.fault: Exception | None = None

    def may_have(self, reading: Reading) -> frozenset[str]:
        return self._types

    def facts(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Fact, ...]:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self._facts


def _rules(**whens: Condition) -> RuleSet:
    return RuleSet(tuple(Rule(rule_id, when, "", "g") for rule_id, when in whens.items()))


def _fired(rules: CompiledRules, reading: Reading = WAR) -> list[str]:
    return [found.rule.id for found in rules.match(reading)]


def test_rule_that_raises_is_set_aside_with_the_error_and_the_others_go_on() -> None:
    broken = FactCondition("bogus", (FactTest("role", ("killed",)),))
    rules = CompiledRules(
        _rules(a=Phrase("war"), b=broken, c=Phrase("war")), catalogue(), Source(types=frozenset({"bogus"}))
    )
    rules._facts = Source(Casualties(role="killed"), types=frozenset({"bogus"}))

    assert _fired(rules) == ["a", "c"]
    assert rules.set_aside == {"b": SetAside("failed", "fails in an article: KeyError('bogus')")}


def test_rule_that_is_set_aside_is_evaluated_no_more() -> None:
    source = Source(Casualties(role="killed"), types=frozenset({"bogus"}))
    rules = CompiledRules(_rules(b=FactCondition("bogus", ())), catalogue(), source)
    rules.match(WAR)
    before = dict(rules.set_aside)
    rules.match(WAR)

    assert rules.set_aside == before
    assert source.asked == 1


def test_rule_that_cannot_be_compiled_is_set_aside_and_the_others_go_on() -> None:
    rules = CompiledRules(_rules(a=ActorCondition(("nobody-at-all",)), b=Phrase("war")), catalogue())

    assert _fired(rules) == ["b"]
    assert rules.set_aside["a"].kind == "failed"
    assert "nobody-at-all" in rules.set_aside["a"].reason
    assert len(rules.set_aside["a"].reason) <= MAX_REASON_CHARACTERS


def test_rule_that_takes_more_steps_than_it_may_is_set_aside() -> None:
    costly = Within(Scope.SENTENCE, All((Phrase("war"), Any_((Phrase("peace"), Phrase("truce"))))))
    text = read({"body": "War. Peace. " * 50})
    rules = CompiledRules(_rules(a=costly, b=Phrase("war")), catalogue(), max_steps=100)

    assert _fired(rules, text) == ["b"]
    assert rules.set_aside == {"a": SetAside("too_costly", "takes more than 100 steps in an article")}
    assert _fired(rules, text) == ["b"]


def test_words_near_one_another_cost_steps_too() -> None:
    rules = CompiledRules(_rules(a=Phrase("war war war war", slop=30)), catalogue(), max_steps=100)

    assert _fired(rules) == []
    assert rules.set_aside["a"].kind == "too_costly"


def test_deadline_of_an_article_is_not_the_fault_of_the_rule_in_which_it_ends() -> None:
    source = Source(Casualties(role="killed"))
    rules = CompiledRules(_rules(a=CASUALTIES), catalogue(), source)
    source.fault = WorkTimedOutError("took longer than 5 s")

    with pytest.raises(WorkTimedOutError):
        rules.match(WAR)
    assert rules.set_aside == {}


def test_facts_that_cannot_be_found_are_not_the_fault_of_the_rule_that_asks() -> None:
    source = Source()
    source.fault = RuntimeError("broken")
    rules = CompiledRules(_rules(a=CASUALTIES), catalogue(), source)

    with pytest.raises(FactsUnavailableError, match="broken"):
        rules.match(WAR)
    assert rules.set_aside == {}


def test_facts_are_asked_for_once_and_only_where_a_rule_may_need_them() -> None:
    killed = Casualties(role="killed", field="body", span=(0, 3))
    rule_set = _rules(a=All((CASUALTIES, Phrase("war"))), b=CASUALTIES)
    source = Source(killed)

    assert _fired(CompiledRules(rule_set, catalogue(), source)) == ["a", "b"]
    assert source.asked == 1

    none_possible = Source(killed, types=frozenset())
    assert _fired(CompiledRules(rule_set, catalogue(), none_possible)) == []
    assert none_possible.asked == 0

    only_with_peace = Source(killed)
    assert _fired(CompiledRules(_rules(a=All((CASUALTIES, Phrase("peace")))), catalogue(), only_with_peace)) == []
    assert only_with_peace.asked == 0


def test_facts_that_an_article_comes_with_stand_in_the_place_of_found_ones() -> None:
    source = Source()
    (found,) = CompiledRules(_rules(a=CASUALTIES), catalogue(), source).match(
        read({"body": "Ten died"}, facts=[Casualties(role="killed", field="body", span=(0, 3))])
    )

    assert [(hit.field, hit.span, hit.condition) for hit in found.hits] == [
        ("body", (0, 3), "casualties: role killed"),
    ]
    assert source.asked == 0
