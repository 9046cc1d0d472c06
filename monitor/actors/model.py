"""An actor and its names. Knows no files and no texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from monitor.core.problems import suggestion


class ActorKind(StrEnum):
    """What an actor can be."""

    PERSON = "person"
    STATE = "state"
    ORGANISATION = "organisation"
    ARMED_GROUP = "armed_group"
    OFFICE = "office"


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts in the news.

    Attributes:
        name: The usual English name; counts as an alias.
        aliases: Other names by script or language; case and optional marks do not matter.
        exact: Names that count only in exactly this spelling ("US", not "us"); a name here is no other alias.
        blocked_by: Phrases that swallow a name inside them ("Georgia Tech").
        source: Where the facts are from.
    """

    id: str
    kind: ActorKind
    name: str
    source: str
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exact: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """All names for which case does not matter, each once."""
        every = [self.name, *(alias for aliases in self.aliases.values() for alias in aliases)]
        return tuple(dict.fromkeys(name for name in every if name not in self.exact))


class Registry:
    """All actors that rules can name, by id."""

    def __init__(self, actors: Iterable[Actor]) -> None:
        """Each id once: the later actor of two with one id is a mistake of the caller.

        Raises:
            ValueError: An id stands twice.
        """
        self._actors: dict[str, Actor] = {}
        for actor in actors:
            if actor.id in self._actors:
                raise ValueError(f"actor {actor.id} stands twice")
            self._actors[actor.id] = actor

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._actors.values())

    def __len__(self) -> int:
        return len(self._actors)

    def __contains__(self, actor_id: object) -> bool:
        return actor_id in self._actors

    def get(self, actor_id: str) -> Actor | None:
        """The actor with this id."""
        return self._actors.get(actor_id)

    def office(self, office_id: str) -> object | None:
        """Stand-in."""
        return None

    def members(self, position: str, on: date | None) -> frozenset[str]:
        """Stand-in."""
        if position not in self._actors:
            raise KeyError(position)
        return frozenset((position,))

    def ever(self, position: str) -> frozenset[str]:
        """Stand-in."""
        return self.members(position, None)

    def extended(self, actors: Iterable[Actor]) -> Registry:
        """Stand-in."""
        return Registry({**self._actors, **{actor.id: actor for actor in actors}}.values())

    def suggest(self, actor_id: str) -> str:
        """What a person who wrote an unknown id may have meant, as the end of a message; empty when unclear."""
        by_name = {name.casefold(): actor.id for actor in self for name in (*actor.names(), *actor.exact)}
        named = by_name.get(actor_id.casefold().replace("-", " ")) or by_name.get(actor_id.casefold())
        return f" (did you mean '{named}'?)" if named else suggestion(actor_id, self._actors)
