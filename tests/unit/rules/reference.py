"""The same answers as `compiled`, slow and obvious: every rule by itself, every name at every token.

It is the oracle of the tests: it shares with the engine what to look for (leaves) and how texts are cut (readings),
and nothing of how to search or evaluate. A part of a text is simply the set of its tokens.
"""

from __future__ import annotations

from consumers.rules.compiled import Hit, RuleHits
from consumers.rules.leaves import Leaf, Name, leaves_of
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
    RuleSet,
    Scope,
    Terms,
    Within,
)
from monitor.actors import Registry
from monitor.text.reading import Reading, primary_language

_Part = frozenset[tuple[int, int]]  # (field, token)


class ReferenceRules:
    """Rules evaluated one by one."""

    def __init__(self, rule_set: RuleSet, registry: Registry) -> None:
        self._rules = rule_set
        self._registry = registry

    def match(self, reading: Reading) -> list[RuleHits]:
        """As `CompiledRules.match`."""
        everything = frozenset(
            (index, token) for index, field in enumerate(reading.fields) for token in range(len(field.tokens.words))
        )
        matched: list[RuleHits] = []
        for rule in self._rules:
            hits = None if rule.status == "disabled" else self._evaluate(rule.when, reading, everything)
            if hits is not None:
                matched.append(RuleHits(rule, tuple(sorted(hits))))
        return matched

    def _evaluate(self, condition: Condition, reading: Reading, part: _Part) -> set[Hit] | None:
        match condition:
            case Phrase() | ActorCondition() | Terms():
                leaves = leaves_of(condition, self._registry)
                return {hit for leaf in leaves for hit in _hits(leaf, reading, part)} or None
            case Query():
                return self._evaluate(condition.condition, reading, part)
            case LangCondition():
                return set() if reading.lang in [primary_language(lang) for lang in condition.langs] else None
            case PublisherCondition():
                return set() if reading.publisher in [name.casefold() for name in condition.publishers] else None
            case All():
                results = [self._evaluate(inner, reading, part) for inner in condition.parts]
                return None if None in results else _union(results)
            case Any_():
                results = [self._evaluate(inner, reading, part) for inner in condition.parts]
                return None if all(result is None for result in results) else _union(results)
            case Not():
                return set() if self._evaluate(condition.part, reading, part) is None else None
            case Within():
                results = [
                    self._evaluate(condition.part, reading, unit) for unit in _units(condition.scope, reading, part)
                ]
                return None if all(result is None for result in results) else _union(results)
            case _:
                raise NotImplementedError(type(condition).__name__)


def _union(results: list[set[Hit] | None]) -> set[Hit]:
    return {hit for result in results for hit in result or ()}


def _units(scope: Scope, reading: Reading, part: _Part) -> list[_Part]:
    if scope is Scope.ARTICLE:
        return [part]
    units: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for index, token in part:
        field = reading.fields[index]
        if scope is Scope.TITLE:
            if field.name == "title":
                units.setdefault((index, 0), set()).add((index, token))
        elif scope is Scope.SENTENCE:
            units.setdefault((index, field.tokens.sentence_of(token)), set()).add((index, token))
        else:
            units.setdefault((index, field.tokens.paragraph_of(token)), set()).add((index, token))
    return [frozenset(unit) for unit in units.values()]


def _hits(leaf: Leaf, reading: Reading, part: _Part) -> list[Hit]:
    hits: list[Hit] = []
    for index, field in enumerate(reading.fields):
        blocked = [found for block in leaf.blocks for found in _find(block, reading, index)]
        for name in leaf.names_for(reading.lang):
            for first, after in _find(name, reading, index):
                covered = any(low <= first and after <= high for low, high in blocked)
                inside = all((index, token) in part for token in range(first, after))
                if inside and not covered:
                    span = (field.tokens.starts[first], field.tokens.ends[after - 1])
                    hits.append(Hit(index, first, span, leaf.label, field.name))
    return hits


def _find(name: Name, reading: Reading, index: int) -> list[tuple[int, int]]:
    field = reading.fields[index]
    found: list[tuple[int, int]] = []
    for first in range(len(field.tokens.words)):
        after = first + len(name.words)
        if field.tokens.words[first:after] == name.words:
            surface = field.tokens.text[field.tokens.starts[first] : field.tokens.ends[after - 1]]
            if name.stands_as(surface, caseless=field.caseless):
                found.append((first, after))
    return found
