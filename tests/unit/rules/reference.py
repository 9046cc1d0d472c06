"""The same answers as `compiled`, slow and obvious: every rule by itself, every pattern at every token.

It is the oracle of the tests: it shares with the engine what to look for (leaves, what one fact test means) and how
texts are cut (readings), and nothing of how to search or evaluate. A part of a text is simply the set of its tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from consumers.rules.engine.compiled import Hit, RuleHits
from consumers.rules.engine.facts import fact_holds
from consumers.rules.engine.leaves import (
    ActorLeaf,
    FactLeaf,
    Leaf,
    NearLeaf,
    WordsLeaf,
    leaves_of,
    span_of,
    url_field,
    url_leaf,
)
from consumers.rules.engine.table import FactSource
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
    RuleSet,
    Scope,
    Terms,
    UrlCondition,
    Within,
)
from monitor.actors import Mention, Registry
from monitor.core.fact import Fact
from monitor.text.reading import FieldReading, Reading, primary_language
from tests.unit.actors.reference_mentions import reference_mentions
from tests.unit.rules.reference_text import Stretch, near_stretches, stretches_of


@dataclass(frozen=True)
class _Part:
    """A part of a text: its tokens, as (field, token); `whole`: nobody has asked for less than the article."""

    tokens: frozenset[tuple[int, int]]
    whole: bool = False


class ReferenceRules:
    """Rules evaluated one by one."""

    def __init__(self, rule_set: RuleSet, registry: Registry, facts: FactSource | None = None) -> None:
        self._rules = rule_set
        self._registry = registry
        self._facts = facts

    def match(self, reading: Reading) -> list[RuleHits]:
        """As `CompiledRules.match`."""
        facts = reading.facts or (self._facts.facts(reading) if self._facts else ())
        article = _Article(reading, self._registry, facts)
        matched: list[RuleHits] = []
        for rule in self._rules:
            hits = None if rule.status == "disabled" else article.evaluate(rule.when, article.everything)
            excluded = any(article.evaluate(each.when, article.everything) is not None for each in rule.filters)
            if hits is not None and not excluded:
                matched.append(RuleHits(rule, tuple(_in_order(hits, facts))))
        return matched


def _in_order(hits: Iterable[Hit], facts: tuple[Fact, ...]) -> list[Hit]:
    return sorted(
        hits,
        key=lambda hit: (
            hit.index,
            hit.token,
            hit.span,
            hit.condition,
            hit.actor or "",
            -1 if hit.fact is None else facts.index(hit.fact),
        ),
    )


class _Article:
    def __init__(self, reading: Reading, registry: Registry, facts: tuple[Fact, ...]) -> None:
        self._reading = reading
        self._registry = registry
        self._facts = facts
        self.everything = _Part(
            frozenset((index, token) for index, field in enumerate(reading.fields) for token in _tokens(field)), True
        )

    @cached_property
    def _mentions(self) -> list[Mention]:
        return reference_mentions(self._registry, self._reading)

    def evaluate(self, condition: Condition, part: _Part) -> set[Hit] | None:
        reading = self._reading
        match condition:
            case Phrase() | ActorCondition() | Terms() | FactCondition():
                return {hit for leaf in leaves_of(condition) for hit in self._hits(leaf, part)} or None
            case Query():
                return self.evaluate(condition.condition, part)
            case LangCondition():
                return _holds(reading.lang in [primary_language(lang) for lang in condition.langs])
            case PublisherCondition():
                return _holds(reading.publisher in [name.casefold() for name in condition.publishers])
            case UrlCondition():
                address = url_field(reading.url)
                return _holds(any(self._stretches(leaf, address) for leaf in url_leaf(condition)))
            case All():
                return self._at_least(len(condition.parts), condition.parts, part)
            case Any_():
                return self._at_least(1, condition.parts, part)
            case AtLeast():
                return self._at_least(condition.count, condition.parts, part)
            case Not():
                return _holds(self.evaluate(condition.part, part) is None)
            case InFields():
                names = {index for index, field in enumerate(reading.fields) if field.name in condition.fields}
                return self.evaluate(condition.part, _Part(frozenset(at for at in part.tokens if at[0] in names)))
            case Within():
                results = [self.evaluate(condition.part, unit) for unit in _units(condition.scope, reading, part)]
                return None if all(result is None for result in results) else _union(results)

    def _at_least(self, count: int, conditions: tuple[Condition, ...], part: _Part) -> set[Hit] | None:
        results = [self.evaluate(inner, part) for inner in conditions]
        return _union(results) if sum(result is not None for result in results) >= count else None

    def _hits(self, leaf: Leaf, part: _Part) -> list[Hit]:
        match leaf:
            case ActorLeaf():
                return self._actor_hits(leaf, part)
            case FactLeaf():
                return self._fact_hits(leaf, part)
        return [
            self._hit(index, stretch, leaf)
            for index, field in enumerate(self._reading.fields)
            for stretch in self._stretches(leaf, field)
            if _lies_in(index, stretch, part)
        ]

    def _stretches(self, leaf: Leaf, field: FieldReading) -> list[Stretch]:
        if isinstance(leaf, NearLeaf):
            return near_stretches(leaf, field, self._reading.lang)
        assert isinstance(leaf, WordsLeaf)
        return [stretch for term in leaf.terms for stretch in stretches_of(term, field, self._reading.lang)]

    def _actor_hits(self, leaf: ActorLeaf, part: _Part) -> list[Hit]:
        meant = self._registry.members(leaf.position, self._reading.on)
        is_office = self._registry.office(leaf.position) is not None
        hits: list[Hit] = []
        for mention in self._mentions:
            if mention.actor not in meant or not _lies_in(mention.index, (mention.first, mention.after), part):
                continue
            seat_counts = is_office and mention.office == leaf.position
            if mention.direct or (not leaf.direct and (not mention.seat or seat_counts)):
                stretch = (mention.first, mention.after)
                hits.append(self._hit(mention.index, stretch, leaf, mention.actor, not mention.direct))
        return hits

    def _fact_hits(self, leaf: FactLeaf, part: _Part) -> list[Hit]:
        hits: list[Hit] = []
        for fact in self._facts:
            if not fact_holds(leaf.condition, fact, self._registry, self._reading.on):
                continue
            index = next((at for at, field in enumerate(self._reading.fields) if field.name == fact.field), None)
            if index is None:
                first = self._reading.fields[0].name if self._reading.fields else fact.field
                hits += [Hit(0, 0, (0, 0), leaf.label, first, fact=fact)] if part.whole else []
                continue
            field = self._reading.fields[index]
            start = min(max(fact.span[0], 0), len(field.tokens.text))
            end = max(start, min(max(fact.span[1], 0), len(field.tokens.text)))
            own = [at for at in _tokens(field) if field.tokens.ends[at] > start and field.tokens.starts[at] < end]
            if part.whole or (own and _lies_in(index, (own[0], own[-1] + 1), part)):
                hits.append(Hit(index, own[0] if own else 0, (start, end), leaf.label, field.name, fact=fact))
        return hits

    def _hit(self, index: int, stretch: Stretch, leaf: Leaf, actor: str | None = None, indirect: bool = False) -> Hit:
        field = self._reading.fields[index]
        return Hit(index, stretch[0], span_of(leaf, field, *stretch), leaf.label, field.name, actor, indirect)


def _holds(fact: bool) -> set[Hit] | None:
    return set() if fact else None


def _tokens(field: FieldReading) -> range:
    return range(len(field.tokens.words))


def _lies_in(index: int, stretch: Stretch, part: _Part) -> bool:
    return all((index, token) in part.tokens for token in range(*stretch))


def _union(results: list[set[Hit] | None]) -> set[Hit]:
    return {hit for result in results for hit in result or ()}


def _units(scope: Scope, reading: Reading, part: _Part) -> list[_Part]:
    if scope is Scope.ARTICLE:
        return [part]
    units: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for index, token in part.tokens:
        field = reading.fields[index]
        if scope is Scope.TITLE:
            if field.name == "title":
                units.setdefault((index, 0), set()).add((index, token))
        elif scope is Scope.SENTENCE:
            units.setdefault((index, field.tokens.sentence_of(token)), set()).add((index, token))
        else:
            units.setdefault((index, field.tokens.paragraph_of(token)), set()).add((index, token))
    return [_Part(frozenset(unit)) for unit in units.values()]
