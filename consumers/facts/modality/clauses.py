"""Where clauses end, as far as signs and a few words tell. Knows no grammar."""

from __future__ import annotations

from consumers.facts.article import Sentence

_ENDS = frozenset(";:?!")


def ends_clause(sentence: Sentence, token: int) -> bool:
    """Whether a sign that ends more than a phrase stands behind a token: not a comma."""
    gap = sentence.gap(token)
    return not _ENDS.isdisjoint(gap) or " - " in gap or "–" in gap or "—" in gap


def clause_first(sentence: Sentence, token: int, least: int) -> int:
    """The first token of the clause that a token is in, at the least `least`; commas do not end it."""
    while token > least and not ends_clause(sentence, token - 1):
        token -= 1
    return token


def clause_after(sentence: Sentence, token: int, most: int) -> int:
    """The token behind the clause that ends no earlier than behind `token`, at the most `most`."""
    while token < most and not ends_clause(sentence, token - 1):
        token += 1
    return token


def has_comma(sentence: Sentence, first: int, after: int) -> bool:
    """Whether a comma stands between tokens `first` and `after - 1`."""
    return any("," in sentence.gap(token) for token in range(first, after - 1))
