"""The key of a fact: the same for every article that tells the same of the same day, whoever is named first."""

from __future__ import annotations

from datetime import date

from monitor.core.fact import Casualties, Fact, LeaderCall, Participant
from monitor.text.tokens import phrase


def fact_key(fact: Fact, on: date | None) -> str:
    """What tells the fact from others of its type; `on` is the day of publication, where the fact names no day.

    A call of A and B and one of B and A on one day share a key. A figure's key holds who was harmed and how many.
    """
    if isinstance(fact, LeaderCall):
        return f"leader_call:{'+'.join(sorted(map(_participant, fact.participants)))}:{fact.on or on or ''}"
    return _casualties(fact, on)


def _participant(one: Participant) -> str:
    if one.actor is not None:
        return one.actor
    if one.state is not None:
        return f"{one.office or 'leader'}@{one.state}"
    return " ".join(phrase(one.text))


def _casualties(fact: Casualties, on: date | None) -> str:
    low, high = ("" if number is None else str(number) for number in (fact.low, fact.high))
    where = " ".join(phrase(fact.place or ""))
    return f"casualties:{fact.role}:{low}-{high}:{fact.per or ''}:{fact.side or ''}:{where}:{fact.as_of or on or ''}"
