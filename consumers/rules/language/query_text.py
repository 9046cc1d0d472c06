"""A query made ready for luqum, whose lexer does not know all signs; with the place of every character in the original.

What is changed: `="a b"` becomes `"=a b"` (the same thing for `monitor.text.patterns`), `!` before a word becomes `-`,
`&&` and `||` between words become AND and OR, the `~` of `stem~n` becomes a letter. Refused here are signs that luqum
would take for letters (quotes inside a word), and those that few people mean as Lucene does (` - ` between words).

Why not a lexer of our own: luqum's grammar is kept by others and its lexer is part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CURLY = "“”„«»‟＂"
_OPERATORS = {"&&": "AND", "||": "OR"}
_PLACE_STEM = re.compile(r"~n(?=[\s)]|$)")
STEM_MARK = "\ue000"  # stands for the `~` of `Минск~n` in a word of luqum's, which would end it there
_MAX_SIGNS = 4  # before one operand; nobody needs more
_BEFORE_GROUP = re.compile(r"(?:^|[\s(])(?:AND|OR|NOT)$|[)(&|]$")


class QueryError(ValueError):
    """A query that cannot be used; `position` is the one-based character at which the trouble stands."""

    def __init__(self, message: str, position: int | None = None) -> None:
        self.position = position
        super().__init__(message if position is None else f"{message} (character {position})")


@dataclass(frozen=True)
class PlainQuery:
    """The text for luqum.

    Attributes:
        origins: For each character of `text`, and for its end, the index in the original.
    """

    text: str
    origins: tuple[int, ...]


def plain_query(text: str) -> PlainQuery:
    """The query as luqum can read it.

    Raises:
        QueryError: A sign stands where luqum would take it for something that its author did not mean.
    """
    pieces: list[tuple[str, int]] = []
    at = 0
    while at < len(text):
        piece, length = _piece(text, at)
        pieces.append((piece, at))
        at += length
    # A piece longer than what it stands for (`AND` for `&&`) gives its last place to the rest.
    origins = [
        min(origin + index, len(text) - 1) if piece not in _OPERATORS.values() else origin
        for piece, origin in pieces
        for index in range(len(piece))
    ]
    return PlainQuery("".join(piece for piece, _ in pieces), (*origins, len(text)))


def _piece(text: str, at: int) -> tuple[str, int]:
    """What stands for the next character, operator or quoted phrase, and how many characters that takes."""
    here, pair = text[at], text[at : at + 2]
    begins = _begins(text, at)
    if here == "\\":
        return pair, 2
    if here == '"' or (begins and pair == '="'):
        return _quoted(text, at)
    if begins and here in _CURLY:
        raise QueryError(f'`{here}`: write straight quotes: "..."', at + 1)
    if begins and here in "+-!":
        if pair[1:].isspace() or not pair[1:]:
            raise QueryError(f"`{here}` stands directly before a word (a dash or sign as such needs quotes)", at + 1)
        return "-" if here == "!" else here, 1
    if here == "~" and not begins and _PLACE_STEM.match(text, at):
        return STEM_MARK, 1
    if pair in _OPERATORS:
        return _operator(text, at)
    if here == "(" and not begins and _BEFORE_GROUP.search(text, 0, at) is None:
        raise QueryError("`(` inside a word: put a space before it, or quotes around the whole", at + 1)
    return here, 1


def _begins(text: str, at: int) -> bool:
    """Whether an operand may begin here."""
    for before in range(at - 1, max(at - 1 - _MAX_SIGNS, -1), -1):
        if text[before] not in "+-!":
            return text[before].isspace() or text[before] in "(:"
    return at <= _MAX_SIGNS


def _operator(text: str, at: int) -> tuple[str, int]:
    pair = text[at : at + 2]
    before, after = text[at - 1 : at] or " ", text[at + 2 : at + 3] or " "
    if (before.isspace() or before == ")") and (after.isspace() or after == "("):
        return _OPERATORS[pair], 2
    raise QueryError(f"`{pair}` inside a word: put spaces around the operator, or quotes around the word", at + 1)


def _quoted(text: str, at: int) -> tuple[str, int]:
    exact = text[at] == "="
    opening = at + exact
    if not _begins(text, at):
        raise QueryError('`"` inside a word: put a space before the quotes', opening + 1)
    end = opening + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise QueryError('`"` is not closed', opening + 1)
    if end + 1 < len(text) and not (text[end + 1].isspace() or text[end + 1] in ")~^"):
        raise QueryError('`"` inside a word: put a space after the quotes', end + 2)
    return ('"=' if exact else '"') + text[opening + 1 : end + 1], end + 1 - at
