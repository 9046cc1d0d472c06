"""Exit codes and sentences: what a shell and a person get from every command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from monitor.cli.main import cli
from tests.unit.cli.support import RULES, call, written

TOCSIN = [sys.executable, "-m", "monitor.cli"]
COMMANDS = [
    *("poll", "match", "alert", "deliver", "web"),
    *("init", "run", "demo", "check", "feeds", "feeds list", "feeds check", "rules"),
    *("rules test", "rules explain", "rules list", "rules check", "rules add-test", "rules schema"),
    *("actors", "actors list", "actors show", "actors stale", "actors resolve"),
    *("scan", "extract", "backtest", "subscribe", "why", "topics", "topics check", "topics create", "recover"),
]


def test_all_commands_are_in_the_list() -> None:
    context = click.Context(cli)
    names = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        inner = command.list_commands(context) if isinstance(command, click.Group) else []
        names += [name, *(f"{name} {one}" for one in inner)]

    assert sorted(names) == sorted(COMMANDS)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_has_an_example_and_no_cut_sentence(capsys: pytest.CaptureFixture[str], command: str) -> None:
    ended = call(capsys, *command.split(), "--help")

    assert ended.code == 0
    assert re.search(rf"Example: .*tocsin {command}", ended.out)
    assert "..." not in ended.out.replace("COMMAND [ARGS]...", "").replace("[FILES]...", "")


@pytest.mark.parametrize(
    "arguments", ["check", "run", "feeds list", "feeds check", "rules test", "subscribe", "why https://a.example/1"]
)
def test_without_a_configuration_every_command_says_how_to_make_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)

    ended = call(capsys, *arguments.split())

    assert ended.code == 2
    assert ended.out == ""
    assert "write one with: tocsin init" in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["rules", "tset"], "Did you mean 'test'?"),
        (["scan"], "Missing option '--rules'"),
        (["scan", "--rules", "gone.yaml"], "'gone.yaml' does not exist"),
        (["check", "--config", "gone.yaml"], "gone.yaml: cannot be read: No such file or directory"),
        (["why", "garbage"], "not the address of an article: 'garbage' (allowed: http://"),
        (["subscribe", "--url", "http://127.0.0.1:1", "--since", "xx"], "--since 'xx': allowed are 2h"),
        (["subscribe", "--url", "http://127.0.0.1:1", "--severity", "x"], "'x' is not one of 'low'"),
        (["subscribe", "--url", "garbage"], "cannot follow garbage: not the address of a service"),
        (["subscribe", "--url", "http://127.0.0.1:1", "--cursor", "gone/cursor"], "--cursor gone/cursor: cannot be"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_exits_2_with_what_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)

    ended = call(capsys, *arguments)

    assert ended.code == 2
    assert ended.out == ""
    assert said in ended.err


def test_the_settings_file_can_come_from_the_environment(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_CONFIG", str(written(tmp_path)))

    assert call(capsys, "check").code == 0


def test_output_to_a_full_disk_is_an_error_in_one_line(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*TOCSIN, "scan", "--rules", str(tmp_path / "rules.yaml")],
            input=b'{"id": 1, "title": "Old bridge closed"}\n',
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr == b"tocsin: No space left on device\n"


def test_a_reader_that_has_gone_is_nothing_to_speak_of(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [*TOCSIN, "scan", "--rules", str(tmp_path / "rules.yaml")],
            input=b'{"id": 1, "title": "Old bridge closed"}\n',
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert (ended.returncode, ended.stderr) == (1, b"")
