"""Who is who on which day: actors, offices and sets by id, and what a position in a rule means. Knows no texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from monitor.actors.model import Actor, ActorSet, Holding, Membership, Office
from monitor.actors.roles import HEAD_OF_GOVERNMENT, HEAD_OF_STATE, Roles, shipped_roles
from monitor.core.problems import suggestion

_LEADERS = re.compile(r"leaders\(\s*([^()]*?)\s*\)")


class UnknownActorError(ValueError):
    """A position names nobody; the message says what may have been meant."""


@dataclass(frozen=True)
class Position:
    """What a rule says where an actor is asked for.

    Attributes:
        kind: What `subject` is the id of; `leaders` have the id of a state or of a set of states; `role_set` is a
            predefined set such as `head-of-state`.
    """

    text: str
    kind: Literal["actor", "office", "set", "role_set", "leaders"]
    subject: str


class Registry:
    """All actors, offices and sets that rules can name."""

    def __init__(
        self,
        actors: Iterable[Actor],
        offices: Iterable[Office] = (),
        sets: Iterable[ActorSet] = (),
        roles: Roles | None = None,
    ) -> None:
        """Take them as they are: `monitor.actors.checks` says what is wrong with them.

        Raises:
            ValueError: An id stands twice, which is a mistake of the caller.
        """
        self.roles = roles if roles is not None else shipped_roles()
        self._actors = _by_id("actor", actors)
        self._offices = _by_id("office", offices)
        self._sets = _by_id("set", sets)
        self._of: dict[str, list[Office]] = {}
        self._held: dict[str, dict[str, Office]] = {}
        for office in self._offices.values():
            self._of.setdefault(office.of, []).append(office)
            for holding in office.holders:
                self._held.setdefault(holding.person, {})[office.id] = office

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._actors.values())

    def __len__(self) -> int:
        return len(self._actors)

    def __contains__(self, actor_id: object) -> bool:
        return actor_id in self._actors

    @property
    def offices(self) -> Iterable[Office]:
        """All offices."""
        return self._offices.values()

    @property
    def sets(self) -> Iterable[ActorSet]:
        """All sets but the predefined ones."""
        return self._sets.values()

    def get(self, actor_id: str) -> Actor | None:
        """The actor with this id."""
        return self._actors.get(actor_id)

    def office(self, office_id: str) -> Office | None:
        """The office with this id."""
        return self._offices.get(office_id)

    def offices_in(self, actor_id: str) -> tuple[Office, ...]:
        """The offices of a state or organisation, whoever holds them."""
        return tuple(self._of.get(actor_id, ()))

    def offices_of(self, person: str, on: date | None) -> tuple[Office, ...]:
        """The offices that a person holds on a day; where it is unknown, those of which they are the latest holder."""
        offices = self._held.get(person, {}).values()
        return tuple(office for office in offices if any(held.person == person for held in office.held(on)))

    def holdings_of(self, person: str) -> tuple[tuple[Office, Holding], ...]:
        """Every office that a person ever held, with when, in the order of time."""
        offices = self._held.get(person, {}).values()
        found = [(office, held) for office in offices for held in office.holders if held.person == person]
        return tuple(sorted(found, key=lambda pair: (pair[1].since, pair[0].id)))

    def position(self, text: str) -> Position:
        """What a position means.

        Raises:
            UnknownActorError: It names nobody; with a suggestion.
        """
        leaders = _LEADERS.fullmatch(text.strip())
        if leaders is not None:
            return self._leaders_position(text, leaders[1])
        if text in self._actors:
            return Position(text, "actor", text)
        if text in self._offices:
            return Position(text, "office", text)
        if text in self._sets:
            return Position(text, "set", text)
        if text in self.roles.sets:
            return Position(text, "role_set", text)
        if "@" in text:
            raise UnknownActorError(f"unknown office {_shown(text)}{self._suggest_office(text)}")
        if "(" in text:
            raise UnknownActorError(f"unknown position {_shown(text)} (allowed: leaders(<id of a state or set>))")
        raise UnknownActorError(f"unknown actor {_shown(text)}{self.suggest(text)}")

    def members(self, position: str, on: date | None) -> frozenset[str]:
        """The ids of the actors meant on a day; on an unknown day, the latest. Raises as `position`."""
        found = self.position(position)
        if found.kind == "actor":
            return frozenset((found.subject,))
        if found.kind == "set":
            return frozenset(one.actor for one in self._sets[found.subject].members if one.covers(on))
        offices = self._offices_meant(found, [one for one in self._states_meant(found) if one.covers(on)])
        return frozenset(holding.person for office in offices for holding in office.held(on))

    def ever(self, position: str) -> frozenset[str]:
        """The ids of all actors that a position can mean on any day. Raises as `position`."""
        found = self.position(position)
        if found.kind == "actor":
            return frozenset((found.subject,))
        if found.kind == "set":
            return frozenset(one.actor for one in self._sets[found.subject].members)
        offices = self._offices_meant(found, self._states_meant(found))
        return frozenset(holding.person for office in offices for holding in office.holders)

    def extended(
        self, actors: Iterable[Actor], offices: Iterable[Office] = (), sets: Iterable[ActorSet] = ()
    ) -> Registry:
        """This registry with more entries; one with an id that is there already takes its place."""
        return Registry(
            {**self._actors, **{actor.id: actor for actor in actors}}.values(),
            {**self._offices, **{office.id: office for office in offices}}.values(),
            {**self._sets, **{one.id: one for one in sets}}.values(),
            self.roles,
        )

    def suggest(self, actor_id: str) -> str:
        """What a person who wrote an unknown id may have meant, as the end of a message; empty when unclear."""
        by_name = {name.casefold().rstrip("~*").lstrip("="): one.id for one in self for name in one.every_name()}
        named = by_name.get(actor_id.casefold().replace("-", " ")) or by_name.get(actor_id.casefold())
        known = [*self._actors, *self._sets, *self.roles.sets]
        return f" (did you mean '{named}'?)" if named else suggestion(actor_id, known)

    def _suggest_office(self, text: str) -> str:
        _, _, of = text.partition("@")
        if of not in self._actors:
            near = suggestion(text, self._offices)
            return near or f": no actor {_shown(of)}{self.suggest(of)}"
        there = [office.id for office in self._of.get(of, ())]
        return suggestion(text, there) if there else f": no office of {_shown(of)} is known"

    def _leaders_position(self, text: str, subject: str) -> Position:
        if subject in self._sets or subject in self._actors:
            return Position(text, "leaders", subject)
        raise UnknownActorError(f"unknown state or set {_shown(subject)} in {_shown(text)}{self.suggest(subject)}")

    def _states_meant(self, position: Position) -> tuple[Membership, ...]:
        """The states whose leaders are meant, with when they are in the set."""
        if position.kind != "leaders":
            return ()
        named = self._sets.get(position.subject)
        return (Membership(position.subject),) if named is None else named.members

    def _offices_meant(self, position: Position, states: Iterable[Membership]) -> list[Office]:
        if position.kind == "office":
            return [self._offices[position.subject]]
        if position.kind == "leaders":
            return [office for state in states for office in self._of.get(state.actor, ()) if office.leads]
        return [office for office in self._offices.values() if position.subject in self.classes_of(office)]

    def classes_of(self, office: Office) -> frozenset[str]:
        """The predefined sets that the holders of an office are in.

        A president who leads a state in which no head of government is known is that too (the United States).
        """
        role = self.roles.get(office.role)
        if role is None:
            return frozenset()
        if office.leads and HEAD_OF_STATE in role.classes and not self._has_head_of_government(office.of):
            return role.classes | {HEAD_OF_GOVERNMENT}
        return role.classes

    def _has_head_of_government(self, actor_id: str) -> bool:
        roles = (self.roles.get(office.role) for office in self._of.get(actor_id, ()))
        return any(role is not None and HEAD_OF_GOVERNMENT in role.classes for role in roles)


_Entry = TypeVar("_Entry", Actor, Office, ActorSet)


def _by_id(kind: str, entries: Iterable[_Entry]) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    for entry in entries:
        if entry.id in found:
            raise ValueError(f"{kind} {entry.id} stands twice")
        found[entry.id] = entry
    return found


def _shown(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else shown[:80] + "…"
