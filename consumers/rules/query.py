"""The text language of rules: Lucene query syntax, through luqum. The only file that imports luqum.

What it means here: a word or a phrase in quotes stands for itself, whole words, without case and optional marks.
NOT binds tightest, then AND, then OR. Words side by side mean OR, as in Elasticsearch's default, and a negated one
among them excludes: `a b NOT c` is `(a OR b) AND NOT c`. A word with a hyphen or an apostrophe is a phrase.
Everything else of Lucene's syntax is refused by name until this project gives it a meaning.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr
from typing import Any

from luqum import tree
from luqum.exceptions import ParseError

# luqum makes its grammar's tables when it is imported where those it ships do not fit (Python 3.13 and later strip
# the docstrings they are made of), and tells of it on standard error: nobody who runs Tocsin can do anything with that.
with redirect_stderr(io.StringIO()):
    from luqum.thread import parse

from consumers.rules.model import All, Any_, Condition, Not, Phrase

MAX_QUERY_CHARACTERS = 20_000
MAX_QUERY_DEPTH = 30

_UNSUPPORTED: dict[type, str] = {
    tree.SearchField: "fields (`title:`) are not supported by this version",
    tree.Range: "ranges are not supported",
    tree.From: "ranges are not supported",
    tree.To: "ranges are not supported",
    tree.Regex: "regular expressions are not supported",
    tree.Fuzzy: "`~` after a word is not supported",
    tree.Proximity: '`"..."~n` is not supported by this version',
    tree.Boost: "`^` has no meaning here: rules do not rank",
    tree.Plus: "`+` is not supported: write AND",
    tree.Prohibit: "`-` is not supported: write AND NOT",
}
_POSITION = re.compile(r" at position (\d+)")
_OPERATORS = frozenset({"and", "or", "not", "&&", "||", "!"})


class QueryError(ValueError):
    """A query that cannot be used; `position` is the one-based character at which the trouble stands."""

    def __init__(self, message: str, position: int | None = None) -> None:
        self.position = position
        super().__init__(message if position is None else f"{message} (character {position})")


def parse_query(text: str) -> Condition:
    """What a query means, as a condition made of phrases.

    Raises:
        QueryError: It is no query, or uses a part of the syntax that is not supported.
    """
    if not text.strip():
        raise QueryError("is empty (allowed: words, phrases, AND, OR, NOT, parentheses)")
    if len(text) > MAX_QUERY_CHARACTERS:
        raise QueryError(f"is longer than {MAX_QUERY_CHARACTERS} characters: use `terms` for long lists")
    try:
        root = parse(text)
    except (ParseError, RecursionError) as error:
        found = _POSITION.search(str(error))
        raise QueryError(f"cannot be read: {_cause(error)}", int(found[1]) + 1 if found else None) from error
    return _Reader(text).condition(root, 0)


def _cause(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is too deeply nested"
    cause = _POSITION.sub("", str(error).removeprefix("Syntax error in input : ").rstrip("!"))
    return f"{cause[:1].lower()}{cause[1:]}".replace("  ", " ")


class _Reader:
    """Turns luqum's tree into ours; knows the query's text for positions."""

    def __init__(self, text: str) -> None:
        self._text = text

    def condition(self, node: Any, depth: int) -> Condition:
        if depth > MAX_QUERY_DEPTH:
            raise QueryError(f"is nested more than {MAX_QUERY_DEPTH} deep")
        if type(node) in _UNSUPPORTED:
            raise self._error(node, f"`{str(node).strip()[:40]}`: {_UNSUPPORTED[type(node)]}")
        match node:
            case tree.Group():
                return self.condition(node.expr, depth + 1)
            case tree.Word() | tree.Phrase():
                return self._phrase(node)
            case tree.Not():
                return Not(self.condition(node.a, depth + 1))
            case tree.AndOperation():
                return All(self._parts(node, tree.AndOperation, depth))
            case tree.OrOperation():
                return self._either(node, depth)
            case tree.UnknownOperation():
                return self._side_by_side(node, depth)
        raise self._error(node, f"`{str(node).strip()[:40]}` is not supported")

    def _parts(self, node: Any, kind: type, depth: int) -> tuple[Condition, ...]:
        return tuple(self.condition(part, depth + 1) for part in _flat(node, kind))

    def _either(self, node: Any, depth: int) -> Condition:
        for part in _flat(node, tree.OrOperation):
            if isinstance(part, tree.Not):
                raise self._error(part, "`OR NOT` holds of almost every text: write AND NOT")
        return Any_(self._parts(node, tree.OrOperation, depth))

    def _side_by_side(self, node: Any, depth: int) -> Condition:
        operands = _flat(node, tree.UnknownOperation)
        for operand in operands:
            if isinstance(operand, tree.AndOperation):
                # Lucene would make some of the words optional; few readers expect that.
                raise self._error(operand, "write AND or OR between all words, or put parentheses")
        wanted = tuple(self.condition(part, depth + 1) for part in operands if not isinstance(part, tree.Not))
        unwanted = tuple(self.condition(part, depth + 1) for part in operands if isinstance(part, tree.Not))
        if not wanted:
            return All(unwanted)
        either = wanted[0] if len(wanted) == 1 else Any_(wanted)
        return All((either, *unwanted)) if unwanted else either

    def _phrase(self, node: Any) -> Phrase:
        quoted = isinstance(node, tree.Phrase)
        raw = node.value[1:-1] if quoted else node.value
        if not quoted and raw.casefold() in _OPERATORS:
            raise self._error(node, f"`{raw}`: write operators as AND, OR, NOT, or put the word in quotes")
        if not quoted and raw.startswith(("!", "=")):
            raise self._error(node, f"`{raw[:40]}`: `{raw[0]}` is not supported by this version")
        if _has_wildcard(raw, "*" if quoted else "*?"):
            raise self._error(node, f"`{raw[:40]}`: wildcards are not supported by this version")
        found = Phrase(_unescaped(raw))
        if not found.words:
            raise self._error(node, f"`{raw[:40]}` holds no word")
        return found

    def _error(self, node: Any, message: str) -> QueryError:
        return QueryError(message, None if node.pos is None else node.pos + 1)


def _flat(node: Any, kind: type) -> list[Any]:
    """The operands of an operation, with those of the same operation inside it."""
    operands: list[Any] = []
    waiting: list[Any] = [*reversed(node.children)]
    while waiting:
        part = waiting.pop()
        joins = type(part) is kind
        if joins:
            waiting.extend(reversed(part.children))
        else:
            operands.append(part)
    return operands


def _has_wildcard(raw: str, marks: str) -> bool:
    return any(mark in raw.replace(f"\\{mark}", "") for mark in marks)


def _unescaped(raw: str) -> str:
    characters: list[str] = []
    escaped = False
    for character in raw:
        if character == "\\" and not escaped:
            escaped = True
            continue
        characters.append(character)
        escaped = False
    return "".join(characters)
