"""The lists under `terms:` of all files: phrases by language, with what they take in from one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from consumers.rules.language.wording import language_problem, pattern_problem
from consumers.rules.model import Phrase, TermList, Terms, WrittenTerm
from monitor.core.documents import Document, Location
from monitor.core.problems import Problem, suggestion

INCLUDE = "include"


@dataclass(frozen=True)
class _Place:
    document: Document
    at: Location


def read_terms(documents: Iterable[Document], problems: list[Problem]) -> tuple[TermList, ...]:
    """All term lists, in the order of the files; what is wrong goes to `problems`."""
    written: dict[str, tuple[_Place, list[WrittenTerm], list[str]]] = {}
    for document in documents:
        lists = document.data.get("terms") if isinstance(document.data, dict) else None
        for raw_name, raw in (lists if isinstance(lists, dict) else {}).items():
            name = str(raw_name)
            place = _Place(document, ("terms", name))
            if name in written:
                problems.append(document.problem(place.at, "stands in another file too"))
            found = _List(document, place.at, problems)
            found.read(raw)
            written[name] = (place, found.terms, found.includes)
    for name, (place, _, includes) in written.items():
        problems += _include_problems(name, place, includes, written)
    if problems:
        written = {name: (place, terms, []) for name, (place, terms, _) in written.items()}
    return tuple(
        TermList(
            Terms(name, _with_included(name, written)),
            tuple(terms),
            tuple(includes),
            place.document.path,
            place.document.line(place.at),
        )
        for name, (place, terms, includes) in written.items()
    )


class _List:
    """One list while it is read."""

    def __init__(self, document: Document, at: Location, problems: list[Problem]) -> None:
        self._document = document
        self._at = at
        self._problems = problems
        self.terms: list[WrittenTerm] = []
        self.includes: list[str] = []

    def read(self, raw: Any) -> None:
        before = len(self._problems)
        if not isinstance(raw, dict):
            self._problem((), "is no group of languages (allowed: {en: [phrase, ...], de: [...]})")
            return
        for key, texts in raw.items():
            self._read_key(key, texts)
        if not self.terms and not self.includes and len(self._problems) == before:
            self._problem((), "holds no phrases (allowed: {en: [phrase, ...]})")

    def _read_key(self, key: Any, texts: Any) -> None:
        # YAML reads an unquoted `no` (Norwegian) as false, and names the key `no` all the same.
        name = "no" if key is False else str(key)
        if not isinstance(texts, list):
            self._problem((name,), f"{texts!r}: is no list of phrases (allowed: [phrase, ...])")
            return
        if name != INCLUDE and (problem := language_problem(name)):
            self._problem((name,), problem)
            return
        for index, text in enumerate(texts):
            self._read_text(name, index, text)

    def _read_text(self, name: str, index: int, text: Any) -> None:
        if not isinstance(text, str):
            self._problem((name, index), f"{text!r}: is no text (put quotes around it)")
            return
        if name == INCLUDE:
            self.includes.append(text)
            return
        problem = pattern_problem(text, name)
        if problem:
            self._problem((name, index), problem)
            return
        at = (*self._at, name, index)
        self.terms.append(WrittenTerm(name, Phrase(text), self._document.problem(at, "").key, self._document.line(at)))

    def _problem(self, within: Location, message: str) -> None:
        self._problems.append(self._document.problem((*self._at, *within), message))


def _include_problems(
    name: str, place: _Place, includes: list[str], written: Mapping[str, tuple[_Place, list[WrittenTerm], list[str]]]
) -> list[Problem]:
    at = (*place.at, INCLUDE)
    unknown = [included for included in includes if included not in written]
    problems = [
        place.document.problem(at, f"unknown terms {included!r}{suggestion(included, written)}") for included in unknown
    ]
    reached: set[str] = set()
    waiting = list(includes)
    while waiting:
        included = waiting.pop()
        if included not in reached and included in written:
            reached.add(included)
            waiting += written[included][2]
    if name in reached:
        problems.append(place.document.problem(at, "takes in itself, over the lists that it includes"))
    return problems


def _with_included(
    name: str, written: Mapping[str, tuple[_Place, list[WrittenTerm], list[str]]]
) -> tuple[tuple[str, Phrase], ...]:
    """The phrases of a list and of all lists it takes in, each once."""
    _, terms, includes = written[name]
    own = [(term.lang, term.phrase) for term in terms]
    return tuple(dict.fromkeys([*own, *(pair for other in includes for pair in _with_included(other, written))]))
