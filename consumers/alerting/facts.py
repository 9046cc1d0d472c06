"""Facts as alerts keep and show them: with bounded texts, and how sure they make an alert. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from monitor.core.alert import Confidence
from monitor.core.escape import one_line
from monitor.core.fact import Casualties, Fact, LeaderCall, Participant, Source, Topic

_MAX_NAME = 200
_MAX_QUOTE = 500
_MOST = 8  # sources, participants or topics of one fact
_Named = TypeVar("_Named", Source, Participant)
_HAPPENED = ("happened", "claimed")


def bounded_fact(fact: Fact) -> Fact:
    """The fact with texts short enough to keep in a story and to show."""
    sources = tuple(_bounded(source) for source in fact.attributed_to[:_MOST])
    if isinstance(fact, Casualties):
        return replace(
            fact,
            who=one_line(fact.who, _MAX_NAME),
            place=_line(fact.place),
            period=_line(fact.period),
            quote=one_line(fact.quote, _MAX_QUOTE),
            attributed_to=sources,
            reported_by=_lines(fact.reported_by),
        )
    return replace(
        fact,
        participants=tuple(_bounded(one) for one in fact.participants[:_MOST]),
        others=tuple(_bounded(one) for one in fact.others[:_MOST]),
        reported_by=_lines(fact.reported_by),
        told_by=_line(fact.told_by),
        on_said=_line(fact.on_said),
        confirmed_by=_lines(fact.confirmed_by),
        topics=tuple(Topic(text=one_line(one.text, _MAX_NAME), span=one.span) for one in fact.topics[:_MOST]),
        quote=one_line(fact.quote, _MAX_QUOTE),
        attributed_to=sources,
    )


def confidence_of(facts: Sequence[Fact], voices: int) -> Confidence:
    """How sure an alert is, by the facts on which it stands and the number of independent publishers.

    A denial by anybody beside a report makes it disputed, whoever else confirms it.
    """
    told = {fact.modality for fact in facts}
    if "denied" in told:
        return "disputed" if told.intersection(_HAPPENED) else "denied"
    if any(_is_official(fact) for fact in facts):
        return "official"
    return "corroborated" if voices > 1 else "single_source"


def _is_official(fact: Fact) -> bool:
    """Whether a party itself says so: who suffered the losses, who took part in the call."""
    if isinstance(fact, LeaderCall):
        parties = {one.actor for one in fact.participants} | {one.state for one in fact.participants}
        return bool(fact.confirmed_by) or _speaks_for(fact.attributed_to, parties)
    return _speaks_for(fact.attributed_to, {fact.side})


def _speaks_for(sources: Iterable[Source], parties: set[str | None]) -> bool:
    parties = parties - {None}
    return any(
        source.actor in parties or (source.office is not None and source.office.partition("@")[2] in parties)
        for source in sources
    )


def _bounded(one: _Named) -> _Named:
    return replace(one, text=one_line(one.text, _MAX_NAME))


def _line(text: str | None) -> str | None:
    return None if text is None else one_line(text, _MAX_NAME)


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one_line(text, _MAX_NAME) for text in texts[:_MOST])
