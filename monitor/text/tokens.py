"""A text cut into folded words, each with its place in the original text.

Words are cut on the original and folded one by one, so places are exact code points whatever folding does to
lengths. Chinese, Japanese, Thai, Lao, Khmer and Burmese put no spaces between words: there, each character is a
word, and a name is a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from monitor.text.folding import IGNORABLE, fold
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
        return self._ranges([start for start, _ in self._sentence_spans])

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
        index = bisect_right([start for start, _ in self._sentence_spans], self.starts[token]) - 1
        return self._sentence_spans[index]

    @cached_property
    def _sentence_spans(self) -> list[tuple[int, int]]:
        return list(sentence_spans(self.text))

    @cached_property
    def _sentence_firsts(self) -> list[int]:
        return [first for first, _ in self.sentences]

    @cached_property
    def _paragraph_firsts(self) -> list[int]:
        return [first for first, _ in self.paragraphs]

    def _ranges(self, beginnings: list[int]) -> tuple[tuple[int, int], ...]:
        ranges: list[tuple[int, int]] = []
        unit = -1
        for token, start in enumerate(self.starts):
            at = bisect_right(beginnings, start) - 1
            if at != unit:
                ranges.append((token, token + 1))
                unit = at
            else:
                ranges[-1] = (ranges[-1][0], token + 1)
        return tuple(ranges)


def tokenize(text: str, *, limit: int = MAX_TOKENS) -> TokenizedText:
    """The words of a text; at most `limit`. Takes time in proportion to the text's length."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    # `_` counts as a letter for the regex; a space in its place changes no offset.
    for found in _WORD.finditer(text.replace("_", " ")):
        surface = found[1]
        start, end = found.span(1)
        if surface.isascii() or not _UNSPACED.search(surface):
            word = fold(surface) if end - start <= _MEMO_CHARACTERS else fold.__wrapped__(surface)
            if word:
                words.append(word)
                starts.append(start)
                ends.append(end)
        else:
            for piece in _PIECE.finditer(surface):
                word = fold(piece[0])
                if word:
                    words.append(word)
                    starts.append(start + piece.start())
                    ends.append(start + piece.end())
        if len(words) > limit:
            return TokenizedText(text, tuple(words[:limit]), tuple(starts[:limit]), tuple(ends[:limit]), cut=True)
    return TokenizedText(text, tuple(words), tuple(starts), tuple(ends))


def phrase(text: str) -> tuple[str, ...]:
    """The folded words of a phrase that somebody looks for."""
    return tokenize(text).words


def _character_class(code_points: Iterable[int]) -> str:
    """The inside of a regex character class, in ranges."""
    ranges: list[list[int]] = []
    for code in sorted(code_points):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_MEMO_CHARACTERS = 64  # longer words are rare or hostile; they must not fill the memory of `fold`
_IGNORABLE = re.compile(f"[{IGNORABLE}]")
# `\w` has no combining marks: without them decomposed text and Indic vowels would cut words.
_MARKS = _character_class(
    code
    for code in chain(range(0x300, 0x3100), range(0xA600, 0xAC00), (0xFB1E,), range(0xFE20, 0xFE30))
    if unicodedata.category(chr(code)).startswith("M") and not _IGNORABLE.match(chr(code))
)
# Thai, Lao, Burmese, Khmer, kana, Bopomofo, Han with its extensions, half-width kana.
_UNSPACED_CLASS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_INSIDE = rf"[\w{_MARKS}]"
_WORD = re.compile(
    rf"({_INSIDE}+(?:[{IGNORABLE}]+{_INSIDE}+)*)"
    rf"(?:['’ʼ＇][sS](?!{_INSIDE}))?"  # a possessive ending belongs to no word
)
_UNSPACED = re.compile(f"[{_UNSPACED_CLASS}]")
_VOICING = "\uff9e\uff9f"  # half-width voicing marks stand after their kana
_PIECE = re.compile(
    rf"[{_UNSPACED_CLASS}](?:[{_MARKS}{_VOICING}]|[{IGNORABLE}]+(?=[{_MARKS}{_VOICING}]))*|[^{_UNSPACED_CLASS}]+"
)
