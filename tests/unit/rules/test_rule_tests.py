"""The tests that stand with rules."""

from __future__ import annotations

from consumers.rules.testing import run_rule_tests
from tests.unit.rules.support import catalogue, rules_of


def test_each_test_tells_whether_the_rule_did_what_it_expects() -> None:
    rule_set = rules_of("""
rules:
  - id: a
    when: {query: war, lang: en}
    tests:
      - {title: War, lang: en, expect: match}
      - {text: War, lang: de, expect: match}
      - {body: Peace, lang: en, expect: none}
  - id: b
    status: disabled
    when: {actor: iran}
    tests: [{summary: In Iran, expect: none}]
""")

    results = run_rule_tests(rule_set, catalogue())

    assert [(result.rule.id, result.number, result.matched, result.passed) for result in results] == [
        ("a", 1, True, True),
        ("a", 2, False, False),
        ("a", 3, False, True),
        ("b", 1, True, False),
    ]
    assert str(results[1]) == "a test 2: FAILED: expected match: War"
    assert [hit.condition for hit in results[3].hits] == ["actor: iran"]
