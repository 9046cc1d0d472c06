"""What in a registry may be out of date. Pure: the day is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from monitor.actors.registry import Registry

_EMPTY_AT_MOST_TIMES = frozenset({"president-elect"})  # roles of offices that need no holder

Reason = Literal["no holder", "acting long", "not checked lately", "never checked"]
REASONS: tuple[Reason, ...] = get_args(Reason)  # what most likely needs a hand first


@dataclass(frozen=True, order=True)
class Stale:
    """One entry to look at.

    Attributes:
        id: Of an actor, an office or a set.
        reason: `no holder`: the last one's time is over, or nobody is known; `acting long`: somebody acts for longer
            than the time after which entries are checked again.
        since: From when it is so; None where that is not known.
    """

    id: str
    reason: Reason
    since: date | None


def stale_entries(registry: Registry, on: date, after: timedelta) -> list[Stale]:
    """Entries that somebody should look at on a day, in the order of `REASONS` and their ids.

    Args:
        after: How long a check of an entry's facts is good for.
    """
    found = [*_offices(registry, on, after), *_unchecked(registry, on, after)]
    return sorted(found, key=lambda one: (REASONS.index(one.reason), one.id))


def _offices(registry: Registry, on: date, after: timedelta) -> Iterator[Stale]:
    for office in registry.offices:
        present = office.held(on)
        if not present and office.role not in _EMPTY_AT_MOST_TIMES:
            ends = [one.until for one in office.holders if one.until is not None and one.until <= on]
            yield Stale(office.id, "no holder", max(ends, default=None))
        for holding in present:
            if holding.acting and on - holding.since > after:
                yield Stale(office.id, "acting long", holding.since)


def _unchecked(registry: Registry, on: date, after: timedelta) -> Iterator[Stale]:
    """Names hardly change: only what says who holds what, and who belongs where, has to be checked again."""
    dated = [(office.id, office.checked) for office in registry.offices]
    for entry_id, checked in (*dated, *((one.id, one.checked) for one in registry.sets)):
        if checked is None:
            yield Stale(entry_id, "never checked", None)
        elif on - checked > after:
            yield Stale(entry_id, "not checked lately", checked)
    for actor in registry:
        if actor.checked is not None and on - actor.checked > after:
            yield Stale(actor.id, "not checked lately", actor.checked)
