"""Actors, offices and sets from YAML: every problem at once, with file, line and key."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.actors import read_actors
from monitor.actors.entries import actor_part, day
from monitor.core.documents import parse_document
from monitor.core.errors import SettingsError
from tests.unit.actors.samples import world

BASE = """\
actors:
  - {id: u, kind: state, name: Utopia, source: ours}
  - {id: ada, kind: person, name: Ada Roe, source: ours}
  - {id: bo, kind: person, name: Bo Roe, source: ours}
"""


def problems_of(text: str, before: str = BASE) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_actors([parse_document(before + text, "a.yaml")])
    return [str(problem) for problem in caught.value.problems]


def test_all_problems_of_all_files_come_at_once() -> None:
    first = parse_document("actors:\n  - {id: a, kind: ghost, name: A, source: test}", "one.yaml")
    second = parse_document(
        "actors:\n  - {id: b, kind: state, name: B, source: test}\n  - {id: b, kind: state, name: B, source: test}",
        "two.yaml",
    )

    with pytest.raises(SettingsError) as caught:
        read_actors([first, second])

    assert [(problem.where, problem.line, problem.key) for problem in caught.value.problems] == [
        ("one.yaml", 2, "actors[0].kind"),
        ("two.yaml", 3, "actors[1].id"),
    ]


@pytest.mark.parametrize(
    ("office", "problem"),
    [
        ("role: president, of: u, holders: [{person: adda, from: 2020}]",
         "a.yaml:6: offices[0].holders[0].person: unknown actor 'adda' (did you mean 'ada'?)"),
        ("role: president, of: u, holders: [{person: u, from: 2020}]",
         "a.yaml:6: offices[0].holders[0].person: 'u' is a state, no person"),
        ("role: president, of: u, holders: [{person: ada, from: 2020, until: 2019-12}]",
         "a.yaml:6: offices[0].holders[0].until: 2019-12-01 is not after from, 2020-01-01"),
        ("role: president, of: u, holders: [{person: ada, from: 2020}, {person: bo, from: 2019}]",
         "a.yaml:6: offices[0].holders[0]: 'ada' begins 2020-01-01 while 'bo' holds it until now (allowed"),
        ("role: president, of: u, holders: [{person: ada, from: 2020, until: 2022-02-02}, {person: bo, from: 2022-02}]",
         "a.yaml:6: offices[0].holders[1]: 'bo' begins 2022-02-01 while 'ada' holds it until 2022-02-02 (allowed"),
        ("role: presidnt, of: u", "a.yaml:6: offices[0].role: unknown role 'presidnt' (did you mean 'president'?)"),
        ("role: head-of-state, of: u", "a.yaml:6: offices[0].role: unknown role 'head-of-state'"),
        ("role: monarch, of: u", "a.yaml:6: offices[0].id: 'president@u' does not begin with its role, monarch"),
        ("role: president, of: ada", "a.yaml:6: offices[0].id: 'president@u' does not end with @ada"),
        ("role: president, of: u, holder: []", "a.yaml:6: offices[0].holder: unknown key (did you mean 'holders'?)"),
        ("role: president, of: u, holders: [{person: ada, from: soon}]",
         "a.yaml:6: offices[0].holders[0].from: 'soon': not a date (allowed: 2019-05-20, 2019-05, 2019)"),
        ("role: president, of: u, seats: ['*']", "a.yaml:6: offices[0].seats[0]: "),
    ],
)  # fmt: skip
def test_what_can_be_wrong_with_an_office(office: str, problem: str) -> None:
    found = problems_of(f"offices:\n  - {{id: president@u, source: ours, {office}}}\n")

    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        ("id: s, members: [v]", "a.yaml:6: sets[0].members[0]: unknown actor 'v'"),
        (
            "id: s, members: [{actor: u, from: 2020, until: 2020}]",
            "a.yaml:6: sets[0].members[0]: 2020-01-01 is not after",
        ),
        ("id: ada, members: [u]", "a.yaml:6: sets[0].id: 'ada' is taken by an actor or a predefined set"),
        ("id: head-of-state, members: [u]", "a.yaml:6: sets[0].id: 'head-of-state' is taken"),
    ],
)
def test_what_can_be_wrong_with_a_set(one: str, problem: str) -> None:
    assert problems_of(f"sets:\n  - {{source: ours, {one}}}\n")[0].startswith(problem)


@pytest.mark.parametrize(
    ("actor", "problem"),
    [
        ("name: X, surname: {latin: [X]}", "a.yaml:2: actors[0].surname: unknown key (did you mean 'surnames'?)"),
        ("name: X, aliases: {latin: ['*']}", "a.yaml:2: actors[0].aliases.latin[0]: "),
        ("name: X, since: 2020, until: 2019", "a.yaml:2: actors[0].until: 2019-01-01 is not after since, 2020-01-01"),
    ],
)
def test_what_can_be_wrong_with_an_actor(actor: str, problem: str) -> None:
    found = problems_of(f"actors:\n  - {{id: x, kind: state, source: ours, {actor}}}\n", before="")

    assert found[0].startswith(problem)


def test_people_can_share_an_office() -> None:
    text = """\
offices:
  - {id: president@u, role: president, of: u, shared: true, source: ours,
     holders: [{person: ada, from: 2020}, {person: bo, from: 2020}]}
"""
    registry = read_actors([parse_document(BASE + text, "a.yaml")])

    assert registry.members("president@u", None) == {"ada", "bo"}


def test_a_pack_can_name_actors_of_the_catalogue_and_only_its_actors_are_read() -> None:
    pack = """\
rules: []
actors: [{id: ada, kind: person, name: Ada Roe, source: ours}]
offices:
  - {id: special-envoy@russia, role: special-envoy, of: russia, source: ours, holders: [{person: ada, from: 2020}]}
"""
    registry = read_actors([actor_part(parse_document(pack, "pack.yaml"))], world())

    assert registry.members("special-envoy@russia", None) == {"ada"}
    assert "vladimir-putin" in registry


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2019", date(2019, 1, 1)),
        (2019, date(2019, 1, 1)),
        ("2019-05", date(2019, 5, 1)),
        ("2019-05-20", date(2019, 5, 20)),
        (date(2019, 5, 20), date(2019, 5, 20)),
    ],
)
def test_a_year_or_month_means_its_first_day(written: object, meant: date) -> None:
    assert day(written) == meant


@pytest.mark.parametrize("written", ["soon", True, "2019-13", 19, None])
def test_what_is_no_date(written: object) -> None:
    with pytest.raises(ValueError, match=r"not a date|month"):
        day(written)
