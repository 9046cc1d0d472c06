"""What rules look for in an article: leaves, each under the label that its author would give it. Knows no article.

Both engines look for these, the fast one and the reference of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from consumers.rules.engine.facts import fact_label
from consumers.rules.model import ActorCondition, FactCondition, Phrase, Terms, UrlCondition
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text import tokenize
from monitor.text.patterns import Pattern, patterns_of, word_patterns
from monitor.text.reading import FieldReading

MAX_URL_CHARACTERS = 2_000  # beyond it is tracking


@dataclass(frozen=True)
class Term:
    """One phrase as somebody wrote it, with all that it stands for.

    Attributes:
        lang: The language of a terms list that it stands in; None: it counts in all.
        patterns: Each with the language of the articles in which it counts; None means all.
    """

    text: str
    lang: str | None
    patterns: tuple[tuple[Pattern, str | None], ...]

    def patterns_for(self, lang: str) -> list[Pattern]:
        """The patterns that count in an article of this language."""
        return [pattern for pattern, only in self.patterns if counts_in(lang, only)]


@dataclass(frozen=True)
class WordsLeaf:
    """Any of these terms stands there."""

    label: str
    terms: tuple[Term, ...]

    @cached_property
    def signed(self) -> tuple[tuple[Pattern, int, int], ...]:
        """Exact patterns with signs around their words (`=C++`), and how many before and behind."""
        exact = (pattern for term in self.terms for pattern, _ in term.patterns if pattern.exact is not None)
        cut = ((pattern, tokenize(pattern.exact or "")) for pattern in exact)
        signs = ((pattern, tokens.starts[0], len(tokens.text) - tokens.ends[-1]) for pattern, tokens in cut)
        return tuple((pattern, before, behind) for pattern, before, behind in signs if before or behind)


@dataclass(frozen=True)
class NearLeaf:
    """All of these words stand near one another, as `consumers.rules.engine.near` counts it.

    Attributes:
        text: The phrase as written.
        words: In the order of the phrase, each for one word of a text.
    """

    label: str
    text: str
    words: tuple[Term, ...]
    slop: int


@dataclass(frozen=True)
class ActorLeaf:
    """Somebody whom the position means on the article's day is named, or meant."""

    label: str
    position: str
    direct: bool = False


@dataclass(frozen=True)
class FactLeaf:
    """There is such a fact."""

    label: str
    condition: FactCondition


Leaf = WordsLeaf | NearLeaf | ActorLeaf | FactLeaf
LeafCondition = Phrase | Terms | ActorCondition | FactCondition


def leaves_of(condition: LeafCondition) -> tuple[Leaf, ...]:
    """The leaves of a condition, any of which is enough.

    Raises:
        PatternError: A phrase is none (the loader lets none through).
    """
    match condition:
        case Phrase():
            return (_phrase_leaf(condition, f"query: {condition.text}", None),)
        case Terms():
            return _terms_leaves(condition)
        case ActorCondition():
            key = "named" if condition.direct else "actor"
            return tuple(
                ActorLeaf(f"{key}: {position}", position, condition.direct)
                for position in dict.fromkeys(condition.positions)
            )
        case FactCondition():
            return (FactLeaf(fact_label(condition), condition),)


def url_leaf(condition: UrlCondition) -> tuple[Leaf, ...]:
    """The leaves of an address condition, to be looked for in `url_field`."""
    return tuple(
        WordsLeaf(f"url: {phrase.text}", (_term(phrase.text, None, variants=False),)) for phrase in condition.phrases
    )


def span_of(leaf: Leaf, field: FieldReading, first: int, after: int) -> tuple[int, int]:
    """Where the words stand that a leaf was found in, with the signs that it asks for: of `=C++`, the pluses too."""
    start, end = field.tokens.starts[first], field.tokens.ends[after - 1]
    if isinstance(leaf, WordsLeaf):
        for pattern, before, behind in leaf.signed:
            is_found = len(pattern.words) == after - first and pattern.words[0].matches(field.tokens.words[first])
            if is_found and pattern.stands_at(field.tokens.text, start, end, caseless=field.caseless):
                return start - before, end + behind
    return start, end


def url_field(url: str) -> FieldReading:
    """An address in words: those of its host, path and query, percent signs decoded."""
    return FieldReading("text", tokenize(unquote(url[:MAX_URL_CHARACTERS])))


def counts_in(lang: str, only: str | None) -> bool:
    """Whether what counts in articles of language `only` counts in one of language `lang`."""
    return only is None or lang in (only, UNKNOWN_LANGUAGE)


def _phrase_leaf(phrase: Phrase, label: str, lang: str | None) -> Leaf:
    if phrase.slop == 0:
        return WordsLeaf(label, (_term(phrase.text, lang),))
    words = tuple(
        Term(patterns[0].words[0].text, lang, tuple((pattern, lang or pattern.lang) for pattern in patterns))
        for patterns in word_patterns(phrase.text, lang=lang)
    )
    return NearLeaf(f"{label}~{phrase.slop}", phrase.text, words, phrase.slop)


def _terms_leaves(condition: Terms) -> tuple[Leaf, ...]:
    label = f"terms: {condition.name}"
    pairs = [(None if lang == UNKNOWN_LANGUAGE else lang, phrase) for lang, phrase in dict.fromkeys(condition.phrases)]
    in_a_row = tuple(_term(phrase.text, lang) for lang, phrase in pairs if phrase.slop == 0)
    apart = tuple(_phrase_leaf(phrase, label, lang) for lang, phrase in pairs if phrase.slop > 0)
    return (WordsLeaf(label, in_a_row), *apart) if in_a_row else apart


def _term(text: str, lang: str | None, *, variants: bool = True) -> Term:
    patterns = patterns_of(text, lang=lang, variants=variants)
    return Term(text, lang, tuple(dict.fromkeys((pattern, lang or pattern.lang) for pattern in patterns)))
