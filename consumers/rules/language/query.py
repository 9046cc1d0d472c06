r"""The text language of rules: Lucene query syntax, through luqum. The only file that imports luqum.

What it means here:

| written | means |
|---|---|
| `word` | the word, whole, whatever its case and optional marks, with the plurals that `monitor.text.patterns` knows |
| `"two words"` | these words in a row; so is a word that holds a hyphen, an apostrophe or Chinese characters |
| `"two words"~5` | near one another: Lucene's slop, the sum of places by which words must move to stand in a row |
| `=Word`, `="Exact Phrase"` | exactly in this spelling: case, accents, signs (`=C++`, `=U.S.`), no plural |
| `word*`, `w?rd`, `*word` | any ending, one letter, any beginning; in phrases too, where `what?` ends in a sign |
| `stem~`, `stem~n` | the stem in its cases (`~n`: of a place named like a person); no fuzzy search (`word~1`) |
| `NOT a`, `-a`, `!a` | `a` does not stand there |
| `a AND b`, `a && b` | both |
| `a OR b`, <code>a &#124;&#124; b</code>, `a b` | at least one |
| `+a -b c` | `a` must stand there, `b` must not; words without a sign beside `+` decide nothing, as in Lucene |
| `a b NOT c` | `(a OR b) AND NOT c` |
| `(...)` | groups; `title:(a OR b)` takes a group too |
| `title:` `summary:` `body:` `text:` | there alone; `body:` is the running text, `text:` all that is not the title |
| `actor:` | an actor position: `actor:vladimir-putin`, `actor:president@france`, `actor:"leaders(nato-member)"` |
| `lang:` `publisher:` `url:` | the article's language, its publisher, words in a row in its address |
| `\` | takes a sign for a letter: `what\?`, `12\:30` |

NOT binds tightest, then AND, then OR, then standing side by side. Lucene's own parser has no precedence and Kibana's
readers do not know what it does instead; so a mixture of AND and words side by side is refused: write what you mean.
Refused as well: boosts (`a^2`: rules do not rank), ranges, regular expressions, `OR NOT` (holds of almost every text),
operators in small letters. Operators are English and in capitals; in quotes they are words.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from typing import Any

from luqum import tree
from luqum.exceptions import ParseError

# luqum makes its grammar's tables when it is imported where those it ships do not fit (Python 3.13 and later strip
# the docstrings they are made of), and tells of it on standard error: nobody who runs Tocsin can do anything with that.
with redirect_stderr(io.StringIO()):
    from luqum.thread import parse

from consumers.rules.language.query_leaves import META_FIELDS, TEXT_FIELDS, Written, leaf_condition, phrase_condition
from consumers.rules.language.query_text import PlainQuery, QueryError, plain_query
from consumers.rules.model import All, Any_, Condition, InFields, Not
from monitor.core.problems import suggestion

__all__ = ["MAX_QUERY_CHARACTERS", "MAX_QUERY_DEPTH", "ParsedQuery", "QueryError", "parse_query", "read_query"]

MAX_QUERY_CHARACTERS = 20_000
MAX_QUERY_DEPTH = 30

_UNSUPPORTED: dict[type, str] = {
    tree.Range: "ranges are not supported (allowed: words, phrases, fields)",
    tree.From: "ranges are not supported (allowed: words, phrases, fields)",
    tree.To: "ranges are not supported (allowed: words, phrases, fields)",
    tree.Regex: "regular expressions are not supported (allowed: wildcards `word*`, `w?rd`)",
    tree.Boost: "`^` has no meaning here: rules do not rank",
}
_POSITION = re.compile(r" at position (\d+)")
_QUOTED = re.compile(r'\\.|"(?:[^"\\]|\\.)*"')  # with signs escaped outside of quotes
_OPERATORS = frozenset({"and", "or", "not", "&&", "||"})
_SHOWN = 40
_NEGATIONS = (tree.Not, tree.Prohibit)


@dataclass(frozen=True)
class ParsedQuery:
    """What a query means.

    Attributes:
        notes: What its author may not have meant, though it is no mistake; each names its character.
    """

    condition: Condition
    notes: tuple[str, ...] = ()


def parse_query(text: str, position_problem: Callable[[str], str | None] = lambda _: None) -> Condition:
    """What a query means, as a condition made of phrases, fields and actors.

    Args:
        position_problem: What is wrong with an actor position; None when it is one.

    Raises:
        QueryError: It is no query, or uses a part of the syntax that is not supported.
    """
    return read_query(text, position_problem).condition


def read_query(text: str, position_problem: Callable[[str], str | None] = lambda _: None) -> ParsedQuery:
    """As `parse_query`, with notes."""
    if not text.strip():
        raise QueryError("is empty (allowed: words, phrases, AND, OR, NOT, parentheses)")
    if len(text) > MAX_QUERY_CHARACTERS:
        raise QueryError(f"is longer than {MAX_QUERY_CHARACTERS} characters: use `terms` for long lists")
    plain = plain_query(text)
    try:
        root = parse(plain.text)
    except (ParseError, RecursionError) as error:
        found = _POSITION.search(str(error))
        position = plain.origins[int(found[1])] + 1 if found else None
        raise QueryError(f"cannot be read: {_cause(error, text, position)}", position) from error
    except (ValueError, ArithmeticError) as error:  # luqum turns what stands after `~` and `^` into numbers
        raise QueryError("cannot be read: `~` after a phrase takes a whole number") from error
    reader = _Reader(text, plain, position_problem)
    return ParsedQuery(reader.condition(root, 0, ""), tuple(reader.notes))


def _cause(error: Exception, text: str, position: int | None) -> str:
    if isinstance(error, RecursionError):
        return "it is too deeply nested"
    if "Illegal character" in str(error) and position:
        return f"unexpected `{text[position - 1]}` (put the word in quotes, or `\\` before the sign)"
    if "nexpected end" in str(error):
        return f"unexpected end: {_what_lacks(text)}"
    cause = _POSITION.sub("", str(error).removeprefix("Syntax error in input : ").rstrip("!"))
    return f"{cause[:1].lower()}{cause[1:]}".replace("  ", " ")


def _what_lacks(text: str) -> str:
    """What a query that ends too early lacks."""
    unquoted = _QUOTED.sub(lambda found: " " * len(found[0]), text)
    opened: list[int] = []
    for at, character in enumerate(unquoted, start=1):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            opened.pop()
    last = text.rsplit(maxsplit=1)[-1]
    if last in ("AND", "OR", "NOT", "&&", "||", "!") or last.endswith((":", "+", "-")):
        return f"nothing stands behind `{last[-40:]}`"
    return f"the parenthesis at character {opened[-1]} is not closed" if opened else "something is missing"


class _Reader:
    """Turns luqum's tree into ours; knows the query's text for positions."""

    def __init__(self, text: str, plain: PlainQuery, position_problem: Callable[[str], str | None]) -> None:
        self._text = text
        self._plain = plain
        self._position_problem = position_problem
        self.notes: list[str] = []

    def condition(self, node: Any, depth: int, field: str) -> Condition:
        if depth > MAX_QUERY_DEPTH:
            raise QueryError(f"is nested more than {MAX_QUERY_DEPTH} deep", self._position(node))
        if type(node) in _UNSUPPORTED:
            raise self._error(node, f"`{self._shown(node)}`: {_UNSUPPORTED[type(node)]}")
        match node:
            case tree.BaseGroup():
                return self.condition(node.expr, depth + 1, field)
            case tree.SearchField():
                return self._field(node, depth, field)
            case tree.Not() | tree.Prohibit():
                return Not(self.condition(node.a, depth + 1, field))
            case tree.Plus():
                return self.condition(node.a, depth + 1, field)
            case tree.AndOperation():
                return All(self._parts(_flat(node, tree.AndOperation), depth, field))
            case tree.OrOperation():
                return self._either(node, depth, field)
            case tree.UnknownOperation():
                return self._side_by_side(node, depth, field)
        return self._leaf(node, field)

    def _parts(self, nodes: list[Any], depth: int, field: str) -> tuple[Condition, ...]:
        return tuple(self.condition(node, depth + 1, field) for node in nodes)

    def _either(self, node: Any, depth: int, field: str) -> Condition:
        operands = _flat(node, tree.OrOperation)
        for operand in operands:
            if isinstance(operand, _NEGATIONS):
                raise self._error(operand, "`OR NOT` holds of almost every text: write AND NOT")
            if isinstance(operand, tree.Plus):
                raise self._error(operand, "`+` beside OR is unclear: write AND or OR between all words")
        return Any_(self._parts(operands, depth, field))

    def _side_by_side(self, node: Any, depth: int, field: str) -> Condition:
        operands = _flat(node, tree.UnknownOperation)
        required = [part for part in operands if isinstance(part, tree.Plus)]
        unwanted = [part for part in operands if isinstance(part, _NEGATIONS)]
        optional = [part for part in operands if not isinstance(part, (tree.Plus, *_NEGATIONS))]
        for operand in operands:
            if isinstance(operand, tree.AndOperation):
                # Lucene would make some of the words optional; few readers expect that.
                raise self._error(operand, "write AND or OR between all words, or put parentheses")
        wanted = self._parts(required, depth, field)
        either = self._parts(optional, depth, field)
        if required and optional:
            where = self._position(optional[0])
            self.notes.append(
                f"`{self._shown(optional[0])}` decides nothing beside `{self._shown(required[0])}` (character {where})"
            )
        elif either:
            wanted = either if len(either) == 1 else (Any_(either),)
        parts = (*wanted, *(Not(self.condition(part.a, depth + 1, field)) for part in unwanted))
        return parts[0] if len(parts) == 1 else All(parts)

    def _field(self, node: Any, depth: int, outer: str) -> Condition:
        name = _unescaped(node.name)
        if name not in TEXT_FIELDS and name not in META_FIELDS:
            hint = suggestion(name, [*TEXT_FIELDS, *META_FIELDS])
            raise self._error(node, f"unknown field `{name}:`{hint}; a word with a colon needs quotes")
        if outer and (outer in META_FIELDS or name != "actor"):
            raise self._error(node, f"`{name}:` inside `{outer}:` has no meaning: put it outside")
        inner = self.condition(node.expr, depth + 1, name)
        return InFields(TEXT_FIELDS[name], inner) if name in TEXT_FIELDS else inner

    def _leaf(self, node: Any, field: str) -> Condition:
        written = self._written(node)
        if not written.quoted and written.text.casefold() in _OPERATORS:
            raise self._error(
                node, f"`{written.text}`: write operators as AND, OR, NOT between words, or put the word in quotes"
            )
        try:
            if field in META_FIELDS:
                return leaf_condition(field, written, self._position_problem)
            return phrase_condition(written)
        except QueryError as error:
            raise self._error(node, str(error)) from error

    def _written(self, node: Any) -> Written:
        """A word or phrase with the mark after it."""
        if isinstance(node, tree.BaseApprox):
            mark = self._shown(node, shorten=False).rpartition("~")[2]
            return self._written(node.term).with_mark(mark)
        if isinstance(node, tree.Phrase):
            return Written(node.value[1:-1], quoted=True)
        if isinstance(node, tree.Word):
            return Written(node.value)
        raise self._error(node, f"`{self._shown(node)}` is not supported")

    def _shown(self, node: Any, *, shorten: bool = True) -> str:
        """The node as it was written."""
        if node.pos is None or node.size is None:
            shown = str(node).strip()
        else:
            origins = self._plain.origins
            shown = self._text[origins[node.pos] : origins[min(node.pos + node.size, len(origins) - 1)]].strip()
        return f"{shown[:_SHOWN]}…" if shorten and len(shown) > _SHOWN else shown

    def _position(self, node: Any) -> int | None:
        return None if node.pos is None else self._plain.origins[node.pos] + 1

    def _error(self, node: Any, message: str) -> QueryError:
        return QueryError(message, self._position(node))


def _unescaped(name: str) -> str:
    return name.replace("\\", "")


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
