"""The query language: what it means and what it refuses."""

from __future__ import annotations

import pytest

from consumers.rules.language.query import MAX_QUERY_CHARACTERS, QueryError, parse_query, read_query
from consumers.rules.language.query_leaves import MAX_SLOP
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    Condition,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    UrlCondition,
)

A, B, C = Phrase("a"), Phrase("b"), Phrase("c")


@pytest.mark.parametrize(
    ("query", "means"),
    [
        pytest.param("Peace", Phrase("Peace"), id="word"),
        pytest.param('"peace talks"', Phrase("peace talks"), id="phrase"),
        pytest.param("cease-fire", Phrase("cease-fire"), id="hyphen"),
        pytest.param("停火", Phrase("停火"), id="chinese"),
        pytest.param("a b", Any_((A, B)), id="side-by-side-is-or"),
        pytest.param("a OR b AND c", Any_((A, All((B, C)))), id="and-binds-tighter-than-or"),
        pytest.param("a || b && c", Any_((A, All((B, C)))), id="sign-operators"),
        pytest.param("(a)&&(b)", All((A, B)), id="sign-operator-between-parentheses"),
        pytest.param("(a OR b) AND c", All((Any_((A, B)), C)), id="parentheses"),
        pytest.param("a AND NOT b", All((A, Not(B))), id="not-binds-tightest"),
        pytest.param("a AND !b", All((A, Not(B))), id="exclamation-mark"),
        pytest.param("a AND -b", All((A, Not(B))), id="minus-beside-and"),
        pytest.param("NOT(a b)", Not(Any_((A, B))), id="not-of-a-group"),
        pytest.param("a b NOT c", All((Any_((A, B)), Not(C))), id="bare-not-excludes"),
        pytest.param("a b -c", All((Any_((A, B)), Not(C))), id="minus-excludes"),
        pytest.param("a OR b c", Any_((Any_((A, B)), C)), id="or-beside-a-bare-word"),
        pytest.param("+a -b", All((A, Not(B))), id="required-and-prohibited"),
        pytest.param("+a +b", All((A, B)), id="both-required"),
        pytest.param("+a b", A, id="optional-word-decides-nothing"),
        pytest.param("(+a -b) OR c", Any_((All((A, Not(B))), C)), id="signs-in-a-group"),
        pytest.param("=Who", Phrase("=Who"), id="exact-word"),
        pytest.param("=U.S. =AT&T =C++", Any_((Phrase("=U.S."), Phrase("=AT&T"), Phrase("=C++"))), id="exact-signs"),
        pytest.param('="Georgia Tech" AND a', All((Phrase("=Georgia Tech"), A)), id="exact-phrase"),
        pytest.param('"=Georgia Tech"', Phrase("=Georgia Tech"), id="exact-mark-inside-the-quotes"),
        pytest.param('-="A B" c', All((C, Not(Phrase("=A B")))), id="exact-phrase-after-minus"),
        pytest.param("drone*", Phrase("drone*"), id="any-ending"),
        pytest.param("*drone", Phrase("*drone"), id="any-beginning"),
        pytest.param("dr?ne", Phrase("dr?ne"), id="any-letter"),
        pytest.param('"air strik*"', Phrase("air strik*"), id="wildcard-in-a-phrase"),
        pytest.param("Зеленськ~", Phrase("Зеленськ~"), id="stem"),
        pytest.param("(Минск~n OR a)", Any_((Phrase("Минск~n"), A)), id="stem-of-a-place"),
        pytest.param('"Путин~ сказал"', Phrase("Путин~ сказал"), id="stem-in-a-phrase"),
        pytest.param('"a b"~5', Phrase("a b", slop=5), id="near"),
        pytest.param('"a"~5', A, id="one-word-is-near-itself"),
        pytest.param(r"what\?", Phrase(r"what\?"), id="escaped-wildcard-is-a-sign"),
        pytest.param('"so what?"', Phrase(r"so what\?"), id="question-mark-after-a-word-in-a-phrase-is-a-sign"),
        pytest.param(r"12\:30", Phrase("12:30"), id="escaped-colon"),
        pytest.param(r'"say \"a\""', Phrase('say "a"'), id="escaped-quotes"),
        pytest.param('"and"', Phrase("and"), id="quoted-operator-is-a-word"),
        pytest.param("title:a", InFields(("title",), A), id="title"),
        pytest.param("title: a b", Any_((InFields(("title",), A), B)), id="field-takes-one-operand"),
        pytest.param("title:(a b)", InFields(("title",), Any_((A, B))), id="field-of-a-group"),
        pytest.param('title:="A b"', InFields(("title",), Phrase("=A b")), id="field-of-an-exact-phrase"),
        pytest.param('summary:"a b"~2', InFields(("summary",), Phrase("a b", 2)), id="field-of-a-near-phrase"),
        pytest.param("body:a", InFields(("body", "text"), A), id="body"),
        pytest.param("text:a", InFields(("summary", "body", "text"), A), id="text-is-all-but-the-title"),
        pytest.param("-title:a b", All((B, Not(InFields(("title",), A)))), id="not-in-a-field"),
        pytest.param("actor:vladimir-putin", ActorCondition(("vladimir-putin",)), id="actor"),
        pytest.param("actor:president@france", ActorCondition(("president@france",)), id="office"),
        pytest.param('actor:"leaders(nato)"', ActorCondition(("leaders(nato)",)), id="leaders"),
        pytest.param("title:(actor:x)", InFields(("title",), ActorCondition(("x",))), id="actor-in-the-title"),
        pytest.param("actor:(x OR y)", Any_((ActorCondition(("x",)), ActorCondition(("y",)))), id="actors"),
        pytest.param("lang:en", LangCondition(("en",)), id="language"),
        pytest.param('publisher:"BBC News"', PublisherCondition(("bbc news",)), id="publisher"),
        pytest.param("url:example.org/live", UrlCondition((Phrase("example.org/live"),)), id="url"),
    ],
)
def test_query_means(query: str, means: Condition) -> None:
    assert parse_query(query) == means


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("a AND", "cannot be read: unexpected end: nothing stands behind `AND`", id="unfinished"),
        pytest.param("AND a", "cannot be read: unexpected 'AND' (character 1)", id="operator-first"),
        pytest.param("a && && b", "cannot be read: unexpected 'AND' (character 6)", id="places-behind-sign-operators"),
        pytest.param('a (b OR "("', "the parenthesis at character 3 is not closed", id="open-parenthesis"),
        pytest.param("a title:", "unexpected end: nothing stands behind `title:`", id="field-of-nothing"),
        pytest.param("'a'", "unexpected `'` (put the word in quotes", id="single-quotes"),
        pytest.param("a /b", "unexpected `/`", id="slash"),
        pytest.param("a \\", "unexpected `\\`", id="backslash-at-the-end"),
        pytest.param("roam~1", "`roam~1`: fuzzy search is not supported", id="fuzzy"),
        pytest.param("roam~0.5", "`roam~0.5`: fuzzy search is not supported", id="old-fuzzy"),
        pytest.param('"roam~1 far"', "similar spellings are not searched for", id="fuzzy-in-a-phrase"),
        pytest.param('a AND "b c"~', '`"b c"~`: `~` after a phrase takes a whole number', id="near-what"),
        pytest.param('"b c"~2.5', "takes a whole number", id="near-by-a-fraction"),
        pytest.param(f'"b c"~{MAX_SLOP + 1}', "takes a whole number up to", id="too-far"),
        pytest.param('="b c"~2', "an exact phrase stands in a row", id="near-and-exact"),
        pytest.param("a AND titel:war", "unknown field `titel:` (did you mean 'title'?)", id="field"),
        pytest.param("12:30", "a word with a colon needs quotes (character 1)", id="colon"),
        pytest.param("http://a", "unknown field `http:`", id="address"),
        pytest.param("title:(summary:a)", "`summary:` inside `title:` has no meaning", id="field-in-a-field"),
        pytest.param("title:(lang:en a)", "`lang:` inside `title:` has no meaning", id="language-in-a-field"),
        pytest.param("actor:(title:a)", "`title:` inside `actor:` has no meaning", id="text-in-an-actor"),
        pytest.param("actor:leaders(nato)", "`(` inside a word: put a space before it, or quotes", id="bare-leaders"),
        pytest.param("lang:en-GB", "is no primary language (write 'en')", id="regional-language"),
        pytest.param("lang:en~", "`~` has no meaning after `lang:`", id="language-stem"),
        pytest.param("publisher:bbc*", "is no publisher's name", id="publisher-wildcard"),
        pytest.param("url:live*", "addresses are searched for plain words", id="url-wildcard"),
        pytest.param("war^2", "`war^2`: `^` has no meaning here: rules do not rank", id="boost"),
        pytest.param("a OR +b", "`+` beside OR is unclear", id="plus-beside-or"),
        pytest.param("/wa.*/", "regular expressions are not supported", id="regex"),
        pytest.param("[a TO b]", "ranges are not supported", id="range"),
        pytest.param(">5", "ranges are not supported", id="comparison"),
        pytest.param("peace and war", "`and`: write operators as AND, OR, NOT", id="small-operator"),
        pytest.param("peace&&war", "`&&` inside a word: put spaces around", id="sign-operator-without-spaces"),
        pytest.param("peace - war", "`-` stands directly before a word", id="dash"),
        pytest.param("peace +", "`+` stands directly before a word", id="plus-at-the-end"),
        pytest.param("peace OR NOT war", "`OR NOT` holds of almost every text", id="or-not"),
        pytest.param("peace OR -war", "`OR NOT` holds of almost every text", id="or-minus"),
        pytest.param("a b AND c", "write AND or OR between all words, or put parentheses", id="unclear-mixture"),
        pytest.param('"..."', "has no word in it", id="no-word"),
        pytest.param("=", "has no word in it", id="exact-nothing"),
        pytest.param("=(a b)", "`(` inside a word", id="exact-group"),
        pytest.param('a"b c"', '`"` inside a word: put a space before', id="quotes-in-a-word"),
        pytest.param('"a"b', '`"` inside a word: put a space after', id="word-after-quotes"),
        pytest.param('a "b', '`"` is not closed (character 3)', id="open-quotes"),
        pytest.param("“a b”", "write straight quotes", id="curly-quotes"),
        pytest.param("(" * 200 + "a" + ")" * 200, "is nested more than", id="too-deep"),
        pytest.param("a " * MAX_QUERY_CHARACTERS, "is longer than", id="too-long"),
    ],
)
def test_query_is_refused(query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)

    assert message in str(caught.value)


def test_unknown_position_is_refused_with_its_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse_query("a AND actor:nobody", lambda position: f"unknown actor {position}")

    assert (str(caught.value), caught.value.position) == ("unknown actor nobody (character 13)", 13)


def test_word_that_decides_nothing_is_noted() -> None:
    assert read_query("+a b").notes == ("`b` decides nothing beside `+a` (character 4)",)
    assert read_query("+a -b").notes == ()
