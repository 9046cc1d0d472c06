"""The registry and the catalogue that ships."""

from __future__ import annotations

import pytest

from monitor.actors import Actor, ActorKind, Registry, load_catalogue
from monitor.actors.shipped import read_actors
from monitor.core.documents import parse_document
from monitor.core.errors import SettingsError
from monitor.text import phrase


def test_catalogue_holds_the_actors_that_rules_begin_with() -> None:
    registry = load_catalogue()
    wanted = {"donald-trump", "vladimir-putin", "volodymyr-zelenskyy", "united-states", "russia", "ukraine", "nato"}

    assert wanted <= {actor.id for actor in registry}


def test_catalogue_names_a_source_for_each_actor() -> None:
    assert [actor.id for actor in load_catalogue() if not actor.source] == []


def test_no_caseless_name_means_two_actors() -> None:
    owners: dict[tuple[str, ...], set[str]] = {}
    for actor in load_catalogue():
        for name in actor.names():
            owners.setdefault(phrase(name), set()).add(actor.id)

    assert {words: ids for words, ids in owners.items() if len(ids) > 1} == {}


def test_every_name_has_words() -> None:
    names = [name for actor in load_catalogue() for name in (*actor.names(), *actor.exact, *actor.blocked_by)]

    assert [name for name in names if not phrase(name)] == []


def test_every_blocking_phrase_holds_a_name_of_its_actor() -> None:
    def holds(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
        return any(words[start : start + len(name)] == name for start in range(len(words)))

    idle = [
        (actor.id, blocked)
        for actor in load_catalogue()
        for blocked in actor.blocked_by
        if not any(holds(phrase(blocked), phrase(name)) for name in (*actor.names(), *actor.exact))
    ]

    assert idle == []


@pytest.mark.parametrize("short", ["us", "who", "it", "un", "eu", "xi", "ms"])
def test_names_that_are_words_too_count_only_in_their_spelling(short: str) -> None:
    caseless = {phrase(name) for actor in load_catalogue() for name in actor.names()}

    assert phrase(short) not in caseless


@pytest.mark.parametrize(
    ("written", "meant"),
    [("usa", "united-states"), ("vladimr-putin", "vladimir-putin"), ("zelensky", "volodymyr-zelenskyy")],
)
def test_unknown_id_is_answered_with_the_one_meant(written: str, meant: str) -> None:
    assert load_catalogue().suggest(written) == f" (did you mean '{meant}'?)"


def test_exact_name_is_no_caseless_alias() -> None:
    actor = Actor("tusk", ActorKind.PERSON, "Tusk", "test", {"latin": ("Donald Tusk", "Tusk")}, exact=("Tusk",))

    assert actor.names() == ("Donald Tusk",)


def test_registry_refuses_one_id_twice() -> None:
    actor = Actor("a", ActorKind.STATE, "A", "test")

    with pytest.raises(ValueError, match="actor a stands twice"):
        Registry([actor, actor])


def test_all_problems_of_a_catalogue_come_at_once() -> None:
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
