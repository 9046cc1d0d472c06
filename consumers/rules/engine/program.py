"""Conditions made ready to run: a tree of nodes over numbered leaves, evaluated with the places of hits.

A node holds of a *region* (parts of fields, as token ranges) and then gives the hits it stands on: those of every
part that holds, so that evidence does not depend on the order of evaluation. Hits must lie wholly in the region.
Of the places of a leaf in a region, and of the sentences and paragraphs that hold, the first `MAX_SHOWN` are given:
whether a rule holds does not depend on more, nobody reads more evidence, and a text made to hurt has ten thousand.
"""

from __future__ import annotations

from consumers.rules.engine.evaluation import MAX_SHOWN, Clause, Context, LeafHit, Node, Region, inside
from consumers.rules.engine.leaves import leaves_of, url_leaf
from consumers.rules.engine.scopes import WithinNode, best_clause
from consumers.rules.engine.table import LeafTable
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    FactCondition,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Terms,
    UrlCondition,
    Within,
)
from monitor.core.fact import Field
from monitor.text.reading import primary_language


class Builder:
    """Builds programs whose leaves go into one table.

    Attributes:
        nodes: The program of every condition built, part or whole, by `id` of the condition: who explains a rule
            asks for those of its parts. The conditions must live as long.
    """

    def __init__(self, table: LeafTable) -> None:
        self.table = table
        self.nodes: dict[int, Node] = {}

    def build(self, condition: Condition) -> Node:
        """The program of a condition.

        Raises:
            Exception: A phrase or an actor's position means nothing (the loader lets none through).
        """
        node = self.nodes[id(condition)] = self._build(condition)
        return node

    def _build(self, condition: Condition) -> Node:
        match condition:
            case Phrase() | ActorCondition() | Terms():
                return _any([_LeafNode(self.table.add(leaf)) for leaf in leaves_of(condition)])
            case FactCondition():
                (leaf,) = leaves_of(condition)
                return _FactNode(self.table.add(leaf), condition)
            case Query():
                return self.build(condition.condition)
            case LangCondition():
                return _LangNode(frozenset(primary_language(lang) for lang in condition.langs))
            case PublisherCondition():
                return _PublisherNode(frozenset(name.casefold() for name in condition.publishers))
            case UrlCondition():
                return _UrlNode(tuple(self.table.add(leaf, in_url=True) for leaf in url_leaf(condition)))
            case All():
                return _AllNode(self._parts(condition.parts))
            case Any_():
                return _any(self._parts(condition.parts))
            case AtLeast():
                return _AtLeastNode(condition.count, self._parts(condition.parts))
            case Not():
                return _NotNode(self.build(condition.part))
            case InFields():
                return InFieldsNode(frozenset(condition.fields), self.build(condition.part))
            case Within():
                return WithinNode(condition.scope, self.build(condition.part))

    def _parts(self, conditions: tuple[Condition, ...]) -> list[Node]:
        return [self.build(part) for part in conditions]


def _any(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else _AnyNode(nodes)


class _LeafNode:
    def __init__(self, leaf: int) -> None:
        self._leaf = leaf
        self.clauses: tuple[Clause, ...] = (frozenset((leaf,)),)

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        context.spend(1)
        places = context.places(self._leaf)
        if not places:
            return None
        if region is not context.whole:
            places = inside(places, region)
        shown = places[:MAX_SHOWN]
        context.spend(len(shown))
        return {(self._leaf, place) for place in shown} or None


class _FactNode:
    """Facts of which no place is known hold of the whole article, and of no part of it."""

    def __init__(self, leaf: int, condition: FactCondition) -> None:
        self._leaf = leaf
        self._condition = condition
        self.clauses: tuple[Clause, ...] = (frozenset((leaf,)),)

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        context.spend(1)
        places = context.places(self._leaf)
        if region is not context.whole:
            places = inside(places, region)
        hits: set[LeafHit] = {(self._leaf, place) for place in places[:MAX_SHOWN]}
        if region is context.whole:
            for fact in context.leaves.holding_facts(self._leaf, self._condition)[:MAX_SHOWN]:
                if context.leaves.fact_place(fact) is None:
                    hits.add((self._leaf, (0, 0, 0, fact)))
        return hits or None


class _LangNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, langs: frozenset[str]) -> None:
        self._langs = langs

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:  # noqa: ARG002 - same for all regions
        context.spend(1)
        return set() if context.reading.lang in self._langs else None


class _PublisherNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, publishers: frozenset[str]) -> None:
        self._publishers = publishers

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:  # noqa: ARG002 - same for all regions
        context.spend(1)
        return set() if context.reading.publisher in self._publishers else None


class _UrlNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, leaves: tuple[int, ...]) -> None:
        self._leaves = leaves

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:  # noqa: ARG002 - same for all regions
        context.spend(len(self._leaves))
        return set() if any(context.places(leaf) for leaf in self._leaves) else None


class _AllNode:
    def __init__(self, parts: list[Node]) -> None:
        # Those that need no places first: they are cheap and often false.
        self._parts = sorted(parts, key=lambda part: (isinstance(part, WithinNode), bool(part.clauses)))
        self.clauses = tuple(dict.fromkeys(clause for part in parts for clause in part.clauses))

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        context.spend(1)
        every: set[LeafHit] = set()
        for part in self._parts:
            found = part.hits(context, region)
            if found is None:
                return None
            every |= found
        return every


class _AnyNode:
    def __init__(self, parts: list[Node]) -> None:
        self._parts = parts
        one_of_each = [best_clause(part.clauses) for part in parts]
        self.clauses: tuple[Clause, ...] = ()
        if all(one_of_each):
            self.clauses = (frozenset(leaf for clause in one_of_each if clause for leaf in clause),)

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        context.spend(1)
        live = context.live(self, self._parts)
        found = [hits for part in live if (hits := part.hits(context, region)) is not None]
        return set().union(*found) if found else None


class _AtLeastNode:
    def __init__(self, count: int, parts: list[Node]) -> None:
        self._count = count
        self._parts = parts
        # With fewer than `count` parts outside a set of parts, one in the set must hold.
        needed = len(parts) - count + 1
        bests = sorted(
            (clause for part in parts if (clause := best_clause(part.clauses)) is not None),
            key=lambda clause: (len(clause), sorted(clause)),
        )
        self.clauses: tuple[Clause, ...] = ()
        if 0 < needed <= len(bests):
            self.clauses = (frozenset[int]().union(*bests[:needed]),)

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        context.spend(1)
        live = context.live(self, self._parts)
        if len(live) < self._count:
            return None
        found = [hits for part in live if (hits := part.hits(context, region)) is not None]
        return set[LeafHit]().union(*found) if len(found) >= self._count else None


class _NotNode:
    clauses: tuple[Clause, ...] = ()

    def __init__(self, part: Node) -> None:
        self._part = part

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        context.spend(1)
        return set() if self._part.hits(context, region) is None else None


class InFieldsNode:
    """Holds where its part holds of some fields."""

    def __init__(self, fields: frozenset[Field], part: Node) -> None:
        self._fields = fields
        self._part = part
        self.clauses = part.clauses

    def hits(self, context: Context, region: Region) -> set[LeafHit] | None:
        """What the part stands on there."""
        context.spend(1)
        return self._part.hits(context, self.narrowed(context, region))

    def narrowed(self, context: Context, region: Region) -> Region:
        """The region without the other fields."""
        names = [field.name for field in context.reading.fields]
        return tuple(part for part in region if part[1] < part[2] and names[part[0]] in self._fields)
