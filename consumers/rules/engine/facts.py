"""Whether a fact condition holds of a fact. Pure; knows no article but its day.

All tests of a condition hold of one and the same fact. `None` in a test asks that the fact say nothing there, `True`
that it say something. Positions mean who they mean on the article's day. A participant of whom only state and office
are known counts for that office, for whoever holds it that day and for the state; one known by name counts for the
offices held and for whatever else a position says of the actor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from consumers.rules.language.fact_keys import KEYS, Takes
from consumers.rules.language.wording import stands_in
from consumers.rules.model import FactCondition, FactTest
from monitor.core.fact import FACT_TYPES, Fact, Participant, Source, Topic

_Value = str | int | bool | None
_Holds = Callable[[Any, _Value], bool]
_POSITION_FORM = re.compile(r"[a-z0-9]+([-@()][a-z0-9()@-]*)?")


class Positions(Protocol):
    """What facts ask a registry."""

    def members(self, position: str, on: date | None) -> frozenset[str]:
        """The actors meant on that day. Raises UnknownActorError or KeyError for what is no position."""


@dataclass(frozen=True)
class HeldTest:
    """How one test of a condition fared with one fact; `label` as its author would write it."""

    label: str
    held: bool
    is_default: bool


def fact_holds(condition: FactCondition, fact: Fact, registry: Positions, on: date | None) -> bool:
    """Whether every test of the condition holds of this fact.

    Args:
        on: The article's day, which says who holds an office; None when unknown.
    """
    if not isinstance(fact, FACT_TYPES[condition.type]):
        return False
    return all(_held(tests, condition.type, fact, registry, on) for tests in _by_key(condition))


def fact_tests_held(condition: FactCondition, fact: Fact, registry: Positions, on: date | None) -> list[HeldTest]:
    """Every key of a condition of the fact's type, each with whether it holds by itself; for `explain`."""
    return [
        HeldTest(_label(tests), _held(tests, condition.type, fact, registry, on), tests[0].is_default)
        for tests in _by_key(condition)
    ]


def fact_label(condition: FactCondition, *, defaults: bool = False) -> str:
    """The condition as its author would name it: `casualties: role killed, at_least 100`."""
    labels = [_label(tests) for tests in _by_key(condition) if defaults or not tests[0].is_default]
    return f"{condition.type}: {', '.join(labels)}" if labels else condition.type


def actors_of(condition: FactCondition) -> tuple[tuple[str, ...], ...]:
    """Actor positions on which the condition depends: of each group, at least one must be in a fact that holds."""
    keys = KEYS[condition.type]
    return tuple(
        tuple(str(value) for value in test.values)
        for test in condition.tests
        if keys[test.key].takes is Takes.POSITION and all(isinstance(value, str) for value in test.values)
    )


def _by_key(condition: FactCondition) -> list[list[FactTest]]:
    """The tests, those of one key together."""
    groups: dict[str, list[FactTest]] = {}
    for test in condition.tests:
        groups.setdefault(test.key, []).append(test)
    return list(groups.values())


def _label(tests: Sequence[FactTest]) -> str:
    shown = ["|".join(_shown(value) for value in test.values) for test in tests]
    return f"{tests[0].key} {' and '.join(shown)}"


def _shown(value: _Value) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _held(tests: Sequence[FactTest], type_: str, fact: Fact, registry: Positions, on: date | None) -> bool:
    test = tests[0]
    key = KEYS[type_][test.key]
    found = getattr(fact, key.field or test.key)
    if key.entries:
        return _one_of_each(tests, found, registry, on)
    if test.key in ("at_least", "at_most"):
        return found is not None and _meets(test, found)
    stated = found if isinstance(found, tuple) else () if found is None or found == "" else (found,)
    holds = _value_test(key.takes, registry, on)
    return any(
        not stated
        if value is None
        else bool(stated)
        if value is True and key.optional
        else any(holds(part, value) for part in stated)
        for value in test.values
    )


def _meets(test: FactTest, figure: int) -> bool:
    bounds = [bound for bound in test.values if isinstance(bound, int)]
    return all(figure >= bound if test.key == "at_least" else figure <= bound for bound in bounds)


def _one_of_each(
    tests: Sequence[FactTest], participants: Sequence[Participant], registry: Positions, on: date | None
) -> bool:
    """Whether each test has a participant of its own."""
    fits = [
        [
            any(_takes_part(participant, str(value), registry, on) for value in test.values)
            for participant in participants
        ]
        for test in tests
    ]
    return _assignable(fits, frozenset())


def _assignable(fits: Sequence[Sequence[bool]], taken: frozenset[int]) -> bool:
    if not fits:
        return True
    free = (place for place, fit in enumerate(fits[0]) if fit and place not in taken)
    return any(_assignable(fits[1:], taken | {place}) for place in free)


def _value_test(takes: Takes, registry: Positions, on: date | None) -> _Holds:
    match takes:
        case Takes.POSITION:
            return lambda part, value: _takes_part(part, str(value), registry, on)
        case Takes.POSITION_OR_WORDS:
            return lambda part, value: _is_said_by(part, str(value), registry, on)
        case Takes.WORDS:
            return lambda part, value: stands_in(str(value), part.text if isinstance(part, Topic) else str(part))
        case Takes.DATE:
            return lambda part, value: part.isoformat().startswith(str(value))
        case _:
            return lambda part, value: bool(part == value)


def _takes_part(part: Participant | Source | str, position: str, registry: Positions, on: date | None) -> bool:
    """Whether a position means a participant or source, or an actor's id."""
    meant = registry.members(position, on)
    if isinstance(part, str):
        return part in meant
    if part.actor in meant or getattr(part, "state", None) in meant:
        return True
    office = _office_id(part)
    return office is not None and (office == position or not meant.isdisjoint(_members(registry, office, on)))


def _office_id(part: Participant | Source) -> str | None:
    """The office of somebody, which may be given as `president@france`, or as `president` beside a state."""
    state = getattr(part, "state", None)
    if part.office is None or "@" in part.office:
        return part.office
    return None if state is None else f"{part.office}@{state}"


def _is_said_by(part: Source | str, value: str, registry: Positions, on: date | None) -> bool:
    """Whether words or a position mean who says something; a position is no words."""
    meant = _members(registry, value, on) if _POSITION_FORM.fullmatch(value) else frozenset()
    text = part if isinstance(part, str) else part.text
    if not meant:
        return stands_in(value, text)
    return _takes_part(part, value, registry, on)


def _members(registry: Positions, position: str, on: date | None) -> frozenset[str]:
    """Who is meant; nobody where the registry knows no such position (an extractor may know more offices)."""
    try:
        return registry.members(position, on)
    except (KeyError, ValueError):
        return frozenset()
