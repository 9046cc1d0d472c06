"""Whether a call took place: planned, sought, denied, of the past, or happened. Knows words, and no parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consumers.facts.article import Sentence
from consumers.facts.dates import SaidDate
from consumers.facts.leader_calls.data import CallData
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import Modality

_ORDER: tuple[Modality, ...] = ("denied", "sought", "planned", "hypothetical", "claimed")
_AFTER: tuple[Modality, ...] = ("denied", "planned", "sought")
_AFTER_WORDS = 12
_FAR_WORDS = 12
_CLOSING = "\"'”’)] "
_NEAR_WORDS = 5
_ALONE_WORDS = 8
_BESIDE_WORDS = 3
_REPORTED_WORDS = 2


@dataclass(frozen=True)
class Place:
    """Where a call is told in a sentence, in tokens.

    Attributes:
        start, end: The clause.
        subject: The first party; empty, at the trigger, where none stands before that.
        told: Where begins what is told in the call; the trigger, where nothing is.
        trigger: What says that they speak.
        after: Where the last party or the trigger ends.
        is_for: One asks the other for it, or thanks for it.
        is_noun: It is a noun that says it: "call".
    """

    start: int
    subject: tuple[int, int]
    told: int
    trigger: tuple[int, int]
    after: int
    end: int
    is_noun: bool = False
    is_for: bool = False

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """Between the subject and the trigger, without what is told in the call."""
        before = self.trigger[0]
        if self.subject[0] == self.subject[1]:
            return ((max(self.start, before - _ALONE_WORDS), before),)
        if self.told < before:
            return (self.subject[1], self.told), (max(self.told, before - _NEAR_WORDS), before)
        return ((self.subject[1], before),)


class CallModality:
    """Reads how real a call is in one language."""

    def __init__(self, data: CallData) -> None:
        self._before = _vocabularies(data.modality_before)
        self._beside = _vocabularies(data.modality_beside)
        self._reported = _vocabularies(data.modality_reported)
        self._far = _vocabularies(data.modality_far)
        self._after = _vocabularies(data.modality_after)
        self._thanks = Vocabulary({"thanks": data.thanks})
        self._took_place = Vocabulary({"took place": data.took_place})
        self._question = tuple(data.question_signs)
        self._infinitive = frozenset(data.infinitive)
        self._real_infinitives = frozenset(data.real_infinitives)

    def modality(self, sentence: Sentence, place: Place, dates: Iterable[SaidDate]) -> tuple[Modality, str]:
        """How real it is, and by which words; what stands right beside the trigger counts most."""
        if sentence.text.rstrip(_CLOSING).endswith(self._question):
            return "hypothetical", "a question"
        trigger = place.trigger[0]
        beside = (max(place.start, trigger - _BESIDE_WORDS), trigger)
        behind = (place.trigger[1], min(sentence.after, place.after + _AFTER_WORDS))
        far = (max(place.start, place.subject[0] - _FAR_WORDS), place.subject[0])
        if place.is_for and not self._thanks.hits(sentence.field.tokens.words, place.subject[1], trigger):
            return "sought", "sought by asking for it"
        near = (max(place.start, trigger - _NEAR_WORDS), trigger)
        reported = (max(place.start - _REPORTED_WORDS, sentence.first, place.subject[0] - _REPORTED_WORDS), trigger)
        found = (
            self._first(sentence, self._before, ("denied",), (beside,) if place.told >= trigger else ())
            or self._first(sentence, self._after, ("denied",), (behind,))
            or (self._past(dates) if self._took_place.hits(sentence.field.tokens.words, *behind) else None)
            or self._first(sentence, self._after, _AFTER, (behind,))
            or self._first(sentence, self._reported, _AFTER, (reported,))
            or self._first(sentence, self._before, _ORDER, place.windows)
            or (self._first(sentence, self._beside, _AFTER, (near,)) if place.is_noun and not place.is_for else None)
            or self._first(sentence, self._far, ("denied",), (far,))
            or self._infinitives(sentence, place)
            or self._first(sentence, self._far, _ORDER, (far,))
        )
        return found or self._past(dates)

    @staticmethod
    def _first(
        sentence: Sentence,
        words: Mapping[str, Vocabulary],
        order: Iterable[Modality],
        windows: Iterable[tuple[int, int]],
    ) -> tuple[Modality, str] | None:
        for kind in order:
            for first, after in windows if kind in words else ():
                for hit in words[kind].hits(sentence.field.tokens.words, first, after):
                    return kind, f"{kind} by {sentence.between(hit.first, hit.after)!r}"
        return None

    def _infinitives(self, sentence: Sentence, place: Place) -> tuple[Modality, str] | None:
        """ "Biden to speak with Xi", "Trump to press Xi in a call"."""
        words = sentence.field.tokens.words
        first = place.subject[1]
        for at in range(first, place.trigger[0]):
            if (
                words[at] not in self._infinitive
                or at + 1 == place.told < place.trigger[0]
                or (at > sentence.first and words[at - 1] in self._real_infinitives)
            ):
                continue
            if at == first or (at + 1 == place.trigger[0] and place.told >= place.trigger[0]):
                return "planned", f"planned by {sentence.between(at, at + 2)!r}"
        return None

    @staticmethod
    def _past(dates: Iterable[SaidDate]) -> tuple[Modality, str]:
        past = next((said for said in dates if said.is_past), None)
        if past is not None:
            return "historical", f"historical by {past.text!r}"
        return "happened", "nothing speaks against it"


def _vocabularies(words: Mapping[str, list[str]]) -> dict[str, Vocabulary]:
    return {kind: Vocabulary({kind: listed}) for kind, listed in words.items() if listed}
