"""Whether a call took place: planned, sought, denied, of the past, or happened. Words of a language around its trigger."""

from __future__ import annotations

from collections.abc import Iterable

from consumers.facts.article import Sentence
from consumers.facts.dates import SaidDate
from consumers.facts.leader_calls.data import CallData
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import Modality

_ORDER: tuple[Modality, ...] = ("denied", "sought", "planned", "hypothetical", "claimed")
_AFTER_WORDS = 12


class CallModality:
    """Reads how real a call is in one language."""

    def __init__(self, data: CallData) -> None:
        self._before = {kind: Vocabulary({kind: words}) for kind, words in data.modality_before.items() if words}
        self._after = {kind: Vocabulary({kind: words}) for kind, words in data.modality_after.items() if words}
        self._took_place = Vocabulary({"took place": data.took_place})
        self._infinitive = frozenset(data.infinitive)
        self._real_infinitives = frozenset(data.real_infinitives)

    def modality(
        self,
        sentence: Sentence,
        start: int,
        subject_after: int,
        trigger: tuple[int, int],
        end: int,
        dates: Iterable[SaidDate],
    ) -> tuple[Modality, str]:
        """How real it is, and by which words.

        Args:
            start: Where the clause begins.
            subject_after: Where the first party ends: between it and the trigger cues count most.
            trigger: The tokens that say that they speak.
            end: Where what belongs to it ends.
        """
        words = sentence.field.tokens.words
        after = min(sentence.after, end + _AFTER_WORDS)
        for kind in ("denied", "planned", "sought"):
            hits = self._after[kind].hits(words, trigger[1], after) if kind in self._after else []
            if hits:
                return kind, f"{kind} by {sentence.between(hits[0].first, hits[0].after)!r}"  # type: ignore[return-value]
        if self._took_place.hits(words, trigger[1], after):
            return self._past(dates)
        for kind in _ORDER:
            hits = self._before[kind].hits(words, start, trigger[0]) if kind in self._before else []
            if hits:
                return kind, f"{kind} by {sentence.between(hits[0].first, hits[0].after)!r}"
        if self._is_infinitive(words, sentence.first, trigger[0], subject_after):
            return "planned", "planned by an infinitive"
        return self._past(dates)

    def _is_infinitive(self, words: tuple[str, ...], first: int, trigger: int, subject_after: int) -> bool:
        for at in range(max(first, subject_after), trigger):
            if words[at] in self._infinitive and (at == first or words[at - 1] not in self._real_infinitives):
                return at + 1 == trigger or at == subject_after
        return False

    @staticmethod
    def _past(dates: Iterable[SaidDate]) -> tuple[Modality, str]:
        past = next((said for said in dates if said.is_past), None)
        if past is not None:
            return "historical", f"historical by {past.text!r}"
        return "happened", "nothing speaks against it"
