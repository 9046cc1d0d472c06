"""The condition tree under `when:`, read by hand from plain YAML data.

Why by hand and not by a union of models: pydantic then reports every branch that did not fit, and the person who
wrote one wrong key reads twenty problems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    Condition,
    LangCondition,
    Not,
    PublisherCondition,
    Query,
    Scope,
    Terms,
    Within,
    requires_words,
)
from consumers.rules.query import QueryError, parse_query
from monitor.actors import Registry
from monitor.core.documents import Document, Location
from monitor.core.problems import Problem, suggestion

NOT_SUPPORTED = "is not supported by this version"
LATER_KEYS = frozenset({"casualties", "leader_call", "fact", "spike", "absence", "at_least", "near", "filter"})
MAX_DEPTH = 30


class ConditionReader:
    """Reads conditions of one document and collects what is wrong with them."""

    def __init__(self, document: Document, registry: Registry, terms: Mapping[str, Terms]) -> None:
        self._document = document
        self._registry = registry
        self._terms = terms
        self.problems: list[Problem] = []
        self._readers: dict[str, Callable[[Any, Location], Condition | None]] = {
            "all": lambda value, at: self._several(value, at, All),
            "any": lambda value, at: self._several(value, at, Any_),
            "not": self._negated,
            "query": self._query,
            "actor": self._actor,
            "terms": self._named_terms,
            "lang": lambda value, at: self._named(value, at, LangCondition),
            "publisher": lambda value, at: self._named(value, at, PublisherCondition),
        }

    def rule_condition(self, value: Any, at: Location) -> Condition | None:
        """The condition of a rule, which must ask for words; None when something is wrong (see `problems`)."""
        condition = self.condition(value, at)
        if condition is not None and not requires_words(condition):
            self._problem(
                at,
                "can hold of an article in which none of its words stands, so it would match nearly everything: "
                "ask for a query, actor or terms in every branch, outside `not`",
            )
            return None
        return condition

    def condition(self, value: Any, at: Location) -> Condition | None:
        """The condition in a mapping; keys standing side by side must all hold."""
        if not isinstance(value, dict) or not value:
            self._problem(at, f"{_shown(value)}: is no condition (allowed: {', '.join(self._readers)})")
            return None
        if len(at) > 2 * MAX_DEPTH:
            self._problem(at, f"is nested more than {MAX_DEPTH} deep")
            return None
        parts = [self._keyed(str(key), part, (*at, str(key))) for key, part in value.items() if key != "same"]
        scope = self._scope(value["same"], (*at, "same")) if "same" in value else Scope.ARTICLE
        if scope is None or any(part is None for part in parts):
            return None
        if not parts:
            self._problem(at, "`same` needs a condition beside it")
            return None
        found = tuple(part for part in parts if part is not None)
        if scope is not Scope.ARTICLE and len(found) == 1 and isinstance(found[0], Not):
            # `not: X` under a scope means "in no such place", not "in some place not".
            return Not(Within(scope, found[0].part))
        whole = found[0] if len(found) == 1 else All(found)
        return whole if scope is Scope.ARTICLE else Within(scope, whole)

    def _keyed(self, key: str, value: Any, at: Location) -> Condition | None:
        reader = self._readers.get(key)
        if reader is not None:
            return reader(value, at)
        if key in LATER_KEYS:
            self._problem(at, NOT_SUPPORTED)
            return None
        self._problem(at, f"unknown key{suggestion(key, [*self._readers, 'same'])}")
        return None

    def _scope(self, value: Any, at: Location) -> Scope | None:
        try:
            return Scope(value)
        except ValueError:
            self._problem(at, f"{_shown(value)}: unknown scope{suggestion(str(value), list(Scope))}")
            return None

    def _several(self, value: Any, at: Location, kind: type[All] | type[Any_]) -> Condition | None:
        if not isinstance(value, list) or not value:
            self._problem(at, f"{_shown(value)}: is no list of conditions")
            return None
        parts = [self.condition(part, (*at, index)) for index, part in enumerate(value)]
        if any(part is None for part in parts):
            return None
        return kind(tuple(part for part in parts if part is not None))

    def _negated(self, value: Any, at: Location) -> Condition | None:
        part = self.condition(value, at)
        return None if part is None else Not(part)

    def _query(self, value: Any, at: Location) -> Condition | None:
        if not isinstance(value, str):
            self._problem(at, f"{_shown(value)}: is no text (put quotes around the query)")
            return None
        try:
            return Query(value, parse_query(value))
        except QueryError as error:
            self._problem(at, str(error))
            return None

    def _actor(self, value: Any, at: Location) -> Condition | None:
        found = self._names(value, at)
        for index, actor in enumerate(found or ()):
            if actor not in self._registry:
                where = (*at, index) if isinstance(value, list) else at
                self._problem(where, f"unknown actor {_shown(actor)}{_actor_hint(actor, self._registry)}")
                found = None
        return None if found is None else ActorCondition(found)

    def _named_terms(self, value: Any, at: Location) -> Condition | None:
        found = self._names(value, at)
        unknown = [name for name in found or () if name not in self._terms]
        for name in unknown:
            self._problem(at, f"unknown terms {_shown(name)}{suggestion(name, self._terms)}")
        if found is None or unknown:
            return None
        lists = tuple(self._terms[name] for name in found)
        return lists[0] if len(lists) == 1 else Any_(lists)

    def _named(
        self, value: Any, at: Location, kind: type[LangCondition] | type[PublisherCondition]
    ) -> Condition | None:
        found = self._names(value, at)
        return None if found is None else kind(tuple(name.casefold() for name in found))

    def _names(self, value: Any, at: Location) -> tuple[str, ...] | None:
        names = value if isinstance(value, list) else [value]
        if not names or not all(isinstance(name, str) and name.strip() for name in names):
            # YAML reads an unquoted `no` (Norwegian) as false.
            self._problem(at, f"{_shown(value)}: is no name or list of names (put quotes around it)")
            return None
        return tuple(names)

    def _problem(self, at: Location, message: str) -> None:
        self.problems.append(self._document.problem(at, message))


def _actor_hint(actor: str, registry: Registry) -> str:
    if "@" in actor or "(" in actor:
        return ": offices and sets of actors are not supported by this version"
    return registry.suggest(actor)


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:80] + "…"
