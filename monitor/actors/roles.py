"""Roles and how languages name them: the words of `catalogue/roles.yaml` as values. Knows no texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources

from pydantic import Field

from monitor.actors.model import Names
from monitor.core.documents import Strict, parse_document, validate

HEAD_OF_STATE = "head-of-state"
HEAD_OF_GOVERNMENT = "head-of-government"


@dataclass(frozen=True, eq=False)
class Role:
    """What an office is, and its words by language.

    Attributes:
        classes: Predefined sets that its holders are in.
        alone: Its words name the office without a state, while only one office has this role.
        generic: Its words mean whatever office is in one of `classes`, or (`leads`) leads; only offices of the
            second kind can have it as their role (the leader of an armed group).
    """

    id: str
    classes: frozenset[str]
    words: Names
    plurals: Names = field(default_factory=dict)
    alone: bool = False
    generic: bool = False
    leads: bool = False


@dataclass(frozen=True)
class Joint:
    """What may stand between a state and a role word in a language; an empty string is nothing at all.

    Attributes:
        demonym_first: As `state_first`, for adjectives only.
    """

    state_first: tuple[str, ...] = ()
    demonym_first: tuple[str, ...] = ()
    role_first: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Roles:
    """All roles, and the words around titles by language. The attributes are explained in `roles.yaml`."""

    roles: Mapping[str, Role]
    titles: Mapping[str, Joint] = field(default_factory=dict)
    joins: Names = field(default_factory=dict)
    not_after: Names = field(default_factory=dict)
    not_before: Names = field(default_factory=dict)
    counterparts: Names = field(default_factory=dict)
    honorifics: Names = field(default_factory=dict)
    openers: Names = field(default_factory=dict)

    def get(self, role: str) -> Role | None:
        """The role with this id."""
        return self.roles.get(role)

    @cached_property
    def sets(self) -> frozenset[str]:
        """The predefined sets."""
        return frozenset().union(*(role.classes for role in self.roles.values()))

    @cached_property
    def of_offices(self) -> tuple[str, ...]:
        """The roles that an office can have."""
        return tuple(role.id for role in self.roles.values() if role.leads or not role.generic)


class _RoleEntry(Strict):
    words: dict[str, tuple[str, ...]]
    plurals: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sets: tuple[str, ...] = ()
    alone: bool = False


class _GenericEntry(Strict):
    words: dict[str, tuple[str, ...]]
    plurals: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sets: tuple[str, ...] = ()
    leads: bool = False


class _JointEntry(Strict):
    state_first: tuple[str, ...] = ()
    demonym_first: tuple[str, ...] = ()
    role_first: tuple[str, ...] = ()


class _RoleFile(Strict):
    roles: dict[str, _RoleEntry]
    generic: dict[str, _GenericEntry] = Field(default_factory=dict)
    titles: dict[str, _JointEntry] = Field(default_factory=dict)
    joins: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    not_after: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    not_before: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    counterparts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    honorifics: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    openers: dict[str, tuple[str, ...]] = Field(default_factory=dict)


ROLES_FILE = "roles.yaml"


@lru_cache(maxsize=1)
def shipped_roles() -> Roles:
    """The roles that ship with Tocsin.

    Raises:
        SettingsError: The file is broken: a mistake of ours, held by a test.
    """
    file = resources.files("monitor.actors") / "catalogue" / ROLES_FILE
    return read_roles(file.read_text(encoding="utf-8"), ROLES_FILE)


def read_roles(text: str, path: str) -> Roles:
    """The roles in a text of ours. Raises SettingsError, with every problem."""
    entries = validate(_RoleFile, parse_document(text, path, ours=True))
    roles = {
        name: Role(name, frozenset(entry.sets), entry.words, entry.plurals, alone=entry.alone)
        for name, entry in entries.roles.items()
    }
    generic = {
        name: Role(name, frozenset(entry.sets), entry.words, entry.plurals, generic=True, leads=entry.leads)
        for name, entry in entries.generic.items()
    }
    return Roles(
        roles | generic,
        {lang: Joint(**dict(entry)) for lang, entry in entries.titles.items()},
        entries.joins,
        entries.not_after,
        entries.not_before,
        entries.counterparts,
        entries.honorifics,
        entries.openers,
    )
