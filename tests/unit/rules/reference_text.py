"""Where patterns stand in a text, slow and obvious: every pattern at every token. Oracle of the trie and of `near`."""

from __future__ import annotations

from itertools import product

from consumers.rules.engine.leaves import NearLeaf, Term
from monitor.text.patterns import Pattern, Word
from monitor.text.reading import FieldReading

Stretch = tuple[int, int]  # first token, the token after the last


def stretches_of(term: Term, field: FieldReading, lang: str) -> list[Stretch]:
    """Where any pattern of a term stands that counts in this language."""
    found = {place for pattern in term.patterns_for(lang) for place in _find(pattern, field)}
    return sorted(found)


def near_stretches(leaf: NearLeaf, field: FieldReading, lang: str) -> list[Stretch]:
    """The smallest stretches in which all words of a leaf are near one another: every choice of places is tried."""
    found: set[Stretch] = set()
    for places in product(*(stretches_of(word, field, lang) for word in leaf.words)):
        shifts = [first - at for at, (first, _) in enumerate(places)]
        taken = [token for first, after in places for token in range(first, after)]
        if max(shifts) - min(shifts) <= leaf.slop and len(taken) == len(set(taken)):
            found.add((min(taken), max(taken) + 1))
    return sorted(
        (first, after)
        for first, after in found
        if not any(first <= low and high <= after and (low, high) != (first, after) for low, high in found)
    )


def _find(pattern: Pattern, field: FieldReading) -> list[Stretch]:
    words = field.tokens.words
    stretches = ((first, first + len(pattern.words)) for first in range(len(words) - len(pattern.words) + 1))
    return [
        (first, after)
        for first, after in stretches
        if all(map(_fits, pattern.words, words[first:after]))
        and pattern.stands_at(
            field.tokens.text, field.tokens.starts[first], field.tokens.ends[after - 1], caseless=field.caseless
        )
    ]


def _fits(word: Word, token: str) -> bool:
    match word.kind:
        case "word":
            return token == word.text
        case "prefix":
            return token.startswith(word.text)
        case "wildcard":
            return _fits_wildcard(word.text, token)
        case "stem":
            looks = {word.text + ending for ending in word.endings} | {start + word.text for start in word.beginnings}
            return token in looks


def _fits_wildcard(wanted: str, token: str) -> bool:
    if not wanted:
        return not token
    if wanted[0] == "*":
        return any(_fits_wildcard(wanted[1:], token[cut:]) for cut in range(len(token) + 1))
    return bool(token) and wanted[0] in ("?", token[0]) and _fits_wildcard(wanted[1:], token[1:])
