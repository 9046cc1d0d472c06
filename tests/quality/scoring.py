"""Found facts beside those of the gold texts. Pure.

What makes a fact itself: of casualties the role and both bounds, of a call who takes part and its modality. The keys
that a gold fact lists besides are compared in the found fact that fits best. A fact that is found twice, say in title
and text, counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from monitor.core.fact import Casualties, Fact, LeaderCall, Participant
from tests.quality.gold_texts import GoldFact, GoldText

_CONTAINED = ("who", "place", "period", "reported_by", "told_by", "on_said")
_EACH_CONTAINED = ("attributed_to", "topics", "confirmed_by")
_IDENTITY = {"casualties": ("role", "low", "high"), "leader_call": ("participants", "modality")}


@dataclass(frozen=True)
class Wrong:
    """A key of a fact that was found."""

    key: str
    expected: object
    found: object


@dataclass(frozen=True)
class Scored:
    """One text.

    Attributes:
        found: Gold facts that were found, each with the keys that were compared and what was wrong in them.
        missed: Gold facts that were not.
        false: Found facts that are none.
    """

    text: GoldText
    found: tuple[tuple[GoldFact, tuple[str, ...], tuple[Wrong, ...]], ...]
    missed: tuple[GoldFact, ...]
    false: tuple[Fact, ...]


@dataclass
class Score:
    """Many texts."""

    texts: int = 0
    texts_right: int = 0
    traps: int = 0
    traps_right: int = 0
    facts: int = 0
    right: int = 0
    false: int = 0
    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        """The share of the gold facts that was found."""
        return self.right / self.facts if self.facts else 1.0

    @property
    def precision(self) -> float:
        """The share of the found facts that are there."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def f1(self) -> float:
        """Both in one."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0

    def accuracy(self, key: str) -> float:
        """The share of the found facts in which a key is as it should be."""
        return 1 - self.wrong[key] / self.checked[key] if self.checked[key] else 0.0

    def figures(self) -> dict[str, float]:
        """All of it by name."""
        keys = {key: self.accuracy(key) for key in sorted(self.checked)}
        return {"recall": self.recall, "precision": self.precision, "f1": self.f1} | keys


def score(scored: Iterable[Scored]) -> Score:
    """The sum over texts."""
    total = Score()
    for one in scored:
        total.texts += 1
        is_right = not (one.missed or one.false)
        total.texts_right += is_right
        if "trap" in one.text.tags:
            total.traps += 1
            total.traps_right += is_right
        total.facts += len(one.text.facts)
        total.right += len(one.found)
        total.false += len(one.false)
        for _, checked, wrong in one.found:
            total.checked.update(checked)
            total.wrong.update(one.key for one in wrong)
    return total


def score_text(text: GoldText, facts: Sequence[Fact]) -> Scored:
    """The facts found in a text beside those that are there."""
    of_type = [fact for fact in facts if fact.__struct_config__.tag == text.type]
    left: dict[Hashable, list[Fact]] = {}
    for fact in of_type:
        left.setdefault(_found_identity(fact), []).append(fact)
    found: list[tuple[GoldFact, tuple[str, ...], tuple[Wrong, ...]]] = []
    missed: list[GoldFact] = []
    for gold in text.facts:
        same = left.get(_gold_identity(gold, text.type))
        if not same:
            missed.append(gold)
            continue
        checked = tuple(key for key in gold if key not in _IDENTITY[text.type])
        best = min(same, key=lambda fact: len(_wrong(gold, checked, fact)))
        same.remove(best)
        found.append((gold, checked, _wrong(gold, checked, best)))
    fine = {_gold_identity(gold, text.type) for gold in (*text.facts, *text.may)}
    false = tuple(fact for fact in of_type if _found_identity(fact) not in fine)
    return Scored(text, tuple(found), tuple(missed), false)


def _gold_identity(gold: GoldFact, kind: str) -> Hashable:
    if kind == "casualties":
        return gold["role"], gold.get("low"), gold.get("high")
    return frozenset(gold["participants"]), gold.get("modality", "happened")


def _found_identity(fact: Fact) -> Hashable:
    match fact:
        case Casualties():
            return fact.role, fact.low, fact.high
        case LeaderCall():
            return frozenset(map(_who, fact.participants)), fact.modality


def _who(participant: Participant) -> str:
    if participant.actor:
        return participant.actor
    office = (participant.office or "").partition("@")[0]
    return f"{participant.state}:{office}" if participant.state or office else participant.text.casefold()


def _wrong(gold: GoldFact, checked: Sequence[str], fact: Fact) -> tuple[Wrong, ...]:
    return tuple(
        Wrong(key, gold[key], _shown(getattr(fact, key)))
        for key in checked
        if not _agrees(key, gold[key], getattr(fact, key))
    )


def _agrees(key: str, expected: Any, found: Any) -> bool:
    if key == "others":
        return set(expected) == {_who(one) for one in found}
    if key in _EACH_CONTAINED:
        texts = [_text(one) for one in found]
        return all(any(wanted.casefold() in text for text in texts) for wanted in expected) and bool(expected) >= bool(
            found
        )
    if key in _CONTAINED:
        return not found if not expected else str(expected).casefold() in _text(found)
    if isinstance(found, date):
        return bool(found.isoformat() == str(expected))
    return bool(found == expected)


def _text(value: Any) -> str:
    return str(getattr(value, "text", value) or "").casefold()


def _shown(value: Any) -> object:
    if isinstance(value, tuple):
        return [_who(one) if isinstance(one, Participant) else getattr(one, "text", one) for one in value]
    return str(value) if isinstance(value, date) else value
