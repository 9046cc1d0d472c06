"""One pass over an article for all names of all rules at once. Knows names and places, and no rules.

Why a trie of whole words in dicts: it needs no rebuild of an automaton, finds nested names ("England" in "Bank of
England", which longest-match scanners hide), and most words of a text end their search at the first dict look-up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consumers.rules.leaves import Leaf, Name
from monitor.text.reading import FieldReading, Reading

Place = tuple[int, int, int]  # index of the field; first token; the token after the last


@dataclass
class _Node:
    following: dict[str, _Node] = field(default_factory=dict)
    free: int | None = None  # the name that ends here, whatever its spelling
    exact: list[tuple[Name, int]] = field(default_factory=list)


class NameTrie:
    """Names by number."""

    def __init__(self) -> None:
        self._root: dict[str, _Node] = {}
        self._numbers: dict[Name, int] = {}

    def add(self, name: Name) -> int:
        """The number of a name; the same for the same name."""
        number = self._numbers.setdefault(name, len(self._numbers))
        following = self._root
        node = _Node()
        for word in name.words:
            node = following.setdefault(word, _Node())
            following = node.following
        if name.exact is None:
            node.free = number
        elif (name, number) not in node.exact:
            node.exact.append((name, number))
        return number

    def places(self, reading: Reading) -> dict[int, list[Place]]:
        """Where each name stands, by number, in order; names that stand nowhere are left out."""
        found: dict[int, list[Place]] = {}
        root = self._root.get
        for index, part in enumerate(reading.fields):
            words = part.tokens.words
            for first, word in enumerate(words):
                node = root(word)
                if node is not None:
                    _walk(node, part, index, first, found)
        return found


def _walk(start: _Node, part: FieldReading, index: int, first: int, found: dict[int, list[Place]]) -> None:
    words = part.tokens.words
    node: _Node | None = start
    after = first + 1
    while node is not None:
        if node.free is not None:
            found.setdefault(node.free, []).append((index, first, after))
        if node.exact:
            surface = part.tokens.text[part.tokens.starts[first] : part.tokens.ends[after - 1]]
            for name, number in node.exact:
                if name.stands_as(surface, caseless=part.caseless):
                    found.setdefault(number, []).append((index, first, after))
        node = node.following.get(words[after]) if after < len(words) else None
        after += 1


class LeafTable:
    """Leaves by number, equal ones once, with the numbers of their names in the trie."""

    def __init__(self) -> None:
        self.trie = NameTrie()
        self.leaves: list[Leaf] = []
        self._numbers: dict[Leaf, int] = {}
        self._names: list[tuple[tuple[int, str | None], ...]] = []
        self._blocks: list[tuple[int, ...]] = []

    def add(self, leaf: Leaf) -> int:
        """The number of a leaf."""
        if leaf not in self._numbers:
            self._numbers[leaf] = len(self.leaves)
            self.leaves.append(leaf)
            self._names.append(tuple((self.trie.add(name), lang) for name, lang in leaf.names))
            self._blocks.append(tuple(self.trie.add(name) for name in leaf.blocks))
        return self._numbers[leaf]

    def names_of(self, leaf: int) -> list[int]:
        """The numbers of all names of a leaf."""
        return [number for number, _ in self._names[leaf]]

    def resolver(self, found: dict[int, list[Place]], lang: str) -> Callable[[int], list[Place]]:
        """For one article: a function from a leaf to its places in order, blocked ones left out; remembers."""
        known: dict[int, list[Place]] = {}

        def places(leaf: int) -> list[Place]:
            result = known.get(leaf)
            if result is None:
                result = known[leaf] = self._places(leaf, found, lang)
            return result

        return places

    def _places(self, leaf: int, found: dict[int, list[Place]], lang: str) -> list[Place]:
        names = self._names[leaf]
        if len(names) == 1 and names[0][1] is None and not self._blocks[leaf]:
            return found.get(names[0][0], [])
        lists = [found[number] for number, only in names if number in found and (only is None or lang in (only, "und"))]
        if not lists:
            return []
        places = lists[0] if len(lists) == 1 else sorted({place for places in lists for place in places})
        blocks = [place for number in self._blocks[leaf] if number in found for place in found[number]]
        return _uncovered(places, blocks) if blocks else places


def _uncovered(places: list[Place], blocks: list[Place]) -> list[Place]:
    """The places that lie in no block. One sweep: with a hostile text, every pair would be too many."""
    blocks = sorted(blocks)
    left: list[Place] = []
    at = 0
    field_index, reach = -1, -1  # how far the blocks that began by now reach in this field
    for place in places:
        while at < len(blocks) and blocks[at][:2] <= place[:2]:
            if blocks[at][0] != field_index:
                field_index, reach = blocks[at][0], -1
            reach = max(reach, blocks[at][2])
            at += 1
        if place[0] != field_index or place[2] > reach:
            left.append(place)
    return left
