"""Rules as they are once loaded: frozen, complete, and free of files. Knows no article.

The conditions they are made of stand in `tree`; they are given on here, since a rule is of no use without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from consumers.rules.meaning import meaning, requires_words
from consumers.rules.tree import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    FactCondition,
    FactTest,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Scope,
    Terms,
    UrlCondition,
    Within,
)
from monitor.actors import Actor, ActorSet, Office
from monitor.core.alert import Severity
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.core.fact import Fact
from monitor.core.ids import content_hash

__all__ = [
    "ActorCondition",
    "All",
    "Any_",
    "AtLeast",
    "Condition",
    "Expect",
    "FactCondition",
    "FactTest",
    "Filter",
    "Gates",
    "InFields",
    "LangCondition",
    "Not",
    "Phrase",
    "PublisherCondition",
    "Query",
    "Rule",
    "RuleSet",
    "RuleTest",
    "Scope",
    "Status",
    "TermList",
    "Terms",
    "UrlCondition",
    "Within",
    "WrittenTerm",
    "meaning",
    "requires_words",
]

Status = Literal["stable", "shadow", "disabled"]
Expect = Literal["match", "none"]


@dataclass(frozen=True)
class Gates:
    """What may hold an alert back or end it."""

    update_at_most_every: timedelta = timedelta(minutes=15)
    forget_after: timedelta = timedelta(hours=48)


@dataclass(frozen=True)
class RuleTest:
    """A text that stands with its rule, and whether the rule must match it.

    Attributes:
        published_at: The day that decides who holds an office.
        facts: Hand-made, in the place of extracted ones.
        evidence: Words that must be among those on which the rule stands.
    """

    expect: Expect
    title: str = ""
    summary: str = ""
    body: str = ""
    text: str = ""
    lang: str = UNKNOWN_LANGUAGE
    publisher: str = ""
    url: str = ""
    published_at: date | None = None
    facts: tuple[Fact, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """One exclusion over many rules: none of them fires where `when` holds; `file` and `line` say where it stands."""

    id: str
    when: Condition
    file: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Rule:
    """One watch rule; `file` and `line` say where it stands.

    Attributes:
        filters: Those that cover it, in the order of their files.
    """

    id: str
    when: Condition
    title: str
    group: str
    status: Status = "stable"
    severity: Severity = "medium"
    gates: Gates = Gates()
    tests: tuple[RuleTest, ...] = ()
    filters: tuple[Filter, ...] = ()
    file: str = ""
    line: int | None = None

    @cached_property
    def version(self) -> str:
        """12 hex digits over the meaning of the rule and its filters: the same for another spelling or order."""
        return content_hash(meaning(self.effective))[:12]

    @property
    def effective(self) -> Condition:
        """What must hold for the rule to fire: `when`, and no filter."""
        if not self.filters:
            return self.when
        return All((self.when, *(Not(filter_.when) for filter_ in self.filters)))


@dataclass(frozen=True)
class WrittenTerm:
    """A phrase of a term list, as it stands in a file; `key` and `line` say where."""

    lang: str
    phrase: Phrase
    key: str
    line: int | None


@dataclass(frozen=True)
class TermList:
    """A list under `terms:`; `file` and `line` say where it stands.

    Attributes:
        terms: With the phrases of the lists it includes.
        own: Without them.
        includes: Names of other lists.
    """

    terms: Terms
    own: tuple[WrittenTerm, ...]
    includes: tuple[str, ...] = ()
    file: str = ""
    line: int | None = None


@dataclass(frozen=True)
class RuleSet:
    """All rules in force, in the order of their files. Goes to worker processes, so it must stay picklable.

    Attributes:
        actors, offices, sets: Those that the rule files add to the catalogue, or put in the place of its entries.
        filters: All, those that cover no rule in force too; each rule carries its own.
        lists: All term lists, used or not; conditions carry their phrases.
    """

    rules: tuple[Rule, ...] = ()
    actors: tuple[Actor, ...] = ()
    offices: tuple[Office, ...] = ()
    sets: tuple[ActorSet, ...] = ()
    filters: tuple[Filter, ...] = ()
    lists: tuple[TermList, ...] = ()
    _by_id: dict[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {rule.id: rule for rule in self.rules})

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id."""
        return self._by_id.get(rule_id)

    @cached_property
    def digest(self) -> str:
        """12 hex digits over everything that decides about alerts: processes with one digest decide alike."""
        rules = [
            repr((rule.id, rule.version, rule.title, rule.group, rule.status, rule.severity, rule.gates))
            for rule in self.rules
        ]
        return content_hash(*rules, *map(repr, (*self.actors, *self.offices, *self.sets)))[:12]
