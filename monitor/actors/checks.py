"""What is wrong across entries: unknown ids, ids that stand twice, dates that cannot be, names that are no patterns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from monitor.actors.entries import Entries, Placed
from monitor.actors.model import Actor, ActorKind, Holding, Office
from monitor.actors.registry import Registry
from monitor.actors.roles import Roles
from monitor.core.documents import Location
from monitor.core.problems import Problem, suggestion
from monitor.text.patterns import PatternError, patterns_of

_CAN_HAVE_OFFICES = (ActorKind.STATE, ActorKind.ORGANISATION, ActorKind.ARMED_GROUP)


def problems_across(entries: Entries, base: Registry | None, roles: Roles) -> list[Problem]:
    """Every problem of some entries together with a registry that they extend."""
    actors = {actor.id: actor for actor in base or ()} | {actor.id: actor for actor, _ in entries.actors}
    return [
        *_repeated((actor.id, place) for actor, place in entries.actors),
        *_repeated((office.id, place) for office, place in entries.offices),
        *_repeated((one.id, place) for one, place in entries.sets),
        *chain.from_iterable(_actor_problems(actor, place) for actor, place in entries.actors),
        *chain.from_iterable(_office_problems(office, place, actors, roles) for office, place in entries.offices),
        *_set_problems(entries, actors, roles),
    ]


def pattern_problems(entries: Entries) -> Iterator[Problem]:
    """Names that cannot be looked for."""
    for actor, place in entries.actors:
        texts = ("name", (actor.name,)), ("exact", actor.exact), ("blocked_by", actor.blocked_by)
        mappings = ("aliases", actor.aliases), ("surnames", actor.surnames), ("weak", actor.weak)
        yield from _unreadable(place, [*texts, ("context", actor.context)])
        for key, names in (*mappings, ("demonyms", actor.demonyms)):
            for part, listed in names.items():
                yield from _unreadable(place, [(key, listed)], part)
    for office, place in entries.offices:
        yield from _unreadable(place, [("seats", office.seats)])
        for key, titles in (("titles", office.titles), ("titles_alone", office.titles_alone)):
            for lang, listed in titles.items():
                yield from _unreadable(place, [(key, listed)], lang)


def _unreadable(place: Placed, lists: Iterable[tuple[str, tuple[str, ...]]], *steps: str) -> Iterator[Problem]:
    for key, texts in lists:
        for index, text in enumerate(texts):
            try:
                patterns_of(text, variants=False)
            except PatternError as error:
                where: Location = (key,) if key == "name" else (key, *steps, index)
                yield place.problem(str(error), *where)


def _repeated(ids: Iterable[tuple[str, Placed]]) -> Iterator[Problem]:
    seen: dict[str, Placed] = {}
    for entry_id, place in ids:
        first = seen.setdefault(entry_id, place)
        if first is not place:
            line = first.document.line((*first.at, "id"))
            yield place.problem(
                f"{entry_id!r} is taken: ids are unique (it stands in {first.document.path}:{line})", "id"
            )


def _actor_problems(actor: Actor, place: Placed) -> Iterator[Problem]:
    if actor.since is not None and actor.until is not None and actor.until <= actor.since:
        yield place.problem(f"{actor.until} is not after since, {actor.since}", "until")


def _office_problems(office: Office, place: Placed, actors: dict[str, Actor], roles: Roles) -> Iterator[Problem]:
    role, _, of = office.id.partition("@")
    if office.role not in roles.of_offices:
        yield place.problem(f"unknown role {office.role!r}{suggestion(office.role, roles.of_offices)}", "role")
    elif role != office.role and not role.startswith(f"{office.role}-"):
        yield place.problem(f"{office.id!r} does not begin with its role, {office.role}", "id")
    if office.of != of:
        yield place.problem(f"{office.id!r} does not end with @{office.of}", "id")
    owner = actors.get(office.of)
    if owner is None:
        yield place.problem(f"unknown actor {office.of!r}{suggestion(office.of, actors)}", "of")
    elif owner.kind not in _CAN_HAVE_OFFICES:
        yield place.problem(f"{office.of!r} is a {owner.kind} and has no offices", "of")
    for holding in office.holders:
        yield from _holder_problems(holding, place, actors)
    if not office.shared:
        yield from _overlaps(office, place)


def _holder_problems(holding: Holding, place: Placed, actors: dict[str, Actor]) -> Iterator[Problem]:
    index = _holder_index(place, holding)
    person = actors.get(holding.person)
    if person is None:
        yield place.problem(f"unknown actor {holding.person!r}{suggestion(holding.person, actors)}", *index, "person")
    elif person.kind is not ActorKind.PERSON:
        yield place.problem(f"{holding.person!r} is a {person.kind}, no person", *index, "person")
    if holding.until is not None and holding.until <= holding.since:
        yield place.problem(f"{holding.until} is not after from, {holding.since}", *index, "until")


def _overlaps(office: Office, place: Placed) -> Iterator[Problem]:
    for before, after in zip(office.holders, office.holders[1:], strict=False):
        if before.until is None or after.since < before.until:
            ends = before.until or "now"
            yield place.problem(
                f"{after.person!r} begins {after.since} while {before.person!r} holds it until {ends} "
                "(allowed where the office says `shared: true`)",
                *_holder_index(place, after),
            )


def _holder_index(place: Placed, holding: Holding) -> tuple[str | int, ...]:
    """Where a holding stands in the file, whose order need not be that of time."""
    entry = place.document.data
    for step in place.at:
        entry = entry[step]
    for index, written in enumerate(entry["holders"]):
        if written["person"] == holding.person and str(written["from"]) in _spellings(holding):
            return ("holders", index)
    return ("holders",)


def _spellings(holding: Holding) -> tuple[str, ...]:
    since = holding.since
    return (since.isoformat(), f"{since:%Y-%m}", f"{since:%Y}")


def _set_problems(entries: Entries, actors: dict[str, Actor], roles: Roles) -> Iterator[Problem]:
    for one, place in entries.sets:
        if one.id in actors or one.id in roles.sets:
            yield place.problem(f"{one.id!r} is taken by an actor or a predefined set", "id")
        for index, member in enumerate(one.members):
            if member.actor not in actors:
                message = f"unknown actor {member.actor!r}{suggestion(member.actor, actors)}"
                yield place.problem(message, "members", index)
            if member.since is not None and member.until is not None and member.until <= member.since:
                yield place.problem(f"{member.until} is not after from, {member.since}", "members", index)
