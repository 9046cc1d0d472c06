"""One call told several times in an article, put together: the parties, the day and the detail of all tellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from consumers.facts.candidate import Candidate
from monitor.core.fact import LeaderCall, Modality, Participant

_REAL: frozenset[Modality] = frozenset({"happened", "claimed"})


def merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, each call as one: at the place where it is told first; later tellings say of which they are."""
    found: list[Candidate] = []
    for candidate in candidates:
        fact = candidate.fact
        if not isinstance(fact, LeaderCall):
            found.append(candidate)
            continue
        at = next(
            (at for at, one in enumerate(found) if isinstance(one.fact, LeaderCall) and _is_same(one.fact, fact)), None
        )
        if at is None:
            found.append(candidate)
            continue
        first = found[at]
        assert isinstance(first.fact, LeaderCall)
        found[at] = replace(
            first, fact=_together(first.fact, fact), why=(*first.why, f"told again: {candidate.text!r}")
        )
        found.append(replace(candidate, fact=None, why=(*candidate.why, f"the same call as {first.text!r}")))
    return found


def _is_same(one: LeaderCall, other: LeaderCall) -> bool:
    if one.modality != other.modality and not {one.modality, other.modality} <= _REAL:
        return False
    if one.on is not None and other.on is not None and one.on != other.on:
        return False
    keys, others = _keys(one.participants), _keys(other.participants)
    return keys <= others or others <= keys


def _keys(participants: Sequence[Participant]) -> frozenset[str]:
    return frozenset(
        one.actor or (f"{one.office}@{one.state}" if one.state else one.text.casefold())
        for one in participants
        if one.text
    )


def _together(one: LeaderCall, other: LeaderCall) -> LeaderCall:
    fuller = one if len(_keys(one.participants)) >= len(_keys(other.participants)) else other
    keys = _keys(fuller.participants)
    others = {p.actor or p.text: p for p in (*one.others, *other.others) if not _keys([p]) & keys}
    topics = (
        {topic.text: topic for topic in one.topics} if one.topics else {topic.text: topic for topic in other.topics}
    )
    return msgspec.structs.replace(
        one,
        participants=fuller.participants,
        others=tuple(others.values()),
        mode=one.mode if one.mode != "unstated" else other.mode,
        on=one.on or other.on,
        on_said=one.on_said or other.on_said,
        reported_by=one.reported_by or other.reported_by,
        told_by=one.told_by or other.told_by,
        confirmed_by=tuple(dict.fromkeys((*one.confirmed_by, *other.confirmed_by))),
        topics=tuple(topics.values()),
        attributed_to=one.attributed_to or other.attributed_to,
    )
