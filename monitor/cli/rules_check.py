"""`tocsin rules check`: what is wrong in rule files, and what may not be meant as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from consumers.rules.authoring.warnings import rule_warnings
from consumers.rules.engine.compiled import registry_with
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.cli.configuration import config_option
from monitor.cli.main import FAILED, FINE
from monitor.cli.rule_options import rules_option, rules_path
from monitor.core.escape import one_line
from monitor.core.problems import Problem
from monitor.web.words import counted


@click.command(
    "check",
    short_help="What is wrong in rules, and what may not be meant.",
    epilog="Example: tocsin rules check --rules tocsin/rules",
)
@config_option
@rules_option
@click.option("--strict", is_flag=True, help="Exit 1 when there are warnings.")
def check_rules(config_path: Path | None, rules_given: Path | None, strict: bool) -> int:
    """Read rule files and warn of terms that can never match, unused lists, rules without tests and the like.

    Exits 2 with every problem, file and line, when they cannot be read as rules.
    """
    path = rules_path(config_path, rules_given)
    registry = load_catalogue()
    rule_set = load_rules(path, registry)
    warnings = rule_warnings(rule_set, registry_with(rule_set, registry))
    print_warnings(warnings)
    print(f"{path}: {counted(len(rule_set), 'rule')}, {counted(len(warnings), 'warning')}")
    return FAILED if strict and warnings else FINE


def print_warnings(warnings: Sequence[Problem]) -> None:
    """Print each in a line."""
    for warning in warnings:
        print(f"warning: {one_line(str(warning))}")
