"""The series that a process of ours shows to Prometheus, and those that an expression asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.metrics import MetricWrapperBase

from monitor.core.metrics import Metrics

# What Prometheus itself gives, with labels: https://prometheus.io/docs/concepts/jobs_instances/, and alerting rules'.
BUILT_IN = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "severity"}}
TARGET_LABELS = {"job", "instance"}
_SUFFIXES = {
    "counter": {"_total": set[str]()},
    "gauge": {"": set[str]()},
    "histogram": {"_bucket": {"le"}, "_sum": set[str](), "_count": set[str]()},
}
_KEYWORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"}
_GROUPING = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
_MATCHER = re.compile(r'([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_NAME = re.compile(r"(?<![\w.:])([a-zA-Z_:][a-zA-Z0-9_:]*)(?!\s*[\w(])")


@dataclass(frozen=True)
class Matcher:
    """One `label="value"` of a selector."""

    series: str
    label: str
    operator: str
    value: str


@dataclass(frozen=True)
class Asked:
    """What an expression names."""

    series: frozenset[str]
    matchers: tuple[Matcher, ...]
    groupings: frozenset[str]


def asked_by(expression: str) -> Asked:
    """The names in an expression that promtool accepts; nothing is checked."""
    matchers = tuple(
        Matcher(selector[1], *parts)
        for selector in _SELECTOR.finditer(expression)
        for parts in _MATCHER.findall(selector[2])
    )
    groupings = {label.strip() for _, labels in _GROUPING.findall(expression) for label in labels.split(",")} - {""}
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', " ", _GROUPING.sub(" ", expression))
    names = {name for name in _NAME.findall(bare) if name not in _KEYWORDS}
    return Asked(frozenset(names), matchers, frozenset(groupings))


def labels_by_series() -> dict[str, frozenset[str]]:
    """The labels of every series there is, its target's included."""
    metrics = Metrics()
    own = {
        value._name: set(value._labelnames)  # the library has no other way to tell
        for value in vars(metrics).values()
        if isinstance(value, MetricWrapperBase)
    }
    known = {name: frozenset(labels) for name, labels in BUILT_IN.items()}
    for family in metrics.registry.collect():
        for suffix, more in _SUFFIXES[family.type].items():
            known[family.name + suffix] = frozenset(own.get(family.name, set()) | more | TARGET_LABELS)
    return known


def closed_values() -> Mapping[tuple[str, str], frozenset[str]]:
    """The values of labels with a closed set, by series and label: those that stand at zero from the start."""
    values: dict[tuple[str, str], set[str]] = {}
    for series, label, value in _samples():
        values.setdefault((series, label), set()).add(value)
    return {key: frozenset(found) for key, found in values.items()}


def _samples() -> Iterator[tuple[str, str, str]]:
    for family in Metrics().registry.collect():
        for sample in family.samples:
            for label, value in sample.labels.items():
                if label != "le":
                    yield sample.name, label, value
