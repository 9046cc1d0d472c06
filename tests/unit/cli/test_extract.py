"""`tocsin extract`: archives of any shape."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from consumers.matching.lines import MAX_LINE_BYTES
from tests.unit.cli.support import call

QUIET = b'{"id": "a", "text": "A quiet day.", "lang": "en", "published_at": "soon", "unknown": [1]}\n'


def written(folder: Path, content: bytes) -> Path:
    path = folder / "articles.jsonl"
    path.write_bytes(content)
    return path


def test_each_article_is_a_line_in_the_order_of_the_input(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "extract", written(tmp_path, QUIET + b'\n{"id": 2, "title": "Another"}'))

    assert (ended.code, ended.err) == (0, "")
    assert [json.loads(line) for line in ended.out.splitlines()] == [{"id": "a", "facts": []}, {"id": 2, "facts": []}]


def test_bad_lines_are_numbered_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    endless = b"x" * (2 * MAX_LINE_BYTES + 5)

    ended = call(capsys, "extract", written(tmp_path, b"\n".join([b"{", QUIET, endless, b'{"id": 1}', QUIET])))

    assert ended.code == 1
    assert len(ended.out.splitlines()) == 2
    assert [line.split(":")[2] for line in ended.err.splitlines()[:-1]] == ["1", "4", "5"]
    assert ended.err.splitlines()[-1] == "tocsin: 3 lines could not be read"


def test_without_files_standard_input_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(QUIET + b"[]\n")))

    ended = call(capsys, "extract", "--explain", "--jobs", "1")

    assert ended.code == 1
    assert ended.out == "article a\n  nothing that might be a fact\n"
    assert ended.err.startswith("tocsin: standard input:2: ")


def test_explanations_for_programs_are_lines_of_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "extract", "--explain", "--json", written(tmp_path, QUIET))

    assert json.loads(ended.out) == {"id": "a", "candidates": []}
