"""`tocsin rules list`: the rules in force, one a line."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumers.rules.language.loader import load_rules
from consumers.rules.model import Rule
from monitor.actors import load_catalogue
from monitor.cli.configuration import config_option
from monitor.cli.main import FINE
from monitor.cli.rule_options import rules_option, rules_path
from monitor.core.codec import encode
from monitor.core.escape import one_line

_SHOWN_CHARACTERS = 60


@click.command(
    "list", short_help="The rules, one a line.", epilog="Example: tocsin rules list --rules tocsin/rules --json"
)
@config_option
@rules_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_rules(config_path: Path | None, rules_given: Path | None, as_json: bool) -> int:
    """Show each rule: its id, severity, status, how many tests it has, and where it stands."""
    rules = load_rules(rules_path(config_path, rules_given), load_catalogue())
    if as_json:
        for rule in rules:
            print(encode(_as_json(rule)).decode())
        return FINE
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("rule", "severity", "status", "tests", "title", "where"):
        table.add_column(heading, justify="right" if heading == "tests" else "left", no_wrap=heading == "rule")
    for rule in rules:
        where = f"{rule.file}:{rule.line}" if rule.line else rule.file
        title = one_line(rule.title, _SHOWN_CHARACTERS)
        cells = (rule.id, rule.severity, rule.status, str(len(rule.tests)), title, where)
        table.add_row(*(Text(cell) for cell in cells))
    Console().print(table)
    return FINE


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "status": rule.status,
        "group": rule.group,
        "version": rule.version,
        "filters": [filter_.id for filter_ in rule.filters],
        "tests": len(rule.tests),
        "file": rule.file,
        "line": rule.line,
    }
