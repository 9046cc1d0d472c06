"""Facts in one sentence for people: "about 1,500 killed or wounded per day, Russia; says Tony Radakin (1 voice)".

Knows values only: an actor's name is made of its id, since the sentence must be the same wherever it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.core.escape import one_line
from monitor.core.fact import CallMode, Casualties, CasualtyRole, Fact, LeaderCall, Modality, Participant, Source

_SHORT = 80
_MOST_FIGURES = 3
_ROLES: dict[CasualtyRole, str] = {
    "killed": "killed",
    "wounded": "wounded",
    "missing": "missing",
    "captured": "captured",
    "combined": "killed or wounded",
}
_MODES: dict[CallMode, str] = {"phone": "by phone", "video": "by video", "unstated": "in a call"}
_VAGUE = {
    (3, 6): "a handful",
    (3, 9): "several",
    (10, 99): "numerous",
    (20, 99): "tens",
    (24, 99): "dozens",
    (40, 99): "scores",
    (200, 999): "hundreds",
    (2000, 9999): "thousands",
    (20000, 99999): "tens of thousands",
    (200000, 999999): "hundreds of thousands",
    (2000000, 9999999): "millions",
}
_BEFORE: dict[Modality, str] = {
    "denied": "denied: ",
    "planned": "expected: ",
    "sought": "sought: ",
    "hypothetical": "possible: ",
    "historical": "in the past: ",
    "claimed": "claimed: ",
}


def facts_sentence(facts: Sequence[Fact], publishers: Sequence[str]) -> str | None:
    """What the facts say and who says so; None where there is none.

    Args:
        facts: Those of the best source first. The first one tells; figures of the same event go with it.
        publishers: The voices, each once, the first to say so first.
    """
    if not facts:
        return None
    first = facts[0]
    if isinstance(first, LeaderCall):
        what, source = _call(first), _call_source(first, publishers)
    else:
        figures = [fact for fact in facts if isinstance(fact, Casualties)]
        lead = next((fact for fact in figures if fact.main), figures[0])
        what, source = _figures(lead, figures), _source(lead.attributed_to)
    voices = f"{len(publishers)} {'voice' if len(publishers) == 1 else 'voices'}"
    return f"{what}; {source or (publishers[0] if publishers else 'nobody')} ({voices})"


def actor_name(actor_id: str) -> str:
    """`Tony Radakin` for `tony-radakin`."""
    return " ".join(part.capitalize() for part in actor_id.split("-"))


def _figures(lead: Casualties, figures: Sequence[Casualties]) -> str:
    """ "41 killed and 120 wounded, Kharkiv": the leading figure with those of other roles that are main too."""
    beside = [fact for fact in figures if fact.main and fact.role != lead.role and fact.modality == lead.modality]
    shown = [lead, *beside][:_MOST_FIGURES]
    counts = [f"{number(fact)} {_ROLES[fact.role]}{f' per {fact.per}' if fact.per else ''}" for fact in shown]
    joined = counts[0] if len(counts) == 1 else f"{', '.join(counts[:-1])} and {counts[-1]}"
    where = [
        "in all" if lead.kind == "cumulative" else "",
        f"in {one_line(lead.period, _SHORT)}" if lead.period and lead.per else "",
        actor_name(lead.side) if lead.side else "",
        one_line(lead.place, _SHORT) if lead.place else "",
    ]
    return _BEFORE.get(lead.modality, "") + ", ".join([joined, *(part for part in where if part)])


def number(fact: Casualties) -> str:
    """The figure in words and digits: "about 1,500", "at least 40", "40–50", "dozens"."""
    low, high = fact.low, fact.high
    match fact.qualifier:
        case "at_least":
            return f"at least {low:,}"
        case "more_than":
            return f"more than {low:,}"
        case "up_to":
            return f"up to {high:,}"
        case "fewer_than":
            return f"fewer than {high:,}"
        case "about":
            return f"about {low if low is not None else high:,}"
        case "vague" if low is not None and high is not None:
            return _VAGUE.get((low, high), f"{low:,}–{high:,}")
    if low is not None and high is not None and low != high:
        return f"{low:,}–{high:,}"
    return f"{low if low is not None else high or 0:,}"


def _call(call: LeaderCall) -> str:
    parts = [" – ".join(_who(one) for one in call.participants), _MODES[call.mode]]
    parts.append(" ".join(filter(None, (call.modality, _day(call.on, call.on_said)))))
    if call.others:
        parts.append("with " + " and ".join(_who(one) for one in call.others))
    return ", ".join(parts)


def _call_source(call: LeaderCall, publishers: Sequence[str]) -> str:
    """ "The Daily Lamp, from people familiar"; the outlet is who publishes it where the article names no other."""
    if not call.told_by:
        return one_line(call.reported_by[0], _SHORT) if call.reported_by else _source(call.attributed_to)
    outlet = next(iter((*call.reported_by, *publishers)), "")
    return ", ".join(filter(None, (one_line(outlet, _SHORT), f"from {one_line(call.told_by, _SHORT)}")))


def _who(one: Participant) -> str:
    return actor_name(one.actor) if one.actor else one_line(one.text, _SHORT)


def _day(on: date | None, said: str | None) -> str:
    if on is not None:
        return f"{on:%A} {on.day} {on:%b}"
    return one_line(said, _SHORT) if said else ""


def _source(sources: Sequence[Source]) -> str:
    if not sources:
        return ""
    first = sources[0]
    return f"says {actor_name(first.actor)}" if first.actor else f"according to {one_line(first.text, _SHORT)}"
