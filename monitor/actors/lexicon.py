"""A registry compiled for search: every name, title word and seat as a pattern in one trie, with what each means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

from monitor.actors.model import Actor, Names, Office, flat
from monitor.actors.registry import Registry
from monitor.core.collecting import collecting_paused
from monitor.text import fold, phrase
from monitor.text.patterns import patterns_of
from monitor.text.scan import PatternTrie

Words = tuple[str, ...]


class Grade(IntEnum):
    """How much a name counts for; the lower, the more."""

    STRONG = 0
    SURNAME = 1
    WEAK = 2


@dataclass(frozen=True, slots=True)
class Use:
    """A pattern as something of an actor or office, in articles of a language (None: of all)."""

    subject: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class NameUse:
    """A pattern as a name of an actor.

    Attributes:
        lang: The language of the articles in which it counts; None for all.
        demonym: An adjective or inhabitant, no name of the state itself.
        person_like: Beside an unknown capitalised word it is part of somebody's name.
        capitals: It counts only in titles that are all in capitals, where the spelling it has elsewhere says nothing.
    """

    actor: str
    grade: Grade
    lang: str | None = None
    demonym: bool = False
    person_like: bool = False
    capitals: bool = False


@dataclass(frozen=True, slots=True)
class RoleUse:
    """A pattern as a word for a role.

    Attributes:
        rank: Which of the roles that a word can mean goes first.
        role: None for a counterpart, which has the role of somebody else.
        office: The word is a title of this office alone.
        alone: It is that wherever it stands.
    """

    rank: int
    lang: str
    role: str | None = None
    office: str | None = None
    plural: bool = False
    alone: bool = False


_Use = TypeVar("_Use", bound="Use | NameUse | RoleUse")


@dataclass(frozen=True)
class Links:
    """What may stand between a state and a role word in a language, in folded words, the longest first."""

    state_first: tuple[Words, ...]
    demonym_first: tuple[Words, ...]
    role_first: tuple[Words, ...]


class Lexicon:
    """All patterns of a registry. Compiling takes long: see `lexicon_of`."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.trie = PatternTrie()
        self.names: dict[int, tuple[NameUse, ...]] = {}
        self.blocks: dict[int, tuple[Use, ...]] = {}
        self.contexts: dict[int, tuple[Use, ...]] = {}
        self.seats: dict[int, tuple[Use, ...]] = {}
        self.honorifics: dict[int, tuple[Use, ...]] = {}
        self.roles: dict[int, tuple[RoleUse, ...]] = {}
        for actor in registry:
            self._add_actor(actor)
        for office in registry.offices:
            self._add_office(office)
        self._add_roles()
        self.links = {lang: _links(joint) for lang, joint in registry.roles.titles.items()}
        self.joins = _words(registry.roles.joins)
        self.openers = {lang: frozenset(map(fold, words)) for lang, words in registry.roles.openers.items()}
        self.not_after = _words(registry.roles.not_after)
        self.not_before = _words(registry.roles.not_before)
        self.offices_alone = {
            role: offices[0] for role, offices in self._offices_by_role().items() if len(offices) == 1
        }

    def _add_actor(self, actor: Actor) -> None:
        self._add_names(actor, actor.names(), Grade.STRONG)
        self._add_names(actor, (name if name.startswith("=") else f"={name}" for name in actor.exact), Grade.STRONG)
        self._add_names(actor, dict.fromkeys(flat(actor.surnames)), Grade.SURNAME)
        self._add_names(actor, dict.fromkeys(flat(actor.weak)), Grade.WEAK)
        for lang, names in actor.demonyms.items():
            demonym = NameUse(actor.id, Grade.STRONG, lang, demonym=True)
            for name in names:
                self._put(self.names, name, demonym, lang, variants=True)
        own = Use(actor.id)
        for text in actor.blocked_by:
            self._put(self.blocks, text, own)
        for text in actor.context:
            self._put(self.contexts, text, own)

    def _add_names(self, actor: Actor, names: Iterable[str], grade: Grade) -> None:
        use = NameUse(actor.id, grade)  # one for all names: there are many
        for name in names:
            alone = actor.person_like and name == actor.name
            self._put(self.names, name, replace(use, person_like=True) if alone else use)
            if name.startswith("="):
                self._put(self.names, name[1:], NameUse(actor.id, Grade.WEAK, capitals=True))

    def _add_office(self, office: Office) -> None:
        for text in office.seats:
            self._put(self.seats, text, Use(office.id))
        for alone, titles in ((False, office.titles), (True, office.titles_alone)):
            for lang, texts in titles.items():
                for text in texts:
                    self._put(self.roles, text, RoleUse(-1, lang, office=office.id, alone=alone), lang)

    def _add_roles(self) -> None:
        roles = self.registry.roles
        for rank, role in enumerate(roles.roles.values()):
            for plural, words in ((False, role.words), (True, role.plurals)):
                for lang, texts in words.items():
                    for text in texts:
                        self._put(self.roles, text, RoleUse(rank, lang, role.id, plural=plural), lang)
        for lang, texts in roles.counterparts.items():
            for text in texts:
                self._put(self.roles, text, RoleUse(0, lang), lang)
        for texts in roles.honorifics.values():
            for text in texts:
                self._put(self.honorifics, text, Use(text))

    def _put(
        self,
        table: dict[int, tuple[_Use, ...]],
        text: str,
        use: _Use,
        lang: str | None = None,
        *,
        variants: bool = False,
    ) -> None:
        """Note what a text's patterns mean, each in the language in which it counts."""
        for pattern in patterns_of(text, lang=lang, variants=variants):
            number = self.trie.add(pattern)
            meant = use if pattern.lang in (None, use.lang) else replace(use, lang=pattern.lang)
            if meant not in table.get(number, ()):
                table[number] = (*table.get(number, ()), meant)

    def _offices_by_role(self) -> dict[str, list[Office]]:
        alone = {role.id for role in self.registry.roles.roles.values() if role.alone}
        found: dict[str, list[Office]] = {}
        for office in self.registry.offices:
            if office.role in alone:
                found.setdefault(office.role, []).append(office)
        return found


@lru_cache(maxsize=4)
def lexicon_of(registry: Registry) -> Lexicon:
    """The registry's lexicon, compiled once in each process."""
    with collecting_paused():
        return Lexicon(registry)


def _words(names: Names) -> dict[str, frozenset[Words]]:
    return {lang: frozenset(phrase(text) for text in texts) for lang, texts in names.items()}


def _links(joint: object) -> Links:
    def folded(texts: Iterable[str]) -> tuple[Words, ...]:
        return tuple(sorted({phrase(text) for text in texts}, key=lambda words: (-len(words), words)))

    return Links(*(folded(getattr(joint, side)) for side in ("state_first", "demonym_first", "role_first")))
