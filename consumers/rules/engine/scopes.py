"""`same: sentence | paragraph | title`: one place of the article in which a condition holds as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import merge
from itertools import groupby, islice
from typing import TYPE_CHECKING

from consumers.rules.engine.evaluation import MAX_SHOWN, Context, LeafHit, Region, inside
from consumers.rules.engine.table import LeafPlace
from consumers.rules.model import Scope
from monitor.text.scan import Place

if TYPE_CHECKING:
    from consumers.rules.engine.evaluation import Clause, Node


class WithinNode:
    """Holds where its part holds of one unit of the region."""

    def __init__(self, scope: Scope, part: Node) -> None:
        self._scope = scope
        self.part = part
        self.clauses = part.clauses

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        """What the part stands on in the first units in which it holds."""
        context.spend(1)
        tried = (self.part.hits(context, unit) for unit in self.units(context, region))
        found = list(islice((hits for hits in tried if hits is not None), MAX_SHOWN))
        return set().union(*found) if found else None

    def units(self, context: Context, region: Region) -> Iterable[Region]:
        """The units of the scope in the region; where some leaf must stand in a unit, only those that have one."""
        if self._scope is Scope.ARTICLE:
            return [region]
        if self._scope is Scope.TITLE:
            title = tuple(
                part for part in region if part[1] < part[2] and context.reading.fields[part[0]].name == "title"
            )
            return [title] if title else []
        anchor = context.rarest(self, self.clauses)
        if anchor is None:
            return [
                ((index, max(low, first), min(high, after)),)
                for index, first, after in region
                if first < after
                for low, high in self._ranges(context, index)
                if low < after and high > first
            ]
        anchors = (
            context.places(leaf) if region is context.whole else inside(context.places(leaf), region)
            for leaf in sorted(anchor)
        )
        # Places in order lie in units in order, so that equal units are neighbours.
        places = merge(*anchors, key=lambda place: place[:2])
        return ((unit,) for unit, _ in groupby(self._unit(context, region, place) for place in places))

    def _ranges(self, context: Context, index: int) -> tuple[tuple[int, int], ...]:
        tokens = context.reading.fields[index].tokens
        return tokens.sentences if self._scope is Scope.SENTENCE else tokens.paragraphs

    def _unit(self, context: Context, region: Region, place: LeafPlace) -> Place:
        context.spend(1)
        index, token = place[0], place[1]
        tokens = context.reading.fields[index].tokens
        at = tokens.sentence_of(token) if self._scope is Scope.SENTENCE else tokens.paragraph_of(token)
        low, high = self._ranges(context, index)[at]
        first, after = next((part[1], part[2]) for part in region if part[0] == index and part[1] <= token < part[2])
        return index, max(low, first), min(high, after)


def best_clause(clauses: Iterable[Clause]) -> Clause | None:
    """The clause that is least often met: the one with the fewest leaves."""
    return min(clauses, key=lambda clause: (len(clause), sorted(clause)), default=None)
