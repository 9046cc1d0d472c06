"""Facts and candidates as programs and people are shown them. Feed text is hostile: all of it is made safe to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from consumers.facts.candidate import Candidate
from monitor.core.escape import one_line
from monitor.core.fact import Fact, Participant, Source, Topic

_SHOWN_CHARACTERS = 200
_ELSEWHERE = ("type", "quote", "field", "span")  # of a candidate: said on its first line


def fact_object(fact: Fact) -> dict[str, Any]:
    """A fact for a program: every key of its type is there, nulls and what is usual, too."""
    return {"type": str(fact.__struct_config__.tag), **msgspec.structs.asdict(fact)}


def candidate_object(candidate: Candidate) -> dict[str, Any]:
    """A candidate for a program; `fact` is null where it became none."""
    return {
        "type": candidate.type,
        "field": candidate.field,
        "span": candidate.span,
        "text": candidate.text,
        "why": candidate.why,
        "fact": None if candidate.fact is None else fact_object(candidate.fact),
    }


def candidate_lines(candidates: Sequence[Candidate]) -> list[str]:
    """Candidates for a person: the words, what they became, and why in steps."""
    if not candidates:
        return ["  nothing that might be a fact"]
    return [line for candidate in candidates for line in _lines(candidate)]


def fact_line(fact: Fact) -> str:
    """A fact for a person on one line: what it says, without the words it stands on."""
    said = [
        f"{key} {_shown(value)}" for key, value in fact_object(fact).items() if key not in _ELSEWHERE and _says(value)
    ]
    return one_line(", ".join(said), 3 * _SHOWN_CHARACTERS)


def _lines(candidate: Candidate) -> list[str]:
    start, end = candidate.span
    words = one_line(candidate.text, _SHOWN_CHARACTERS)
    fact = "no fact" if candidate.fact is None else f"fact: {fact_line(candidate.fact)}"
    return [
        f"  {candidate.type}: “{words}” in the {candidate.field}, characters {start}–{end}",
        f"    {fact}",
        *(f"    - {one_line(step, _SHOWN_CHARACTERS)}" for step in candidate.why),
    ]


def _says(value: object) -> bool:
    return value is not None and value not in ("", (), False)


def _shown(value: object) -> str:
    match value:
        case True:
            return "yes"
        case tuple():
            return "; ".join(map(_shown, value))
        case Topic():
            return f"“{value.text}”"
        case Source() | Participant():
            known = [getattr(value, key, None) for key in ("actor", "state", "office")]
            meant = ", ".join(one for one in known if one)
            return f"“{value.text}”{f' = {meant}' if meant else ''}"
    return str(value)
