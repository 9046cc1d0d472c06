"""A sentence in parts with all that is known around it, for those who judge what parties in it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.leader_calls.binding import Bound
from consumers.facts.leader_calls.cast import Cast
from consumers.facts.leader_calls.parties import Part, Party
from monitor.core.fact import Participant

STRONG = frozenset({"CALLN", "BYPHONE", "PHONED", "ONLINE"})
ENDS = frozenset({"STOP", "SAID", "COLON"})
NEAR = 10  # parts after a trigger in which "by phone" belongs to it


@dataclass(frozen=True)
class Scene:
    """A sentence of an article, its parts and the article's leaders."""

    article: ArticleText
    cast: Cast
    sentence: Sentence
    parts: Sequence[Part]

    def words(self, first: int, after: int) -> tuple[str, ...]:
        """Folded words of the field."""
        return self.sentence.field.tokens.words[first:after]

    def text(self, party: Party | Part) -> str:
        """A party as it is written."""
        return self.sentence.between(party.first, party.after)

    def anybody(self, party: Party) -> Participant:
        """A party of whom nothing is known but the words."""
        return Participant(text=self.text(party))

    def is_strong(self, bound: Bound) -> bool:
        """Whether a telephone is named at the call."""
        return any(part.kind in STRONG for part in self.parts[bound.first : bound.after + NEAR])

    def clause(self, bound: Bound) -> tuple[int, int]:
        """The tokens of the clause that holds the parties."""
        first, after = bound.first, bound.after
        while first > 0 and self.parts[first - 1].kind not in ENDS:
            first -= 1
        while after < len(self.parts) and self.parts[after].kind not in ENDS:
            after += 1
        end = self.parts[after].first if after < len(self.parts) else self.parts[-1].after
        return self.parts[first].first, end

    def span(self, bound: Bound) -> tuple[int, int]:
        """Where the call stands, in code points of the field."""
        inside = [part for part in self.parts[bound.first : bound.after] if part.after > part.first]
        return self.sentence.place(inside[0].first, inside[-1].after)
