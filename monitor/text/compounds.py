"""Words that are written together, with a hyphen or apart: "airstrike", "air-strike", "air strike" are one."""

from __future__ import annotations

import re
from itertools import pairwise

from monitor.text.folding import fold
from monitor.text.scripts import CYRILLIC, LATIN

_MOST_WORDS = 4  # of a phrase; a longer one is a quotation
_SHORTEST_PART, _SHORTEST_WHOLE, _LONGEST_WHOLE = 3, 7, 16
_LONGEST_GERMAN = 24  # "Friedensverhandlungen"
# Shorter parts that join what follows: e-mail, U-boat, T-shirt, X-ray, O'Neill, co-operation, re-election.
_SHORT_PARTS, _SHORTEST_AFTER_SHORT = frozenset(("e", "u", "t", "x", "o", "co", "re")), 4
_SHORT_ENGLISH = ("e", "co", "re")
_IRISH = re.compile("O[A-Z][a-z]{3,}")
_LETTERS = re.compile(f"(?:[{LATIN}]+|[{CYRILLIC}]+)")
# Words that join no other: "the rapist" is no therapist, "not able" is not notable.
_JOIN_NOTHING = (
    "the and for not but nor yet all any are was has had can may his her its our you she who how why him them they "
    "that this these those with from what when then than will would could should one two six ten men man ant "
    "der die das den dem des ein und mit von auf aus bei als wie nur nicht auch les des une est pas par sur son ses "
    "que qui los las del una con por sin sus como para или это как что для без при под над она они его нет ещё уже "
    "був для так але його про при"
)
_LONERS = frozenset(fold(word) for word in _JOIN_NOTHING.split())


def respelled(words: tuple[str, ...], surfaces: tuple[str, ...], lang: str | None) -> list[tuple[str, ...]]:
    """The folded phrases that `words` is with two of its words written as one, or one of them as two.

    Args:
        surfaces: The words as written: a capitalised one is not taken apart, outside German, since "Newcastle" is
            not a new castle.
    """
    if len(words) > _MOST_WORDS:
        return []
    found = [
        (*words[:at], left + right, *words[at + 2 :])
        for at, (left, right) in enumerate(pairwise(words))
        if _may_join(left, right) or (left in _SHORT_PARTS and len(right) >= _SHORTEST_AFTER_SHORT)
    ]
    for at, (word, surface) in enumerate(zip(words, surfaces, strict=True)):
        found += [(*words[:at], *parts, *words[at + 1 :]) for parts in _splits(word, surface, lang)]
    return found


def _splits(word: str, surface: str, lang: str | None) -> list[tuple[str, str]]:
    """The two words that one may be.

    Every choice of three letters or more on both sides: nobody knows where the seam is, and two parts that are not
    words stand in no text. In English also "e-mail" and the like; of capitalised words, the Irish ones.
    """
    if _IRISH.fullmatch(surface):
        return [(word[:1], word[1:])]
    if len(word) > (_LONGEST_GERMAN if lang == "de" else _LONGEST_WHOLE) or (surface[:1].isupper() and lang != "de"):
        return []
    cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    parts = [(word[:cut], word[cut:]) for cut in cuts if _may_join(word[:cut], word[cut:])]
    if lang == "en" and surface.isascii():
        parts += [
            (part, word[len(part) :])
            for part in _SHORT_ENGLISH
            if word.startswith(part) and len(word) - len(part) >= _SHORTEST_AFTER_SHORT
        ]
    return parts


def _may_join(left: str, right: str) -> bool:
    return (
        min(len(left), len(right)) >= _SHORTEST_PART
        and len(left) + len(right) >= _SHORTEST_WHOLE
        and _LETTERS.fullmatch(left + right) is not None
        and _LONERS.isdisjoint((left, right))
    )
