"""All rules at once over one article: one scan, then only the rules that can hold are evaluated."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from consumers.rules.model import Rule, RuleSet
from consumers.rules.program import Clause, Context, LeafHit, Node, build
from consumers.rules.scan import LeafTable
from monitor.actors import Registry
from monitor.core.fact import Field
from monitor.text.reading import Reading


@dataclass(frozen=True, order=True)
class Hit:
    """One place on which a rule stands.

    Attributes:
        index: Index of the field in the reading.
        token: The first of its words.
        span: In code points of the field's text.
        condition: The leaf's label.
        actor: The leaf's actor.
    """

    index: int
    token: int
    span: tuple[int, int]
    condition: str
    field: Field
    actor: str | None = dataclasses.field(default=None, compare=False)  # follows from the label


@dataclass(frozen=True)
class RuleHits:
    """A rule that holds, with what it stands on, in the order of the text: the first places, where there are many."""

    rule: Rule
    hits: tuple[Hit, ...]


class CompiledRules:
    """The rules of a rule set that are not disabled, ready to match."""

    def __init__(self, rule_set: RuleSet, registry: Registry) -> None:
        """Compile; takes about a millisecond for ten rules."""
        self.rule_set = rule_set
        self._table = LeafTable()
        self._rules = [rule for rule in rule_set if rule.status != "disabled"]
        self._nodes: list[Node] = [build(rule.when, self._table, registry) for rule in self._rules]
        # Each rule waits for the names of one clause that it needs; the names of its other clauses are looked up
        # before it is evaluated. Both may only drop what cannot hold.
        self._waiting: dict[int, list[int]] = {}
        self._always: list[int] = []
        self._guards: list[tuple[frozenset[int], ...]] = []
        for number, node in enumerate(self._nodes):
            self._index(number, node)

    def match(self, reading: Reading) -> list[RuleHits]:
        """The rules that hold, in the order of the rule set."""
        found = self._table.trie.places(reading)
        candidates = set(self._always)
        for name in found:
            candidates.update(self._waiting.get(name, ()))
        whole = tuple((index, 0, len(part.tokens.words)) for index, part in enumerate(reading.fields))
        context = Context(reading, self._table.resolver(found, reading.lang), whole)
        matched: list[RuleHits] = []
        for number in sorted(candidates):
            if any(found.keys().isdisjoint(names) for names in self._guards[number]):
                continue
            hits = self._nodes[number].hits(context, whole)
            if hits is not None:
                matched.append(RuleHits(self._rules[number], self._hits(reading, hits)))
        return matched

    def _index(self, number: int, node: Node) -> None:
        clauses = sorted(node.clauses, key=self._cost)
        self._guards.append(tuple(self._names(clause) for clause in clauses[1:]))
        if not clauses:
            self._always.append(number)
            return
        for name in self._names(clauses[0]):
            self._waiting.setdefault(name, []).append(number)

    def _names(self, clause: Clause) -> frozenset[int]:
        return frozenset(name for leaf in clause for name in self._table.names_of(leaf))

    def _cost(self, clause: Clause) -> float:
        """A guess at how often a clause is met: short names are frequent, many names more so."""
        return sum(
            1 / max(1, sum(map(len, name.words)) + 4 * (len(name.words) - 1)) ** 2
            for leaf in clause
            for name, _ in self._table.leaves[leaf].names
        )

    def _hits(self, reading: Reading, hits: set[LeafHit]) -> tuple[Hit, ...]:
        leaves = self._table.leaves
        actors = {leaves[leaf].label: leaves[leaf].actor for *_, leaf in hits}
        labelled = {(index, first, after, leaves[leaf].label) for index, first, after, leaf in hits}
        return tuple(
            Hit(
                index,
                first,
                (reading.fields[index].tokens.starts[first], reading.fields[index].tokens.ends[after - 1]),
                label,
                reading.fields[index].name,
                actors[label],
            )
            for index, first, after, label in sorted(labelled)
        )
