"""`tocsin rules`: work on rules without a running service."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from consumers.rules.loader import load_rules
from consumers.rules.testing import RuleTestResult, run_rule_tests
from monitor.actors import load_catalogue
from monitor.cli.configuration import config_option, find_config
from monitor.cli.main import FAILED, FINE
from monitor.core.codec import encode
from monitor.core.settings import load_settings
from monitor.web.words import counted


@click.group(epilog="Example: tocsin rules test")
def rules() -> None:
    """Work on watch rules."""


@rules.command("test", epilog="Example: tocsin rules test --rules tocsin/rules/news.yaml")
@config_option
@click.option("--rules", "rules_path", type=click.Path(path_type=Path, exists=True), help="A rule file or folder.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every test.")
def run_tests(config_path: Path | None, rules_path: Path | None, as_json: bool) -> int:
    """Run the tests that stand beside rules; exits 1 when one fails."""
    path = rules_path or load_settings(find_config(config_path)).rules
    registry = load_catalogue()
    rule_set = load_rules(path, registry)
    results = run_rule_tests(rule_set, registry)
    if as_json:
        for result in results:
            print(encode(_as_json(result)).decode())
        return FINE if all(result.passed for result in results) else FAILED
    failed = print_failures(results)
    untested = len(rule_set.rules) - len({result.rule.id for result in results})
    print(f"{path}: {len(results) - failed} of {len(results)} tests pass; {counted(untested, 'rule')} without a test")
    return FAILED if failed else FINE


def _as_json(result: RuleTestResult) -> dict[str, object]:
    return {
        "rule": result.rule.id,
        "file": result.rule.file,
        "line": result.rule.line,
        "number": result.number,
        "passed": result.passed,
        "expect": result.test.expect,
        "matched": result.matched,
    }


def print_failures(results: Sequence[RuleTestResult]) -> int:
    """Print each failed test in a line; how many failed."""
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(result)
    return len(failed)
