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
from monitor.core.settings import load_settings


@click.group()
def rules() -> None:
    """Work on watch rules."""


@rules.command("test", epilog="Example: tocsin rules test --rules tocsin/rules/news.yaml")
@config_option
@click.option("--rules", "rules_path", type=click.Path(path_type=Path, exists=True), help="A rule file or folder.")
def run_tests(config_path: Path | None, rules_path: Path | None) -> int:
    """Run the tests that stand beside rules; exits 1 when one fails."""
    path = rules_path or load_settings(find_config(config_path)).rules
    registry = load_catalogue()
    rule_set = load_rules(path, registry)
    results = run_rule_tests(rule_set, registry)
    failed = print_failures(results)
    untested = len(rule_set.rules) - len({result.rule.id for result in results})
    print(f"{path}: {len(results) - failed} of {len(results)} tests pass; {untested} rules have none")
    return FAILED if failed else FINE


def print_failures(results: Sequence[RuleTestResult]) -> int:
    """Print each failed test in a line; how many failed."""
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(result)
    return len(failed)
