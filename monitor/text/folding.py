"""Words in the form in which they are compared: without case, width and the marks that writers leave out.

Equal besides: the forms of one Arabic letter, as Lucene's ArabicNormalizer and PersianNormalizer have it; letters of
Latin and Cyrillic that look alike, in a word that mixes the two ("Kиев" with a Latin K), which keyboards and people
who dodge filters produce. A word that is wholly of one script stays in it.

Why not NFKD and drop all marks: that turns ガ into カ, й into и, breaks the vowels of Devanagari and takes Hangul
apart. Marks go only where readers take them for optional: Latin, Greek, ё, Arabic tashkeel, Hebrew niqqud, stress.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from monitor.text.scripts import CYRILLIC, IGNORABLE, LATIN

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
        # Alef with madda, hamza, wasla; alef maqsura, Farsi yeh, yeh barree; keheh; teh marbuta and the hehs.
        "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ۓ": "ي", "ک": "ك", "ڪ": "ك",
        "ة": "ه", "ۃ": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ۂ": "ه", "ھ": "ه",
    }
)  # fmt: skip
_LATIN = re.compile(f"[{LATIN}]")
_CYRILLIC = re.compile(f"[{CYRILLIC}]")
# Lower-case k, b, h, m, t look like no Cyrillic letter, or like another one than their capitals do.
_TO_CYRILLIC = dict(zip("ABCEHIJKMOPSTXYaceijopsxykáéóýëï", "АВСЕНІЈКМОРЅТХУасеіјорѕхукаеоуеї", strict=True))
_TO_LATIN = dict(zip("АВСЕНІЈКМОРЅТХУасеіјорѕхукёї", "ABCEHIJKMOPSTXYaceijopsxykei", strict=True))


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """The word as it is compared; empty when nothing of it counts.

    One word in, one word out: cut the text into words first, so that places in the text stay known.
    """
    if word.isascii():
        return word[:MAX_WORD_CHARACTERS].lower()
    plain = _IGNORED.sub("", word[:MAX_WORD_CHARACTERS])
    composed = unicodedata.normalize("NFKC", plain)
    if _CYRILLIC.search(composed) and _LATIN.search(composed):
        composed = _one_script(composed)
    # Again, because casefolding can leave text that is not composed (Unicode, section 3.13, toNFKC_Casefold).
    folded = unicodedata.normalize("NFKC", composed.casefold())
    folded = _MARKED.sub(_base_letter, folded.translate(_NO_DECOMPOSITION))
    return _OPTIONAL_MARKS.sub("", folded)


def _one_script(word: str) -> str:
    """The word in the script of its letters that look like none of the other; as it is where both have such."""
    latin, cyrillic = set(_LATIN.findall(word)), set(_CYRILLIC.findall(word))
    may_be_cyrillic, may_be_latin = latin <= _TO_CYRILLIC.keys(), cyrillic <= _TO_LATIN.keys()
    if may_be_cyrillic and may_be_latin:  # "Рака": the script of most letters
        may_be_cyrillic = len(_CYRILLIC.findall(word)) >= len(_LATIN.findall(word))
    table = _TO_CYRILLIC if may_be_cyrillic else _TO_LATIN if may_be_latin else {}
    return "".join(table.get(letter, letter) for letter in word)


def _base_letter(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", found[0])[0]
