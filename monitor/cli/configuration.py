"""Everything that people write, read and checked together: settings, feeds, rules, subscriptions."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import click

from consumers.delivery.subscriptions import Subscriptions, load_subscriptions
from consumers.rules.language.loader import load_rules
from consumers.rules.model import RuleSet
from monitor.actors import Registry, load_catalogue
from monitor.cli.file_watch import Look, look_at
from monitor.core.errors import SettingsError, UsageError
from monitor.core.feed import Feed
from monitor.core.problems import Problem
from monitor.core.settings import Settings, load_settings
from monitor.feeds.feed_list import load_feeds

CONFIG_VARIABLE = "TOCSIN_CONFIG"
_USUAL_PLACES = (Path("tocsin.yaml"), Path("tocsin/tocsin.yaml"))
_Loaded = TypeVar("_Loaded")

File = Literal["feeds", "rules", "subscriptions"]
EVERY_FILE: frozenset[File] = frozenset({"feeds", "rules", "subscriptions"})

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Settings file. [default: ${CONFIG_VARIABLE}, ./tocsin.yaml, ./tocsin/tocsin.yaml]",
)


@dataclass(frozen=True)
class Configuration:
    """What one start or reload works with.

    Attributes:
        files: Which files were read; what stands in the others is empty here.
        look: How those files were just before they were read.
    """

    settings: Settings
    feeds: tuple[Feed, ...]
    registry: Registry
    rules: RuleSet
    subscriptions: Subscriptions
    files: frozenset[File] = EVERY_FILE
    look: Look = frozenset()

    def has(self, file: File) -> bool:
        """Whether that file was read."""
        return file in self.files

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files and folders that were read."""
        return _paths(self.settings, self.files)

    @property
    def enabled_feeds(self) -> tuple[Feed, ...]:
        """The feeds that are polled."""
        return tuple(feed for feed in self.feeds if feed.enabled)


def find_config(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file to use.

    Raises:
        UsageError: There is none; the sentence says how to make one.
    """
    if given is not None:
        return given
    if environment.get(CONFIG_VARIABLE):
        return Path(environment[CONFIG_VARIABLE])
    for place in _USUAL_PLACES:
        if place.exists():
            return place
    raise UsageError("no settings file here; write one with: tocsin init (or name one with --config)")


def load_configuration(
    path: Path, environment: Mapping[str, str] = os.environ, *, files: frozenset[File] = EVERY_FILE
) -> Configuration:
    """The settings, and what stands in these files.

    Raises:
        SettingsError: With every problem in all the files.
    """
    settings = load_settings(path, environment)
    look = look_at(_paths(settings, files))
    registry = load_catalogue()
    problems: list[Problem] = []
    feeds = _collecting(problems, lambda: load_feeds(settings.feeds) if "feeds" in files else ())
    rules = _collecting(problems, lambda: load_rules(settings.rules, registry) if "rules" in files else RuleSet())
    rule_ids = None if rules is None or "rules" not in files else frozenset(rule.id for rule in rules.rules)
    subscriptions = _collecting(
        problems,
        lambda: (
            load_subscriptions(settings.subscriptions, environment=environment, rule_ids=rule_ids)
            if "subscriptions" in files
            else Subscriptions()
        ),
    )
    if feeds is None or rules is None or subscriptions is None:
        raise SettingsError(problems)
    return Configuration(settings, feeds, registry, rules, subscriptions, files, look)


def _paths(settings: Settings, files: frozenset[File]) -> tuple[Path, ...]:
    every = {"feeds": settings.feeds, "rules": settings.rules, "subscriptions": settings.subscriptions}
    return tuple(path for file, path in every.items() if file in files)


def _collecting(problems: list[Problem], load: Callable[[], _Loaded]) -> _Loaded | None:
    try:
        return load()
    except SettingsError as error:
        problems.extend(error.problems)
        return None
