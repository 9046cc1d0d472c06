"""Actors and their names, offices and who held them when, sets of actors. Knows no files and no texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

Names = Mapping[str, tuple[str, ...]]  # by script, or by language


class ActorKind(StrEnum):
    """What an actor can be."""

    PERSON = "person"
    STATE = "state"
    ORGANISATION = "organisation"
    ARMED_GROUP = "armed_group"


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody or something that acts in the news. Names are patterns (see `monitor.text.patterns`).

    Attributes:
        name: The usual English name. A strong name too, unless it stands in `exact`, `surnames` or `weak`.
        aliases: Strong names by script: each counts by itself.
        exact: Strong names that count only in exactly this spelling ("US", not "us"); weak ones in all-capitals titles.
        blocked_by: Phrases that swallow a name inside them ("Georgia Tech").
        surnames: Names by script that count unless somebody else of that surname is named and this actor is not.
        weak: Names by script that count only with support: a strong name in the article; a title, the state or the
            organisation of an office held that day, or one of `context`, in the same sentence; or, of somebody who
            leads a state, the strong name of another who does, in the same title or row ("Putin and Xi").
        person_like: `name` is a given name or surname too ("Jordan"): beside another capitalised word it is no state.
        demonyms: Adjectives and inhabitants by language; they name the state in texts of that language.
        capital: Names the state too, unless `capital_counts` is false (Washington, London).
        since, until: When it existed; None for always.
        source: Where the facts are from.
        checked: The day on which somebody last checked them.
    """

    id: str
    kind: ActorKind
    name: str
    source: str
    aliases: Names = field(default_factory=dict)
    exact: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    surnames: Names = field(default_factory=dict)
    weak: Names = field(default_factory=dict)
    context: tuple[str, ...] = ()
    person_like: bool = False
    demonyms: Names = field(default_factory=dict)
    capital: str | None = None
    capital_counts: bool = True
    since: date | None = None
    until: date | None = None
    checked: date | None = None

    def names(self) -> tuple[str, ...]:
        """All strong names for which case does not matter, each once; demonyms not among them."""
        capital = [self.capital] if self.capital and self.capital_counts else []
        other = {*self.exact, *flat(self.surnames), *flat(self.weak)}
        return tuple(dict.fromkeys(name for name in (self.name, *flat(self.aliases), *capital) if name not in other))

    def every_name(self) -> tuple[str, ...]:
        """Every name, however much it counts."""
        lists = (flat(self.surnames), flat(self.weak), flat(self.demonyms))
        return tuple(dict.fromkeys((*self.names(), *self.exact, *(name for names in lists for name in names))))


@dataclass(frozen=True)
class Holding:
    """A person in an office.

    Attributes:
        since: The first day; a year or month given alone means its first day.
        until: The day on which the next begins; None while it lasts.
        acting: In the place of somebody elected or appointed.
    """

    person: str
    since: date
    until: date | None = None
    acting: bool = False

    def covers(self, on: date) -> bool:
        """Whether the person is in office on that day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, eq=False)
class Office:
    """A post in a state or organisation, and who held it when.

    Attributes:
        id: `president@ukraine`.
        role: A role of `roles.yaml`.
        of: Id of the state or organisation.
        titles: Role words of this office alone, by language, beside those of the role ("Secretary of State"). They
            mean it beside its state, or where they name some state or organisation themselves ("UN refugee chief").
        titles_alone: Titles by language that mean it wherever they stand ("Kremlchef", "Taoiseach").
        seats: Places by which the news means it ("the Kremlin").
        leads: It leads the state or organisation; more than one may.
        shared: Several people hold it together.
        holders: In the order of `since`.
    """

    id: str
    role: str
    of: str
    source: str
    titles: Names = field(default_factory=dict)
    titles_alone: Names = field(default_factory=dict)
    seats: tuple[str, ...] = ()
    leads: bool = False
    shared: bool = False
    holders: tuple[Holding, ...] = ()
    checked: date | None = None

    def held(self, on: date | None) -> tuple[Holding, ...]:
        """Who holds it on a day; where the day is unknown, who holds or held it last."""
        if on is not None:
            return tuple(holding for holding in self.holders if holding.covers(on))
        return self._latest

    @cached_property
    def _latest(self) -> tuple[Holding, ...]:
        present = tuple(holding for holding in self.holders if holding.until is None)
        last = max(self.holders, key=lambda holding: holding.since, default=None)
        return present or ((last,) if last else ())


@dataclass(frozen=True)
class Membership:
    """An actor in a set; None for since ever, and for until now."""

    actor: str
    since: date | None = None
    until: date | None = None

    def covers(self, on: date | None) -> bool:
        """Whether the actor is a member that day; on an unknown day, whether it is one now."""
        if on is None:
            return self.until is None
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True)
class ActorSet:
    """Actors under one name, such as the members of NATO."""

    id: str
    source: str
    members: tuple[Membership, ...] = ()
    checked: date | None = None


def flat(names: Names) -> Iterable[str]:
    """All names in a mapping of lists."""
    return (name for listed in names.values() for name in listed)
