"""A text cut into folded words, each with its place in the original text.

Words are cut on the original and folded one by one, so places are exact code points whatever folding does to
lengths. Chinese, Japanese, Thai, Lao, Khmer and Burmese put no spaces between words: there, each character is a
word, and a name is a phrase.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, compress, pairwise

from monitor.text.folding import MAX_WORD_CHARACTERS, fold
from monitor.text.scripts import (
    APOSTROPHE_LETTERS,
    APOSTROPHES,
    ARABIC_AND_HEBREW,
    HANGUL,
    IGNORABLE,
    MARKS,
    UNSPACED,
    VOICING,
)
from monitor.text.sentences import paragraph_spans, sentence_spans

MAX_TOKENS = 100_000  # per article; a body of the full 256 kB has fewer, short of one made to hurt


@dataclass(frozen=True)
class TokenizedText:
    """A text and its words.

    Attributes:
        words: Folded.
        starts, ends: Where each word stands in `text`, in code points; possessive endings are left out.
        cut: The text has more words than were taken.
    """

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    cut: bool = False

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Token ranges (from, to) of the sentences that have words, in order."""
        return self._ranges(self._sentence_starts)

    @cached_property
    def paragraphs(self) -> tuple[tuple[int, int], ...]:
        """Token ranges of the paragraphs that have words, in order."""
        return self._ranges([start for start, _ in paragraph_spans(self.text)])

    def sentence_of(self, token: int) -> int:
        """Index in `sentences` of the one that holds this token."""
        return bisect_right(self._sentence_firsts, token) - 1

    def paragraph_of(self, token: int) -> int:
        """Index in `paragraphs` of the one that holds this token."""
        return bisect_right(self._paragraph_firsts, token) - 1

    def sentence_span(self, token: int) -> tuple[int, int]:
        """Where the sentence around this token stands in `text`, in code points."""
        index = bisect_right(self._sentence_starts, self.starts[token]) - 1
        return self._sentence_spans[index]

    @cached_property
    def _sentence_spans(self) -> list[tuple[int, int]]:
        return list(sentence_spans(self.text))

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self._sentence_spans]

    @cached_property
    def _sentence_firsts(self) -> list[int]:
        return [first for first, _ in self.sentences]

    @cached_property
    def _paragraph_firsts(self) -> list[int]:
        return [first for first, _ in self.paragraphs]

    def _ranges(self, beginnings: list[int]) -> tuple[tuple[int, int], ...]:
        edges = [*(bisect_left(self.starts, beginning) for beginning in beginnings), len(self.starts)]
        return tuple((first, after) for first, after in pairwise(edges) if first < after)


def tokenize(text: str, *, limit: int = MAX_TOKENS) -> TokenizedText:
    """The words of a text; at most `limit`. Takes time in proportion to the text's length."""
    parts = _gaps_and_words(text)
    surfaces = parts[1::2]
    reached = list(accumulate(map(len, parts)))  # where each part ends
    starts, ends = reached[0:-1:2], reached[1::2]
    words = _cut_short(surfaces) if text.isascii() else _folded(surfaces)
    if "s" in words or "" in words:
        counted = [bool(word) for word in words]
        for at in _possessive_endings(text, words, starts, ends):
            counted[at] = False
        words, starts, ends = (
            list(compress(words, counted)),
            list(compress(starts, counted)),
            list(compress(ends, counted)),
        )
    cut = len(words) > limit
    return TokenizedText(text, tuple(words[:limit]), tuple(starts[:limit]), tuple(ends[:limit]), cut)


def phrase(text: str) -> tuple[str, ...]:
    """The folded words of a phrase that somebody looks for."""
    return tokenize(text).words


def _gaps_and_words(text: str) -> list[str]:
    """The text in parts: in turn what lies between words, maybe nothing, and a word; from gap to gap. ASCII, folded.

    Why not matches with their places: splitting and adding up lengths makes no Python object but the words.
    """
    if text.isascii():
        return _ASCII_WORD.split(text.lower())
    if _NOT_PLAIN.search(text) is None:
        return _PLAIN_WORD.split(text)
    for sign in "_" + APOSTROPHE_LETTERS:  # letters for the regex; a space in their place changes no offset
        text = text.replace(sign, " ")
    parts = _WORD.split(text)
    if _OF_ITS_OWN.search(text) is None:
        return parts
    finer: list[str] = []
    for gap, surface in zip(parts[0::2], parts[1::2], strict=False):
        pieces = _cut(surface) if len(surface) <= _MEMO_CHARACTERS else _cut.__wrapped__(surface)
        finer.append(gap)
        finer += pieces
    finer.append(parts[-1])
    return finer


@lru_cache(maxsize=50_000)
def _cut(surface: str) -> list[str]:
    """A run of letters and digits, cut where its script changes, with empty gaps. Not to be altered by who calls."""
    if _OF_ITS_OWN.search(surface) is None:
        return [surface]
    pieces = _PIECE.findall(surface)
    return [part for piece in pieces for part in ("", piece)][1:]


def _cut_short(words: list[str]) -> list[str]:
    if max(map(len, words), default=0) <= MAX_WORD_CHARACTERS:
        return words
    return [word[:MAX_WORD_CHARACTERS] for word in words]


def _folded(surfaces: list[str]) -> list[str]:
    if max(map(len, surfaces), default=0) <= _MEMO_CHARACTERS:
        return list(map(fold, surfaces))
    return [fold(surface) if len(surface) <= _MEMO_CHARACTERS else fold.__wrapped__(surface) for surface in surfaces]


def _possessive_endings(text: str, words: list[str], starts: list[int], ends: list[int]) -> set[int]:
    """Which words are but the "s" of "Iran's"; of "it's's", only the first."""
    endings: set[int] = set()
    for at in [at for at, word in enumerate(words) if word == "s"]:
        start = starts[at]
        if at and ends[at - 1] == start - 1 and text[start - 1] in APOSTROPHES and at - 1 not in endings:
            endings.add(at)
    return endings


_MEMO_CHARACTERS = 64  # longer words are rare or hostile; they must not fill the memory of `fold`
_ASCII_WORD = re.compile("([a-z0-9]+)")
# Texts of these alone (Latin, Greek, Cyrillic; punctuation) have neither marks nor scripts to look for.
_NOT_PLAIN = re.compile(
    "[^\0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2029\u202f-\u205f\u2070-\u2bff]"
)
_PLAIN_WORD = re.compile(rf"([^\W_{APOSTROPHE_LETTERS}]+)")
_WORD = re.compile(rf"([\w{MARKS}]+(?:[{IGNORABLE}]+[\w{MARKS}]+)*)")
# A word ends where its script gives way to one that is written otherwise: "Huawei华为", "NATO는", "الـNATO". Latin,
# Cyrillic and digits stay together: there, a change of script is a typing error ("Kиев") or a name ("F16").
_OF_ITS_OWN = re.compile(f"[{UNSPACED}{HANGUL}{ARABIC_AND_HEBREW}]")
_PIECE = re.compile(
    rf"[{UNSPACED}][{MARKS}{VOICING}{IGNORABLE}]*"
    rf"|[{HANGUL}][{HANGUL}{MARKS}{IGNORABLE}]*"
    rf"|[{ARABIC_AND_HEBREW}][{ARABIC_AND_HEBREW}{MARKS}{IGNORABLE}]*"
    rf"|[^{UNSPACED}{HANGUL}{ARABIC_AND_HEBREW}]+"
)
