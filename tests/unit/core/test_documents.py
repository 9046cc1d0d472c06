"""YAML files: line numbers, unknown keys, every problem at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import Field

from monitor.core.documents import Duration, Strict, load_document, parse_document, validate
from monitor.core.durations import ALLOWED
from monitor.core.errors import SettingsError


class Engine(Strict):
    power: int = Field(default=1, ge=1)
    pause: Duration = timedelta(seconds=1)


class Machine(Strict):
    name: str
    engines: tuple[Engine, ...] = ()


def problems_of(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        validate(Machine, parse_document(text, "machine.yaml"))
    return [str(problem) for problem in caught.value.problems]


def test_a_good_document_becomes_its_model() -> None:
    machine = validate(Machine, parse_document("name: loom\nengines:\n  - {power: 3, pause: 2m}\n", "machine.yaml"))

    assert machine == Machine(name="loom", engines=(Engine(power=3, pause=timedelta(minutes=2)),))


def test_all_problems_are_reported_at_once_with_line_and_key() -> None:
    found = problems_of("nmae: loom\nengines:\n  - power: 0\n  - pause: soon\n")

    assert found == [
        "machine.yaml:1: name: is required",
        "machine.yaml:3: engines[0].power: 0: input should be greater than or equal to 1",
        f"machine.yaml:4: engines[1].pause: 'soon': not a duration (allowed: {ALLOWED})",
        "machine.yaml:1: nmae: unknown key (did you mean 'name'?)",
    ]


def test_an_unknown_key_deep_inside_gets_a_suggestion_from_its_own_level() -> None:
    found = problems_of("name: loom\nengines:\n  - powr: 2\n")

    assert found == ["machine.yaml:3: engines[0].powr: unknown key (did you mean 'power'?)"]


def test_a_document_that_is_no_mapping_is_a_problem_of_the_file() -> None:
    found = problems_of("just words\n")

    assert found == ["machine.yaml:1: 'just words': is no group of keys"]


def test_a_key_that_stands_twice_is_a_problem() -> None:
    found = problems_of("name: loom\nengines: []\nname: mill\n")

    assert found == ["machine.yaml:3: name: stands here a second time"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("name: [loom\n", 2, id="unclosed list"),
        pytest.param("a: b: c\n", 1, id="two colons"),
        pytest.param("name: !!python/object/apply:os.getcwd []\n", 1, id="python tag is never run"),
    ],
)
def test_broken_yaml_names_the_line(text: str, line: int) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_document(text, "machine.yaml")

    assert [(problem.where, problem.line) for problem in caught.value.problems] == [("machine.yaml", line)]


def test_a_missing_file_is_a_problem_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load_document(tmp_path / "absent.yaml")


def test_a_file_in_another_encoding_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: Webstühle".encode("latin-1"))

    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load_document(path)


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        pytest.param("a:\n\tb: 1\n", 2, "indent with spaces, not tabs (character 1)", id="tab"),
        pytest.param("a: @x\n", 1, "put quotes around a text that begins with a sign (character 4)", id="at"),
        pytest.param("a: *war\n", 1, "put quotes around a text that begins with * (character 4)", id="star"),
        pytest.param("a: !x war\n", 1, "put quotes around a text that begins with ! (character 4)", id="bang"),
        pytest.param("a: War: it ends\n", 1, "put quotes around a text with a colon in it (character 7)", id="colon"),
        pytest.param("{a: War: it}\n", 1, "put quotes around a text with a colon in it (character 8)", id="in-braces"),
        pytest.param("{a: [1, 2\n", 2, "a bracket is not closed (character 1)", id="bracket"),
        pytest.param("a: 'x\n", 2, "a quote is not closed (character 1)", id="quote"),
        pytest.param("a: 1\n---\nb: 1\n", 2, "a file holds one document, without --- inside (character 1)", id="two"),
    ],
)
def test_common_slips_in_yaml_come_with_what_to_do_and_the_place(text: str, line: int, hint: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_document(text, "a.yaml")

    (problem,) = raised.value.problems
    assert problem.line == line
    assert problem.message.startswith("is not valid YAML: ")
    assert problem.message.endswith(f": {hint}")
