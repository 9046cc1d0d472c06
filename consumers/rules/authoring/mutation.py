"""Which terms of rules could go without any test noticing (`tocsin rules test`): each is removed in turn.

A term that is removed stands nowhere any more: a phrase of a list, a word or phrase of a query, an actor's position,
words of an address. A test notices when it passed before and fails now, or the other way round.

Nothing is compiled again for a mutation: the leaf of the term is looked up once more without it, and only the rule of
the test is evaluated, only for terms that stand in the test's text. A thousand terms take a second or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from consumers.rules.authoring.testing import missing_evidence, reading_of
from consumers.rules.engine.compiled import hits_of, registry_with
from consumers.rules.engine.evaluation import Context, Node, TooCostlyError
from consumers.rules.engine.leaves import Leaf, NearLeaf, WordsLeaf, leaves_of, url_leaf
from consumers.rules.engine.program import Builder
from consumers.rules.engine.table import ArticleLeaves, FactSource, KnockedOut, LeafTable
from consumers.rules.model import (
    ActorCondition,
    Condition,
    FactCondition,
    LangCondition,
    Phrase,
    PublisherCondition,
    Rule,
    RuleSet,
    RuleTest,
    Terms,
    UrlCondition,
)
from consumers.rules.tree import parts_of
from monitor.actors import Registry
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text.reading import Reading


@dataclass(frozen=True, order=True)
class RemovableTerm:
    """One thing that a rule looks for, as it is written.

    Attributes:
        owner: The list of `terms`; else the rule or the filter (`filter <id>`) in which it stands.
        lang: The language in the list; empty elsewhere.
    """

    kind: Literal["terms", "query", "actor", "url"]
    owner: str
    text: str
    lang: str = ""


@dataclass(frozen=True)
class UntestedTerm:
    """A term on whose removal no test of these rules changes its outcome; they are all that use it."""

    term: RemovableTerm
    rules: tuple[str, ...]

    def __str__(self) -> str:
        term = self.term
        where = f"terms {term.owner} ({term.lang})" if term.kind == "terms" else f"{term.owner}, {term.kind}"
        return f"{where}: no test depends on '{term.text}'"


def mutations(rule: Rule) -> tuple[RemovableTerm, ...]:
    """The terms of a rule and its filters, each once, in their order."""
    return tuple(dict.fromkeys(term for term, _, _ in _terms(rule)))


def untested_terms(rule_set: RuleSet, registry: Registry, facts: FactSource | None = None) -> list[UntestedTerm]:
    """The terms of all rules on which no test depends.

    A term of a list that several rules share is tested if a test of any of them depends on it.
    """
    table = LeafTable(registry_with(rule_set, registry))
    programs = [_Program(rule, table) for rule in rule_set]
    users: dict[RemovableTerm, list[str]] = {}
    for program in programs:
        for term in program.places:
            users.setdefault(term, []).append(program.rule.id)
    tested: set[RemovableTerm] = set()
    for program in programs:
        for test in program.rule.tests:
            tested |= program.terms_noticed(test, tested, facts)
    return [UntestedTerm(term, tuple(rules)) for term, rules in users.items() if term not in tested]


class _Program:
    """A rule that terms can be taken out of.

    Attributes:
        places: Each term, with the leaves that it stands in.
    """

    def __init__(self, rule: Rule, table: LeafTable) -> None:
        self.rule = rule
        self._table = table
        self._node: Node = Builder(table).build(rule.effective)
        self.places: dict[RemovableTerm, list[KnockedOut]] = {}
        for term, leaf, at in _terms(rule):
            number = table.add(leaf, in_url=term.kind == "url")
            self.places.setdefault(term, []).append((number, at))

    def terms_noticed(self, test: RuleTest, known: set[RemovableTerm], facts: FactSource | None) -> set[RemovableTerm]:
        """The terms, other than the known ones, on which the outcome of a test depends."""
        reading = reading_of(test)
        leaves = self._table.article(reading, facts)
        before = self._passes(test, reading, leaves)
        noticed: set[RemovableTerm] = set()
        for term, places in self.places.items():
            standing = [place for place in places if leaves.may_stand(place)]
            if standing and term not in known and self._passes(test, reading, leaves.without(standing)) != before:
                noticed.add(term)
        return noticed

    def _passes(self, test: RuleTest, reading: Reading, leaves: ArticleLeaves) -> bool:
        context = Context(leaves)
        try:
            found = self._node.hits(context, context.whole)
        except TooCostlyError:
            return False
        if found is None or test.expect == "none":
            return (found is None) == (test.expect == "none")
        return not missing_evidence(test, reading, hits_of(found, leaves, self._table))


def _terms(rule: Rule) -> Iterator[tuple[RemovableTerm, Leaf, int]]:
    """Each term with its leaf, and its place in it."""
    yield from _terms_in(rule.when, f"rule {rule.id}")
    for filter_ in rule.filters:
        yield from _terms_in(filter_.when, f"filter {filter_.id}")


def _terms_in(condition: Condition, owner: str) -> Iterator[tuple[RemovableTerm, Leaf, int]]:
    match condition:
        case LangCondition() | PublisherCondition() | FactCondition():
            return
        case Phrase():
            (leaf,) = leaves_of(condition)
            yield RemovableTerm("query", owner, condition.text), leaf, 0
        case Terms():
            for leaf in leaves_of(condition):
                yield from _listed(condition.name, leaf)
        case ActorCondition():
            for position, leaf in zip(dict.fromkeys(condition.positions), leaves_of(condition), strict=True):
                yield RemovableTerm("actor", owner, position), leaf, 0
        case UrlCondition():
            for phrase, leaf in zip(condition.phrases, url_leaf(condition), strict=True):
                yield RemovableTerm("url", owner, phrase.text), leaf, 0
        case _:
            for part in parts_of(condition):
                yield from _terms_in(part, owner)


def _listed(name: str, leaf: Leaf) -> Iterator[tuple[RemovableTerm, Leaf, int]]:
    if isinstance(leaf, WordsLeaf):
        for at, term in enumerate(leaf.terms):
            yield RemovableTerm("terms", name, term.text, term.lang or UNKNOWN_LANGUAGE), leaf, at
    elif isinstance(leaf, NearLeaf):
        yield RemovableTerm("terms", name, leaf.text, leaf.words[0].lang or UNKNOWN_LANGUAGE), leaf, 0
