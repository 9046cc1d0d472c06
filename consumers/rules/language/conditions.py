"""The condition tree under `when:`, read by hand from plain YAML data.

Why by hand and not by a union of models: pydantic then reports every branch that did not fit, and the person who
wrote one wrong key reads twenty problems.

A condition is a mapping; keys side by side must all hold. `CONDITION_KEYS` says what each means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from consumers.rules.language.fact_conditions import FactReader
from consumers.rules.language.fact_keys import KEYS as FACT_KEYS
from consumers.rules.language.positions import position_problem
from consumers.rules.language.query import QueryError, parse_query
from consumers.rules.language.wording import language_problem, url_problem
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Scope,
    Terms,
    UrlCondition,
    Within,
    requires_words,
)
from monitor.actors import Registry
from monitor.core.documents import Document, Location
from monitor.core.problems import Problem, suggestion

NOT_SUPPORTED = "is not supported by this version"
LATER_KEYS = frozenset({"spike", "absence", "near"})
MAX_DEPTH = 30

CONDITION_KEYS: dict[str, str] = {
    "all": "Every condition of the list holds.",
    "any": "At least one condition of the list holds.",
    "not": "The condition does not hold.",
    "at_least": "So many of the conditions under `of` hold.",
    "of": "The conditions that `at_least` counts.",
    "same": "The part of the article in which the conditions beside it hold together; default article.",
    "query": "Words, phrases, fields and operators in Lucene syntax.",
    "terms": "Any phrase of a list under `terms`, or of one of several, stands there.",
    "actor": "Any of these actor positions is named or meant ('his Russian counterpart').",
    "named": "Any of these actor positions is named outright; titles and counterparts do not count.",
    "lang": "The article is in one of these languages (und: unknown).",
    "publisher": "The article is by one of these publishers.",
    "url": "The words of any of these stand in a row in the article's address.",
    "casualties": "The article tells of a figure of people killed, wounded... of which every key holds.",
    "leader_call": "The article tells of a call between leaders of which every key holds.",
    "fact": "The article tells of a fact of this `type` of which every key holds.",
}
_AT_LEAST_ALONE = (
    "needs `of` beside it: the conditions to count (allowed: {at_least: 2, of: [...]}; "
    "that of a figure stands inside: {casualties: {at_least: 100}})"
)
_BESIDE = frozenset({"same", "of"})  # these say something about the keys beside them


class ConditionReader:
    """Reads conditions of one document and collects what is wrong with them."""

    def __init__(self, document: Document, registry: Registry, terms: Mapping[str, Terms]) -> None:
        self._document = document
        self._registry = registry
        self._terms = terms
        self.problems: list[Problem] = []
        facts = FactReader(registry, self._problem)
        self._readers: dict[str, Callable[[Any, Location], Condition | None]] = {
            "all": lambda value, at: self._several(value, at, All),
            "any": lambda value, at: self._several(value, at, Any_),
            "not": self._negated,
            "query": self._query,
            "terms": self._named_terms,
            "actor": lambda value, at: self._actor(value, at, direct=False),
            "named": lambda value, at: self._actor(value, at, direct=True),
            "lang": self._lang,
            "publisher": self._publisher,
            "url": self._url,
            "fact": facts.any_type,
            **{type_: lambda value, at, type_=type_: facts.of_type(type_, value, at) for type_ in FACT_KEYS},  # type: ignore[misc] # a default argument binds the loop's value
        }

    def keys(self) -> set[str]:
        """The keys that it knows."""
        return {*self._readers, "at_least", *_BESIDE}

    def rule_condition(self, value: Any, at: Location) -> Condition | None:
        """The condition of a rule or filter, which must ask for words; None when something is wrong with it."""
        condition = self.condition(value, at)
        if condition is not None and not requires_words(condition):
            self._problem(
                at,
                "can hold of an article in which none of its words stands, so it would match nearly everything: "
                "ask for a query, terms, actor or fact in every branch, outside `not`",
            )
            return None
        return condition

    def condition(self, value: Any, at: Location) -> Condition | None:
        """The condition in a mapping; keys standing side by side must all hold."""
        if not isinstance(value, dict) or not value:
            hints: dict[type, str] = {str: "; words are `query: ...`", list: "; a list stands behind `all:` or `any:`"}
            hint = hints.get(type(value), "")
            self._problem(at, f"{_shown(value)}: is no condition (allowed: {', '.join(CONDITION_KEYS)}){hint}")
            return None
        if len(at) > 2 * MAX_DEPTH:
            self._problem(at, f"is nested more than {MAX_DEPTH} deep")
            return None
        parts = [self._keyed(key, part, value, at) for key, part in value.items() if key not in _BESIDE]
        scope = self._scope(value["same"], (*at, "same")) if "same" in value else Scope.ARTICLE
        if "of" in value and "at_least" not in value:
            self._problem((*at, "of"), "needs `at_least` beside it: how many of them hold")
            return None
        if scope is None or any(part is None for part in parts):
            return None
        if not parts:
            self._problem(at, "`same` needs a condition beside it")
            return None
        return _scoped(scope, tuple(part for part in parts if part is not None))

    def _keyed(self, key: Any, value: Any, beside: Mapping[Any, Any], at: Location) -> Condition | None:
        at = (*at, str(key))
        if key == "at_least":
            return self._at_least(value, beside.get("of"), at)
        reader = self._readers.get(str(key))
        if reader is not None:
            return reader(value, at)
        self._problem(at, NOT_SUPPORTED if key in LATER_KEYS else f"unknown key{suggestion(str(key), CONDITION_KEYS)}")
        return None

    def _scope(self, value: Any, at: Location) -> Scope | None:
        try:
            return Scope(value)
        except ValueError:
            self._problem(at, f"{_shown(value)}: unknown scope{suggestion(str(value), list(Scope))}")
            return None

    def _several(self, value: Any, at: Location, kind: type[All] | type[Any_]) -> Condition | None:
        parts = self._list(value, at)
        return None if parts is None else kind(parts)

    def _at_least(self, count: Any, conditions: Any, at: Location) -> Condition | None:
        if conditions is None:
            self._problem(at, _AT_LEAST_ALONE)
            return None
        parts = self._list(conditions, (*at[:-1], "of"))
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            self._problem(at, f"{_shown(count)}: is no number of conditions (allowed: from 1)")
            return None
        if parts is None:
            return None
        if count > len(parts):
            self._problem(at, f"{count} of {len(parts)} conditions can never hold")
            return None
        return AtLeast(count, parts)

    def _list(self, value: Any, at: Location) -> tuple[Condition, ...] | None:
        if not isinstance(value, list) or not value:
            self._problem(at, f"{_shown(value)}: is no list of conditions")
            return None
        parts = [self.condition(part, (*at, index)) for index, part in enumerate(value)]
        if any(part is None for part in parts):
            return None
        return tuple(part for part in parts if part is not None)

    def _negated(self, value: Any, at: Location) -> Condition | None:
        part = self.condition(value, at)
        return None if part is None else Not(part)

    def _query(self, value: Any, at: Location) -> Condition | None:
        if not isinstance(value, str):
            self._problem(at, f"{_shown(value)}: is no text (put quotes around the query)")
            return None
        try:
            return Query(value, parse_query(value, lambda position: position_problem(self._registry, position)))
        except QueryError as error:
            self._problem(at, str(error))
            return None

    def _actor(self, value: Any, at: Location, *, direct: bool) -> Condition | None:
        found = self._checked(value, at, lambda name: position_problem(self._registry, name))
        return None if found is None else ActorCondition(found, direct)

    def _named_terms(self, value: Any, at: Location) -> Condition | None:
        found = self._checked(value, at, self._terms_problem)
        if found is None:
            return None
        lists = tuple(self._terms[name] for name in found)
        return lists[0] if len(lists) == 1 else Any_(lists)

    def _terms_problem(self, name: str) -> str | None:
        return None if name in self._terms else f"unknown terms {_shown(name)}{suggestion(name, self._terms)}"

    def _lang(self, value: Any, at: Location) -> Condition | None:
        found = self._checked(value, at, language_problem)
        return None if found is None else LangCondition(found)

    def _publisher(self, value: Any, at: Location) -> Condition | None:
        found = self._checked(value, at, lambda _: None)
        return None if found is None else PublisherCondition(tuple(name.casefold() for name in found))

    def _url(self, value: Any, at: Location) -> Condition | None:
        found = self._checked(value, at, url_problem)
        return None if found is None else UrlCondition(tuple(Phrase(text) for text in found))

    def _checked(self, value: Any, at: Location, problem_of: Callable[[str], str | None]) -> tuple[str, ...] | None:
        """A name or a list of names, each of them right; None when something is wrong."""
        names = value if isinstance(value, list) else [value]
        if not names or not all(isinstance(name, str) and name.strip() for name in names):
            # YAML reads an unquoted `no` (Norwegian) as false.
            self._problem(at, f"{_shown(value)}: is no name or list of names (put quotes around it)")
            return None
        problems = {index: problem for index, name in enumerate(names) if (problem := problem_of(name))}
        for index, problem in problems.items():
            self._problem((*at, index) if isinstance(value, list) else at, problem)
        return None if problems else tuple(dict.fromkeys(names))

    def _problem(self, at: Location, message: str) -> None:
        self.problems.append(self._document.problem(at, message))


def _scoped(scope: Scope, parts: tuple[Condition, ...]) -> Condition:
    """Conditions side by side, in one place of that scope."""
    if scope is not Scope.ARTICLE and len(parts) == 1 and isinstance(parts[0], Not):
        # `not: X` under a scope means "in no such place", not "in some place not".
        return Not(Within(scope, parts[0].part))
    whole = parts[0] if len(parts) == 1 else All(parts)
    return whole if scope is Scope.ARTICLE else Within(scope, whole)


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:80] + "…"
