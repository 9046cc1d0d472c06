"""One call told several times in an article, put together: the parties, the day and the detail of all tellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from consumers.facts.candidate import Candidate
from monitor.core.fact import LeaderCall, Modality, Participant

_REAL: frozenset[Modality] = frozenset({"happened", "claimed"})


def merged(candidates: Sequence[Candidate], vague_outlets: frozenset[str]) -> list[Candidate]:
    """The candidates, each call as one: at the place where it is told first; later tellings say of which they are."""
    found: list[Candidate] = []
    calls: dict[int, LeaderCall] = {}  # by place in `found`
    for candidate in candidates:
        fact = candidate.fact
        if not isinstance(fact, LeaderCall):
            found.append(candidate)
            continue
        at = next((at for at, call in calls.items() if _is_same(call, fact)), None)
        if at is None:
            calls[len(found)] = fact
            found.append(candidate)
            continue
        calls[at] = _together(calls[at], fact, vague_outlets)
        found[at] = replace(found[at], fact=calls[at], why=(*found[at].why, f"told again: {candidate.text!r}"))
        found.append(replace(candidate, fact=None, why=(*candidate.why, f"the same call as {found[at].text!r}")))
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


def _together(one: LeaderCall, other: LeaderCall, vague: frozenset[str]) -> LeaderCall:
    """Both as one: told as the one with more detail tells it, completed by the other."""
    best, rest = (other, one) if _detail(other) > _detail(one) else (one, other)
    fuller = max((best, rest), key=lambda call: len(_keys(call.participants)))
    keys = _keys(fuller.participants)
    others = {p.actor or p.text: p for p in (*best.others, *rest.others) if not _keys([p]) & keys}
    topics = {topic.text: topic for topic in (*best.topics, *(rest.topics if rest.field == best.field else ()))}
    outlets = dict.fromkeys((*best.reported_by, *rest.reported_by))
    return msgspec.structs.replace(
        best,
        participants=fuller.participants,
        others=tuple(others.values()),
        mode=best.mode if best.mode != "unstated" else rest.mode,
        on=best.on or rest.on,
        on_said=best.on_said or rest.on_said,
        reported_by=tuple(sorted(outlets, key=lambda name: name.casefold() in vague)),  # "media reports" last
        told_by=best.told_by or rest.told_by,
        confirmed_by=tuple(dict.fromkeys((*best.confirmed_by, *rest.confirmed_by))),
        topics=tuple(topics.values()),
        attributed_to=best.attributed_to or rest.attributed_to,
    )


def _detail(call: LeaderCall) -> int:
    return sum(map(bool, (call.topics, call.on, call.mode != "unstated", call.told_by, call.reported_by)))
