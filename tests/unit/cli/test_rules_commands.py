"""`tocsin rules test|list|check|schema`, and warnings in `tocsin check`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.unit.cli.support import RULES, call, written

MANY = """\
terms:
  ship: {en: [ship, boat], de: [Schiff]}
rules:
  - id: ship-sinks
    title: "A ship \\u202e\\e[31m sinks, and this title goes on for longer than any line of any table ever should"
    severity: high
    when: {terms: ship, query: sinks OR sank}
    tests:
      - {text: The ship sinks., lang: en, expect: match}
      - {text: The ship sails., lang: en, expect: none}
      - {text: The boat sinks., lang: en, expect: none}
  - {id: "off", status: disabled, when: {query: ferry}}
"""


def _rules(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_terms_on_which_no_test_depends_are_named_and_fail_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    passing = MANY.replace("      - {text: The boat sinks., lang: en, expect: none}\n", "")

    ended = call(capsys, "rules", "test", "--mutations", "--rules", _rules(tmp_path, passing))

    assert ended.code == 0
    assert "terms ship (en): no test depends on boat" in ended.out
    assert "terms ship (de): no test depends on Schiff" in ended.out
    assert "ship-sinks, query: no test depends on sank" in ended.out
    assert "; 4 terms without one" in ended.out


def test_untested_terms_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "rules", "test", "--mutations", "--json", "--rules", _rules(tmp_path, MANY))

    found = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 1
    assert [line["passed"] for line in found if "passed" in line] == [True, True, False]
    assert {"untested": "Schiff", "kind": "terms", "owner": "ship", "lang": "de", "rules": ["ship-sinks"]} in found


def test_junit_holds_every_test_and_what_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out.xml"

    ended = call(capsys, "rules", "test", "--junit", out, "--rules", _rules(tmp_path, MANY))

    suite = ET.parse(out).getroot()[0]  # noqa: S314 (our own file)
    assert ended.code == 1
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("classname") for case in suite] == ["ship-sinks"] * 3
    assert [len(case) for case in suite] == [0, 0, 1]
    assert "expected none" in str(suite[2][0].get("message"))


def test_list_shows_each_rule_without_what_steers_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ended = call(capsys, "rules", "list", "--rules", _rules(tmp_path, MANY))

    assert ended.code == 0
    assert not set("\x1b\u202e") & set(ended.out)
    assert "…" in ended.out
    for word in ("ship-sinks", "high", "stable", "off", "disabled"):
        assert word in ended.out


def test_list_for_programs_has_the_whole_title(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = _rules(tmp_path, MANY)

    ended = call(capsys, "rules", "list", "--json", "--rules", path)

    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert first["title"].endswith("ever should")
    assert (first["id"], first["severity"], first["tests"], first["line"]) == ("ship-sinks", "high", 3, 4)
    assert (second["id"], second["status"], second["file"]) == ("off", "disabled", str(path))


WARNED = "terms: {unused: {en: [x1]}}\n" + RULES


@pytest.mark.parametrize(
    ("strict", "code"), [pytest.param([], 0, id="by itself"), pytest.param(["--strict"], 1, id="strict")]
)
def test_warnings_fail_only_when_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, strict: list[str], code: int
) -> None:
    path = _rules(tmp_path, WARNED)

    ended = call(capsys, "rules", "check", "--rules", path, *strict)

    assert ended.code == code
    assert ended.out.splitlines() == [
        f"warning: {path}:1: terms.unused: no rule and no filter uses this list",
        f"{path}: 1 rule, 1 warning",
    ]


def test_strict_passes_without_warnings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "rules", "check", "--strict", "--rules", _rules(tmp_path, RULES))

    assert (ended.code, ended.out) == (0, f"{tmp_path}/rules.yaml: 1 rule, 0 warnings\n")


def test_rules_that_cannot_be_read_exit_2_with_every_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = "rules:\n  - {id: a, when: {query: 'b AND'}}\n  - {id: a, when: {actor: vladimir-puttin}}\n"

    ended = call(capsys, "rules", "check", "--rules", _rules(tmp_path, broken))

    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 3
    assert "did you mean 'vladimir-putin'?" in ended.err


def test_check_of_all_prints_warnings_of_rules_and_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "check", "--config", written(tmp_path, rules=WARNED))

    assert ended.code == 0
    assert f"warning: {tmp_path}/rules.yaml:1: terms.unused: no rule and no filter uses this list\n" in ended.out
    assert ended.out.endswith(", 1 warning\n")


@pytest.mark.parametrize(
    ("which", "key"), [("rules", "rules"), ("subscriptions", "subscriptions"), ("actors", "actors")]
)
def test_schema_of_each_kind_of_file(capsys: pytest.CaptureFixture[str], which: str, key: str) -> None:
    ended = call(capsys, "rules", "schema", which)

    schema = json.loads(ended.out)
    assert ended.code == 0
    assert key in schema["properties"]
    assert schema["additionalProperties"] is False


def test_schema_of_rules_is_the_first_choice(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "rules", "schema").out == call(capsys, "rules", "schema", "rules").out


def test_schema_of_anything_else_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "rules", "schema", "feeds")

    assert ended.code == 2
    assert "'actors', 'rules', 'subscriptions'" in ended.err
