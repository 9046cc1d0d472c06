"""What is told impossible never holds: random conditions over small articles of sentences that are sets of words."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consumers.rules.authoring.possible import EVERYWHERE, Space, impossible_parts
from consumers.rules.model import (
    All,
    Any_,
    AtLeast,
    Condition,
    InFields,
    LangCondition,
    Not,
    Phrase,
    Scope,
    Terms,
    Within,
)
from monitor.core.fact import Field

WORDS = ["aa", "bb"]
LANGS = ["en", "de", "und"]
FIELDS: list[Field] = ["title", "body"]


@dataclass(frozen=True)
class Article:
    """Sentences, each with its field and its words."""

    lang: str
    sentences: tuple[tuple[str, frozenset[str]], ...]


sentences = st.tuples(st.sampled_from(FIELDS), st.frozensets(st.sampled_from(WORDS), min_size=1))
articles = st.builds(Article, st.sampled_from(LANGS), st.lists(sentences, max_size=4).map(tuple))
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(WORDS).map(Phrase),
    st.lists(st.sampled_from(LANGS), min_size=1, max_size=2).map(lambda langs: LangCondition(tuple(langs))),
    st.builds(lambda lang, word: Terms("t", ((lang, Phrase(word)),)), st.sampled_from(LANGS), st.sampled_from(WORDS)),
)


def _grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        parts.map(All),
        parts.map(Any_),
        inner.map(Not),
        st.builds(lambda parts, count: AtLeast(min(count, len(parts)), parts), parts, st.integers(1, 3)),
        st.builds(InFields, st.sampled_from(FIELDS).map(lambda name: (name,)), inner),
        st.builds(Within, st.sampled_from([Scope.SENTENCE, Scope.TITLE, Scope.ARTICLE]), inner),
    )


conditions = st.recursive(leaves, _grow, max_leaves=8)


def _holds(condition: Condition, article: Article) -> bool:
    match condition:
        case Phrase():
            return any(condition.text in words for _, words in article.sentences)
        case Terms():
            ((lang, found),) = condition.phrases
            return _holds(found, article) and ("und" in (lang, article.lang) or lang == article.lang)
        case LangCondition():
            return article.lang in condition.langs
        case All() | Any_() | AtLeast():
            held = sum(_holds(part, article) for part in condition.parts)
            needed = {All: len(condition.parts), Any_: 1}.get(type(condition), getattr(condition, "count", 0))
            return held >= needed
        case Not():
            return not _holds(condition.part, article)
        case InFields():
            return _holds(condition.part, _part(article, condition.fields))
        case Within():
            return any(_holds(condition.part, place) for place in _places(condition.scope, article))
    raise AssertionError(condition)


def _part(article: Article, fields: tuple[str, ...]) -> Article:
    return Article(article.lang, tuple(sentence for sentence in article.sentences if sentence[0] in fields))


def _places(scope: Scope, article: Article) -> list[Article]:
    if scope is Scope.ARTICLE:
        return [article]
    if scope is Scope.TITLE:
        title = _part(article, ("title",))
        return [title] if title.sentences else []
    return [Article(article.lang, (sentence,)) for sentence in article.sentences]


@settings(max_examples=400, deadline=None)
@given(conditions, articles)
def test_what_holds_of_some_article_is_never_told_impossible(condition: Condition, article: Article) -> None:
    assume(_holds(condition, article))

    assert condition not in list(impossible_parts(condition, EVERYWHERE))


def test_space_of_a_language_takes_phrases_of_that_and_of_unknown_texts() -> None:
    english = Space(langs=frozenset({"en"}))

    assert [lang for lang in ("en", "de", "und") if english.can_be_in(lang)] == ["en", "und"]
    assert Space(langs=frozenset({"und"})).can_be_in("de")
    assert not Space(not_langs=frozenset({"de", "und"})).can_be_in("de")
