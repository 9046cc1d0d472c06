"""A fact: what an article says happened, in numbers and names, and who says so. The wire shape of DESIGN 6."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Field = Literal["title", "summary", "body", "text"]
Modality = Literal["happened", "planned", "sought", "denied", "claimed", "hypothetical", "historical"]
CasualtyRole = Literal["killed", "wounded", "missing", "captured", "combined"]
Qualifier = Literal["exact", "about", "at_least", "more_than", "up_to", "fewer_than", "range", "vague"]
Per = Literal["day", "week", "month", "year"]
CasualtyKind = Literal["event", "period", "cumulative"]
CallMode = Literal["phone", "video", "unstated"]


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who says so: the words, and who that is where the registry knows."""

    text: str
    actor: str | None = None
    office: str | None = None


class Participant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One who takes part in a call; state and office say who it is where no actor is known by name."""

    text: str
    actor: str | None = None
    state: str | None = None
    office: str | None = None


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """What was spoken about, quoted; `span` counts code points of the fact's field."""

    text: str
    span: tuple[int, int]


class Casualties(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="casualties"):
    """A figure of people harmed.

    Attributes:
        low, high: Equal when one number is given; None on an open side.
        per: A rate; None for a count.
        side: Actor id of the side that suffered.
        main: The figure the article is about.
        reported_by: The outlets through which it came, where the article names any.
        span: Code points of `field`.
    """

    role: CasualtyRole
    low: int | None = None
    high: int | None = None
    qualifier: Qualifier = "exact"
    per: Per | None = None
    period: str | None = None
    kind: CasualtyKind = "event"
    who: str = ""
    side: str | None = None
    place: str | None = None
    as_of: date | None = None
    main: bool = False
    reported_by: tuple[str, ...] = ()
    modality: Modality = "happened"
    attributed_to: tuple[Source, ...] = ()
    quote: str = ""
    field: Field = "text"
    span: tuple[int, int] = (0, 0)


class LeaderCall(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="leader_call"):
    """A conversation of leaders by telephone or video.

    Attributes:
        participants: Two or more.
        on: The day it took place, resolved; `on_said` as the article says it ("Thursday").
        reported_by: The outlets that report it, the one that tells most first.
        span: Code points of `field`.
    """

    participants: tuple[Participant, ...]
    others: tuple[Participant, ...] = ()
    mode: CallMode = "unstated"
    on: date | None = None
    on_said: str | None = None
    reported_by: tuple[str, ...] = ()
    told_by: str | None = None
    confirmed_by: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    modality: Modality = "happened"
    attributed_to: tuple[Source, ...] = ()
    quote: str = ""
    field: Field = "text"
    span: tuple[int, int] = (0, 0)


Fact = Casualties | LeaderCall  # closed within one schema; told apart by `type`
FACT_TYPES: dict[str, type[Fact]] = {"casualties": Casualties, "leader_call": LeaderCall}
