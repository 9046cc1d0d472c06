"""What a language says of modality: the shape of its `modality.yaml`."""

from __future__ import annotations

import msgspec


class ModalityData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`modality.yaml` of a language; the file says what its keys mean."""

    harm: list[str]
    cause: list[str]
    between: list[str]
    modals: dict[str, list[str]]
    no_modals: list[str]
    govern: dict[str, list[str]]
    deny: list[str]
    deny_opens: list[str]
    deny_not: list[str]
    denied_after: list[str]
    claim_not: list[str]
    conditions: list[str]
    condition_not: list[str]
    unreal: list[str]
    unreal_not: list[str]
    soldiers: list[str]
    irregulars: list[str]
    no_party: list[str]
    armies: list[str]
    own: list[str]
    past_words: list[str]
    topics: list[str]
    transitive: list[str]
    temporal: list[str]
    legal: list[str]
    legal_after: list[str]
    article_topics: list[str]
    topics_not: list[str]
    topics_after: list[str]
    about: list[str]
    nominal: list[str]
    relatives: list[str]
    topic_happens: list[str]
    protest: list[str]
    gather: list[str]
    protest_about: list[str]
    protest_bare: list[str]
    protest_after: list[str]
    deadly: list[str]
    binders: list[str]
    violence: list[str]
    kin: list[str]
    resumes: list[str]
    resumes_after_comma: list[str]
    fresh: list[str]
    attacks: list[str]
    date_not: list[str]
    since: list[str]
    reasons: list[str]
    clause_starts: list[str]
    window: int
    widest: int
