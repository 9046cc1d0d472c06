"""`tocsin rules`: work on rules without a running service."""

from __future__ import annotations

import click

from monitor.cli.rules_add_test import add_test
from monitor.cli.rules_check import check_rules
from monitor.cli.rules_explain import explain_rule
from monitor.cli.rules_list import list_rules
from monitor.cli.rules_schema import print_schema
from monitor.cli.rules_test import run_tests


@click.group(epilog="Example: tocsin rules test")
def rules() -> None:
    """Work on watch rules."""


for _command in (run_tests, explain_rule, list_rules, check_rules, add_test, print_schema):
    rules.add_command(_command)
