"""The alarms in promtool's eyes, and beside what they need: a test that fires, one that does not, a paragraph."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from monitor.cli.main import cli
from tests.support.compose import TOP
from tests.support.prometheus_server import promtool, why_no_prometheus

FOLDER = TOP / "deploy/prometheus"
ALARMS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alarms.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
NAMES = [alarm["alert"] for alarm in ALARMS]
TESTS = [
    case
    for test in yaml.safe_load((FOLDER / "alarms_test.yml").read_text(encoding="utf-8"))["tests"]
    for case in test["alert_rule_test"]
]
PANELS = {
    panel["title"]
    for path in (TOP / "deploy/grafana/dashboards").glob("*.json")
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
}
RUNBOOK = (TOP / "deploy/RUNBOOK.md").read_text(encoding="utf-8")

needs_promtool = pytest.mark.skipif(why_no_prometheus() is not None, reason=str(why_no_prometheus()))


@pytest.mark.external_service
@needs_promtool
def test_prometheus_reads_its_configuration_and_the_alarms(tmp_path: Path) -> None:
    config = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "token").write_text("the token", encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(config.replace("/run/tocsin/token", str(tmp_path / "token")), "utf-8")
    shutil.copy(FOLDER / "alarms.yml", tmp_path)

    checked = promtool("check", "config", "prometheus.yml", folder=tmp_path)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{len(NAMES)} rules found" in checked.stdout


@pytest.mark.external_service
@needs_promtool
def test_every_alarm_fires_when_it_should_and_not_before() -> None:
    tested = promtool("test", "rules", "alarms_test.yml", folder=FOLDER)

    assert (tested.returncode, tested.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_every_alarm_is_tested_both_ways(name: str) -> None:
    cases = [bool(case["exp_alerts"]) for case in TESTS if case["alertname"] == name]

    assert set(cases) == {True, False}


@pytest.mark.parametrize("alarm", ALARMS, ids=NAMES)
def test_every_alarm_says_how_grave_it_is_what_it_means_and_where_to_read_on(alarm: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+[mh]", alarm["for"])
    assert alarm["labels"]["severity"] in {"critical", "warning"}
    assert set(alarm["annotations"]) == {"summary", "description", "runbook"}
    assert alarm["annotations"]["description"].endswith(".")
    # GitHub's anchor of a heading that is one word.
    assert alarm["annotations"]["runbook"] == f"RUNBOOK.md#{alarm['alert'].lower()}"


def test_every_alarm_has_its_paragraph_and_every_paragraph_its_alarm() -> None:
    assert re.findall(r"^## (Tocsin\w+)$", RUNBOOK, re.MULTILINE) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_paragraph_says_what_it_means_how_to_look_what_to_do_and_when_it_is_harmless(name: str) -> None:
    paragraph = re.split(r"^## ", RUNBOOK.split(f"## {name}\n", 1)[1], flags=re.MULTILINE)[0]

    assert re.findall(r"\*\*(.+?)\*\*", paragraph) == ["Means", "Look", "Do", "Harmless"]


def test_the_panels_and_commands_that_the_runbook_names_are_there() -> None:
    panels = re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", RUNBOOK)
    commands = set(re.findall(r"`tocsin ([a-z]+)[ a-z`]", RUNBOOK))

    assert {" ".join(panel.split()) for panel in panels} - PANELS == set()
    assert len(panels) > 10
    assert {"feeds", "check", "subscribe"} <= commands
    assert [command for command in commands if CliRunner().invoke(cli, [command, "--help"]).exit_code] == []
