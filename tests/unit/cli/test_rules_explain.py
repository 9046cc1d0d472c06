"""`tocsin rules explain`: what a person sees of a rule and an article."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.unit.cli.support import Ended, call

RULES = """\
terms: {cable: {en: [undersea cable], de: [Seekabel]}}
rules:
  - {id: cable-cut, when: {same: sentence, all: [{terms: cable}, {query: cut OR gekappt}]}}
  - {id: leader, when: {actor: 'president@united-states', query: visit*}}
  - {id: losses, when: {casualties: {role: killed, at_least: 100}}}
  - {id: asleep, status: disabled, when: {query: cable}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


class _Input:
    """Standard input with these bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def _explained(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rules: Path,
    rule_id: str,
    article: object,
    *more: str,
) -> Ended:
    """The command on an article: a JSON value, or text."""
    content = article if isinstance(article, str) else json.dumps(article, ensure_ascii=False)
    monkeypatch.setattr("sys.stdin", _Input(content.encode("utf-8", "surrogatepass")))
    return call(capsys, "rules", "explain", rule_id, "--rules", rules, *more)


def test_article_as_json_needs_no_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "cable-cut", {"title": "An undersea cable was cut", "lang": "en"})

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("cable-cut: fires\n")
    assert "title 3-17 'undersea cable'" in ended.out


def test_plain_text_is_an_article_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "cable-cut", "Ein Seekabel ist gekappt.\n")

    assert ended.code == 0
    assert "text 4-12 'Seekabel'" in ended.out


def test_rule_that_does_not_fire_exits_1_and_says_why_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "cable-cut", {"title": "An undersea cable was cut", "lang": "de"})

    assert ended.code == 1
    assert ended.out.splitlines()[:2] == [
        "cable-cut: does not fire",
        "  because terms: cable: 'undersea cable' counts only in articles in en; this one is in de",
    ]


@pytest.mark.parametrize(("day", "code"), [("2023-05-01", 0), ("2026-05-01T10:00:00Z", 1)])
def test_day_of_the_article_decides_who_holds_an_office(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path, day: str, code: int
) -> None:
    article = {"title": "Joe Biden visits a school", "lang": "en", "published_at": day}

    assert _explained(monkeypatch, capsys, rules, "leader", article).code == code


@pytest.mark.parametrize(("number", "code"), [(120, 0), (12, 1)])
def test_facts_made_by_hand_are_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path, number: int, code: int
) -> None:
    fact = {"type": "casualties", "role": "killed", "low": number, "high": number, "field": "title", "span": [0, 3]}

    ended = _explained(monkeypatch, capsys, rules, "losses", {"title": "Men died", "facts": [fact]})

    assert ended.code == code
    assert "by default: modality happened|claimed, kind event|period, per null" in ended.out
    assert ("but not: at_least 100" in ended.out) == (code == 1)


def test_disabled_rule_is_explained_and_said_to_be_disabled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "asleep", "A cable.")

    assert ended.code == 0
    assert ended.out.splitlines()[1] == "  note: status disabled: the rule is not evaluated"


def test_unknown_rule_comes_with_a_near_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "cable-kut", "A cable.")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "tocsin: no rule 'cable-kut' (did you mean 'cable-cut'?)\n"


@pytest.mark.parametrize(
    ("article", "said"),
    [
        pytest.param("", "standard input is empty (allowed: an article as JSON, or plain text)", id="empty"),
        pytest.param(" \n\t", "standard input is empty", id="blank"),
        pytest.param("{}", "is no article: no words (allowed: title, summary, body, text)", id="no-words"),
        pytest.param("{'title': 'x'}", "standard input is no article: ", id="no-json"),
        pytest.param('{"title": 5}', "standard input is no article: Expected `str | null`, got `int`", id="wrong-type"),
        pytest.param('{"title": "x"} {"title": "y"}', "standard input is no article: ", id="two"),
        pytest.param('{"title": "x", "facts": [{"type": "quake"}]}', "standard input is no article: ", id="no-fact"),
    ],
)
def test_what_is_no_article_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path, article: str, said: str
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "cable-cut", article)

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_hostile_text_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path, *, as_json: bool
) -> None:
    text = "\x1b]0;owned\x07An undersea\x9b cable\u202e was cut.\n\x1b[2J"

    ended = _explained(monkeypatch, capsys, rules, "cable-cut", text, *(["--json"] if as_json else []))

    assert not {character for character in ended.out if ord(character) < 32 and character != "\n"}
    assert as_json or not set("\x9b\u202e") & set(ended.out)


def test_program_gets_every_condition(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Path
) -> None:
    ended = _explained(monkeypatch, capsys, rules, "cable-cut", "A Seekabel was cut.", "--json")

    found = json.loads(ended.out)
    assert (found["rule"], found["fires"], found["filters"]) == ("cable-cut", True, {})
    (together,) = found["when"]["parts"]
    assert [part["condition"] for part in together["parts"]] == ["terms: cable", "query: cut OR gekappt"]
    assert together["parts"][0]["hits"][0]["text"] == "Seekabel"
    assert together["parts"][1]["parts"][1] == {
        "condition": "query: gekappt",
        "held": False,
        "reason": "stands nowhere",
        "defaults": [],
        "hits": [],
        "parts": [],
    }
