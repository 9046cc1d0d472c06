"""`tocsin check`: is everything that people wrote in order? Fetches nothing."""

from __future__ import annotations

from pathlib import Path

import click

from consumers.matching.compiling import fact_source
from consumers.rules.authoring.testing import run_rule_tests
from consumers.rules.authoring.warnings import rule_warnings
from consumers.rules.engine.compiled import registry_with
from monitor.cli.configuration import config_option, find_config, load_configuration
from monitor.cli.main import FAILED, FINE
from monitor.cli.rules_check import print_warnings
from monitor.cli.rules_test import print_failures
from monitor.web.words import counted


@click.command(
    short_help="Are settings, feeds, rules and subscriptions in order?",
    epilog="Example: tocsin check --config tocsin/tocsin.yaml",
)
@config_option
def check(config_path: Path | None) -> int:
    """Check settings, feeds, rules with their tests, and subscriptions.

    Exits 2 with every problem when something cannot be read as it should, 1 when a rule's test fails. Warnings, as
    `tocsin rules check` prints them, change nothing.
    """
    path = find_config(config_path)
    configuration = load_configuration(path)
    registry = registry_with(configuration.rules, configuration.registry)
    results = run_rule_tests(configuration.rules, registry, fact_source(configuration.rules, registry))
    failed = print_failures(results)
    warnings = rule_warnings(configuration.rules, registry)
    print_warnings(warnings)
    print(
        f"{path}: {len(configuration.enabled_feeds)} of {len(configuration.feeds)} feeds enabled, "
        f"{len(configuration.rules.rules)} rules, {len(results) - failed} of {len(results)} rule tests pass, "
        f"{len(configuration.subscriptions.subscriptions)} subscriptions, {counted(len(warnings), 'warning')}"
    )
    return FAILED if failed else FINE
