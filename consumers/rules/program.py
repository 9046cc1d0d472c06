"""Conditions made ready to run: a tree of nodes over numbered leaves, evaluated with the places of hits.

A node holds of a *region* (parts of fields, as token ranges) and then gives the hits it stands on: those of every
part that holds, so that evidence does not depend on the order of evaluation. Hits must lie wholly in the region.
Of the places of a leaf in a region, and of the sentences and paragraphs that hold, the first `MAX_SHOWN` are given:
whether a rule holds does not depend on more, nobody reads more evidence, and a text made to hurt has ten thousand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from typing import Protocol

from consumers.rules.leaves import leaves_of
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    Condition,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Scope,
    Terms,
    Within,
)
from consumers.rules.scan import LeafTable, Place
from monitor.actors import Registry
from monitor.text.reading import Reading, primary_language

MAX_SHOWN = 100

Region = tuple[Place, ...]  # field, from token, to token; in order
LeafHit = tuple[int, int, int, int]  # field, from token, to token; leaf
Clause = frozenset[int]  # leaves of which at least one must stand in the article


@dataclass(frozen=True)
class Context:
    """One article while its rules are evaluated."""

    reading: Reading
    places: Callable[[int], list[Place]]
    whole: Region


class Node(Protocol):
    """A condition, ready to run."""

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What must stand in an article for the node to hold: one leaf of each clause. May be empty."""

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        """What the node stands on in the region; None where it does not hold."""


def build(condition: Condition, table: LeafTable, registry: Registry) -> Node:
    """The program of a condition; its leaves go into the table."""
    match condition:
        case Phrase() | ActorCondition() | Terms():
            return _any([_LeafNode(table.add(leaf)) for leaf in leaves_of(condition, registry)])
        case Query():
            return build(condition.condition, table, registry)
        case LangCondition():
            return _LangNode(frozenset(primary_language(lang) for lang in condition.langs))
        case PublisherCondition():
            return _PublisherNode(frozenset(name.casefold() for name in condition.publishers))
        case All():
            return _AllNode(tuple(build(part, table, registry) for part in condition.parts))
        case Any_():
            return _any([build(part, table, registry) for part in condition.parts])
        case Not():
            return _NotNode(build(condition.part, table, registry))
        case Within():
            return _WithinNode(condition.scope, build(condition.part, table, registry))
        case _:
            raise NotImplementedError(type(condition).__name__)


def _any(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else _AnyNode(tuple(nodes))


class _LeafNode:
    def __init__(self, leaf: int) -> None:
        self._leaf = leaf
        self.clauses: tuple[Clause, ...] = (frozenset((leaf,)),)

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        places = context.places(self._leaf)
        if places and region is not context.whole:
            places = _inside(places, region)
        return {(*place, self._leaf) for place in places[:MAX_SHOWN]} or None


class _LangNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, langs: frozenset[str]) -> None:
        self._langs = langs

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:  # noqa: ARG002 - same for all regions
        return set() if context.reading.lang in self._langs else None


class _PublisherNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, publishers: frozenset[str]) -> None:
        self._publishers = publishers

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:  # noqa: ARG002 - same for all regions
        return set() if context.reading.publisher in self._publishers else None


class _AllNode:
    def __init__(self, parts: tuple[Node, ...]) -> None:
        # Those that need no places first: they are cheap and often false.
        self._parts = tuple(sorted(parts, key=lambda part: (isinstance(part, _WithinNode), bool(part.clauses))))
        self.clauses = tuple(dict.fromkeys(clause for part in parts for clause in part.clauses))

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        every: set[LeafHit] = set()
        for part in self._parts:
            found = part.hits(context, region)
            if found is None:
                return None
            every |= found
        return every


class _AnyNode:
    def __init__(self, parts: tuple[Node, ...]) -> None:
        self._parts = parts
        one_of_each = [best_clause(part.clauses) for part in parts]
        self.clauses: tuple[Clause, ...] = ()
        if all(one_of_each):
            self.clauses = (frozenset(leaf for clause in one_of_each if clause for leaf in clause),)

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        found = [hits for part in self._parts if (hits := part.hits(context, region)) is not None]
        return set().union(*found) if found else None


class _NotNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, part: Node) -> None:
        self._part = part

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        return set() if self._part.hits(context, region) is None else None


class _WithinNode:
    def __init__(self, scope: Scope, part: Node) -> None:
        self._scope = scope
        self._part = part
        self._anchor = best_clause(part.clauses)
        self.clauses = part.clauses

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        tried = (self._part.hits(context, unit) for unit in self._units(context, region))
        found = list(islice((hits for hits in tried if hits is not None), MAX_SHOWN))
        return set().union(*found) if found else None

    def _units(self, context: Context, region: Region) -> Iterable[Region]:
        """The units of the scope in the region; where some leaf must stand in a unit, only those that have one."""
        if self._scope is Scope.ARTICLE:
            return [region]
        if self._scope is Scope.TITLE:
            title = tuple(
                part for part in region if part[1] < part[2] and context.reading.fields[part[0]].name == "title"
            )
            return [title] if title else []
        if self._anchor is None:
            return [
                ((index, max(low, first), min(high, after)),)
                for index, first, after in region
                for low, high in self._ranges(context, index)
                if low < after and high > first
            ]
        anchors = (
            context.places(leaf) if region is context.whole else _inside(context.places(leaf), region)
            for leaf in sorted(self._anchor)
        )
        # Places in order lie in units in order, so that equal units are neighbours.
        return ((unit,) for unit, _ in groupby(self._unit(context, region, place) for place in merge(*anchors)))

    def _ranges(self, context: Context, index: int) -> tuple[tuple[int, int], ...]:
        tokens = context.reading.fields[index].tokens
        return tokens.sentences if self._scope is Scope.SENTENCE else tokens.paragraphs

    def _unit(self, context: Context, region: Region, place: Place) -> Place:
        index, token, _ = place
        tokens = context.reading.fields[index].tokens
        at = tokens.sentence_of(token) if self._scope is Scope.SENTENCE else tokens.paragraph_of(token)
        low, high = self._ranges(context, index)[at]
        first, after = next((part[1], part[2]) for part in region if part[0] == index and part[1] <= token < part[2])
        return index, max(low, first), min(high, after)


def _inside(places: list[Place], region: Region) -> list[Place]:
    return [
        place
        for index, first, after in region
        for place in places[bisect_left(places, (index, first)) : bisect_left(places, (index, after))]
        if place[2] <= after
    ]


def best_clause(clauses: Iterable[Clause]) -> Clause | None:
    """The clause that is least often met: the one with the fewest leaves."""
    return min(clauses, key=lambda clause: (len(clause), sorted(clause)), default=None)
