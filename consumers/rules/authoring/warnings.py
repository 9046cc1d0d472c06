"""What rules may not mean as they stand: no mistakes, so they load; `tocsin rules check` and `check` print them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from consumers.rules.authoring.possible import impossible_parts, labels, spaces_of_terms
from consumers.rules.language.fact_keys import KEYS, Takes
from consumers.rules.language.query import read_query
from consumers.rules.model import (
    ActorCondition,
    Condition,
    FactCondition,
    Filter,
    Phrase,
    Query,
    Rule,
    RuleSet,
    TermList,
    Terms,
    meaning,
)
from consumers.rules.tree import every_part
from monitor.actors import Registry, UnknownActorError
from monitor.core.problems import Problem

_SHOWN_CHARACTERS = 120
_SIGNS = re.compile(r"[^\w\s\-‐-―'’*?~\\=\"“”.,:;!]|\.(?=\w)")  # signs by which people tell names from words
_QUOTED = re.compile(r'"[^"]*"')
_OTHER_OPERATORS = re.compile(r"(?<![\w=:\\])(?:NEAR|ADJ|WITHIN|XOR)(?!\w)")  # of other query languages
_ONE_LETTER = re.compile(r"[a-z]")


def rule_warnings(rule_set: RuleSet, registry: Registry) -> list[Problem]:
    """Everything in a rule set that its author may want to look at, in the order of files and lines.

    Args:
        registry: With the actors of the rule set in it.
    """
    found = [
        *_term_warnings(rule_set),
        *(problem for one in _conditioned(rule_set) for problem in _condition_warnings(one, registry)),
        *_twins(rule_set),
        *(problem for rule in rule_set for problem in _test_warnings(rule)),
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.where, problem.line or 0))


def _conditioned(rule_set: RuleSet) -> list[Rule | Filter]:
    return [*rule_set.rules, *rule_set.filters]


def _term_warnings(rule_set: RuleSet) -> Iterator[Problem]:
    used = _used_lists(rule_set)
    uses = [use for one in _conditioned(rule_set) for use in spaces_of_terms(one.when)]
    for found in rule_set.lists:
        key = f"terms.{found.terms.name}"
        if found.terms.name not in used:
            yield Problem(found.file, found.line, key, "no rule and no filter uses this list")
        yield from _repeated_terms(found)
        yield from _dead_languages(found, [space.can_be_in for terms, space in uses if terms.name == found.terms.name])
        for term in found.own:
            for message in _phrase_warnings(term.phrase):
                yield Problem(found.file, term.line, term.key, message)


def _used_lists(rule_set: RuleSet) -> set[str]:
    includes = {found.terms.name: found.includes for found in rule_set.lists}
    waiting = [part.name for one in _conditioned(rule_set) for part in every_part(one.when) if isinstance(part, Terms)]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += includes.get(name, ())
    return used


def _repeated_terms(found: TermList) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for term in found.own:
        means = (term.lang, meaning(term.phrase))
        if means in seen:
            yield Problem(found.file, term.line, term.key, f"`{term.phrase.text}` means the same as `{seen[means]}`")
        seen.setdefault(means, term.phrase.text)


def _dead_languages(found: TermList, uses: list[Callable[[str], bool]]) -> Iterator[Problem]:
    """Languages of a list that every rule which uses it excludes."""
    if not uses:
        return
    for lang in dict.fromkeys(term.lang for term in found.own):
        if not any(counts(lang) for counts in uses):
            first = next(term for term in found.own if term.lang == lang)
            key = f"terms.{found.terms.name}.{lang}"
            yield Problem(found.file, first.line, key, "can never match: every rule that uses it excludes the language")


def _condition_warnings(one: Rule | Filter, registry: Registry) -> Iterator[Problem]:
    for part in impossible_parts(one.when):
        message = f"a part can never hold, because what it asks for excludes itself: {_shown('; '.join(labels(part)))}"
        yield Problem(one.file, one.line, one.id, message)
    for part in every_part(one.when):  # phrases of term lists are no parts: they are told at their lists
        for message in (*_part_warnings(part), *_nobody(part, registry)):
            yield Problem(one.file, one.line, one.id, message)


def _part_warnings(part: Condition) -> Iterator[str]:
    if isinstance(part, Query):
        for note in read_query(part.text).notes:
            yield f"query {_shown(part.text)}: {note}"
        for word in dict.fromkeys(_OTHER_OPERATORS.findall(_QUOTED.sub("", part.text))):
            yield f'query {_shown(part.text)}: `{word}` is looked for as a word (near one another is `"a b"~5`)'
    if isinstance(part, Phrase):
        yield from _phrase_warnings(part)


def _phrase_warnings(phrase: Phrase) -> Iterator[str]:
    """Names with signs in them, which are searched for as the words between the signs."""
    text = phrase.text
    if text.startswith("=") or not _SIGNS.search(text):
        return
    if any(_ONE_LETTER.fullmatch(word) for word in phrase.words):
        yield f"`{text}` is searched for as `{' '.join(phrase.words)}`: write `={text}` for this spelling"


def _nobody(part: Condition, registry: Registry) -> Iterator[str]:
    """Positions that mean nobody on any day."""
    for position in _positions(part):
        try:
            nobody = not registry.ever(position)
        except UnknownActorError as error:
            yield str(error)
        else:
            if nobody:
                yield f"`{position}` means nobody: no holder or member is known"


def _positions(part: Condition) -> tuple[str, ...]:
    if isinstance(part, ActorCondition):
        return part.positions
    if isinstance(part, FactCondition):
        keys = KEYS[part.type]
        tests = [test for test in part.tests if keys[test.key].takes is Takes.POSITION]
        return tuple(value for test in tests for value in test.values if isinstance(value, str))
    return ()


def _twins(rule_set: RuleSet) -> Iterator[Problem]:
    first: dict[str, Rule] = {}
    for rule in rule_set:
        other = first.setdefault(rule.version, rule)
        if other is not rule:
            yield Problem(rule.file, rule.line, rule.id, f"means the same as {other.id} ({other.file}:{other.line})")


def _test_warnings(rule: Rule) -> Iterator[Problem]:
    if rule.status == "disabled":
        return
    if not rule.tests:
        yield Problem(rule.file, rule.line, rule.id, "has no tests")
        return
    for expect in ("match", "none"):
        if not any(test.expect == expect for test in rule.tests):
            yield Problem(rule.file, rule.line, rule.id, f"has no test that expects {expect}")


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
