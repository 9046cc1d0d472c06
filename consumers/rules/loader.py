"""Rules from YAML files: all problems of all files at once, each with file, line and key."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from consumers.rules.conditions import NOT_SUPPORTED, ConditionReader
from consumers.rules.model import Gates, Phrase, Rule, RuleSet, RuleTest, Terms
from monitor.actors import Registry
from monitor.core.alert import Severity
from monitor.core.documents import Document, Duration, Location, Strict, load_document, validate
from monitor.core.errors import SettingsError
from monitor.core.problems import Problem

_LATER_RULE_KEYS = ("corroborate", "escalate", "collect_for", "remind_every", "spike", "absence")
_LATER_FILE_KEYS = ("actors", "filters")
_OTHER_FILE_KEYS = ("subscriptions", "channels")
_RULE_ID = r"^[a-z0-9][a-z0-9-]{0,99}$"


class _TestEntry(Strict):
    expect: Literal["match", "none"]
    title: str = ""
    summary: str = ""
    body: str = ""
    text: str = ""
    lang: str = "und"
    publisher: str = ""

    @model_validator(mode="after")
    def _has_text(self) -> _TestEntry:
        if not (self.title or self.summary or self.body or self.text):
            raise ValueError("a test needs a text (allowed: title, summary, body, text)")
        return self


class _RuleEntry(Strict):
    id: str = Field(pattern=_RULE_ID)
    when: Any
    title: str = ""
    status: Literal["stable", "shadow", "disabled"] = "stable"
    severity: Severity = "medium"
    group: str | None = Field(default=None, pattern=_RULE_ID)
    update_at_most_every: Duration = Gates().update_at_most_every
    forget_after: Duration = Gates().forget_after
    tests: tuple[_TestEntry, ...] = ()


class _RuleFile(Strict):
    terms: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    rules: tuple[_RuleEntry, ...] = ()


def load_rules(path: Path, registry: Registry) -> RuleSet:
    """The rules in a file, or in every `*.yaml` file in a folder and below, in the order of their paths.

    Raises:
        SettingsError: With every problem in all files.
    """
    problems: list[Problem] = []
    documents: list[Document] = []
    for file in _files(path):
        try:
            documents.append(load_document(file))
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
    """The rules in some documents, which share their terms. Raises as `load_rules`."""
    problems: list[Problem] = []
    terms = _terms(documents, problems)
    rules: list[Rule] = []
    for document in documents:
        rules += _rules(document, registry, terms, problems)
    problems += _repeated_ids(documents)
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: (problem.where, problem.line or 0)))
    return RuleSet(tuple(rules))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*.yaml") if file.is_file())
    if not files:
        raise SettingsError([Problem(str(path), None, "", "holds no *.yaml files, so there are no rules")])
    return files


def _terms(documents: Iterable[Document], problems: list[Problem]) -> dict[str, Terms]:
    terms: dict[str, Terms] = {}
    for document in documents:
        lists = document.data.get("terms") if isinstance(document.data, dict) else None
        for name, by_lang in (lists if isinstance(lists, dict) else {}).items():
            if name in terms:
                problems.append(document.problem(("terms", name), "stands in another file too"))
            phrases: list[tuple[str, Phrase]] = []
            for lang, texts in (by_lang if isinstance(by_lang, dict) else {}).items():
                for index, text in enumerate(texts if isinstance(texts, list) else []):
                    at: Location = ("terms", name, lang, index)
                    found = _term(document, at, text, problems)
                    if found is not None:
                        phrases.append((str(lang).casefold(), found))
            if not phrases:
                problems.append(document.problem(("terms", name), "holds no phrases (allowed: {en: [phrase, ...]})"))
            terms[str(name)] = Terms(str(name), tuple(phrases))
    return terms


def _term(document: Document, at: Location, text: Any, problems: list[Problem]) -> Phrase | None:
    if not isinstance(text, str):
        return None  # the model reports it
    if "*" in text:
        problems.append(document.problem(at, f"{text!r}: wildcards are not supported by this version"))
        return None
    found = Phrase(text)
    if not found.words:
        problems.append(document.problem(at, f"{text!r} holds no word"))
        return None
    return found


def _rules(document: Document, registry: Registry, terms: dict[str, Terms], problems: list[Problem]) -> list[Rule]:
    """The rules of one document; what is wrong goes to `problems`, and then the result may lack rules."""
    known = _without_later_keys(document, problems)
    entries: tuple[_RuleEntry, ...] = ()
    try:
        entries = validate(_RuleFile, known).rules
    except SettingsError as error:
        problems += error.problems
    reader = ConditionReader(document, registry, terms)
    conditions = [
        reader.rule_condition(raw["when"], ("rules", index, "when"))
        if isinstance(raw, dict) and "when" in raw
        else None
        for index, raw in enumerate(_raw_rules(known))
    ]
    problems += reader.problems
    return [
        Rule(
            id=entry.id,
            when=condition,
            title=entry.title or entry.id,
            group=entry.group or entry.id,
            status=entry.status,
            severity=entry.severity,
            gates=Gates(entry.update_at_most_every, entry.forget_after),
            tests=tuple(RuleTest(**test.model_dump()) for test in entry.tests),
            file=document.path,
            line=document.line(("rules", index)),
        )
        for index, (entry, condition) in enumerate(zip(entries, conditions, strict=False))
        if condition is not None
    ]


def _without_later_keys(document: Document, problems: list[Problem]) -> Document:
    """The document without the keys that a later version will know; each is a problem of its own."""
    if not isinstance(document.data, dict):
        if document.data is not None:
            problems.append(document.problem((), "holds no rules (allowed: the keys terms and rules)"))
        return Document(document.path, {}, document.lines)
    data = copy.copy(document.data)
    for key in [key for key in data if key in _LATER_FILE_KEYS]:
        problems.append(document.problem((key,), NOT_SUPPORTED))
        del data[key]
    for key in [key for key in data if key in _OTHER_FILE_KEYS]:
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
    problems += [document.problem((*at, key), NOT_SUPPORTED) for key in _LATER_RULE_KEYS if key in raw]
    if raw.get("status") == "counted":
        problems.append(document.problem((*at, "status"), f"'counted' {NOT_SUPPORTED}"))
        raw = {key: value for key, value in raw.items() if key != "status"}
    return {key: value for key, value in raw.items() if key not in _LATER_RULE_KEYS}


def _raw_rules(document: Document) -> list[Any]:
    rules = document.data.get("rules") if isinstance(document.data, dict) else None
    return rules if isinstance(rules, list) else []


def _repeated_ids(documents: Iterable[Document]) -> list[Problem]:
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    for document in documents:
        for index, raw in enumerate(_raw_rules(document)):
            rule_id = raw.get("id") if isinstance(raw, dict) else None
            if not isinstance(rule_id, str):
                continue
            place = f"{document.path}:{document.line(('rules', index))}"
            if rule_id in seen:
                problems.append(
                    document.problem(("rules", index, "id"), f"{rule_id!r} is taken by the rule at {seen[rule_id]}")
                )
            seen.setdefault(rule_id, place)
    return problems
