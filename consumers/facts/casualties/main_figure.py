"""Which figure of each role an article is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from consumers.facts.candidate import Candidate
from monitor.core.fact import Casualties

PART = "a part of a figure before it"


def with_main(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, repeated figures dropped, and one of each role marked as the main one."""
    seen: set[tuple[object, ...]] = set()
    kept: list[Candidate] = []
    for candidate in candidates:
        fact = candidate.fact
        if isinstance(fact, Casualties):
            key = (fact.role, fact.low, fact.high, fact.per)
            if key in seen:
                continue
            seen.add(key)
        kept.append(candidate)
    mains: dict[str, int] = {}
    for at, candidate in enumerate(kept):
        fact = candidate.fact
        if isinstance(fact, Casualties) and PART not in candidate.why and fact.per is None:
            mains.setdefault(fact.role, at)
    return [
        replace(candidate, fact=_main(candidate.fact)) if at in mains.values() else candidate
        for at, candidate in enumerate(kept)
    ]


def _main(fact: object) -> Casualties:
    import msgspec

    assert isinstance(fact, Casualties)
    return msgspec.structs.replace(fact, main=True)
