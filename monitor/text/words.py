"""What is searched for in texts: words in a row, each with what it may look like. Knows folded words, and no syntax."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from monitor.text.scripts import IGNORABLE, KATAKANA, THAI, THAI_FOLLOWING, THAI_LEADING
from monitor.text.tokens import tokenize

WordKind = Literal["word", "prefix", "stem", "wildcard"]

_DROPPED = re.compile(f"[{IGNORABLE}]")
_SPACE = re.compile(r"\s+")
_SAME_SIGNS = str.maketrans("‘’ʼ＇‐‑", "''''--")
_HAS_INNER_SIGN = re.compile(r"[^\w\s]")
# What goes on over the beginning or the end of a name: katakana in katakana, a Thai syllable in its vowels.
_KATAKANA_GOES_ON = f"[{KATAKANA}][\u3099\u309a]?[{KATAKANA}]"  # with voicing marks, in decomposed text
_GOES_ON_BEFORE = re.compile(rf"(?:{_KATAKANA_GOES_ON}|[{THAI_LEADING}][{THAI}])\Z")
_GOES_ON_AFTER = re.compile(rf"(?:{_KATAKANA_GOES_ON}|[{THAI}][{THAI_FOLLOWING}])\Z")
_MAY_BE_CUT = re.compile(f"[{KATAKANA}{THAI}]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a pattern.

    Attributes:
        text: Folded. Of a prefix or a stem, the beginning (of a stem, what stays the same); of a wildcard, with its
            `*` and `?`.
        endings, beginnings: Of a stem: what may stand behind or before it (never both); all that may, so that ""
            is among them where the stem is a word itself.
    """

    text: str
    kind: WordKind = "word"
    endings: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()

    def matches(self, word: str) -> bool:
        """Whether a folded word of a text is this word."""
        match self.kind:
            case "word":
                return word == self.text
            case "prefix":
                return word.startswith(self.text)
            case "wildcard":
                return _wildcard(self.text).fullmatch(word) is not None
            case "stem":
                return any(word == self.text + ending for ending in self.endings) or any(
                    word == beginning + self.text for beginning in self.beginnings
                )


@dataclass(frozen=True)
class Pattern:
    """Words in a row.

    Attributes:
        exact: The spelling that must stand there, as `spelling` gives it, with the signs around its words; None when
            any will do.
        lang: The language of the articles in which it counts (and where the language is unknown); None: all.
    """

    words: tuple[Word, ...]
    exact: str | None = None
    lang: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it stands wherever its words stand, so that `stands_at` need not be asked."""
        first, last = self.words[0].text[:1], self.words[-1].text[-1:]
        return self.exact is None and _MAY_BE_CUT.match(first) is None and _MAY_BE_CUT.match(last) is None

    def stands_at(self, text: str, start: int, end: int, *, caseless: bool = False) -> bool:
        """Whether its words, found from `start` to `end`, are this pattern and not part of a longer name.

        Where capitals say nothing (`caseless`), an exact spelling counts only for the signs in it: "U.S.", but not
        "US" or "WHO".
        """
        if start > 0 and _GOES_ON_BEFORE.search(text[max(0, start - 2) : start + 1]):
            return False
        if end < len(text) and _GOES_ON_AFTER.search(text[max(0, end - 2) : end + 1]):
            return False
        if self.exact is None:
            return True
        if caseless and not _HAS_INNER_SIGN.search(self.exact):
            return False
        leading, trailing = self._outer_signs
        surface = spelling(text[max(0, start - leading) : end + trailing])
        return surface == self.exact or (caseless and surface.casefold() == self.exact.casefold())

    @cached_property
    def _outer_signs(self) -> tuple[int, int]:
        """How many characters of `exact` stand before its first and behind its last word."""
        tokens = tokenize(self.exact or "")
        return tokens.starts[0], len(self.exact or "") - tokens.ends[-1]


def spelling(surface: str) -> str:
    """A surface as exact patterns compare it: composed, signs and capitals kept, white space made one space."""
    composed = unicodedata.normalize("NFC", _DROPPED.sub("", surface))
    return _SPACE.sub(" ", composed).translate(_SAME_SIGNS)


@lru_cache(maxsize=10_000)
def _wildcard(text: str) -> re.Pattern[str]:
    """A wildcard as an expression that takes each part where it first stands: never more than one look at a place."""
    parts = ["".join("." if sign == "?" else re.escape(sign) for sign in part) for part in text.split("*")]
    if len(parts) == 1:
        return re.compile(parts[0], re.DOTALL)
    middle = "".join(f"(?>.*?{part})" for part in parts[1:-1] if part)
    return re.compile(f"{parts[0]}{middle}.*{parts[-1]}", re.DOTALL)
