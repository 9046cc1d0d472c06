"""What the README tells a newcomer to type is there, and does what it says."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

import monitor.client
from monitor.cli.init import write_configuration
from tests.unit.cli.support import call

PROJECT = Path(__file__).parents[3]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")


def test_its_rules_load_beside_the_sample_rules_and_fire(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, second = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    write_configuration(tmp_path)
    (tmp_path / "rules" / "mine.yaml").write_text(first, encoding="utf-8")
    (tmp_path / "rules" / "second.yaml").write_text(second, encoding="utf-8")
    (tmp_path / "articles").write_text('{"id": 1, "title": "Undersea cable cut near the cape"}', encoding="utf-8")

    checked = call(capsys, "check", "--config", tmp_path / "tocsin.yaml")
    scanned = call(capsys, "scan", "--rules", tmp_path / "rules" / "mine.yaml", tmp_path / "articles")

    assert (checked.code, checked.err) == (0, "")  # runs the tests of the second, too
    assert len(scanned.out.splitlines()) == 1


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"^(?:\.venv/bin/|\| `)tocsin ([a-z]+)", README, re.MULTILINE)))
)
def test_every_command_named_is_there(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert call(capsys, command, "--help").code == 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))))
def test_every_make_target_named_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_the_program_that_follows_alerts_is_the_one_that_is_tested() -> None:
    tested = textwrap.dedent((monitor.client.__doc__ or "").partition("away:\n\n")[2])  # run in tests/unit/client

    assert tested.strip() in README


def test_claims_of_time_stand_among_the_figures() -> None:
    figures = (PROJECT / "tests" / "bench" / "README.md").read_text(encoding="utf-8")
    moves = [
        max(float(seconds) for seconds in re.findall(r"(\d+\.\d) s", row))
        for row in figures.splitlines()
        if "process of two" in row
    ]

    assert "within five seconds; a dead one's moves within thirty" in README
    assert [moves[0] < 5, moves[1] < 30] == [True, True]
