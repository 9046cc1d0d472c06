"""Every expression of dashboards and alarms names series that exist, with labels and values that exist."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.compose import TOP
from tests.support.prometheus_server import promtool, why_no_prometheus
from tests.support.series import Matcher, asked_by, closed_values, labels_by_series
from tests.unit.deploy.test_alarms import ALARMS

DASHBOARDS = sorted((TOP / "deploy/grafana/dashboards").glob("*.json"))
BOARDS: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS}
PANELS = [(f"{name}: {panel['title']}", panel) for name, board in BOARDS.items() for panel in board["panels"]]
FIGURES = [(name, panel) for name, panel in PANELS if panel["type"] != "row"]
EXPRESSIONS = {
    **{f"alarm {alarm['alert']}": alarm["expr"] for alarm in ALARMS},
    **{
        f"{name} {target['refId']}": target["expr"].replace("$__rate_interval", "5m")
        for name, panel in FIGURES
        for target in panel["targets"]
    },
}
SERIES = labels_by_series()
VALUES = closed_values()
JOBS = {f"tocsin{stage}" for stage in ("", "-poll", "-match", "-alert", "-deliver", "-web")}


def is_possible(matcher: Matcher) -> bool:
    """Whether the value can occur; for a pattern: each of its alternatives."""
    if matcher.label == "job":
        known = frozenset(JOBS)
    elif matcher.series == "ALERTS":
        known = frozenset({"firing", "pending", *(alarm["alert"] for alarm in ALARMS)})
    else:
        known = VALUES.get((matcher.series, matcher.label), frozenset())
    alternatives = re.split(r"\|", matcher.value) if "~" in matcher.operator else [re.escape(matcher.value)]
    return all(any(re.fullmatch(each, value) for value in known) for each in alternatives)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_names_series_and_labels_that_exist(name: str) -> None:
    asked = asked_by(EXPRESSIONS[name])
    labels = frozenset[str]().union(*(SERIES.get(series, frozenset()) for series in asked.series))

    assert asked.series
    assert asked.series - set(SERIES) == set()
    assert {matcher for matcher in asked.matchers if matcher.label not in SERIES[matcher.series]} == set()
    assert asked.groupings - labels == set()
    assert [matcher for matcher in asked.matchers if not is_possible(matcher)] == []


@pytest.mark.external_service
@pytest.mark.skipif(why_no_prometheus() is not None, reason=str(why_no_prometheus()))
def test_prometheus_can_read_every_expression(tmp_path: Path) -> None:
    rules = [{"record": f"expression_{number}", "expr": text} for number, text in enumerate(EXPRESSIONS.values())]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}), "utf-8")

    checked = promtool("check", "rules", "--lint=none", "rules.yml", folder=tmp_path)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{len(rules)} rules found" in checked.stdout


def test_every_metric_stands_on_a_dashboard() -> None:
    shown = frozenset[str]().union(*(asked_by(text).series for text in EXPRESSIONS.values()))
    metrics = {re.sub(r"_(total|bucket|sum|count)$", "", series) for series in SERIES if series.startswith("tocsin_")}
    of_the_library = {metric for metric in metrics if metric.startswith("tocsin_process_")}

    assert metrics - of_the_library - {re.sub(r"_(total|bucket|sum|count)$", "", series) for series in shown} == set()


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_has_what_grafana_needs(name: str) -> None:
    board = BOARDS[name]
    ids = [panel["id"] for panel in board["panels"]]

    assert board["uid"] == f"tocsin-{name}"
    assert board["schemaVersion"] >= 39
    assert board["description"].endswith(".")
    assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource"]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", BOARDS)
def test_panels_stand_in_the_grid_and_on_no_other(name: str) -> None:
    places = [(panel["title"], panel["gridPos"]) for panel in BOARDS[name]["panels"]]

    assert [title for title, at in places if at["x"] < 0 or at["x"] + at["w"] > 24] == []
    assert [(one, two) for (one, at), (two, other) in combinations(places, 2) if overlap(at, other)] == []


def overlap(one: dict[str, int], two: dict[str, int]) -> bool:
    return (
        one["x"] < two["x"] + two["w"]
        and two["x"] < one["x"] + one["w"]
        and one["y"] < two["y"] + two["h"]
        and two["y"] < one["y"] + one["h"]
    )


@pytest.mark.parametrize(("name", "panel"), FIGURES, ids=[name for name, _ in FIGURES])
def test_a_panel_says_what_it_shows_in_which_unit(name: str, panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["fieldConfig"]["defaults"]["unit"] in {"short", "s", "ops", "percentunit", "bytes"}
    if "_seconds" in panel["targets"][0]["expr"] and "cpu" not in panel["targets"][0]["expr"]:
        assert panel["fieldConfig"]["defaults"]["unit"] == "s"
    assert all("legendFormat" in target for target in panel["targets"])


def test_dashboards_and_their_source_are_provisioned_where_compose_mounts_them() -> None:
    provisioning = TOP / "deploy/grafana/provisioning"
    (provider,) = yaml.safe_load((provisioning / "dashboards/tocsin.yml").read_text(encoding="utf-8"))["providers"]
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text(encoding="utf-8"))["datasources"]
    mounts = (TOP / "docker-compose.yml").read_text(encoding="utf-8")

    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in mounts
    assert "./deploy/grafana/provisioning:/etc/grafana/provisioning:ro" in mounts
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://prometheus:9090", True)
