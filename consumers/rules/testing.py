"""Runs the tests that stand with rules (`tocsin rules test`)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from consumers.rules.compiled import CompiledRules, Hit
from consumers.rules.model import Rule, RuleSet, RuleTest
from monitor.actors import Registry
from monitor.core.escape import one_line
from monitor.text.reading import read

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class RuleTestResult:
    """How one test of one rule ended.

    Attributes:
        number: The test's place with its rule, from 1.
        hits: What the rule stood on, where it matched.
    """

    rule: Rule
    number: int
    test: RuleTest
    matched: bool
    hits: tuple[Hit, ...]

    @property
    def passed(self) -> bool:
        """Whether the rule did what the test expects."""
        return self.matched == (self.test.expect == "match")

    def __str__(self) -> str:
        outcome = "ok" if self.passed else f"FAILED: expected {self.test.expect}"
        shown = self.test.title or self.test.text or self.test.summary or self.test.body
        return f"{self.rule.id} test {self.number}: {outcome}: {one_line(shown, _SHOWN_CHARACTERS)}"


def run_rule_tests(rule_set: RuleSet, registry: Registry) -> list[RuleTestResult]:
    """Every test of every rule, disabled ones too, in their order."""
    results: list[RuleTestResult] = []
    for rule in rule_set:
        if rule.tests:
            compiled = CompiledRules(RuleSet((replace(rule, status="stable"),)), registry)
            results += [_run(rule, number, test, compiled) for number, test in enumerate(rule.tests, start=1)]
    return results


def _run(rule: Rule, number: int, test: RuleTest, compiled: CompiledRules) -> RuleTestResult:
    texts = {"title": test.title, "summary": test.summary, "body": test.body, "text": test.text}
    matched = compiled.match(read(texts, lang=test.lang, publisher=test.publisher))  # type: ignore[arg-type] # literals
    return RuleTestResult(rule, number, test, bool(matched), matched[0].hits if matched else ())
