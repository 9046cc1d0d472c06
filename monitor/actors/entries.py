"""Actors, offices and sets as YAML files write them, and as values. Knows nothing across entries: see `checks`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from monitor.actors.model import Actor, ActorKind, ActorSet, Holding, Membership, Office
from monitor.core.documents import Document, Location, Strict, validate
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem

KEYS = ("actors", "offices", "sets")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_ID = r"^[a-z0-9][a-z0-9-]{0,80}$"
_OFFICE_ID = r"^[a-z0-9][a-z0-9-]{0,80}@[a-z0-9][a-z0-9-]{0,80}$"


def day(value: Any) -> date:
    """The day that `2019-05-20`, `2019-05` or `2019` stands for: of a month or year alone, its first."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = None if isinstance(value, bool) else _PARTIAL_DATE.fullmatch(str(value))
    if found is None:
        raise ValueError("not a date (allowed: 2019-05-20, 2019-05, 2019)")
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))


_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Names = tuple[_Name, ...]
_Day = Annotated[date, BeforeValidator(day)]
_Source = Annotated[str, Field(min_length=3)]


class _ActorEntry(Strict):
    id: str = Field(pattern=_ID)
    kind: ActorKind
    name: _Name
    source: _Source
    aliases: dict[str, _Names] = Field(default_factory=dict)
    exact: _Names = ()
    blocked_by: _Names = ()
    surnames: dict[str, _Names] = Field(default_factory=dict)
    weak: dict[str, _Names] = Field(default_factory=dict)
    context: _Names = ()
    person_like: bool = False
    demonyms: dict[str, _Names] = Field(default_factory=dict)
    capital: _Name | None = None
    capital_counts: bool = True
    since: _Day | None = None
    until: _Day | None = None
    checked: _Day | None = None


class _HoldingEntry(Strict):
    person: str
    from_: _Day = Field(alias="from")
    until: _Day | None = None
    acting: bool = False


class _OfficeEntry(Strict):
    id: str = Field(pattern=_OFFICE_ID)
    role: str
    of: str
    source: _Source
    titles: dict[str, _Names] = Field(default_factory=dict)
    titles_alone: dict[str, _Names] = Field(default_factory=dict)
    seats: _Names = ()
    leads: bool = False
    shared: bool = False
    holders: tuple[_HoldingEntry, ...] = ()
    checked: _Day | None = None


class _MemberEntry(Strict):
    actor: str
    from_: _Day | None = Field(default=None, alias="from")
    until: _Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"actor": value} if isinstance(value, str) else value


class _SetEntry(Strict):
    id: str = Field(pattern=_ID)
    source: _Source
    members: tuple[_MemberEntry, ...] = ()
    checked: _Day | None = None


class _File(Strict):
    actors: tuple[_ActorEntry, ...] = ()
    offices: tuple[_OfficeEntry, ...] = ()
    sets: tuple[_SetEntry, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Where an entry stands, for problems with it."""

    document: Document
    at: Location

    def problem(self, message: str, *steps: str | int) -> Problem:
        """A problem at a key of the entry."""
        return self.document.problem((*self.at, *steps), message)


@dataclass
class Entries:
    """The entries of some documents, each with its place, in order."""

    actors: list[tuple[Actor, Placed]] = field(default_factory=list)
    offices: list[tuple[Office, Placed]] = field(default_factory=list)
    sets: list[tuple[ActorSet, Placed]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_entries(documents: Iterable[Document]) -> Entries:
    """The entries of all documents, and what is wrong with each by itself."""
    found = Entries()
    for document in documents:
        try:
            file = validate(_File, document)
        except SettingsError as error:
            found.problems += error.problems
            continue
        found.actors += zip(map(_actor, file.actors), _places(document, "actors"), strict=False)
        found.offices += zip(map(_office, file.offices), _places(document, "offices"), strict=False)
        found.sets += zip(map(_set, file.sets), _places(document, "sets"), strict=False)
    return found


def actor_part(document: Document) -> Document:
    """Of a rule pack, what it says of actors, offices and sets."""
    data = document.data if isinstance(document.data, dict) else {}
    return Document(document.path, {key: data[key] for key in KEYS if key in data}, document.lines)


def _places(document: Document, key: str) -> Iterator[Placed]:
    index = 0
    while True:
        yield Placed(document, (key, index))
        index += 1


def _actor(entry: _ActorEntry) -> Actor:
    return Actor(**{name: getattr(entry, name) for name in _ActorEntry.model_fields})


def _office(entry: _OfficeEntry) -> Office:
    holders = [Holding(one.person, one.from_, one.until, one.acting) for one in entry.holders]
    fields = {name: getattr(entry, name) for name in _OfficeEntry.model_fields}
    return Office(**fields | {"holders": tuple(sorted(holders, key=lambda one: one.since))})


def _set(entry: _SetEntry) -> ActorSet:
    members = tuple(Membership(one.actor, one.from_, one.until) for one in entry.members)
    return ActorSet(entry.id, entry.source, members, entry.checked)
