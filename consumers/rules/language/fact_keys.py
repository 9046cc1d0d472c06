"""The keys of fact conditions: which there are for each type of fact, what they take and what they say when unwritten.

One table for the reader, the evaluation and the JSON Schema. It names every field of `monitor.core.fact` but `span`,
which means nothing outside its article, and `low` and `high` under the names of the bounds too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import get_args

from monitor.core.fact import CallMode, CasualtyKind, CasualtyRole, Field, Modality, Per, Qualifier


class Takes(Enum):
    """What the values of a key are."""

    CHOICE = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    WORDS = auto()
    POSITION = auto()
    POSITION_OR_WORDS = auto()
    DATE = auto()


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        help: One sentence for editors and documentation.
        choices: The values of a CHOICE.
        optional: The fact may lack it: then `null` asks for none, `true` for any.
        field: The fact's field, where it has another name.
        entries: Each value of the list is a test of its own; a list in it means any of.
    """

    takes: Takes
    help: str
    choices: tuple[str, ...] = ()
    optional: bool = False
    field: str = ""
    entries: bool = False


_EVERY_FACT = {
    "modality": Key(Takes.CHOICE, "Whether it happened, is planned, sought, denied, claimed...", get_args(Modality)),
    "attributed_to": Key(
        Takes.POSITION_OR_WORDS, "Who says so: an actor position, or words of the attribution.", optional=True
    ),
    "quote": Key(Takes.WORDS, "Words in the sentence that states the fact."),
    "field": Key(Takes.CHOICE, "The part of the article that states the fact.", get_args(Field)),
}
KEYS: dict[str, dict[str, Key]] = {
    "casualties": {
        "role": Key(Takes.CHOICE, "What happened to the people counted.", get_args(CasualtyRole)),
        "at_least": Key(Takes.NUMBER, "The low end of the figure is this or more.", field="low"),
        "at_most": Key(Takes.NUMBER, "The high end of the figure is this or less.", field="high"),
        "low": Key(Takes.NUMBER, "The low end of the figure is exactly this.", optional=True),
        "high": Key(Takes.NUMBER, "The high end of the figure is exactly this.", optional=True),
        "qualifier": Key(Takes.CHOICE, "How exact the figure is said to be.", get_args(Qualifier)),
        "per": Key(Takes.CHOICE, "A rate: so many in each day, week...", get_args(Per), optional=True),
        "period": Key(Takes.WORDS, "Words of the period counted (October).", optional=True),
        "kind": Key(Takes.CHOICE, "Of one event, a period, or since the beginning.", get_args(CasualtyKind)),
        "who": Key(Takes.WORDS, "Words that name the people counted (soldiers).", optional=True),
        "side": Key(Takes.POSITION, "The side that suffered: actor positions.", optional=True),
        "place": Key(Takes.WORDS, "Words of the place.", optional=True),
        "as_of": Key(Takes.DATE, "The day, month or year at which the figure stands.", optional=True),
        "main": Key(Takes.BOOLEAN, "Whether it is the figure that the article is about."),
        "reported_by": Key(Takes.POSITION_OR_WORDS, "The outlet through which it came.", optional=True),
        **_EVERY_FACT,
    },
    "leader_call": {
        "between": Key(
            Takes.POSITION,
            "One participant from each entry; an entry is a position or a list of which any counts.",
            field="participants",
            entries=True,
        ),
        "participants": Key(Takes.POSITION, "Any of these takes part."),
        "others": Key(Takes.POSITION, "Any of these is on the line as well.", optional=True),
        "mode": Key(Takes.CHOICE, "By telephone, by video, or unstated.", get_args(CallMode)),
        "on": Key(Takes.DATE, "The day, month or year of the call.", optional=True),
        "on_said": Key(Takes.WORDS, "Words by which the article names the day.", optional=True),
        "reported_by": Key(Takes.POSITION_OR_WORDS, "The outlet that reports it.", optional=True),
        "told_by": Key(Takes.POSITION_OR_WORDS, "Who told the outlet.", optional=True),
        "confirmed_by": Key(Takes.POSITION_OR_WORDS, "Who confirmed it.", optional=True),
        "topic": Key(Takes.WORDS, "Words of what was spoken about.", optional=True, field="topics"),
        **_EVERY_FACT,
    },
}
OTHER_NAMES = {"topics": "topic"}  # of the field, for who knows the fact and not the key

Default = tuple[str, tuple[str | None, ...]]
_MODALITY: Default = ("modality", ("happened", "claimed"))
DEFAULTS: dict[str, tuple[Default, ...]] = {
    "casualties": (_MODALITY, ("kind", ("event", "period")), ("per", (None,))),
    "leader_call": (_MODALITY,),
}
