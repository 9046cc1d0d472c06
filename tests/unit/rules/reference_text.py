"""Where patterns stand in a text, slow and obvious: every pattern at every token. Oracle of the trie and of `near`."""

from __future__ import annotations

import re
from itertools import product

from consumers.rules.leaves import NearLeaf, Term
from monitor.text.patterns import Pattern, Word, spelling
from monitor.text.reading import FieldReading

Stretch = tuple[int, int]  # first token, the token after the last
_SIGN_INSIDE = re.compile(r"[^\w\s]")


def stretches_of(term: Term, field: FieldReading, lang: str) -> list[Stretch]:
    """Where any pattern of a term stands that counts in this language."""
    found = {place for pattern in term.patterns_for(lang) for place in _find(pattern, field)}
    return sorted(found)


def near_stretches(leaf: NearLeaf, field: FieldReading, lang: str) -> list[Stretch]:
    """The smallest stretches in which all words of a leaf are near one another: every choice of places is tried."""
    found: set[Stretch] = set()
    for places in product(*(stretches_of(word, field, lang) for word in leaf.words)):
        shifts = [first - offset for (first, _), offset in zip(places, leaf.offsets, strict=True)]
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
    found: list[Stretch] = []
    for first in range(len(words)):
        after = first + len(pattern.words)
        if after <= len(words) and all(map(_fits, pattern.words, words[first:after])):
            surface = field.tokens.text[field.tokens.starts[first] : field.tokens.ends[after - 1]]
            if _spelt(pattern, surface, caseless=field.caseless):
                found.append((first, after))
    return found


def _fits(word: Word, token: str) -> bool:
    match word.kind:
        case "word":
            return token == word.text
        case "prefix":
            return token.startswith(word.text)
        case "wildcard":
            regex = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in word.text)
            return re.fullmatch(regex, token, re.DOTALL) is not None
        case "stem":
            raise NotImplementedError


def _spelt(pattern: Pattern, surface: str, *, caseless: bool) -> bool:
    if pattern.exact is None:
        return True
    if caseless and not _SIGN_INSIDE.search(pattern.exact):
        return False
    return spelling(surface) == pattern.exact
