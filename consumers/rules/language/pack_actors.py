"""The actors, offices and sets that rule files bring with them, and the registry with these in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.actors import Actor, ActorSet, Office, Registry, read_actors
from monitor.actors.entries import actor_part
from monitor.core.documents import Document
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem


@dataclass(frozen=True)
class PackActors:
    """What the files add to the registry, or put in the place of its entries.

    Attributes:
        registry: With all of it.
    """

    registry: Registry
    actors: tuple[Actor, ...] = ()
    offices: tuple[Office, ...] = ()
    sets: tuple[ActorSet, ...] = ()


def pack_actors(documents: Iterable[Document], registry: Registry, problems: list[Problem]) -> PackActors:
    """The actors, offices and sets of some documents; what is wrong goes to `problems`."""
    parts = [part for part in map(actor_part, documents) if part.data]
    if not parts:
        return PackActors(registry)
    try:
        extended = read_actors(parts, registry)
    except SettingsError as error:
        problems += error.problems
        return PackActors(registry)
    known_sets = {one.id: one for one in registry.sets}
    return PackActors(
        extended,
        tuple(actor for actor in extended if registry.get(actor.id) is not actor),
        tuple(office for office in extended.offices if registry.office(office.id) is not office),
        tuple(one for one in extended.sets if known_sets.get(one.id) is not one),
    )
