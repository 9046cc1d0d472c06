"""Places of words in an article, and which of them lie in which."""

from __future__ import annotations

from collections.abc import Iterable

Place = tuple[int, int, int]  # field, first word, the word after the last


class Starts:
    """Places by where they begin, each with who stands there; for finding what covers a place."""

    def __init__(self, places: Iterable[tuple[Place, str]]) -> None:
        self._longest = 0
        self._by_start: dict[tuple[int, int], dict[tuple[int, str], None]] = {}
        for (index, first, after), owner in places:
            self._longest = max(self._longest, after - first)
            self._by_start.setdefault((index, first), {})[after, owner] = None

    def covering(self, place: Place) -> list[tuple[Place, str]]:
        """The places that a place lies in, itself among them."""
        index, first, after = place
        return [
            ((index, start, end), owner)
            for start in range(max(0, after - self._longest), first + 1)
            for end, owner in self._by_start.get((index, start), ())
            if end >= after
        ]
