"""What did not happen, or not yet, or is only said to have: denied, possible, planned, claimed.

Why not any "could" in the sentence: "the driver could not brake and killed three". A modal concerns the verb behind
it, and counts only where that verb is one of harm or brings it about.
"""

from __future__ import annotations

from consumers.facts.article import Sentence
from consumers.facts.modality.clauses import clause_first
from consumers.facts.modality.data import ModalityData
from consumers.facts.vocabulary import Hit, Vocabulary
from monitor.core.fact import Modality

Found = tuple[Modality, str]
_MODALITIES: tuple[Modality, ...] = ("denied", "hypothetical", "planned", "claimed")
_BEHIND = 7  # words in which a verb, a noun or a condition concerns what stands behind it
_OPENING = 3  # words in which what is denied opens


class Unreal:
    """Reads what is denied, possible, planned or claimed in sentences of one language."""

    def __init__(self, data: ModalityData) -> None:
        self._window = data.window
        self._modals = Vocabulary({**data.modals, "": data.no_modals})
        self._govern = Vocabulary(data.govern)
        self._deny = Vocabulary({"deny": data.deny})
        self._denied_after = Vocabulary({"denied": data.denied_after})
        self._conditions = Vocabulary({"if": data.conditions, "": data.condition_not})
        self._verbs = Vocabulary({"harm": data.harm, "cause": data.cause})
        self._harm = frozenset(data.harm)
        self._between = frozenset(data.between)
        self._opens = frozenset(data.deny_opens)
        self._deny_not = frozenset(data.deny_not)
        self._claim_not = frozenset(data.claim_not)

    def found(self, sentence: Sentence, first: int, after: int) -> Found | None:
        """The modality that words around a place give it, and why."""
        start = clause_first(sentence, first, max(sentence.first, first - self._window))
        seen: list[tuple[Modality, Hit]] = [
            *self._by_modals(sentence, start, first, after),
            *self._by_governors(sentence, start, first),
            *self._by_denials(sentence, start, first),
            *self._by_denial_behind(sentence, after),
            *self._by_conditions(sentence, start, first, after),
        ]
        for modality in _MODALITIES:
            for found, hit in seen:
                if found == modality:
                    return modality, f"{modality} by {sentence.between(hit.first, hit.after)!r}"
        return None

    def _by_modals(self, sentence: Sentence, start: int, first: int, after: int) -> list[tuple[Modality, Hit]]:
        words = sentence.field.tokens.words
        found: list[tuple[Modality, Hit]] = []
        for hit in self._modals.hits(words, start, after):
            modality = next((name for name in _MODALITIES if name in hit.classes), None)
            if modality is not None and self._is_of_harm(sentence, hit, first, after):
                found.append((modality, hit))
        return found

    def _is_of_harm(self, sentence: Sentence, modal: Hit, first: int, after: int) -> bool:
        """Whether the verb of a modal is that of the place, or brings it about."""
        words = sentence.field.tokens.words
        verb = modal.after
        while verb < after and (words[verb] in self._between or words[verb].endswith("ly")):
            verb += 1
        if verb >= after:
            return modal.after <= first  # "about to suffer" and "risk of" may end where the place begins
        hit = self._verbs.at(words, verb, after)
        if hit is None and modal.after < verb and modal.after <= first <= verb:
            return True  # "could be 15,000"
        if hit is None:
            return self._goes_on(sentence, verb, first, after)
        return verb >= first or (first - verb <= _BEHIND and not self._is_cut(sentence, verb, first))

    def _goes_on(self, sentence: Sentence, verb: int, first: int, after: int) -> bool:
        """ "could hit the coast and kill 300": the second verb of a modal."""
        words = sentence.field.tokens.words
        for token in range(verb + 1, min(after, verb + 2 * _BEHIND)):
            if "," in sentence.gap(token - 1):
                return False
            if words[token - 1] in ("and", "or") and words[token] in self._harm:
                return token >= first - 1 and not words[token].endswith(("ed", "s", "ing", "ot"))
        return False

    def _is_cut(self, sentence: Sentence, first: int, after: int) -> bool:
        return any("," in sentence.gap(token) for token in range(first, after - 1))

    def _by_governors(self, sentence: Sentence, start: int, first: int) -> list[tuple[Modality, Hit]]:
        words = sentence.field.tokens.words
        found: list[tuple[Modality, Hit]] = []
        for hit in self._govern.hits(words, start, first):
            modality = next(name for name in _MODALITIES if name in hit.classes)
            reach = self._window if modality in ("denied", "claimed") else _BEHIND
            if first - hit.after > reach:
                continue
            if modality == "claimed" and not self._claim_not.isdisjoint(words[hit.after : hit.after + 6]):
                continue
            if modality in ("hypothetical", "planned") and self._is_cut(sentence, hit.after - 1, first + 1):
                continue
            found.append((modality, hit))
        return found

    def _by_denials(self, sentence: Sentence, start: int, first: int) -> list[tuple[Modality, Hit]]:
        words = sentence.field.tokens.words
        return [
            ("denied", hit)
            for hit in self._deny.hits(words, start, first)
            if self._opens_denied(words[hit.after : max(hit.after + 1, min(hit.after + _OPENING, first + 1))])
        ]

    def _opens_denied(self, opening: tuple[str, ...]) -> bool:
        if not self._deny_not.isdisjoint(opening):
            return False
        return any(word in self._opens or word in self._harm for word in opening)

    def _by_denial_behind(self, sentence: Sentence, after: int) -> list[tuple[Modality, Hit]]:
        words = sentence.field.tokens.words
        hits = self._denied_after.hits(words, after, min(sentence.after, after + _BEHIND))
        return [("denied", hit) for hit in hits]

    def _by_conditions(self, sentence: Sentence, start: int, first: int, after: int) -> list[tuple[Modality, Hit]]:
        words = sentence.field.tokens.words
        return [
            ("hypothetical", hit)
            for hit in self._conditions.hits(words, start, after)
            if "if" in hit.classes and (hit.first >= first or not self._is_cut(sentence, hit.after - 1, first + 1))
        ]
