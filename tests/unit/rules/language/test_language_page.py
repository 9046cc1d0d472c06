"""The page of the rule language: each worked example is a rule file whose tests pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consumers.matching.compiling import fact_source
from consumers.rules.authoring.testing import run_rule_tests
from consumers.rules.authoring.warnings import rule_warnings
from consumers.rules.engine.compiled import registry_with
from tests.unit.rules.support import catalogue, rules_of

PAGE = (Path(__file__).parents[4] / "consumers/rules/LANGUAGE.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^### (\d+\. [^\n]+)\n\n```yaml\n(.*?)```", PAGE, flags=re.MULTILINE | re.DOTALL))


def test_page_has_twenty_examples_in_order() -> None:
    assert [int(title.partition(".")[0]) for title in EXAMPLES] == list(range(1, 21))
    assert PAGE.count("```yaml") == 20


@pytest.mark.parametrize("title", EXAMPLES)
def test_example_does_what_its_tests_say(title: str) -> None:
    rule_set = rules_of(EXAMPLES[title])
    registry = registry_with(rule_set, catalogue())
    results = run_rule_tests(rule_set, registry, fact_source(rule_set, registry))

    assert {result.test.expect for result in results} == {"match", "none"}
    assert [str(result) for result in results if not result.passed] == []


@pytest.mark.parametrize("title", EXAMPLES)
def test_example_gives_no_warning(title: str) -> None:
    rule_set = rules_of(EXAMPLES[title])

    assert rule_warnings(rule_set, registry_with(rule_set, catalogue())) == []
