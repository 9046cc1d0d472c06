"""Small words that some scripts write onto a word: Korean particles behind it, Arabic and Hebrew ones before it."""

from __future__ import annotations

import re
from functools import cache

from monitor.text.scripts import ARABIC_AND_HEBREW, HANGUL

_SYLLABLES = re.compile("[\uac00-\ud7a3]{2,}")  # of one syllable, too many other words begin like it
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3]{3,}")
_HEBREW = re.compile("[\u05d0-\u05ea]{4,}")
_WITH_CLITICS = re.compile(f"[{HANGUL}{ARABIC_AND_HEBREW}]")

_AFTER_CONSONANT = (
    "은 이 을 과 으로 이나 이랑 이라고 이라는 이며 으로부터 으로서 으로써 으로도 으로는 "
    "과의 과는 과도 이었던 이다 이란 이자 이라며 이든"
)
_AFTER_VOWEL = "는 가 를 와 나 랑 라고 라는 며 와의 와는 와도 였던 란 라며 든"
_AFTER_VOWEL_OR_RIEUL = "로 로부터 로서 로써 로의 로는 로도"
_AFTER_ANY = (
    "의 에 에서 에게 에게서 께 께서 께서는 도 만 만이 만은 만을 부터 까지 처럼 보다 하고 한테 한테서 "
    "에는 에도 에서는 에서도 에서의 에게는 에게도 까지도 까지는 부터는 마저 조차 뿐 측 측은 측이 측에 측의 "
    "입니다 밖에 대로 에선 에겐 까진 부턴 씨 씨가 씨는 씨의 씨를 씨와 씨에게 씨도 "
    "들 들이 들은 들을 들의 들에게 들과 들도"
)
_ARTICLE = "ال"
_BEFORE_ANY = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل")
# The article with what may stand before it; ل swallows its alef ("العراق", "للعراق").
_WITH_ARTICLE = ("ال", "وال", "فال", "بال", "كال", "وبال", "وكال", "فبال", "لل", "ولل", "فلل")
_BEFORE_HEBREW = ("", *"הובלמשכ", "וה", "וב", "ול", "ומ", "וש", "של", "שה", "שב", "מה", "לה", "כש")


def particles(word: str) -> tuple[str, ...]:
    """What may stand behind a folded Korean word of two or more syllables, nothing among it; else nothing."""
    if not _SYLLABLES.fullmatch(word):
        return ()
    return _particles((ord(word[-1]) - 0xAC00) % 28)


@cache
def _particles(final: int) -> tuple[str, ...]:
    """What may stand behind a syllable that ends so: 0 in its vowel, 8 in ㄹ."""
    own = [_AFTER_CONSONANT if final else _AFTER_VOWEL, *([_AFTER_VOWEL_OR_RIEUL] if final in (0, 8) else [])]
    return ("", *" ".join((*own, _AFTER_ANY)).split())


def proclitics(word: str, *, article: bool) -> tuple[str, tuple[str, ...]] | None:
    """What of a folded Arabic or Hebrew word stays the same, and what may stand before that; None: nothing may.

    Args:
        article: An Arabic word without its article may also have it. Not for names: "مالي" is Mali, "المالي" the
            financial.
    """
    if _ARABIC.fullmatch(word):
        if word.startswith(_ARTICLE):
            return word[len(_ARTICLE) :], _WITH_ARTICLE
        return word, _BEFORE_ANY + _WITH_ARTICLE if article else _BEFORE_ANY
    return (word, _BEFORE_HEBREW) if _HEBREW.fullmatch(word) else None


def with_article(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """An Arabic phrase with the article before each word; None where it is none or some word has it already."""
    if all(_ARABIC.fullmatch(word) and not word.startswith(_ARTICLE) for word in words):
        return tuple(_ARTICLE + word for word in words)
    return None


def takes_clitics(word: str) -> bool:
    """Whether a word is of a script whose words carry others."""
    return _WITH_CLITICS.search(word) is not None
