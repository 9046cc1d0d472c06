"""What a language says of calls of leaders: the shape of its `leader_calls.yaml`."""

from __future__ import annotations

import msgspec


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern over classes.

    Attributes:
        form: A regular expression over names of classes and macros, with named groups `x<...>`.
        flags: `title`: it counts in titles alone. `doc`: the party that is not named is whoever the document is of.
            `same`: the party that is not named is the one of the call told before in the sentence.
            `noun`: a call is named, maybe in passing.
            `for`: one asks the other for a call, or thanks for one.
            `told`: what stands between the parties is told in the call, and says nothing of it.
    """

    id: str
    form: str
    flags: frozenset[str] = frozenset()


class CallData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`leader_calls.yaml` of a language; the file says what its keys mean."""

    triggers: list[str]
    phone_words: list[str]
    classes: dict[str, list[str]]
    roles: dict[str, str]
    party_macros: dict[str, str]
    parties: list[Form]
    macros: dict[str, str]
    patterns: list[Form]
    refusals: dict[str, list[str]]
    refusals_near: dict[str, list[str]]
    video: list[str]
    phone: list[str]
    meetings: list[str]
    modality_before: dict[str, list[str]]
    modality_beside: dict[str, list[str]]
    modality_reported: dict[str, list[str]]
    modality_far: dict[str, list[str]]
    modality_after: dict[str, list[str]]
    thanks: list[str]
    took_place: list[str]
    infinitive: list[str]
    real_infinitives: list[str]
    no_dates_behind: list[str]
    separate: list[str]
    plural_calls: list[str]
    vaguest_nouns: list[str]
    vague_nouns: list[str]
    topic_speech: list[str]
    topic_leads: list[str]
    topic_verbs: list[str]
    topic_ends: list[str]
    topic_times: list[str]
    topic_tails: list[str]
    topic_links: list[str]
    outlets: list[str]
    outlet_endings: list[str]
    vague_outlets: list[str]
    no_outlets: list[str]
    first_person: list[str]
    question_signs: str
    states_short: dict[str, str]
    noun_or_verb: list[str]
    honorifics_exact: list[str]
    confirm_words: int
    joins: list[str]
    confirms: list[str]
