"""Which of those who say so is an outlet that reports a call, and which told it of it."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.facts.attribution import Attribution
from consumers.facts.leader_calls.data import CallData
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import Participant
from monitor.text.tokens import phrase


class Telling:
    """Tells outlets from those whom they quote, in one language."""

    def __init__(self, data: CallData) -> None:
        self._outlets = frozenset(data.outlets)
        self._endings = tuple(data.outlet_endings)
        self._not_outlets = Vocabulary({"no outlet": data.no_outlets})

    def reported_by(self, attribution: Attribution) -> str | None:
        """The outlet: the one to which somebody told it, or which says so itself; the fullest name of it."""
        if attribution.reported_by is not None:
            wider = [
                source.text
                for source in attribution.sources
                if attribution.reported_by in source.text and self._is_outlet(source.text)
            ]
            return max(wider, key=len, default=attribution.reported_by)
        return next((source.text for source in attribution.sources if self._is_outlet(source.text)), None)

    def told_by(self, attribution: Attribution, participants: Sequence[Participant]) -> str | None:
        """Whom it is from: the first who says so and is neither an outlet nor one of those who spoke."""
        if attribution.told_by is not None:
            return attribution.told_by
        texts = {one.text for one in participants}
        told = (
            source
            for source in attribution.sources
            if not self._is_outlet(source.text) and not self._is_one(source.text, texts)
        )
        found = next(told, None)
        return None if found is None else found.text

    def _is_outlet(self, text: str) -> bool:
        words = phrase(text)
        if self._not_outlets.hits(words, 0, len(words)):
            return False
        return any(
            word in self._outlets or (len(word) > 5 and word.rstrip("0123456789").endswith(self._endings))
            for word in words
        )

    @staticmethod
    def _is_one(text: str, participants: set[str]) -> bool:
        return any(text in one or one in text for one in participants)
