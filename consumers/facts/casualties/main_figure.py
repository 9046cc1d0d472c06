"""Which figure of each role an article is about.

Why this rule: a report gives its figure first; one that goes from place to place gives the sum of all people later, and
that is not many times as large. Larger ones are of something else: of the war, of another event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import msgspec

from consumers.facts.candidate import Candidate
from monitor.core.fact import Casualties, CasualtyRole

PART = "a part of a figure before it"
BACKGROUND = "told as the background of something else"
_SUM_AT_MOST_TIMES = 5


class MainFigure:
    """Finds the main figures among candidates."""

    def __init__(self, everybody: Iterable[str]) -> None:
        self._everybody = frozenset(everybody)

    def marked(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates without repeated figures, and the main one of each role marked."""
        kept = _without_repeats(candidates)
        mains = {self._main(kept, role) for role in _roles(kept)}
        return [
            replace(candidate, fact=msgspec.structs.replace(candidate.fact, main=True))
            if at in mains and candidate.fact is not None
            else candidate
            for at, candidate in enumerate(kept)
        ]

    def _main(self, candidates: Sequence[Candidate], role: CasualtyRole) -> int | None:
        """The place of the main figure of a role."""
        facts = [(at, fact) for at, fact in _of_role(candidates, role) if fact.per is None]
        if not facts:
            return None
        ranks = {at: _rank(candidates[at], fact) for at, fact in facts}
        first_at, first = min(facts, key=lambda entry: (ranks[entry[0]], entry[0]))
        if first.field == "title":
            return first_at
        sums = [
            (_value(fact), -at)
            for at, fact in facts
            if ranks[at] == ranks[first_at] and self._may_be_all(fact) and _value(first) < _value(fact)
            and _value(fact) <= _SUM_AT_MOST_TIMES * _value(first)
        ]  # fmt: skip
        return -max(sums)[1] if sums else first_at

    def _may_be_all(self, fact: Casualties) -> bool:
        words = fact.who.casefold().split()
        return not words or words[-1] in self._everybody


def _without_repeats(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; of one figure told several times, the first, completed by what the others say of it."""
    first: dict[tuple[object, ...], int] = {}
    kept: list[Candidate] = []
    for candidate in candidates:
        fact = candidate.fact
        if isinstance(fact, Casualties):
            key = (fact.role, fact.low, fact.high, fact.per, fact.modality)
            if key in first:
                at = first[key]
                kept[at] = _completed(kept[at], fact)
                continue
            first[key] = len(kept)
        kept.append(candidate)
    return kept


def _completed(candidate: Candidate, again: Casualties) -> Candidate:
    fact = candidate.fact
    if not isinstance(fact, Casualties):
        return candidate
    whole = msgspec.structs.replace(
        fact,
        who=fact.who or again.who,
        side=fact.side or again.side,
        place=fact.place or again.place,
        as_of=fact.as_of or again.as_of,
        attributed_to=fact.attributed_to or again.attributed_to,
    )
    return replace(candidate, fact=whole)


def _roles(candidates: Sequence[Candidate]) -> list[CasualtyRole]:
    facts = (candidate.fact for candidate in candidates)
    return list(dict.fromkeys(fact.role for fact in facts if isinstance(fact, Casualties)))


def _of_role(candidates: Sequence[Candidate], role: CasualtyRole) -> Iterator[tuple[int, Casualties]]:
    for at, candidate in enumerate(candidates):
        if isinstance(candidate.fact, Casualties) and candidate.fact.role == role:
            yield at, candidate.fact


def _rank(candidate: Candidate, fact: Casualties) -> tuple[bool, ...]:
    """The lower, the more it is what the article tells."""
    return (
        fact.modality not in ("happened", "claimed"),
        PART in candidate.why,
        BACKGROUND in candidate.why,
        fact.qualifier == "vague",
        fact.kind != "event",
    )


def _value(fact: Casualties) -> int:
    return fact.low if fact.low is not None else fact.high or 0
