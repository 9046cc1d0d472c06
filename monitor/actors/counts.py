"""How much a registry holds, by kind, by script and by where it is from."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from monitor.actors.model import Actor
from monitor.actors.registry import Registry

_SCRIPTS = {
    "LATIN": "latin", "CYRILLIC": "cyrillic", "ARABIC": "arabic", "CJK": "han", "HIRAGANA": "kana",
    "KATAKANA": "kana", "HANGUL": "hangul", "HEBREW": "hebrew", "GREEK": "greek", "THAI": "thai",
    "DEVANAGARI": "devanagari", "ARMENIAN": "armenian", "GEORGIAN": "georgian",
}  # fmt: skip
# As entries name them; an entry may have several.
_SOURCES = (
    "Wikipedia", "Wikidata", "mledoze/countries", "every-politician-scrapers",
    "open-data-archive/world-leaders-current", "unitedstates/congress-legislators",
)  # fmt: skip
_OTHER_SOURCES = "press and others"


@dataclass(frozen=True)
class CatalogueCounts:
    """Numbers of entries and names.

    Attributes:
        actors: By kind; those with a name in a script by kind and script in `with_script`.
        names: By script.
        sources: Entries (actors, offices, sets) by where they are from; one with two sources counts for both.
    """

    actors: dict[str, int]
    with_script: dict[tuple[str, str], int]
    names: dict[str, int]
    sources: dict[str, int]
    offices: int
    holdings: int
    sets: int


def catalogue_counts(registry: Registry) -> CatalogueCounts:
    """How many actors of each kind, names in each script, and entries from each source."""
    entries = (*registry, *registry.offices, *registry.sets)
    names: Counter[str] = Counter()
    with_script: Counter[tuple[str, str]] = Counter()
    for actor in registry:
        by_script = names_by_script(actor)
        names.update({script: len(listed) for script, listed in by_script.items()})
        with_script.update((actor.kind.value, script) for script in by_script)
    return CatalogueCounts(
        dict(Counter(actor.kind.value for actor in registry)),
        dict(with_script),
        dict(names),
        dict(Counter(kind for entry in entries for kind in source_kinds(entry.source))),
        sum(1 for _ in registry.offices),
        sum(len(office.holders) for office in registry.offices),
        sum(1 for _ in registry.sets),
    )


def names_by_script(actor: Actor) -> dict[str, tuple[str, ...]]:
    """Every name of an actor, by the script of its first letter, whatever the file calls the list it stands in."""
    found: dict[str, list[str]] = {}
    for name in actor.every_name():
        found.setdefault(script_of(name), []).append(name)
    return {script: tuple(listed) for script, listed in found.items()}


def source_kinds(source: str) -> tuple[str, ...]:
    """Which of the usual sources an entry names; else that it has another."""
    return tuple(kind for kind in _SOURCES if kind in source) or (_OTHER_SOURCES,)


def script_of(name: str) -> str:
    """The script of a name's first letter; `other` where we have no word for it."""
    for character in name:
        if character.isalpha():
            return _SCRIPTS.get(unicodedata.name(character, "").partition(" ")[0], "other")
    return "other"
