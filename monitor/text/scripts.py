"""Which characters make words, and of which kind. Character classes for regular expressions, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain

# Soft hyphen, zero-width characters, direction marks, variation selectors: they stand inside words and mean nothing.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
)
# Thai, Lao, Burmese, Khmer, kana, Bopomofo, Han with its extensions, half-width kana: written without spaces.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
# Vowels written before the consonant they are spoken after, and vowels that go on with the syllable before them.
THAI_LEADING, THAI_FOLLOWING = "\u0e40-\u0e44\u0ec0-\u0ec4", "\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3\u0ebd"
THAI = "\u0e01-\u0e4e\u0e81-\u0edf"
VOICING = "\uff9e\uff9f"  # half-width voicing marks stand after their kana
HANGUL = "\u1100-\u115e\u1161-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa1-\uffdc"
ARABIC_AND_HEBREW = "\u0590-\u06ff\u0750-\u077f\u0870-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
LATIN = "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
CYRILLIC = "\u0400-\u0481\u048a-\u052f"
# Apostrophes as people type them: signs that cut words, though Unicode calls some of them letters.
APOSTROPHE_LETTERS = "\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb"
APOSTROPHES = APOSTROPHE_LETTERS + "'\u2018\u2019\u055a\u2032\uff07`\u00b4"


def character_class(code_points: Iterable[int]) -> str:
    """The inside of a regex character class, in ranges."""
    ranges: list[list[int]] = []
    for code in sorted(code_points):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(re.escape(chr(first)) + "-" + re.escape(chr(last)) for first, last in ranges)


_IGNORABLE = re.compile(f"[{IGNORABLE}]")
# `\w` has no combining marks: without them decomposed text and Indic vowels would cut words.
MARKS = character_class(
    code
    for code in chain(
        range(0x300, 0x3100), range(0xA600, 0xAC00), (0xFB1E,), range(0xFE20, 0xFE30), range(0x10000, 0x12000),
        range(0x16A00, 0x17000), range(0x1E000, 0x1E950),
    )
    if unicodedata.category(chr(code)).startswith("M") and not _IGNORABLE.match(chr(code))
)  # fmt: skip
