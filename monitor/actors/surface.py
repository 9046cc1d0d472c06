"""What stands around words in an article: gaps, capitals, sentences. For resolving names; knows no actors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from monitor.text.reading import FieldReading, Reading

_NEXT_TO = re.compile(r"['’ʼ＇]?[sS]?['’]?[^\S\n\r]*[-‐‑–]?[^\S\n\r]*")  # a possessive ending, a hyphen or a space
_AFTER_INITIAL = re.compile(r"\.[^\S\n\r]*[-‐‑–]?[^\S\n\r]*")
_SPACE_ONLY = re.compile(r"[^\S\n\r]*|[-‐‑]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u9fff\uf900-\ufaff\uff66-\uff9d]")
_BREAK = re.compile(r"[][(){};!?\n]|:\s")
_COMMA = re.compile(r"[^\S\n\r]*[,،、][^\S\n\r]*")
# Words that keep their small letters in headlines that capitalise all others.
_TELLING_LETTERS = 3
_SMALL_IN_HEADLINES = frozenset({
    "the", "and", "but", "for", "nor", "via", "per", "off", "out", "with", "from", "into", "over", "than", "amid",
})  # fmt: skip
_FEWEST_SMALL = 8  # one word in so many, of those that could be small
_TITLE_SENTENCE = -1


class Surface:
    """An article's words as they stand there."""

    def __init__(self, reading: Reading) -> None:
        self.fields = reading.fields
        self._telling: dict[int, bool] = {}

    def next_to(self, index: int, token: int) -> bool:
        """Whether a word directly follows the one before: nothing but a possessive, a space or a hyphen between."""
        gap = self._gap(index, token)
        if gap is None:
            return False
        return _NEXT_TO.fullmatch(gap) is not None or self._after_initial(index, token, gap)

    def beside(self, index: int, token: int) -> bool:
        """Whether a space, a hyphen or nothing stands before a word; after a possessive, another name begins."""
        gap = self._gap(index, token)
        return gap is not None and _SPACE_ONLY.fullmatch(gap) is not None

    def is_unspaced(self, index: int, token: int) -> bool:
        """Whether a word is a character of a script without spaces."""
        tokens = self.fields[index].tokens
        return _UNSPACED.match(tokens.text, tokens.starts[token]) is not None

    def after_comma(self, index: int, token: int) -> bool:
        """Whether a comma stands before a word."""
        gap = self._gap(index, token)
        return gap is not None and _COMMA.fullmatch(gap) is not None

    def row_before(self, index: int, first: int, joins: Iterable[tuple[str, ...]]) -> Iterator[int]:
        """Where what stands in a row before a word can end: at a comma, or before an "and"."""
        if self.after_comma(index, first):
            yield first
        for join in joins:
            end = first - len(join)
            if (
                end > 0
                and self.fields[index].tokens.words[end:first] == join
                and self.joined(index, end - 1, first + 1)
            ):
                yield end

    def row_after(self, index: int, after: int, joins: Iterable[tuple[str, ...]]) -> Iterator[int]:
        """Where what stands in a row after the word before `after` can begin."""
        if self.after_comma(index, after):
            yield after
        for join in joins:
            start = after + len(join)
            if self.fields[index].tokens.words[after:start] == join and self.joined(index, after - 1, start + 1):
                yield start

    def joined(self, index: int, first: int, after: int) -> bool:
        """Whether all words from `first` on stand next to one another."""
        return all(self.next_to(index, token) for token in range(first + 1, after))

    def is_broken(self, index: int, first: int, after: int) -> bool:
        """Whether brackets, a line's end or the like stand between words: "(Erie, PA): President" is no title."""
        tokens = self.fields[index].tokens
        return any(_BREAK.search(tokens.text, tokens.ends[at], tokens.starts[at + 1]) for at in range(first, after - 1))

    def is_title(self, index: int) -> bool:
        """Whether a field is the title."""
        return self.fields[index].name == "title"

    def unit(self, index: int, token: int) -> tuple[int, int]:
        """The sentence that a word stands in; a title is one sentence."""
        part = self.fields[index]
        return (index, _TITLE_SENTENCE if self.is_title(index) else part.tokens.sentence_of(token))

    def begins_sentence(self, index: int, token: int) -> bool:
        """Whether a word is the first of its sentence."""
        tokens = self.fields[index].tokens
        return tokens.sentences[tokens.sentence_of(token)][0] == token

    def capitalised(self, index: int, token: int) -> bool:
        """Whether a word begins with a capital letter."""
        tokens = self.fields[index].tokens
        return tokens.text[tokens.starts[token]].isupper()

    def capitals_tell(self, index: int) -> bool:
        """Whether capitals tell names from other words in a field: not in headlines that capitalise every word."""
        if index not in self._telling:
            self._telling[index] = _capitals_tell(self.fields[index])
        return self._telling[index]

    def _gap(self, index: int, token: int) -> str | None:
        tokens = self.fields[index].tokens
        if not 0 < token < len(tokens.words):
            return None
        return tokens.text[tokens.ends[token - 1] : tokens.starts[token]]

    def _after_initial(self, index: int, token: int, gap: str) -> bool:
        tokens = self.fields[index].tokens
        return tokens.ends[token - 1] - tokens.starts[token - 1] == 1 and _AFTER_INITIAL.fullmatch(gap) is not None


def _capitals_tell(part: FieldReading) -> bool:
    if part.caseless:
        return False
    tokens = part.tokens
    small = capital = 0
    for start, end, word in zip(tokens.starts, tokens.ends, tokens.words, strict=True):
        if end - start >= _TELLING_LETTERS and word not in _SMALL_IN_HEADLINES:
            small += tokens.text[start].islower()
            capital += tokens.text[start].isupper()
    return small > 0 and small * _FEWEST_SMALL >= small + capital
