"""A name at a place, and which of several that an actor has there."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.actors.lexicon import Grade, NameUse
from monitor.actors.places import Place


@dataclass(frozen=True, order=True)
class Named:
    """A name of an actor at a place."""

    place: Place
    actor: str
    grade: Grade
    demonym: bool = False
    person_like: bool = False


def keep_better(best: dict[tuple[Place, str], Named], place: Place, use: NameUse) -> None:
    """Note a name at a place, unless the actor has a better one there."""
    known = best.get((place, use.actor))
    if known is None:
        best[place, use.actor] = Named(place, use.actor, use.grade, use.demonym, use.person_like)
        return
    grade = min(known.grade, use.grade)
    uses = [one for one in (known, use) if one.grade is grade]
    demonym = known.demonym or use.demonym
    best[place, use.actor] = Named(place, use.actor, grade, demonym, all(one.person_like for one in uses))
