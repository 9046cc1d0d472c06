"""deploy/systemd/: units that start commands which exist, stop them as they wish, and give them little."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import WRONG_USE, cli
from monitor.cli.parts import Stage
from monitor.cli.supervision import EXIT_SECONDS
from monitor.core.settings import load_settings
from tests.support.compose import TOP

UNITS = {path.name: path for path in sorted((TOP / "deploy/systemd").glob("*.service"))}
HARDENING = {
    "CapabilityBoundingSet": "",
    "DynamicUser": "yes",
    "NoNewPrivileges": "yes",
    "PrivateTmp": "yes",
    "ProtectHome": "yes",
    "ProtectSystem": "strict",
    "SystemCallFilter": "@system-service",
}


def values(unit: str) -> dict[str, str]:
    """The settings of a unit; none stands twice."""
    lines = re.findall(r"^(\w+)=(.*)$", UNITS[unit].read_text(encoding="utf-8"), re.MULTILINE)
    assert len(dict(lines)) == len(lines)
    return dict(lines)


def test_there_is_one_for_all_and_one_for_each_stage_and_they_exclude_each_other() -> None:
    assert list(UNITS) == ["tocsin.service", "tocsin@.service"]
    assert values("tocsin@.service")["Conflicts"] == "tocsin.service"
    assert values("tocsin.service")["Conflicts"].split() == [f"tocsin@{stage}.service" for stage in Stage]


@pytest.mark.parametrize(
    ("unit", "commands"), [("tocsin.service", ["run"]), ("tocsin@.service", [stage.value for stage in Stage])]
)
def test_what_is_started_is_a_command_with_such_an_option(unit: str, commands: list[str]) -> None:
    program, word, *options = values(unit)["ExecStart"].split()

    assert program == "/opt/tocsin/bin/tocsin"  # as in the image
    assert options == ["--config", "/etc/tocsin/tocsin.yaml"]
    for command in commands:
        told = CliRunner().invoke(cli, [word.replace("%i", command), "--help"])
        assert (told.exit_code, "--config" in told.output) == (0, True)


@pytest.mark.parametrize("unit", UNITS)
def test_it_is_stopped_reloaded_and_started_again_as_the_service_expects(unit: str) -> None:
    assert values(unit)["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert values(unit)["KillMode"] == "mixed"
    assert float(values(unit)["TimeoutStopSec"]) > EXIT_SECONDS
    assert (values(unit)["Restart"], values(unit)["RestartPreventExitStatus"]) == ("always", str(WRONG_USE))
    assert {name: values(unit)[name] for name in HARDENING} == HARDENING


def test_its_variables_are_settings(tmp_path: Path) -> None:
    name, _, value = values("tocsin.service")["Environment"].partition("=")
    file = tmp_path / "tocsin.yaml"
    file.touch()

    assert (
        load_settings(file, {name: value}).data
        == Path("/var/lib") / values("tocsin.service")["StateDirectory"] / "tocsin.db"
    )
