"""What the shipped rules promise a desk beyond passing their own tests (those: `tests/unit/cli/test_templates.py`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import monitor.cli
from consumers.matching.compiling import fact_source
from consumers.rules.authoring.mutation import RemovableTerm, mutations, untested_terms
from consumers.rules.language.loader import load_rules
from consumers.rules.model import Condition, FactCondition
from consumers.rules.tree import every_part
from monitor.actors import load_catalogue

PACK = Path(monitor.cli.__file__).parent / "templates" / "rules"
REGISTRY = load_catalogue()
RULES = load_rules(PACK, REGISTRY)
BY_ID = {rule.id: rule for rule in RULES}
IDS = sorted(BY_ID)


def fact_conditions(condition: Condition) -> list[FactCondition]:
    return [part for part in every_part(condition) if isinstance(part, FactCondition)]


@cache
def untested() -> frozenset[RemovableTerm]:
    return frozenset(unnoticed.term for unnoticed in untested_terms(RULES, REGISTRY, fact_source(RULES, REGISTRY)))


def test_the_twelve_topics_of_a_news_desk_are_there() -> None:
    topics = {
        "leaders-speak-": 3,
        "casualties-": 3,
        "ceasefire": 1,
        "sanctions": 1,
        "strike-on-": 2,
        "coup": 1,
        "cable-": 1,
        "summit": 1,
        "prisoner-exchange": 1,
        "mobilisation": 1,
        "nuclear-arms": 1,
        "election": 1,
    }

    assert {topic: sum(rule_id.startswith(topic) for rule_id in IDS) for topic in topics} == topics


@pytest.mark.parametrize("rule_id", IDS)
class TestEveryRule:
    def test_has_a_readable_id_and_title(self, rule_id: str) -> None:
        rule = BY_ID[rule_id]

        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule_id)
        assert rule.title != rule_id

    def test_is_tested_in_three_languages_with_match_and_with_none(self, rule_id: str) -> None:
        rule = BY_ID[rule_id]
        matching = {test.lang for test in rule.tests if test.expect == "match" and not test.facts}

        assert len(matching) >= 3
        assert [test for test in rule.tests if test.expect == "none"] != []

    def test_with_facts_is_tested_on_facts_that_match_and_that_do_not(self, rule_id: str) -> None:
        rule = BY_ID[rule_id]
        kinds = fact_conditions(rule.when)
        outcomes = {test.expect for test in rule.tests if test.facts}

        assert len(kinds) <= 1
        assert len(outcomes) == 2 * len(kinds)


def test_every_language_of_every_list_has_a_term_that_a_test_depends_on() -> None:
    listed = {term for rule in RULES for term in mutations(rule) if term.kind == "terms"}
    tested = listed - untested()

    assert {(term.owner, term.lang) for term in listed} - {(term.owner, term.lang) for term in tested} == set()
