"""What a language says of speakers: the shape of its `attribution.yaml`."""

from __future__ import annotations

import msgspec


class AttributionData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`attribution.yaml` of a language; the file says what its keys mean."""

    say: list[str]
    not_say: list[str]
    not_say_near: list[str]
    quote: list[str]
    quote_ends: list[str]
    quoted_by: list[str]
    nouns: list[str]
    after_nouns: list[str]
    also_names: list[str]
    surely: list[str]
    determiners: list[str]
    articles: list[str]
    told: list[str]
    according_to: list[str]
    auxiliaries: list[str]
    openers: list[str]
    speakers: list[str]
    pronouns: list[str]
    outlets: list[str]
    outlet_endings: list[str]
    outlet_before: list[str]
    report: list[str]
    stops: list[str]
    not_first: list[str]
    links: list[str]
    conjunctions: list[str]
    asides: list[str]
    organs: list[str]
    bare_endings: list[str]
    not_outlets: list[str]
    longest_suffix: int
