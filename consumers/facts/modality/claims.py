"""What only a party says: an army on the fighters it killed, a group on its enemy's soldiers.

Why so little: a named source alone is attribution. It is a claim where who speaks also did it, and gains by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.modality.data import ModalityData
from monitor.actors.model import ActorKind
from monitor.core.fact import Source
from monitor.text.tokens import phrase

_NEAR = 6  # words before a figure in which "its forces" says who did it
_WHO = 4  # words behind a figure that may still say who fell


class Claims:
    """Reads which figures are claims, in one language."""

    def __init__(self, data: ModalityData) -> None:
        self._soldiers = frozenset(data.soldiers)
        self._irregulars = frozenset(data.irregulars)
        self._armies = frozenset(data.armies)
        self._no_party = frozenset(data.no_party)
        self._own = frozenset(data.own)
        self._harm = frozenset(data.harm)

    def why(
        self, article: ArticleText, sentence: Sentence, place: tuple[int, int], sources: Sequence[Source]
    ) -> str | None:
        """Why a figure is but the claim of its nearest source; None where it is not."""
        if not sources:
            return None
        source, fallen = sources[0], self._fallen(sentence, place)
        if not fallen:
            return None
        words = phrase(source.text)
        is_army = not self._armies.isdisjoint(words)
        is_group = self._is_group(article, source) or not self._irregulars.isdisjoint(words)
        did_it = self._no_party.isdisjoint(words) and self._did_it(sentence, place)
        is_claim = did_it or (is_army and fallen == "irregulars") or (is_group and fallen == "soldiers")
        return f"a party says so: {source.text!r}" if is_claim else None

    def _fallen(self, sentence: Sentence, place: tuple[int, int]) -> str | None:
        words = sentence.field.tokens.words[place[0] : min(sentence.after, place[1] + _WHO)]
        if not self._irregulars.isdisjoint(words):
            return "irregulars"
        return None if self._soldiers.isdisjoint(words) else "soldiers"

    @staticmethod
    def _is_group(article: ArticleText, source: Source) -> bool:
        actor = article.registry.get(source.actor) if source.actor else None
        return actor is not None and actor.kind is ActorKind.ARMED_GROUP

    def _did_it(self, sentence: Sentence, place: tuple[int, int]) -> bool:
        """ "said its forces killed": the verb of harm stands behind a word for who speaks."""
        words = sentence.field.tokens.words
        if words[place[0]] not in self._harm:
            return False
        return not self._own.isdisjoint(words[max(sentence.first, place[0] - _NEAR) : place[0]])
