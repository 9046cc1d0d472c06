"""What the commands on rules share: which files are meant, and which rule."""

from __future__ import annotations

from pathlib import Path

import click

from consumers.rules.model import Rule, RuleSet
from monitor.cli.configuration import find_config
from monitor.core.errors import UsageError
from monitor.core.problems import suggestion
from monitor.core.settings import load_settings

rules_option = click.option(
    "--rules",
    "rules_given",
    type=click.Path(path_type=Path, exists=True),
    help="A rule file or folder. [default: the one in the settings]",
)


def rules_path(config: Path | None, given: Path | None) -> Path:
    """The rule file or folder to work on.

    Raises:
        UsageError, SettingsError: None is given, and there are no usable settings that name one.
    """
    return given or load_settings(find_config(config)).rules


def rule_named(rules: RuleSet, rule_id: str) -> Rule:
    """The rule with this id.

    Raises:
        UsageError: There is none; the sentence names a near one.
    """
    rule = rules.rule(rule_id)
    if rule is None:
        raise UsageError(f"no rule {rule_id!r}{suggestion(rule_id, [known.id for known in rules])}")
    return rule
