"""`tocsin actors`: what a person and a program are told of the catalogue."""

from __future__ import annotations

import json

import pytest

from monitor.actors import load_catalogue
from tests.unit.cli.support import call


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_list_names_every_actor_of_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "actors", "list", "--kind", "state")
    states = [actor.id for actor in load_catalogue() if actor.kind.value == "state"]

    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == states


def test_list_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    found = lines(call(capsys, "actors", "list", "--json").out)

    assert len(found) == len(load_catalogue())
    assert {"id", "kind", "name", "source"} == set(found[0])


def test_counts_by_kind_and_script(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "actors", "list", "--counts")

    assert ended.code == 0
    assert {"names", "offices", "sets"} <= {line.split()[0] for line in ended.out.splitlines()}
    assert "entries from Wikidata" in ended.out
    assert "with names in latin" in ended.out
    assert lines(call(capsys, "actors", "list", "--counts", "--json").out)[0]["actors"]


def test_show_prints_names_by_script_and_the_source(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "actors", "show", "vladimir-putin")

    assert ended.code == 0
    assert ended.out.startswith("Vladimir Putin  (vladimir-putin, person)\n")
    assert "  cyrillic: " in ended.out
    assert "  source: " in ended.out


def test_show_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    found = lines(call(capsys, "actors", "show", "vladimir-putin", "--json").out)[0]

    assert (found["id"], found["members"]) == ("vladimir-putin", ["vladimir-putin"])


def test_show_of_a_predefined_set_says_whom_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "actors", "show", "head-of-state", "--on", "2025-11-07").out.startswith(
        "head-of-state\n  on 2025"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "vladimr-putin"], "unknown actor 'vladimr-putin' (did you mean 'vladimir-putin'?)"),
        (["show", "\x1b[31mred"], "unknown actor '\\x1b[31mred'"),
        (["show", "russia", "--on", "soon"], "does not match the format"),
        (["stale", "--after", "soon"], "--after 'soon': not a duration"),
        (["list", "--kind", "ghost"], "'ghost' is not one of"),
    ],
)
def test_wrong_use_says_what_is_wrong(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    ended = call(capsys, "actors", *arguments)

    assert ended.code == 2
    assert said in ended.err
    assert "\x1b" not in ended.err


def test_stale_says_how_many_and_exits_1_when_there_are_some(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "actors", "stale", "--on", "2090-01-01")
    found = lines(call(capsys, "actors", "stale", "--on", "2090-01-01", "--json").out)

    assert ended.code == (1 if found else 0)
    assert "out of date on 2090-01-01" in ended.out.splitlines()[-1]
    assert len(found) == len(ended.out.splitlines()) - 1


def test_resolve_says_who_is_meant_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "actors", "resolve", "Today Vladimir Putin spoke", "--on", "2025-11-07")
    found = lines(call(capsys, "actors", "resolve", "Today Vladimir Putin spoke", "--json").out)

    assert ended.out == "6-20  Vladimir Putin  vladimir-putin  by name\n"
    assert found == [
        {
            "actor": "vladimir-putin",
            "span": [6, 20],
            "text": "Vladimir Putin",
            "direct": True,
            "office": None,
            "seat": False,
        }
    ]


def test_resolve_shows_hostile_text_harmlessly(capsys: pytest.CaptureFixture[str]) -> None:
    ended = call(capsys, "actors", "resolve", "\x1b[2JVladimir\u202e\nPutin")

    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_resolve_says_so_when_nobody_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "actors", "resolve", "It rained").out == "nobody in the catalogue is meant\n"
