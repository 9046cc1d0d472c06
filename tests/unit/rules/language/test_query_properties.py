"""Random queries: what they mean equals what a small evaluator of our own says, and no text breaks the reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.rules.language.query import QueryError, parse_query
from consumers.rules.model import All, Any_, Condition, Not, Phrase

WORDS = ["aa", "bb", "cc", "dd"]
Texts = frozenset[str]


@dataclass(frozen=True)
class Tree:
    """A query as its author thinks of it.

    Attributes:
        binds: How tightly the outermost operator holds its operands.
        holds: Of the words that stand in a text.
    """

    written: str
    binds: int
    holds: Callable[[Texts], bool]


OR, AND, NOT, WORD = 1, 2, 3, 4


def _word(word: str) -> Tree:
    return Tree(word, WORD, lambda text: word in text)


def _operand(tree: Tree, binds: int, spare: bool) -> str:
    return f"({tree.written})" if tree.binds < binds or spare else tree.written


@st.composite
def _operations(draw: st.DrawFn, inner: st.SearchStrategy[Tree]) -> Tree:
    kind = draw(st.sampled_from(["and", "or", "not", "signs", "group"]))
    parts = draw(st.lists(inner, min_size=2, max_size=3))
    spares = draw(st.lists(st.booleans(), min_size=3, max_size=3))
    operator = {"and": [" AND ", " && "], "or": [" OR ", "  ||  "]}.get(kind, [""])
    if kind == "and":
        text = draw(st.sampled_from(operator)).join(
            _operand(part, AND, spare) for part, spare in zip(parts, spares, strict=False)
        )
        return Tree(text, AND, lambda found: all(part.holds(found) for part in parts))
    if kind == "or":
        # A negated part beside OR is refused, so each gets a word that asks for itself.
        text = draw(st.sampled_from(operator)).join(
            _operand(part, AND, spare or part.binds == NOT) for part, spare in zip(parts, spares, strict=False)
        )
        return Tree(text, OR, lambda found: any(part.holds(found) for part in parts))
    first, second = parts[:2]
    if kind == "not":
        sign = draw(st.sampled_from(["NOT ", "-", "!"]))
        return Tree(f"{sign}{_operand(first, WORD, spares[0])}", NOT, lambda found: not first.holds(found))
    if kind == "signs":
        text = f"(+{_operand(first, WORD, spares[0])} -{_operand(second, WORD, spares[1])})"
        return Tree(text, WORD, lambda found: first.holds(found) and not second.holds(found))
    text = " ".join(_operand(part, WORD, spare) for part, spare in zip(parts, spares, strict=False))
    return Tree(f"({text})", WORD, lambda found: any(part.holds(found) for part in parts))


trees = st.recursive(st.sampled_from(WORDS).map(_word), _operations, max_leaves=10)
texts = st.frozensets(st.sampled_from(WORDS))


def _evaluate(condition: Condition, text: Texts) -> bool:
    match condition:
        case Phrase():
            return condition.text in text
        case All():
            return all(_evaluate(part, text) for part in condition.parts)
        case Any_():
            return any(_evaluate(part, text) for part in condition.parts)
        case Not():
            return not _evaluate(condition.part, text)
    raise AssertionError(condition)


@settings(max_examples=250, deadline=None)
@given(trees, texts)
def test_query_holds_of_what_its_author_meant(tree: Tree, text: Texts) -> None:
    assert _evaluate(parse_query(tree.written), text) == tree.holds(text)


def _by_precedence(tokens: list[str], text: Texts) -> bool:
    """NOT before AND before OR: split at the loosest operator."""
    for operator, join in (("OR", any), ("AND", all)):
        if operator in tokens:
            at = tokens.index(operator)
            return join((_by_precedence(tokens[:at], text), _by_precedence(tokens[at + 1 :], text)))
    *nots, word = tokens
    return (word in text) == (len(nots) % 2 == 0)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["AND", "OR"]), st.booleans(), st.sampled_from(WORDS)), max_size=6),
    st.sampled_from(WORDS),
    texts,
)
def test_operators_bind_as_documented(rest: list[tuple[str, bool, str]], first: str, text: Texts) -> None:
    tokens = [first]
    for operator, negated, word in rest:
        beside_or = operator == "OR"
        tokens += [operator, *(["NOT"] if negated and not beside_or else []), word]
    query = " ".join(tokens)

    assert _evaluate(parse_query(query), text) == _by_precedence(tokens, text)


def _printed(condition: Condition) -> str:
    match condition:
        case Phrase():
            return f'"{condition.text}"' + (f"~{condition.slop}" if condition.slop else "")
        case All():
            return f"({' AND '.join(map(_printed, condition.parts))})"
        case Any_():
            return f"({' OR '.join(map(_printed, condition.parts))})"
        case Not():
            return f"NOT {_printed(condition.part)}"
    raise AssertionError(condition)


phrases = st.builds(Phrase, st.sampled_from(["aa", "bb cc", "=Dd", "Путин~", "ffff* gg"]), st.just(0))
positive = st.recursive(
    st.one_of(phrases, st.builds(Phrase, st.sampled_from(["aa bb", "cc dddd*"]), st.integers(1, 9))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any_(tuple(parts))),
        st.lists(st.one_of(inner, inner.map(Not)), min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(positive)
def test_printed_condition_is_read_back(condition: Condition) -> None:
    assert parse_query(_printed(condition)) == condition


@settings(max_examples=250, deadline=None)
@given(st.text(st.sampled_from('ab AND OR NOT()"+-!=~^:*?\\/[]{}<>&|“ 停.\n05'), max_size=25))
def test_any_text_is_a_query_or_an_error_that_names_a_place_in_it(text: str) -> None:
    assert _trouble(text) in range(len(text) + 2)


def _trouble(query: str) -> int:
    """Where a query is wrong; 0 when it is not, or as a whole."""
    try:
        parse_query(query)
    except QueryError as error:
        return error.position or 0
    return 0
