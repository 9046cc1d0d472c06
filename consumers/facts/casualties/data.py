"""What a language says of people harmed: the shape of its `casualties.yaml`."""

from __future__ import annotations

import msgspec


class PatternData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern over classes.

    Attributes:
        form: A regular expression over names of classes and macros: `<...>` is the figure, `[...]` the word that says
            what befell them.
    """

    id: str
    form: str


class CasualtyData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`casualties.yaml` of a language; the file says what its keys mean."""

    classes: dict[str, list[str]]
    persons: list[str]
    person_endings: list[str]
    groups: dict[str, int]
    one_verbs: list[str]
    parents: list[str]
    relatives: list[str]
    possessives: list[str]
    animals: list[str]
    not_persons: list[str]
    sport: list[str]
    sport_persons: list[str]
    modifiers: list[str]
    macros: dict[str, str]
    roles: dict[str, str]
    dependent: list[str]
    common: list[str]
    patterns: list[PatternData]
    singular: list[PatternData]
    parts: list[PatternData]
    gains: list[PatternData]
    gain_signs: list[str]
    weak: list[str]
    breaks: list[str]
    everybody: list[str]
    background_before: list[str]
    years: tuple[int, int]
    oldest: int
    sport_at_least: int
    split_before_number: list[str]
    attributes: list[str]
    lost: list[str]
    one_determiners: list[str]
    plurals: list[str]
    participle_endings: list[str]
