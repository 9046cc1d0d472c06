"""Words that are written together, with a hyphen or apart: "airstrike", "air-strike", "air strike" are one."""

from __future__ import annotations

import re

from monitor.text.folding import fold
from monitor.text.scripts import CYRILLIC, LATIN

_SHORTEST_PART, _SHORTEST_WHOLE, _LONGEST_WHOLE = 3, 7, 16
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


def joined(texts: tuple[str, ...]) -> str | None:
    """A folded phrase of two words as one word; None where it cannot be one."""
    if len(texts) != 2 or not _may_join(*texts):
        return None
    return "".join(texts)


def splits(word: str, lang: str | None) -> list[tuple[str, str]]:
    """The folded phrases of two words that may be this word.

    Every one of three letters or more on both sides: nobody knows where the seam is, and two parts that are not
    words stand in no text. A capitalised word is none, outside German: "Newcastle" is not a new castle.
    """
    if word[:1].isupper() and lang != "de":
        return []
    folded = fold(word)
    if len(folded) > _LONGEST_WHOLE:
        return []
    cuts = range(_SHORTEST_PART, len(folded) - _SHORTEST_PART + 1)
    return [(folded[:cut], folded[cut:]) for cut in cuts if _may_join(folded[:cut], folded[cut:])]


def _may_join(left: str, right: str) -> bool:
    return (
        min(len(left), len(right)) >= _SHORTEST_PART
        and len(left) + len(right) >= _SHORTEST_WHOLE
        and _LETTERS.fullmatch(left + right) is not None
        and _LONERS.isdisjoint((left, right))
    )
