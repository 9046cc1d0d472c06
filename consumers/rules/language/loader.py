"""Rules from YAML files: all problems of all files at once, each with file, line and key.

Files that are read together share their terms, actors and filters: a folder is one pack.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consumers.rules.language.conditions import NOT_SUPPORTED, ConditionReader
from consumers.rules.language.entries import (
    LATER_RULE_KEYS,
    OTHER_FILE_KEYS,
    FilterEntry,
    RuleEntry,
    RuleFile,
    TestEntry,
)
from consumers.rules.language.pack_actors import pack_actors
from consumers.rules.language.term_lists import read_terms
from consumers.rules.language.written_facts import read_fact
from consumers.rules.model import Condition, Filter, Gates, Rule, RuleSet, RuleTest, Terms
from monitor.actors import Registry
from monitor.core.documents import Document, Location, load_document, parse_document, validate
from monitor.core.errors import SettingsError
from monitor.core.fact import Fact
from monitor.core.problems import Problem, suggestion


def load_rules(path: Path, registry: Registry, *, instead: Mapping[Path, str] = MappingProxyType({})) -> RuleSet:
    """The rules in a file, or in every `*.yaml` file in a folder and below, in the order of their paths.

    Args:
        instead: Texts to read in the place of some of the files, before these are written.

    Raises:
        SettingsError: With every problem in all files.
    """
    problems: list[Problem] = []
    documents: list[Document] = []
    for file in _files(path):
        try:
            is_given = file in instead
            documents.append(parse_document(instead[file], str(file)) if is_given else load_document(file))
        except SettingsError as error:
            problems += error.problems
    try:
        rule_set = read_rules(documents, registry)
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(problems)
    return rule_set


def read_rules(documents: Sequence[Document], registry: Registry) -> RuleSet:
    """The rules in some documents, which share what they name. Raises as `load_rules`."""
    problems: list[Problem] = []
    lists = read_terms(documents, problems)
    pack = pack_actors(documents, registry, problems)
    terms = {found.terms.name: found.terms for found in lists}
    rules: list[Rule] = []
    filters: list[_Filter] = []
    for document in documents:
        found = _File(document, pack.registry, terms, problems)
        rules += found.rules
        filters += found.filters
    problems += _repeated_ids(documents, "rules", "rule")
    problems += _repeated_ids(documents, "filters", "filter")
    problems += _filter_problems(filters, _written_ids(documents))
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: (problem.where, problem.line or 0)))
    return RuleSet(
        rules=tuple(_filtered(rule, filters) for rule in rules),
        actors=pack.actors,
        offices=pack.offices,
        sets=pack.sets,
        filters=tuple(found.filter for found in filters),
        lists=lists,
    )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*.yaml") if file.is_file())
    if not files:
        raise SettingsError([Problem(str(path), None, "", "holds no *.yaml files, so there are no rules")])
    return files


@dataclass(frozen=True)
class _Filter:
    """A filter and the rules it asks for."""

    filter: Filter
    globs: tuple[str, ...]
    document: Document
    at: Location

    def covers(self, rule_id: str) -> bool:
        return any(fnmatchcase(rule_id, glob) for glob in self.globs)


class _File:
    """The rules and filters of one document; what is wrong goes to `problems`, and then some may be lacking."""

    def __init__(
        self, document: Document, registry: Registry, terms: Mapping[str, Terms], problems: list[Problem]
    ) -> None:
        self._document = document
        self._registry = registry
        self._problems = problems
        known = _without_later_keys(document, problems)
        entries = RuleFile()
        try:
            entries = validate(RuleFile, known)
        except SettingsError as error:
            problems += error.problems
        reader = ConditionReader(document, registry, terms)
        rule_conditions = _conditions(known, "rules", reader)
        filter_conditions = _conditions(known, "filters", reader)
        problems += reader.problems
        # From the plain data too, so that they are checked where something else is wrong with the rule.
        facts = [self._facts(raw, ("rules", index)) for index, raw in enumerate(_raw(known, "rules"))]
        self.rules = [
            self._rule(entry, condition, facts[index], ("rules", index))
            for index, (entry, condition) in enumerate(zip(entries.rules, rule_conditions, strict=False))
            if condition is not None
        ]
        self.filters = [
            self._filter(entry, condition, ("filters", index))
            for index, (entry, condition) in enumerate(zip(entries.filters, filter_conditions, strict=False))
            if condition is not None
        ]

    def _rule(self, entry: RuleEntry, condition: Condition, facts: list[tuple[Fact, ...]], at: Location) -> Rule:
        return Rule(
            id=entry.id,
            when=condition,
            title=entry.title or entry.id,
            group=entry.group or entry.id,
            status=entry.status,
            severity=entry.severity,
            gates=Gates(entry.update_at_most_every, entry.forget_after),
            tests=tuple(_test(test, facts[index]) for index, test in enumerate(entry.tests)),
            file=self._document.path,
            line=self._document.line(at),
        )

    def _facts(self, rule: Any, at: Location) -> list[tuple[Fact, ...]]:
        """The facts of each test of a rule."""
        return [
            tuple(
                fact
                for number, raw in enumerate(_listed(test, "facts"))
                if (fact := read_fact(raw, (*at, "tests", index, "facts", number), self._registry, self._report))
            )
            for index, test in enumerate(_listed(rule, "tests"))
        ]

    def _filter(self, entry: FilterEntry, condition: Condition, at: Location) -> _Filter:
        made = Filter(entry.id, condition, self._document.path, self._document.line(at))
        return _Filter(made, entry.rules, self._document, at)

    def _report(self, at: Location, message: str) -> None:
        self._problems.append(self._document.problem(at, message))


def _test(entry: TestEntry, facts: tuple[Fact, ...]) -> RuleTest:
    return RuleTest(**{name: getattr(entry, name) for name in TestEntry.model_fields} | {"facts": facts})


def _conditions(document: Document, key: str, reader: ConditionReader) -> list[Condition | None]:
    """The condition of each entry under a key; None where there is none, or something is wrong with it."""
    return [
        reader.rule_condition(raw["when"], (key, index, "when")) if isinstance(raw, dict) and "when" in raw else None
        for index, raw in enumerate(_raw(document, key))
    ]


def _filtered(rule: Rule, filters: Iterable[_Filter]) -> Rule:
    return replace(rule, filters=tuple(found.filter for found in filters if found.covers(rule.id)))


def _filter_problems(filters: Iterable[_Filter], rule_ids: Sequence[str]) -> list[Problem]:
    return [
        found.document.problem((*found.at, "rules", index), f"no rule fits '{glob}'{suggestion(glob, rule_ids)}")
        for found in filters
        for index, glob in enumerate(found.globs)
        if not any(fnmatchcase(rule_id, glob) for rule_id in rule_ids)
    ]


def _without_later_keys(document: Document, problems: list[Problem]) -> Document:
    """The document without the keys that a later version will know; each is a problem of its own."""
    if not isinstance(document.data, dict):
        if document.data is not None:
            allowed = ", ".join(RuleFile.model_fields)
            problems.append(document.problem((), f"holds no rules (allowed: the keys {allowed})"))
        return Document(document.path, {}, document.lines)
    data = copy.copy(document.data)
    for key in [key for key in data if key in OTHER_FILE_KEYS]:
        problems.append(document.problem((key,), "belongs in the subscriptions file"))
        del data[key]
    if isinstance(data.get("rules"), list):
        data["rules"] = [
            _known_part(document, ("rules", index), raw, problems) for index, raw in enumerate(data["rules"])
        ]
    return Document(document.path, data, document.lines)


def _known_part(document: Document, at: Location, raw: Any, problems: list[Problem]) -> Any:
    if not isinstance(raw, dict):
        return raw
    problems += [document.problem((*at, key), NOT_SUPPORTED) for key in LATER_RULE_KEYS if key in raw]
    if raw.get("status") == "counted":
        problems.append(document.problem((*at, "status"), f"'counted' {NOT_SUPPORTED}"))
        raw = {key: value for key, value in raw.items() if key != "status"}
    return {key: value for key, value in raw.items() if key not in LATER_RULE_KEYS}


def _raw(document: Document, key: str) -> list[Any]:
    return _listed(document.data, key)


def _listed(data: Any, key: str) -> list[Any]:
    """The list under a key of something that may be anything."""
    entries = data.get(key) if isinstance(data, dict) else None
    return entries if isinstance(entries, list) else []


def _written_ids(documents: Iterable[Document]) -> list[str]:
    """The ids of all rules, of those with mistakes too."""
    raw_ids = (raw.get("id") for document in documents for raw in _raw(document, "rules") if isinstance(raw, dict))
    return [rule_id for rule_id in raw_ids if isinstance(rule_id, str)]


def _repeated_ids(documents: Iterable[Document], key: str, kind: str) -> list[Problem]:
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    for document in documents:
        for index, raw in enumerate(_raw(document, key)):
            entry_id = raw.get("id") if isinstance(raw, dict) else None
            if not isinstance(entry_id, str):
                continue
            place = f"{document.path}:{document.line((key, index))}"
            if entry_id in seen:
                problems.append(
                    document.problem((key, index, "id"), f"{entry_id!r} is taken by the {kind} at {seen[entry_id]}")
                )
            seen.setdefault(entry_id, place)
    return problems
