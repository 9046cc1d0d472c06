"""Words in the form in which they are compared: without case, width and the marks that writers leave out.

Why not NFKD and drop all marks: that turns ガ into カ, й into и, breaks the vowels of Devanagari and takes Hangul
apart. Marks go only where readers take them for optional: Latin, Greek, ё, Arabic tashkeel, Hebrew niqqud, stress.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Soft hyphen, zero-width characters, direction marks, variation selectors: they stand inside words and mean nothing.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
)
MAX_WORD_CHARACTERS = 200  # what is longer is no word: only its beginning is compared

_IGNORED = re.compile(f"[{IGNORABLE}]")
# Combining marks that are left after composition (stress, rare accents); Arabic tashkeel and tatweel; niqqud.
_OPTIONAL_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
# Letters with marks, in Latin (but not the letters that carry none) and Greek.
_MARKED = re.compile("[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]")
_NO_DECOMPOSITION = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "ŋ": "n", "ß": "ss",
        "þ": "th", "æ": "ae", "œ": "oe", "ё": "е", "ѐ": "е", "ѝ": "и",
    }
)  # fmt: skip


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """The word as it is compared; empty when nothing of it counts.

    One word in, one word out: cut the text into words first, so that places in the text stay known.
    """
    if word.isascii():
        return word[:MAX_WORD_CHARACTERS].lower()
    plain = _IGNORED.sub("", word[:MAX_WORD_CHARACTERS])
    # Twice, because casefolding can leave text that is not composed (Unicode, section 3.13, toNFKC_Casefold).
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    folded = _MARKED.sub(_base_letter, folded.translate(_NO_DECOMPOSITION))
    return _OPTIONAL_MARKS.sub("", folded)


def _base_letter(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", found[0])[0]
