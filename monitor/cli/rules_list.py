"""`tocsin rules list`: the rules in force, one a line."""

from __future__ import annotations

from pathlib import Path

import click

from consumers.rules.language.loader import load_rules
from consumers.rules.model import Rule
from monitor.actors import load_catalogue
from monitor.cli.configuration import config_option
from monitor.cli.main import FINE
from monitor.cli.rule_options import rules_option, rules_path
from monitor.core.codec import encode
from monitor.core.escape import one_line

_SHOWN_CHARACTERS = 60
_HEADINGS = ("rule", "severity", "status", "tests", "where", "title")  # what may be long comes last


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
    rows = [_row(rule) for rule in rules]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    for row in (_HEADINGS, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return FINE


def _row(rule: Rule) -> tuple[str, ...]:
    where = f"{_near(Path(rule.file))}:{rule.line}"
    return (rule.id, rule.severity, rule.status, str(len(rule.tests)), where, one_line(rule.title, _SHOWN_CHARACTERS))


def _near(path: Path) -> Path:
    """From the present folder, where it stands below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


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
