"""The query language: what it means and what it refuses."""

from __future__ import annotations

import pytest

from consumers.rules.model import meaning
from consumers.rules.query import MAX_QUERY_CHARACTERS, QueryError, parse_query


@pytest.mark.parametrize(
    ("query", "means"),
    [
        pytest.param("Peace", "phrase(peace)", id="word"),
        pytest.param('"peace talks"', "phrase(peace talks)", id="phrase"),
        pytest.param("cease-fire", "phrase(cease fire)", id="hyphen-makes-a-phrase"),
        pytest.param("停火", "phrase(停 火)", id="chinese-word-is-a-phrase"),
        pytest.param("a b", "any(phrase(a),phrase(b))", id="side-by-side-is-or"),
        pytest.param("a OR b AND c", "any(all(phrase(b),phrase(c)),phrase(a))", id="and-binds-tighter-than-or"),
        pytest.param("(a OR b) AND c", "all(any(phrase(a),phrase(b)),phrase(c))", id="parentheses"),
        pytest.param("a AND NOT b", "all(not(phrase(b)),phrase(a))", id="not-binds-tightest"),
        pytest.param("a b NOT c", "all(any(phrase(a),phrase(b)),not(phrase(c)))", id="bare-not-excludes"),
        pytest.param("a OR b c", "any(any(phrase(a),phrase(b)),phrase(c))", id="or-beside-a-bare-word"),
        pytest.param(r"what\?", "phrase(what)", id="escaped-wildcard-is-a-sign"),
        pytest.param('"what?"', "phrase(what)", id="question-mark-in-a-phrase-is-a-sign"),
        pytest.param('"and"', "phrase(and)", id="quoted-operator-is-a-word"),
    ],
)
def test_query_means(query: str, means: str) -> None:
    assert meaning(parse_query(query)) == means


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("a AND", "cannot be read: unexpected end", id="unfinished"),
        pytest.param("AND a", "cannot be read: unexpected 'AND' (character 1)", id="operator-first"),
        pytest.param("(a", "cannot be read: unexpected end", id="open-parenthesis"),
        pytest.param("drone*", "`drone*`: wildcards are not supported by this version (character 1)", id="wildcard"),
        pytest.param('"air strik*"', "wildcards are not supported", id="wildcard-in-phrase"),
        pytest.param("wh?t", "wildcards are not supported", id="one-letter-wildcard"),
        pytest.param('a AND "b c"~5', '"..."~n` is not supported by this version (character 7)', id="proximity"),
        pytest.param("roam~1", "`~` after a word is not supported", id="fuzzy"),
        pytest.param("title:war", "fields (`title:`) are not supported", id="field"),
        pytest.param("war^2", "`^` has no meaning here", id="boost"),
        pytest.param("+war", "`+` is not supported: write AND", id="plus"),
        pytest.param("peace -war", "`-` is not supported: write AND NOT (character 7)", id="minus"),
        pytest.param("!war", "`!` is not supported", id="exclamation-mark"),
        pytest.param("=War", "`=` is not supported", id="exact"),
        pytest.param("/wa.*/", "regular expressions are not supported", id="regex"),
        pytest.param("[a TO b]", "ranges are not supported", id="range"),
        pytest.param(">5", "ranges are not supported", id="comparison"),
        pytest.param("peace and war", "`and`: write operators as AND, OR, NOT", id="small-operator"),
        pytest.param("peace && war", "`&&`: write operators as AND, OR, NOT", id="sign-operator"),
        pytest.param("peace OR NOT war", "`OR NOT` holds of almost every text", id="or-not"),
        pytest.param("a b AND c", "write AND or OR between all words, or put parentheses", id="unclear-mixture"),
        pytest.param('"..."', "holds no word", id="no-word"),
        pytest.param("(" * 200 + "a" + ")" * 200, "is nested more than", id="too-deep"),
        pytest.param("a " * MAX_QUERY_CHARACTERS, "is longer than", id="too-long"),
    ],
)
def test_query_is_refused(query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)

    assert message in str(caught.value)
