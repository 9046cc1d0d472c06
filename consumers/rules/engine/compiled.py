"""All rules at once over one article: one scan, then only the rules that can hold are evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consumers.rules.engine.evaluation import MAX_STEPS, Clause, Context, LeafHit, Node, TooCostlyError
from consumers.rules.engine.leaves import FactLeaf, span_of
from consumers.rules.engine.program import Builder
from consumers.rules.engine.table import ArticleLeaves, FactSource, FactsUnavailableError, LeafPlace, LeafTable, Signal
from consumers.rules.model import Rule, RuleSet
from monitor.actors import Registry
from monitor.core.errors import WorkTimedOutError
from monitor.core.fact import Fact, Field
from monitor.text.reading import Reading
from monitor.text.scan import Place

MAX_REASON_CHARACTERS = 300


@dataclass(frozen=True)
class Hit:
    """One place on which a rule stands.

    Attributes:
        index: Index of the field in the reading.
        token: The first of its words.
        span: In code points of the field's text.
        condition: The leaf's label.
        actor: The actor named or meant, where the condition asks for one.
        indirect: The actor is meant and not named.
        fact: The fact, where the condition asks for one.
    """

    index: int
    token: int
    span: tuple[int, int]
    condition: str
    field: Field
    actor: str | None = None
    indirect: bool = False
    fact: Fact | None = None


@dataclass(frozen=True)
class RuleHits:
    """A rule that holds, with what it stands on, in the order of the text: the first places, where there are many."""

    rule: Rule
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class SetAside:
    """Why a rule is evaluated no more, until rules are loaded again."""

    kind: Literal["failed", "too_costly"]
    reason: str


class CompiledRules:
    """The rules of a rule set that are not disabled, ready to match.

    Attributes:
        set_aside: Rules that are evaluated no more, by id: they failed, or cost more than `MAX_STEPS` in an article.
    """

    def __init__(
        self,
        rule_set: RuleSet,
        registry: Registry,
        facts: FactSource | None = None,
        *,
        max_steps: int = MAX_STEPS,
    ) -> None:
        """Compile; takes about a millisecond for ten rules, and longer for the first that asks for an actor."""
        self.rule_set = rule_set
        self.set_aside: dict[str, SetAside] = {}
        self._facts = facts
        self._max_steps = max_steps
        self._table = LeafTable(registry_with(rule_set, registry))
        self._rules: list[Rule] = []
        self._nodes: list[Node] = []
        # Each rule waits for the signals of one clause that it needs; those of its other clauses are looked up before
        # it is evaluated. Both may only drop what cannot hold.
        self._waiting: dict[Signal, list[int]] = {}
        self._always: list[int] = []
        self._guards: list[tuple[frozenset[Signal], ...]] = []
        for rule in rule_set:
            if rule.status != "disabled":
                self._add(rule)

    def match(self, reading: Reading) -> list[RuleHits]:
        """The rules that hold, in the order of the rule set.

        Raises:
            FactsUnavailableError: The source of facts failed; a rule that fails is set aside instead.
        """
        leaves = self._table.article(reading, self._facts)
        signals = leaves.signals()
        candidates = set(self._always)
        for signal in signals:
            candidates.update(self._waiting.get(signal, ()))
        matched: list[RuleHits] = []
        for number in sorted(candidates):
            if not any(signals.isdisjoint(needed) for needed in self._guards[number]):
                found = self._evaluate(number, leaves)
                if found is not None:
                    matched.append(found)
        return matched

    def _add(self, rule: Rule) -> None:
        try:
            node = Builder(self._table).build(rule.effective)
        except Exception as error:  # noqa: BLE001 - the loader checks rules; one it let through must not stop the others
            self._set_aside(rule, "failed", f"cannot be compiled: {error!r}")
            return
        number = len(self._rules)
        self._rules.append(rule)
        self._nodes.append(node)
        clauses = sorted(self._signal_clauses(node), key=self._cost)
        self._guards.append(tuple(clauses[1:]))
        if not clauses:
            self._always.append(number)
        for signal in clauses[0] if clauses else ():
            self._waiting.setdefault(signal, []).append(number)

    def _evaluate(self, number: int, leaves: ArticleLeaves) -> RuleHits | None:
        rule = self._rules[number]
        if self.set_aside and rule.id in self.set_aside:
            return None
        context = Context(leaves, self._max_steps)
        try:
            hits = self._nodes[number].hits(context, context.whole)
            return None if hits is None else RuleHits(rule, hits_of(hits, leaves, self._table))
        except (WorkTimedOutError, FactsUnavailableError):
            raise  # the article's trouble, and not the rule's
        except TooCostlyError:
            self._set_aside(rule, "too_costly", f"takes more than {self._max_steps} steps in an article")
        except Exception as error:  # noqa: BLE001 - whatever it is, the other rules go on
            self._set_aside(rule, "failed", f"fails in an article: {error!r}")
        return None

    def _set_aside(self, rule: Rule, kind: Literal["failed", "too_costly"], reason: str) -> None:
        self.set_aside[rule.id] = SetAside(kind, reason[:MAX_REASON_CHARACTERS])

    def _signal_clauses(self, node: Node) -> list[frozenset[Signal]]:
        clauses: list[frozenset[Signal]] = []
        for clause in node.clauses:
            if len(clause) == 1:
                clauses += self._table.signals(next(iter(clause)))
            else:
                clauses.append(self._any_signal(clause))
        return clauses

    def _any_signal(self, clause: Clause) -> frozenset[Signal]:
        rarest = (min(self._table.signals(leaf), key=self._cost) for leaf in clause)
        return frozenset(signal for signals in rarest for signal in signals)

    def _cost(self, clause: frozenset[Signal]) -> float:
        """A guess at how often a clause is met: short words are frequent, many words more so."""
        return sum(map(self._table.cost, clause))


def registry_with(rule_set: RuleSet, registry: Registry) -> Registry:
    """The registry with what the rule files add to it; the same one where they add nothing that is not there."""
    known = {id(one) for entries in (registry, registry.offices, registry.sets) for one in entries}
    if all(id(one) in known for entries in (rule_set.actors, rule_set.offices, rule_set.sets) for one in entries):
        return registry
    return registry.extended(rule_set.actors, rule_set.offices, rule_set.sets)


def hits_of(found: set[LeafHit], leaves: ArticleLeaves, table: LeafTable) -> tuple[Hit, ...]:
    """What leaves stand on, as people read it, in the order of the text."""
    # The last of the key only ever compares places of one leaf, which are alike.
    ordered = sorted(found, key=lambda hit: (hit[1][:3], hit[0], hit[1][3:]))
    hits = dict.fromkeys(_hit(leaf, place, leaves, table) for leaf, place in ordered)
    return tuple(sorted(hits, key=place_order))


def place_order(hit: Hit) -> tuple[int, int, tuple[int, int], str, str]:
    """Hits in the order of the text."""
    return hit.index, hit.token, hit.span, hit.condition, hit.actor or ""


def fact_hit(fact: Fact, label: str, reading: Reading, place: Place | None) -> Hit:
    """A fact as what a rule stands on; one whose field is not there stands at the beginning of the article."""
    for index, part in enumerate(reading.fields):
        if part.name == fact.field:
            start, end = (max(0, min(at, len(part.tokens.text))) for at in fact.span)
            return Hit(index, 0 if place is None else place[1], (start, max(start, end)), label, part.name, fact=fact)
    return Hit(0, 0, (0, 0), label, reading.fields[0].name if reading.fields else fact.field, fact=fact)


def _hit(leaf: int, place: LeafPlace, leaves: ArticleLeaves, table: LeafTable) -> Hit:
    kind, reading = table.leaves[leaf], leaves.reading
    if isinstance(kind, FactLeaf):
        number = int(place[3])  # type: ignore[misc] # a fact's place has its number
        return fact_hit(leaves.facts()[number], kind.label, reading, leaves.fact_place(number))
    index, first, after = place[:3]
    part = reading.fields[index]
    span = span_of(kind, part, first, after)
    if len(place) == 5:
        return Hit(index, first, span, kind.label, part.name, actor=place[3], indirect=place[4])
    return Hit(index, first, span, kind.label, part.name)
