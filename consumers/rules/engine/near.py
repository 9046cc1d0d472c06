"""Words near one another: the phrases with `~n` of Lucene. Knows places only.

Each word of the phrase takes a place. Its *shift* is where it stands less where it stands in the phrase; the words are
near when the greatest shift is at most `slop` more than the least (Lucene, `SloppyPhraseMatcher`). So a word more
between them costs one, and two words that change places cost two. No two words take places that overlap: `"war war"~3`
needs two. What is given are the smallest stretches of text: those that hold no other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Place = tuple[int, int, int]  # index of the field; first token; the token after the last


def near_places(words: Sequence[Sequence[Place]], slop: int, spend: Callable[[int], None]) -> list[Place]:
    """The smallest stretches in which all words stand near one another, in order.

    Args:
        words: The places of each word, in order.
        spend: Is told of every place that was tried; may raise to end the search.
    """
    if not all(words):
        return []
    search = _Search(words, slop, spend)
    # Of equal words the first is the leftmost. From the last on: then a stretch is worth finding only if it ends
    # before all that begin behind it, which ends most searches at once, in a text of nothing but such words too.
    begins = sorted(
        ((place, word) for word, places in enumerate(words) if word not in search.twin_before for place in places),
        reverse=True,
    )
    found: list[Place] = []
    for place, word in begins:
        end = found[-1][2] if found and found[-1][0] == place[0] else None
        after = search.nearest_end(word, place, end)
        if after is not None:
            if found and found[-1][:2] == place[:2]:
                found.pop()
            found.append((place[0], place[1], after))
    return found[::-1]


@dataclass
class _Search:
    words: Sequence[Sequence[Place]]
    slop: int
    spend: Callable[[int], None]
    twin_before: dict[int, int] = field(init=False)  # of an equal word: the one before it, whose place comes first
    best: int | None = None

    def __post_init__(self) -> None:
        self.twin_before = {}
        for word in range(len(self.words)):
            for before in range(word - 1, -1, -1):
                if self.words[before] == self.words[word]:
                    self.twin_before[word] = before
                    break

    def nearest_end(self, word: int, place: Place, before: int | None) -> int | None:
        """Where the shortest stretch ends that begins with this place of this word; None where not before `before`."""
        self.spend(1)
        self.best = before
        shift = place[1] - word
        self._extend({word: place}, 0, shift, shift, place)
        return None if self.best == before else self.best

    def _extend(self, taken: dict[int, Place], word: int, low: int, high: int, leftmost: Place) -> None:
        """Place the words from `word` on; `low` and `high` are the shifts so far. Sets `best`."""
        while word in taken:
            word += 1
        if word == len(self.words):
            after = max(place[2] for place in taken.values())
            self.best = after if self.best is None else min(self.best, after)
            return
        index, places = leftmost[0], self.words[word]
        twin = self.twin_before.get(word)
        begin = max(leftmost[2], high - self.slop + word)
        if twin is not None:
            begin = max(begin, taken[twin][2])
        for at in range(bisect_left(places, (index, begin)), len(places)):
            place = places[at]
            shift = place[1] - word
            ends = self.best is not None and place[1] >= self.best
            if place[0] != index or ends or shift > low + self.slop:
                return
            self.spend(1)
            if (self.best is None or place[2] < self.best) and not _overlaps(place, taken):
                taken[word] = place
                self._extend(taken, word + 1, min(low, shift), max(high, shift), leftmost)
                del taken[word]


def _overlaps(place: Place, taken: dict[int, Place]) -> bool:
    return any(place[1] < other[2] and other[1] < place[2] for other in taken.values())
