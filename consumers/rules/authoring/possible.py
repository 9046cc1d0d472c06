"""Conditions that can never hold, whatever the article: they ask for what excludes itself.

Knows of fields and places (a sentence lies in one field), of languages, and of what stands beside its own negation.
Cautious: what it does not understand can hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args

from consumers.rules.meaning import meaning
from consumers.rules.tree import (
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
    Query,
    Scope,
    Terms,
    Within,
    every_part,
    parts_of,
)
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.core.fact import Field


@dataclass(frozen=True)
class Space:
    """The articles, and the fields of them, in which a condition is asked.

    Attributes:
        langs: None for all.
        one_place: All of it must stand in one field.
    """

    fields: frozenset[str] = frozenset(get_args(Field))
    langs: frozenset[str] | None = None
    not_langs: frozenset[str] = frozenset()
    one_place: bool = False

    @property
    def has_articles(self) -> bool:
        """Whether there is a language left."""
        return self.langs is None or bool(self.langs - self.not_langs)

    def can_be_in(self, lang: str) -> bool:
        """Whether a phrase of this language can count there: in its language, or where that is unknown."""
        if lang == UNKNOWN_LANGUAGE:  # such phrases count everywhere
            return self.has_articles
        counts_in = {lang, UNKNOWN_LANGUAGE} - self.not_langs
        return bool(counts_in if self.langs is None else counts_in & self.langs)


EVERYWHERE = Space()


def impossible_parts(condition: Condition, space: Space = EVERYWHERE) -> Iterator[Condition]:
    """The smallest parts that can never hold where they stand; a query is told as a whole."""
    if isinstance(condition, Not) and isinstance(condition.part, LangCondition):
        return  # it has narrowed the space already
    inner = _space_within(condition, space)
    if not (inner.fields and inner.has_articles):
        if not _can_hold(condition, space):
            yield condition
        return
    found = [part for child in parts_of(condition) for part in impossible_parts(child, inner)]
    if found:
        yield from [condition] if isinstance(condition, Query) else found
    elif not _can_hold(condition, space):
        yield condition


def spaces_of_terms(condition: Condition, space: Space = EVERYWHERE) -> Iterator[tuple[Terms, Space]]:
    """Each use of a term list, with where it is asked."""
    if isinstance(condition, Terms):
        yield condition, space
    inner = _space_within(condition, space)
    for part in parts_of(condition):
        yield from spaces_of_terms(part, inner)


def _space_within(condition: Condition, space: Space) -> Space:
    """Where the parts of a condition are asked."""
    match condition:
        case All():
            return _with_languages(condition, space)
        case InFields():
            return replace(space, fields=space.fields & frozenset(condition.fields))
        case Within():
            fields = space.fields & {"title"} if condition.scope is Scope.TITLE else space.fields
            return replace(space, fields=fields, one_place=condition.scope is not Scope.ARTICLE or space.one_place)
    return space


def _with_languages(condition: All, space: Space) -> Space:
    langs, not_langs = space.langs, space.not_langs
    for part in _joined(condition):
        if isinstance(part, LangCondition):
            langs = frozenset(part.langs) if langs is None else langs & frozenset(part.langs)
        elif isinstance(part, Not) and isinstance(part.part, LangCondition):
            not_langs |= frozenset(part.part.langs)
    return replace(space, langs=langs, not_langs=not_langs)


def _joined(condition: Condition) -> Iterator[Condition]:
    """What must hold together: the parts of an `all`, and of those inside it."""
    match condition:
        case All():
            for part in condition.parts:
                yield from _joined(part)
        case Query():
            yield from _joined(condition.condition)
        case _:
            yield condition


def _can_hold(condition: Condition, space: Space) -> bool:
    if not space.has_articles:
        return False
    if space.one_place and len(space.fields) > 1:
        return any(_can_hold(condition, replace(space, fields=frozenset((name,)))) for name in space.fields)
    inner = _space_within(condition, space)
    match condition:
        case All():
            return not _excludes_itself(condition) and all(_can_hold(part, inner) for part in condition.parts)
        case Any_():
            return any(_can_hold(part, inner) for part in condition.parts)
        case AtLeast():
            return sum(_can_hold(part, inner) for part in condition.parts) >= condition.count
        case Within():
            return (bool(inner.fields) or condition.scope is Scope.ARTICLE) and _can_hold(condition.part, inner)
        case Query() | InFields():
            return all(_can_hold(part, inner) for part in parts_of(condition))
        case LangCondition():
            return bool(
                (set(condition.langs) if space.langs is None else space.langs & set(condition.langs)) - space.not_langs
            )
        case Phrase() | ActorCondition():
            return bool(space.fields)
        case Terms():
            return bool(space.fields) and any(space.can_be_in(lang) for lang, _ in condition.phrases)
        case FactCondition():
            asked = [set(test.values) for test in condition.tests if test.key == "field"]
            return bool(space.fields) and all(values & space.fields for values in asked)
    return True


def _excludes_itself(condition: All) -> bool:
    parts = list(_joined(condition))
    excluded = {meaning(part.part) for part in parts if isinstance(part, Not)}
    return bool(excluded) and any(meaning(part) in excluded for part in parts)


def labels(condition: Condition) -> list[str]:
    """What a condition asks for, as its author wrote it."""
    named: list[str] = []
    for part in every_part(condition):
        match part:
            case Query():
                named.append(f"query: {part.text}")
            case Terms():
                named.append(f"terms: {part.name}")
            case InFields():
                named.append(f"{'|'.join(part.fields)}: {meaning(part.part)}")
            case LangCondition():
                named.append(f"lang: {', '.join(part.langs)}")
    return named or [meaning(condition)]
