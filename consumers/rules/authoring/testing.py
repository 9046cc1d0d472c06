"""Runs the tests that stand with rules (`tocsin rules test`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from consumers.rules.engine.compiled import CompiledRules, Hit, registry_with
from consumers.rules.engine.evidence import hit_text
from consumers.rules.engine.table import FactSource
from consumers.rules.model import Rule, RuleSet, RuleTest
from monitor.actors import Registry
from monitor.core.escape import one_line
from monitor.core.fact import Field
from monitor.text.reading import Reading, read

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class RuleTestResult:
    """How one test of one rule ended.

    Attributes:
        number: The test's place with its rule, from 1.
        hits: What the rule stood on, where it matched.
        missing: Evidence that the test asks for and the rule does not stand on.
        set_aside: Why the rule could not be evaluated.
    """

    rule: Rule
    number: int
    test: RuleTest
    matched: bool
    hits: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()
    set_aside: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the rule did what the test expects."""
        as_expected = self.matched == (self.test.expect == "match")
        return as_expected and not self.missing and self.set_aside is None

    @property
    def failure(self) -> str | None:
        """What is wrong, in a few words; None where the test passed."""
        if self.set_aside is not None:
            return f"the rule {self.set_aside}"
        if self.matched != (self.test.expect == "match"):
            return f"expected {self.test.expect}"
        return f"does not stand on {', '.join(map(repr, self.missing))}" if self.missing else None

    def __str__(self) -> str:
        outcome = "ok" if self.failure is None else f"FAILED: {self.failure}"
        shown = self.test.title or self.test.text or self.test.summary or self.test.body or self.test.url
        return f"{self.rule.id} test {self.number}: {outcome}: {one_line(shown, _SHOWN_CHARACTERS)}"


def run_rule_tests(rule_set: RuleSet, registry: Registry, facts: FactSource | None = None) -> list[RuleTestResult]:
    """Every test of every rule, disabled ones too, in their order."""
    registry = registry_with(rule_set, registry)
    results: list[RuleTestResult] = []
    for rule in rule_set:
        alone = RuleSet((replace(rule, status="stable"),))
        compiled: CompiledRules | None = None
        for number, test in enumerate(rule.tests, start=1):
            if compiled is None or compiled.set_aside:  # it would not be evaluated again
                compiled = CompiledRules(alone, registry, facts)
            results.append(_run(rule, number, test, compiled))
    return results


def reading_of(test: RuleTest) -> Reading:
    """The article of a test."""
    texts: dict[Field, str] = {"title": test.title, "summary": test.summary, "body": test.body, "text": test.text}
    return read(texts, lang=test.lang, publisher=test.publisher, url=test.url, on=test.published_at, facts=test.facts)


def missing_evidence(test: RuleTest, reading: Reading, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The words that a test wants a rule to stand on, and that are the text of no hit."""
    texts = {" ".join(hit_text(reading, hit).split()) for hit in hits}
    return tuple(wanted for wanted in test.evidence if " ".join(wanted.split()) not in texts)


def _run(rule: Rule, number: int, test: RuleTest, compiled: CompiledRules) -> RuleTestResult:
    reading = reading_of(test)
    matched = compiled.match(reading)
    hits = matched[0].hits if matched else ()
    missing = missing_evidence(test, reading, hits) if matched else ()
    set_aside = compiled.set_aside.get(rule.id)
    return RuleTestResult(
        rule, number, test, bool(matched), hits, missing, None if set_aside is None else set_aside.reason
    )
