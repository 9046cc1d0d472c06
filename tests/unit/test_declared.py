"""What is declared is used, and what is used is declared: metrics, settings, errors; and files stay readable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel

from monitor.core import errors
from monitor.core.errors import MonitorError
from monitor.core.metrics import Metrics
from monitor.core.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for part in ("monitor", "consumers") for path in (ROOT / part).rglob("*.py"))
METRICS = sorted(name for name, value in vars(Metrics()).items() if isinstance(value, MetricWrapperBase))
READ_AS_A_WHOLE = {
    "log.matches",  # retention is read by the name of its topic
    "log.alerts",
    "log.deadletters",
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 30


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def attributes_outside(declaring: str) -> frozenset[str]:
    """The names of all attributes that are asked for anywhere but in the file that declares them."""
    return frozenset(
        node.attr
        for path in SOURCES
        if path != ROOT / declaring
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
    )


def settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, f"{prefix}{name}.")
        else:
            yield prefix + name


def subclasses(kind: type[MonitorError]) -> Iterator[type[MonitorError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_set_somewhere(name: str) -> None:
    used_inside = {"rule_set": "set_rule_digest"}

    assert used_inside.get(name, name) in attributes_outside("monitor/core/metrics.py")


def test_every_metric_says_what_it_is_in_a_sentence_and_carries_our_prefix() -> None:
    metrics = Metrics()
    families = list(metrics.registry.collect())

    assert [family.name for family in families if not family.name.startswith("tocsin_")] == []
    assert [family.name for family in families if not family.documentation.endswith(".")] == []


@pytest.mark.parametrize("name", sorted(set(settings_of(Settings)) - READ_AS_A_WHOLE))
def test_every_setting_is_read_somewhere(name: str) -> None:
    assert name.rpartition(".")[2] in attributes_outside("monitor/core/settings.py")


@pytest.mark.parametrize("name", sorted(settings_of(Settings)))
def test_every_setting_stands_in_the_template_that_init_writes(name: str) -> None:
    template = files("monitor.cli").joinpath("templates", "tocsin.yaml").read_text(encoding="utf-8")
    group, _, key = name.rpartition(".")
    part = re.split(rf"^#?{group}:", template, flags=re.MULTILINE)[-1] if group else template

    assert re.search(rf"^ *#? *{key}:", part, re.MULTILINE)


def test_every_error_is_raised_or_caught_and_stands_in_the_tree() -> None:
    names = {kind.__name__ for kind in subclasses(MonitorError) if kind.__module__ == errors.__name__}
    used = {
        node.id
        for path in SOURCES
        if path != ROOT / "monitor/core/errors.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Name)
    }

    assert names - used == set()
    assert {name for name in names if name not in (errors.__doc__ or "")} == set()


def test_files_and_functions_stay_readable() -> None:
    functions = [
        (node.end_lineno or 0) - node.lineno + 1 - len((ast.get_docstring(node, clean=False) or "").splitlines())
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    long_files = [str(path) for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) >= MAX_FILE_LINES]
    long_functions = [lines for lines in functions if lines > MAX_FUNCTION_LINES]

    assert long_files == []
    assert len(long_functions) <= len(functions) / 10
