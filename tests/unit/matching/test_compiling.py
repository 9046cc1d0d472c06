"""Rules with what finds their facts."""

from __future__ import annotations

import pytest

from consumers.facts.extractor import FactExtractor
from consumers.matching.compiling import compile_rules, fact_source
from consumers.rules.engine.compiled import CompiledRules, registry_with
from monitor.actors.scanner import Mentions
from monitor.core.fact import Casualties, Fact
from monitor.text.reading import Reading, read
from tests.unit.matching.support import catalogue, rules_of

DEADLY = "casualties: {role: killed, at_least: 10}"
OWN = "actors: [{id: quay-guard, kind: organisation, name: Quay Guard, source: ours}]\n"


@pytest.mark.parametrize(
    ("rules", "is_made"),
    [
        ("{id: r, when: {query: war}}", False),
        (f"{{id: r, when: {{{DEADLY}}}}}", True),
        (f"{{id: r, when: {{all: [{{query: war}}, {{not: {{{DEADLY}}}}}]}}}}", True),
    ],
    ids=["words", "fact", "no such fact"],
)
def test_an_extractor_is_made_only_for_rules_that_ask_for_facts(rules: str, *, is_made: bool) -> None:
    source = fact_source(rules_of(f"rules: [{rules}]"), catalogue())

    assert isinstance(source, FactExtractor) == is_made


def test_what_rule_files_add_to_the_registry_is_added_once() -> None:
    rule_set = rules_of(f"{OWN}rules: [{{id: r, when: {{{DEADLY}}}}}]")
    whole = registry_with(rule_set, catalogue())

    assert whole is not catalogue()
    assert registry_with(rule_set, whole) is whole


class _Asked:
    """A source that remembers what it was given."""

    def __init__(self) -> None:
        self.mentions: Mentions | None = None

    def may_have(self, reading: Reading) -> frozenset[str]:
        return frozenset({"casualties"})

    def facts(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Fact, ...]:
        self.mentions = mentions
        return ()


@pytest.mark.parametrize("asks_for_actors", [True, False])
def test_facts_are_found_with_the_mentions_that_rules_have_looked_up(*, asks_for_actors: bool) -> None:
    actor = ", actor: vladimir-putin" if asks_for_actors else ""
    rule_set = rules_of(f"rules: [{{id: r, when: {{any: [{{query: war{actor}}}, {{{DEADLY}}}]}}}}]")
    source = _Asked()

    CompiledRules(rule_set, catalogue(), source).match(read({"text": "Vladimir Putin spoke."}, lang="en"))

    assert (source.mentions is not None) == asks_for_actors


def test_facts_made_by_hand_win_over_those_of_the_text() -> None:
    rules = compile_rules(rules_of(f"rules: [{{id: r, when: {{{DEADLY}}}}}]"), catalogue())
    by_hand = Casualties(role="killed", low=2, high=2)
    text = "At least 41 people were killed when a bus fell into a river."

    assert rules.match(read({"text": text}, lang="en", facts=[by_hand])) == []
