"""One article while one rule is evaluated: regions, places in them, and what the evaluation may cost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from consumers.rules.engine.table import ArticleLeaves, LeafPlace
from monitor.text.reading import Reading
from monitor.text.scan import Place

MAX_SHOWN = 100
# Of one rule in one article. A step is a node evaluated or a place looked at and takes up to two microseconds, so that
# this is two seconds, less than half of the default deadline of an article: the rule goes before the article does.
# A text of the most words that are read (100,000), each a sentence of its own, allows ten steps for each; real articles
# need hundreds in all.
MAX_STEPS = 1_000_000

Region = tuple[Place, ...]  # field, from token, to token; in order
_NO_TEXT: Region = ((0, 0, 0),)  # is no part of itself, as the empty tuple is
LeafHit = tuple[int, LeafPlace]  # a leaf and one of its places
Clause = frozenset[int]  # leaves of which at least one must stand in the article


class Node(Protocol):
    """A condition, ready to run."""

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What must stand in an article for the node to hold: one leaf of each clause. May be empty."""

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        """What the node stands on in the region; None where it does not hold."""


class TooCostlyError(RuntimeError):
    """A rule costs too much in an article."""


class Context:
    """One article while one rule is evaluated.

    Attributes:
        whole: The region that is the whole article; regions are compared with it by identity, because what is said
            of the title alone is not said of the article, even where there is nothing but a title.
    """

    def __init__(self, leaves: ArticleLeaves, max_steps: int = MAX_STEPS) -> None:
        self.leaves = leaves
        self.reading: Reading = leaves.reading
        fields = tuple((index, 0, len(part.tokens.words)) for index, part in enumerate(self.reading.fields))
        self.whole: Region = fields or _NO_TEXT
        self._left = max_steps
        self._live: dict[int, list[Node]] = {}
        self._rarest: dict[int, Clause] = {}

    def spend(self, steps: int) -> None:
        """Count some steps.

        Raises:
            TooCostlyError: There were too many.
        """
        self._left -= steps
        if self._left < 0:
            raise TooCostlyError

    def places(self, leaf: int) -> Sequence[LeafPlace]:
        """All places of a leaf, in order."""
        return self.leaves.places(leaf, self.spend)

    def live(self, owner: object, parts: Iterable[Node]) -> list[Node]:
        """The parts of a node that may hold somewhere in the article: looked up once, not for each sentence."""
        live = self._live.get(id(owner))
        if live is None:
            live = self._live[id(owner)] = [part for part in parts if self._is_live(part)]
        return live

    def rarest(self, owner: object, clauses: Sequence[Clause]) -> Clause | None:
        """The clause of a node whose leaves stand in the fewest places; None where there are no clauses."""
        rarest = self._rarest.get(id(owner))
        if rarest is None and clauses:
            rarest = self._rarest[id(owner)] = min(clauses, key=self._count)
        return rarest

    def _count(self, clause: Clause) -> tuple[int, list[int]]:
        self.spend(len(clause))
        return sum(len(self.places(leaf)) for leaf in clause), sorted(clause)

    def _is_live(self, part: Node) -> bool:
        self.spend(1)
        return all(any(self.leaves.stands(leaf, self.spend) for leaf in clause) for clause in part.clauses)


def inside(places: Sequence[LeafPlace], region: Region) -> list[LeafPlace]:
    """The places that lie wholly in a region."""
    return [
        place
        for index, first, after in region
        for place in places[_at(places, index, first) : _at(places, index, after)]
        if place[2] <= after
    ]


def _at(places: Sequence[LeafPlace], index: int, token: int) -> int:
    # Places of one leaf are alike, and a shorter tuple compares as less: no key is needed, which would be slow.
    return bisect_left(cast("Sequence[tuple[int, ...]]", places), (index, token))
