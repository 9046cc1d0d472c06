"""One pass over an article for all patterns at once. Knows patterns and places, and nothing of who looks for them.

Why a trie of whole words in dicts: it needs no rebuild of an automaton, finds nested names ("England" in "Bank of
England", which longest-match scanners hide), and most words of a text end their search at the first dict look-up.
Beginnings, stems and wildcards are looked for only at nodes that have such, by taking letters off the word's ends;
at the root, where every word of every text comes by, what a word leads to is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from monitor.text.reading import FieldReading
from monitor.text.words import Pattern, Word

Place = tuple[int, int, int]  # index of the field; first token; the token after the last

MAX_STEPS_PER_PLACE = 2_000  # nodes; honest patterns take some ten, a hundred patterns of wildcards in a row take more
_LOOK = 3  # letters
_REMEMBERED_WORDS = 50_000  # some megabytes; a text of random words must not fill the memory


_NO_NODES: dict[str, _Node] = {}  # most nodes are the last of their pattern: not to be altered


class _Node:
    """What a row of words leads to.

    Attributes:
        anywhere: The number of the pattern that ends here and counts wherever its words stand.
        elsewhere: Those that also look at the text, with their numbers.
    """

    __slots__ = ("anywhere", "elsewhere", "plain", "special")

    def __init__(self) -> None:
        self.plain = _NO_NODES
        self.special: _Special | None = None
        self.anywhere: int | None = None
        self.elsewhere: tuple[tuple[Pattern, int], ...] = ()

    def child(self, word: Word) -> _Node:
        if word.kind == "word":
            node = self.plain.get(word.text)
            if node is None:
                node = _Node()
                if self.plain is _NO_NODES:
                    self.plain = {}
                self.plain[word.text] = node
            return node
        if self.special is None:
            self.special = _Special()
        return self.special.child(word)

    def after(self, word: str) -> Sequence[_Node]:
        """The nodes to which a word leads."""
        plain = self.plain.get(word)
        if self.special is None:
            return () if plain is None else (plain,)
        found = self.special.after(word)
        return found if plain is None else (plain, *found)


class _Special:
    """The words after a node that stand for more than one word of a text."""

    def __init__(self) -> None:
        self._children: dict[Word, _Node] = {}
        self._prefixes: dict[str, _Node] = {}
        self._prefix_sizes: list[int] = []
        self._stems: dict[str, list[tuple[frozenset[str], _Node]]] = {}
        self._longest_ending = -1
        self._proclitics: dict[str, list[tuple[frozenset[str], _Node]]] = {}
        self._longest_beginning = -1
        # How those begin and end: most words of a text do not, and need no further look.
        self._heads: set[str] = set()
        self._tails: set[str] = set()
        self._wildcards: list[tuple[str, Word, _Node]] = []  # each with its longest part without a mark

    def child(self, word: Word) -> _Node:
        if word not in self._children:
            self._children[word] = node = _Node()
            self._add(word, node)
        return self._children[word]

    def after(self, word: str) -> tuple[_Node, ...]:
        return tuple(self._found(word))

    def _add(self, word: Word, node: _Node) -> None:
        if word.kind == "prefix":
            self._prefixes[word.text] = node
            self._prefix_sizes = sorted({*self._prefix_sizes, len(word.text)})
            self._heads.add(word.text[:_LOOK])
        elif word.kind == "wildcard":
            fixed = max(re.split(r"[*?]", word.text), key=len)
            self._wildcards.append((fixed, word, node))
        if word.endings:
            self._stems.setdefault(word.text, []).append((_as_set(word.endings), node))
            self._longest_ending = max(self._longest_ending, *map(len, word.endings))
            self._heads.add(word.text[:_LOOK])
        if word.beginnings:
            self._proclitics.setdefault(word.text, []).append((_as_set(word.beginnings), node))
            self._longest_beginning = max(self._longest_beginning, *map(len, word.beginnings))
            self._tails.add(word.text[-_LOOK:])

    def _found(self, word: str) -> Iterator[_Node]:
        if not self._heads.isdisjoint(("", word[:1], word[:2], word[:_LOOK])):
            yield from self._found_by_beginning(word)
        if not self._tails.isdisjoint(("", word[-1:], word[-2:], word[-_LOOK:])):
            yield from self._found_by_end(word)
        for fixed, wildcard, node in self._wildcards:
            if fixed in word and wildcard.matches(word):
                yield node

    def _found_by_beginning(self, word: str) -> Iterator[_Node]:
        for size in self._prefix_sizes:
            if (node := self._prefixes.get(word[:size])) is not None and size <= len(word):
                yield node
        for size in range(min(self._longest_ending, len(word)) + 1):
            cut = len(word) - size
            for endings, node in self._stems.get(word[:cut], ()):
                if word[cut:] in endings:
                    yield node

    def _found_by_end(self, word: str) -> Iterator[_Node]:
        for size in range(min(self._longest_beginning, len(word)) + 1):
            for beginnings, node in self._proclitics.get(word[size:], ()):
                if word[:size] in beginnings:
                    yield node


@lru_cache(maxsize=1_000)
def _as_set(affixes: tuple[str, ...]) -> frozenset[str]:
    """One set for the many words that take the same."""
    return frozenset(affixes)


# What a first word leads to: the patterns of it alone that count anywhere, and the nodes where more is to be looked at;
# or to nothing.
_Reached = tuple[()] | tuple[tuple[int, ...], tuple[_Node, ...]]


class PatternTrie:
    """Patterns by number."""

    def __init__(self) -> None:
        self._root = _Node()
        self._size = 0
        self._remembered: dict[str, _Reached] = {}

    def __len__(self) -> int:
        """How many numbers it has given, which are those from 0."""
        return self._size

    def add(self, pattern: Pattern) -> int:
        """The number of a pattern; the same for the same words and spelling, whatever the language.

        Raises:
            ValueError: It has no words.
        """
        if not pattern.words:
            raise ValueError("a pattern without words stands nowhere")
        node = self._root
        for word in pattern.words:
            node = node.child(word)
        number = _number_at(node, pattern)
        if number is not None:
            return number
        number = self._size
        self._size += 1
        self._remembered.clear()
        if pattern.is_plain:
            node.anywhere = number
        else:
            node.elsewhere = (*node.elsewhere, (pattern, number))
        return number

    def places(self, fields: Sequence[FieldReading]) -> dict[int, list[Place]]:
        """Where each pattern stands, by number, in order; those that stand nowhere are left out.

        Takes time in proportion to the words of the text. At one place, no more than `MAX_STEPS_PER_PLACE` nodes are
        looked at: patterns and a text that are made for one another could ask for millions.
        """
        found: dict[int, list[Place]] = {}
        remembered = self._remembered
        for index, part in enumerate(fields):
            for first, word in enumerate(part.tokens.words):
                reached = remembered.get(word)
                if reached is None:
                    reached = self._remember(word)
                if reached:
                    numbers, nodes = reached
                    for number in numbers:
                        found.setdefault(number, []).append((index, first, first + 1))
                    if nodes:
                        _walk(nodes, part, index, first, found)
        return found

    def _remember(self, word: str) -> _Reached:
        if len(self._remembered) >= _REMEMBERED_WORDS:
            self._remembered.clear()
        nodes = self._root.after(word)
        reached: _Reached = ()
        if nodes:
            reached = (
                tuple(node.anywhere for node in nodes if node.anywhere is not None),
                tuple(node for node in nodes if node.plain or node.special or node.elsewhere),
            )
        self._remembered[word] = reached
        return reached


def _number_at(node: _Node, pattern: Pattern) -> int | None:
    """The number of a pattern whose words lead to a node, where it has one."""
    if pattern.exact is None and node.anywhere is not None:
        return node.anywhere
    return next((number for other, number in node.elsewhere if other.exact == pattern.exact), None)


def _walk(nodes: Sequence[_Node], part: FieldReading, index: int, first: int, found: dict[int, list[Place]]) -> None:
    """Collect the patterns that begin at a word, from the nodes to which it leads; not those of it alone anywhere."""
    words = part.tokens.words
    after = first + 1
    steps = 0
    while nodes:
        following: list[_Node] = []
        word = words[after] if after < len(words) else None
        for node in nodes:
            if node.anywhere is not None and after > first + 1:
                found.setdefault(node.anywhere, []).append((index, first, after))
            for pattern, number in node.elsewhere:
                start, end = part.tokens.starts[first], part.tokens.ends[after - 1]
                if pattern.stands_at(part.tokens.text, start, end, caseless=part.caseless):
                    found.setdefault(number, []).append((index, first, after))
            if word is not None:
                following += node.after(word)
        steps += len(nodes)
        if steps > MAX_STEPS_PER_PLACE:
            return
        nodes = following
        after += 1
