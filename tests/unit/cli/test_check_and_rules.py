"""`tocsin check` and `tocsin rules test`: what people wrote, and the tests that stand with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.support import RULES, call, written

FAILING = RULES.replace("expect: none", "expect: match")


def test_a_configuration_in_order_is_summed_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    feeds = "feeds: [{url: 'https://a.example/rss'}, {url: 'https://b.example/rss', enabled: false}]"

    ended = call(capsys, "check", "--config", written(tmp_path, feeds=feeds))

    assert ended.code == 0
    assert "1 of 2 feeds enabled, 1 rules, 2 of 2 rule tests pass, 0 subscriptions" in ended.out


def test_every_problem_of_every_file_comes_with_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = written(tmp_path, feeds="feedz: []", rules="rules:\n  - {id: a, wen: {query: x}}\n", subscriptions="- a")

    ended = call(capsys, "check", "--config", path)

    assert ended.code == 2
    assert f"{tmp_path}/feeds.yaml:1: feedz: unknown key (did you mean 'feeds'?)" in ended.err
    assert f"{tmp_path}/rules.yaml:2: rules[0].wen: unknown key (did you mean 'when'?)" in ended.err
    assert f"{tmp_path}/subscriptions.yaml:1: " in ended.err


@pytest.mark.parametrize("name", ["tocsin", "feeds", "rules", "subscriptions"])
@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\xff\x00", b"a: \x00\x01", b"a: [" * 5_000, b"'"])
def test_garbage_in_a_file_is_a_problem_of_that_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes
) -> None:
    path = written(tmp_path)
    (tmp_path / f"{name}.yaml").write_bytes(content)

    ended = call(capsys, "check", "--config", path)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"{tmp_path}/{name}.yaml")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("command", [["check"], ["rules", "test"]], ids=["check", "rules test"])
def test_a_failing_rule_test_exits_1_and_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    ended = call(capsys, *command, "--config", written(tmp_path, rules=FAILING))

    assert ended.code == 1
    assert "bridge-closed test 2: FAILED: expected match: Old bridge opened again" in ended.out
    assert "1 of 2" in ended.out


def test_rules_are_tested_without_a_configuration(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES + "  - {id: other, when: {query: ferry}}\n", encoding="utf-8")

    ended = call(capsys, "rules", "test", "--rules", path)

    assert ended.code == 0
    assert ended.out == f"{path}: 2 of 2 tests pass; 1 rule without a test\n"


def test_a_folder_without_rules_is_a_problem(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "rules", "test", "--rules", tmp_path)

    assert ended.code == 2
    assert "holds no *.yaml files" in ended.err


def test_a_program_gets_one_object_for_every_test(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(FAILING, encoding="utf-8")

    ended = call(capsys, "rules", "test", "--json", "--rules", path)

    assert ended.code == 1
    assert [json.loads(line) for line in ended.out.splitlines()] == [
        {
            "rule": "bridge-closed",
            "file": str(path),
            "line": 2,
            "number": number,
            "passed": passed,
            "expect": "match",
            "matched": passed,
            "failure": None if passed else "expected match",
        }
        for number, passed in ((1, True), (2, False))
    ]
