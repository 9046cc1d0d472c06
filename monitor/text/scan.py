"""Stand-in of the trie."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.text.patterns import Pattern, Word, spelling
from monitor.text.reading import FieldReading

Place = tuple[int, int, int]
_HAS_INNER_SIGN = re.compile(r"[^\w\s]")


class PatternTrie:
    """Stand-in: patterns by their first word."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[tuple[Word, ...], str | None], int] = {}

    def add(self, pattern: Pattern) -> int:
        """The number of a pattern."""
        return self._numbers.setdefault((pattern.words, pattern.exact), len(self._numbers))

    def places(self, fields: Sequence[FieldReading]) -> dict[int, list[Place]]:
        """Where each stands."""
        found: dict[int, list[Place]] = {}
        for (words, exact), number in self._numbers.items():
            for index, part in enumerate(fields):
                tokens = part.tokens
                for first in range(len(tokens.words) - len(words) + 1):
                    after = first + len(words)
                    if all(map(_fits, words, tokens.words[first:after])):
                        surface = tokens.text[tokens.starts[first] : tokens.ends[after - 1]]
                        if exact is None or (
                            spelling(surface) == exact and (not part.caseless or _HAS_INNER_SIGN.search(exact))
                        ):
                            found.setdefault(number, []).append((index, first, after))
        return found


def _fits(word: Word, token: str) -> bool:
    return token.startswith(word.text) if word.kind == "prefix" else token == word.text
