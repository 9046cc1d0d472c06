"""The words, phrases and values of a query as conditions, by the field they stand in. Knows nothing of operators."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from consumers.rules.language.query_text import STEM_MARK, QueryError
from consumers.rules.language.wording import language_problem, pattern_problem, url_problem, word_count
from consumers.rules.model import (
    ActorCondition,
    Condition,
    LangCondition,
    Phrase,
    PublisherCondition,
    UrlCondition,
)
from monitor.core.fact import Field

TEXT_FIELDS: dict[str, tuple[Field, ...]] = {
    "title": ("title",),
    "summary": ("summary",),
    "body": ("body", "text"),  # an article has its running text under one of the two names
    "text": ("summary", "body", "text"),
}
META_FIELDS = ("actor", "lang", "publisher", "url")
MAX_SLOP = 100  # words further apart have nothing to do with one another

_PATTERN_MARKS = "=*?~\\"  # signs that mean something to `monitor.text.patterns`, so that a `\\` before them must stay
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUESTION_MARK = re.compile(r"(?<=[^\s\\*?])\?(?=\s|$)")


@dataclass(frozen=True)
class Written:
    """A word or a phrase as it stands in a query.

    Attributes:
        text: Without the quotes, escapes still in it.
        mark: What stands after a `~`; None where there is none.
    """

    text: str
    quoted: bool = False
    mark: str | None = None

    def with_mark(self, mark: str) -> Written:
        """The same with a `~` after it."""
        return replace(self, mark=mark)

    @property
    def shown(self) -> str:
        """As it was written."""
        if not self.quoted:
            text = self.text
        elif self.text.startswith("="):
            text = f'="{self.text[1:]}"'
        else:
            text = f'"{self.text}"'
        return text if self.mark is None else f"{text}~{self.mark}"


def phrase_condition(written: Written) -> Phrase:
    """The phrase to look for.

    Raises:
        QueryError: It cannot be looked for.
    """
    text = _pattern(written)
    slop = 0
    if written.quoted and written.mark is not None:
        slop = _slop(written)
    elif written.mark:
        raise QueryError(f"`{written.shown}`: fuzzy search is not supported (allowed: `stem~`, for case endings)")
    elif written.mark is not None:
        text += "~"
    problem = pattern_problem(text)
    if problem:
        raise QueryError(problem)
    return Phrase(text, slop if slop and word_count(text) > 1 else 0)


def leaf_condition(field: str, written: Written, position_problem: Callable[[str], str | None]) -> Condition:
    """The condition of a value after `actor:`, `lang:`, `publisher:` or `url:`.

    Raises:
        QueryError: It is no such value.
    """
    if written.mark is not None:
        raise QueryError(f"`{written.shown}`: `~` has no meaning after `{field}:`")
    value = _ESCAPED.sub(r"\1", written.text)
    problem = {"actor": position_problem, "lang": language_problem, "url": url_problem}.get(field, _name_problem)(value)
    if problem:
        raise QueryError(problem)
    if field == "actor":
        return ActorCondition((value,))
    if field == "lang":
        return LangCondition((value.casefold(),))
    if field == "publisher":
        return PublisherCondition((value.casefold(),))
    return UrlCondition((Phrase(value),))


def _slop(written: Written) -> int:
    if not written.mark or not written.mark.isdecimal() or int(written.mark) > MAX_SLOP:
        raise QueryError(f"`{written.shown}`: `~` after a phrase takes a whole number up to {MAX_SLOP}")
    if written.text.startswith("="):
        raise QueryError(f"`{written.shown}`: an exact phrase stands in a row (leave out `=` or `~{written.mark}`)")
    return int(written.mark)


def _pattern(written: Written) -> str:
    """The text in the syntax of patterns: only the escapes that mean something there."""
    text = written.text.replace(STEM_MARK, "~")
    if not written.quoted and '"' in _ESCAPED.sub("", text):
        raise QueryError(f"`{text}`: quotes inside a word (put a space before them)")
    if written.quoted and not text.startswith("="):
        text = _QUESTION_MARK.sub(r"\\?", text)
    return _ESCAPED.sub(lambda found: found[0] if found[1] in _PATTERN_MARKS else found[1], text)


def _name_problem(value: str) -> str | None:
    return None if value.strip("*? ") == value and value else f"`{value}`: is no publisher's name (no wildcards here)"
