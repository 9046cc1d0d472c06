"""`tocsin scan`: archives of any shape."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from consumers.matching.lines import MAX_LINE_BYTES
from tests.unit.cli.support import RULES, Ended, call

HIT = b'{"id": "a", "title": "Old bridge closed", "unknown": [1]}\n'


def scan(capsys: pytest.CaptureFixture[str], folder: Path, content: bytes) -> Ended:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "articles.jsonl").write_bytes(content)
    return call(capsys, "scan", "--rules", folder / "rules.yaml", folder / "articles.jsonl")


def articles(ended: Ended) -> list[str]:
    return [json.loads(line)["article"] for line in ended.out.splitlines()]


def test_each_rule_fired_is_a_line_with_its_evidence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = scan(capsys, tmp_path, HIT + b'{"id": 2, "title": "A quiet day"}\n\n')

    assert (ended.code, ended.err) == (0, "")
    (hit,) = [json.loads(line) for line in ended.out.splitlines()]
    assert (hit["article"], hit["rule_id"]) == ("a", "bridge-closed")
    assert [(one["field"], one["span"], one["text"]) for one in hit["evidence"]] == [
        ("title", [4, 17], "bridge closed")
    ]


def test_bad_lines_are_numbered_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = [b"no json", b'{"title": "Old bridge closed"}', b"\xff\xfe", b"[]", b'{"id": 1}', b"[" * 5_000]

    ended = scan(capsys, tmp_path, b"\n".join(bad) + b"\n" + HIT.rstrip())

    assert ended.code == 1
    assert articles(ended) == ["a"]
    assert [line.split(":")[2] for line in ended.err.splitlines()[:-1]] == ["1", "2", "3", "4", "5", "6"]
    assert ended.err.splitlines()[-1] == "tocsin: 6 lines could not be read"


def test_a_line_without_end_counts_as_one_bad_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    endless = b"x" * (2 * MAX_LINE_BYTES + 5)

    ended = scan(capsys, tmp_path, HIT + endless + b"\n" + HIT + endless)

    assert ended.code == 1
    assert articles(ended) == ["a", "a"]
    assert [line.split(":")[2] for line in ended.err.splitlines()[:-1]] == ["2", "4"]
    assert f"is longer than {MAX_LINE_BYTES} bytes" in ended.err


def test_without_files_standard_input_is_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(HIT + b"{\n")))

    ended = call(capsys, "scan", "--rules", tmp_path / "rules.yaml")

    assert articles(ended) == ["a"]
    assert ended.err.startswith("tocsin: standard input:2: ")
    assert ended.err.endswith("tocsin: 1 line could not be read\n")


def test_rule_that_costs_too_much_is_named_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    several = ", ".join(f"{{query: peace{number}}}" for number in range(40))
    rules = f"rules:\n  - {{id: dear, when: {{same: sentence, at_least: 2, of: [{several}]}}}}\n"
    (tmp_path / "rules.yaml").write_text(f"{rules}  - {{id: plain, when: {{query: war}}}}\n", encoding="utf-8")
    hostile = json.dumps({"id": "a", "text": " ".join(f"War peace{number % 40}." for number in range(45_000))})
    (tmp_path / "articles.jsonl").write_text(f'{hostile}\n{{"id": "b", "text": "war"}}\n', encoding="utf-8")

    ended = call(capsys, "scan", "--rules", tmp_path / "rules.yaml", tmp_path / "articles.jsonl")

    assert ended.code == 1
    assert "rule dear was set aside: it takes more than 1000000 steps in an article" in ended.err
    assert [json.loads(line)["article"] for line in ended.out.splitlines() if '"plain"' in line] == ["a", "b"]
