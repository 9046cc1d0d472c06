"""The catalogue that ships: whole, sourced, and with no name that means two."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from monitor.actors import Actor, ActorKind, ActorScanner, load_catalogue
from monitor.actors.counts import catalogue_counts, script_of
from monitor.actors.entries import read_entries
from monitor.actors.lexicon import Lexicon, lexicon_of
from monitor.actors.roles import shipped_roles
from monitor.actors.shipped import catalogue_documents, read_actors
from monitor.text import phrase
from monitor.text.patterns import patterns_of
from tests.unit.actors.samples import article

# Names that two actors bear, each with the reason.
SHARED_NAMES = dict.fromkeys(("俄军", "俄軍", "乌军", "烏軍"), "an army is its state, too")

# Titles that mean an office only beside the name of whose it is.
TITLES_BESIDE_A_STATE = {
    "Minister of International Relations and Cooperation", "Revolutionsführer~", "guide suprême", "pope", "papa",
}  # fmt: skip


@lru_cache
def lexicon() -> Lexicon:
    return lexicon_of(load_catalogue())


def test_catalogue_holds_the_actors_that_rules_begin_with() -> None:
    wanted = {"donald-trump", "vladimir-putin", "volodymyr-zelenskyy", "united-states", "russia", "ukraine", "nato"}

    assert wanted <= {actor.id for actor in load_catalogue()}


def test_catalogue_reads_without_a_problem() -> None:
    assert len(read_actors(catalogue_documents())) == len(load_catalogue())


def test_ids_are_unique_over_all_files() -> None:
    entries = read_entries(catalogue_documents())
    ids = [
        *(actor.id for actor, _ in entries.actors),
        *(office.id for office, _ in entries.offices),
        *(one.id for one, _ in entries.sets),
    ]

    assert sorted(one for one in set(ids) if ids.count(one) > 1) == []


def test_every_entry_names_a_source() -> None:
    registry = load_catalogue()

    assert [entry.id for entry in (*registry, *registry.offices, *registry.sets) if not entry.source.strip()] == []


def test_every_holder_and_member_is_in_the_catalogue() -> None:
    registry = load_catalogue()
    holders = {held.person for office in registry.offices for held in office.holders}
    members = {member.actor for one in registry.sets for member in one.members}

    assert sorted(one for one in holders | members if one not in registry) == []
    assert sorted(office.of for office in registry.offices if office.of not in registry) == []


def test_no_strong_name_means_two_actors() -> None:
    owners: dict[object, set[tuple[str, str | None, str]]] = {}
    for actor in load_catalogue():
        for text, lang in _strong_names(actor):
            for pattern in patterns_of(text, lang=lang, variants=lang is not None):
                owners.setdefault((pattern.words, pattern.exact), set()).add((actor.id, pattern.lang, text))
    clashes = {
        one[2]: tuple(sorted({one[0], two[0]}))
        for claims in owners.values()
        for one in claims
        for two in claims
        if one[0] != two[0] and (one[1] == two[1] or None in (one[1], two[1]))
    }

    assert {name: actors for name, actors in clashes.items() if name not in SHARED_NAMES} == {}


def _strong_names(actor: Actor) -> Iterator[tuple[str, str | None]]:
    yield from ((name, None) for name in actor.names())
    yield from ((name if name.startswith("=") else f"={name}", None) for name in actor.exact)
    yield from ((name, lang) for lang, names in actor.demonyms.items() for name in names)


def test_every_blocking_phrase_holds_a_name_of_its_actor() -> None:
    names = lexicon().names
    idle = [
        (actor.id, text)
        for actor in load_catalogue()
        for text in actor.blocked_by
        if not any(
            use.actor == actor.id
            for ending in ("", "ий")  # what a stem stands for may need one
            for written in (_without_marks(text, ending), _without_marks(text, ending).title())  # as in headlines
            for number in lexicon().trie.places(article(written).fields)
            for use in names.get(number, ())
        )
    ]

    assert idle == []


def _without_marks(written: str, ending: str) -> str:
    return written.lstrip("=").replace("~n", "").replace("~", ending).replace("*", "")


def test_a_title_means_its_office_where_it_names_whose_it_is() -> None:
    scanner = ActorScanner(load_catalogue())
    unclear = {
        text
        for office in load_catalogue().offices
        if office.holders
        for titles in (office.titles, office.titles_alone)
        for lang, texts in titles.items()
        for text in texts
        if not any(
            one.office == office.id and not one.seat
            for one in scanner.scan(
                article(f"x {_without_marks(text, '')} x", lang=lang, on=office.holders[-1].since)
            ).all()
        )
    }

    assert unclear == TITLES_BESIDE_A_STATE


@pytest.mark.parametrize("short", ["us", "who", "it", "un", "eu", "xi", "ms", "pm"])
def test_words_that_are_names_in_capitals_name_nobody(short: str) -> None:
    assert ActorScanner(load_catalogue()).scan(article(f"and {short} in the end", lang="en")).all() == ()


def test_every_office_of_the_catalogue_has_words_for_its_role() -> None:
    roles = shipped_roles()

    assert [office.id for office in load_catalogue().offices if office.role not in roles.of_offices] == []


@pytest.mark.parametrize("lang", ["en", "de", "fr", "es", "it", "pl", "pt", "tr", "ru", "uk", "ar", "zh", "ja"])
@pytest.mark.parametrize("role", ["president", "prime-minister", "foreign-minister", "defence-minister"])
def test_the_roles_that_matter_most_have_words_in_each_language(role: str, lang: str) -> None:
    found = shipped_roles().get(role)

    assert found is not None
    assert [word for word in found.words[lang] if phrase(word)] == list(found.words[lang])


def test_counts_say_how_much_there_is() -> None:
    counts = catalogue_counts(load_catalogue())

    assert sum(counts.actors.values()) == len(load_catalogue())
    assert set(counts.actors) <= {kind.value for kind in ActorKind}
    assert counts.with_script["state", "latin"] == counts.actors["state"]
    assert counts.names["cyrillic"] > 100
    assert sum(counts.sources.values()) >= len(load_catalogue()) + counts.offices + counts.sets


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Путин", "cyrillic"),
        ("=US", "latin"),
        ("普京", "han"),
        ("プーチン", "kana"),
        ("بوتين", "arabic"),
        ("1", "other"),
    ],
)
def test_script_of_a_name(name: str, script: str) -> None:
    assert script_of(name) == script
