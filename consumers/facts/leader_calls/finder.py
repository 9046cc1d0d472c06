"""Finds the calls of leaders of an article."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.facts.article import ArticleText
from consumers.facts.candidate import Candidate
from monitor.text.reading import Reading


class LeaderCallFinder:
    """Calls of leaders in articles of one language."""

    type = "leader_call"

    def __init__(self, lang: str = "en") -> None:
        self._lang = lang

    def may_have(self, reading: Reading) -> bool:
        """Whether the article may have one: quick, and may only be true too often."""
        return False

    def find(self, article: ArticleText) -> Sequence[Candidate]:
        """Every place that might be one, in order."""
        return ()
