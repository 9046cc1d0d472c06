"""Which parties of a sentence speak with one another, by which pattern. Knows no other sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consumers.facts.leader_calls.data import CallData, Form
from consumers.facts.leader_calls.forms import Forms, group
from consumers.facts.leader_calls.parties import KINDS, Part, Party

TRIGGERS = frozenset({"CALLN", "CALLW", "BYPHONE", "PHONED", "CALLV", "SPEAK", "ONLINE"})
_END = "END"
_BEGINNINGS = frozenset({"COLON", "STOP", "DASH", "QUOTE"})


@dataclass(frozen=True)
class Bound:
    """Parties around a word that says they speak.

    Attributes:
        first, after: The parts that the pattern holds.
        trigger: The part that says it.
    """

    form: Form
    first: int
    after: int
    trigger: int
    a: tuple[Party, ...]
    b: tuple[Party, ...]
    others: tuple[Party, ...]


class Binder:
    """Finds the parties of calls by the patterns of one language."""

    def __init__(self, data: CallData, classes: Sequence[str]) -> None:
        self._forms = Forms((*classes, *KINDS, _END), data.macros, data.patterns)

    def bound(self, parts: Sequence[Part], field: str) -> list[Bound]:
        """The first pattern that holds at each trigger, in their order; none over the trigger of another."""
        letters = self._forms.letters([*[part.kind for part in parts], _END])
        found: dict[int, Bound] = {}
        for form, pattern in self._forms.patterns:
            if "title" in form.flags and field != "title":
                continue
            at = 0
            while (hit := pattern.search(letters, at)) is not None:
                trigger = _trigger(hit)
                if trigger not in found and not _holds(found, trigger, hit.start(), hit.end()):
                    found[trigger] = _bound(parts, form, hit, field)
                at = trigger + 1 if trigger >= hit.start() else hit.start() + 1
        return [found[trigger] for trigger in sorted(found)]


def _holds(found: dict[int, Bound], trigger: int, first: int, after: int) -> bool:
    """Whether this would be a part of a call found before, or hold one."""
    return any(one.first <= trigger < one.after or first <= one.trigger < after for one in found.values())


def _bound(parts: Sequence[Part], form: Form, hit: re.Match[str], field: str) -> Bound:
    parties = {letter: _parties(parts, group(hit, letter)) for letter in "abo"}
    place = group(hit, "a")
    if (
        place is not None
        and place[0] > 0
        and parts[place[0] - 1].kind not in _BEGINNINGS
        and field != "title"
        and not any(part.kind == "AND" for part in parts[slice(*place)])
    ):
        parties["a"] = parties["a"][-1:]  # "before the call with Trump, Zelensky phoned": no row
    return Bound(form, hit.start(), hit.end(), _trigger(hit), parties["a"], parties["b"], parties["o"])


def _trigger(hit: re.Match[str]) -> int:
    place = group(hit, "t")
    return -1 if place is None else place[0]  # every pattern has one: a test holds it


def _parties(parts: Sequence[Part], place: tuple[int, int] | None) -> tuple[Party, ...]:
    found: list[Party] = []
    for part in parts[slice(*place)] if place is not None else ():
        if part.party is not None:
            found.append(part.party)
        elif part.kind in KINDS:
            found.append(Party(part.kind, part.first, part.after))
    return tuple(found)
