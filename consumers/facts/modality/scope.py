"""How far what a report is about reaches: to where the sentence turns to something else."""

from __future__ import annotations

from dataclasses import dataclass

from consumers.facts.article import Sentence
from consumers.facts.modality.data import ModalityData
from consumers.facts.vocabulary import Vocabulary

_DATED = 8  # words behind a figure in which a date is its


@dataclass(frozen=True)
class About:
    """That a report is about what stands at a place.

    Attributes:
        first, after: The words that say what it is about: a date among them is that of the deaths.
    """

    why: str
    first: int
    after: int


class Scope:
    """Reads where it ends, in one language."""

    def __init__(self, data: ModalityData) -> None:
        self._resumes = Vocabulary({"anywhere": data.resumes, "comma": data.resumes_after_comma})
        self._relatives = frozenset(data.relatives)
        self._happens = Vocabulary({"happens": data.topic_happens})

    def about(self, sentence: Sentence, said: tuple[int, int], first: int, after: int) -> About:
        """That the words `said` are about a place, told from token `first` on."""
        end = min(sentence.after, after + _DATED)
        happens = self._happens.hits(sentence.field.tokens.words, after, end)
        return About(f"past by {sentence.between(*said)!r}", first, happens[0].first if happens else end)

    def is_over(self, sentence: Sentence, about: int, first: int, *, but_relative: bool = False) -> bool:
        """Whether the sentence turns to something else before a place; with `but_relative`, not by "that left"."""
        words = sentence.field.tokens.words
        if any(";" in sentence.gap(token) for token in range(about, first)):
            return True
        return any(
            ("anywhere" in hit.classes or "," in sentence.gap(hit.first - 1))
            and not (but_relative and words[hit.first - 1] in self._relatives)
            for hit in self._resumes.hits(words, about, first + 1)
        )
