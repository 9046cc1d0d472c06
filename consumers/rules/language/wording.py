"""What is wrong with a word, a phrase, a language that somebody wrote, in the words of a problem.

The one door to `monitor.text.patterns` for all who read rules.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text import phrase, tokenize
from monitor.text.patterns import PatternError, patterns_of, word_patterns
from monitor.text.reading import FieldReading
from monitor.text.scan import PatternTrie

_PRIMARY_LANGUAGE = re.compile(r"[a-z]{2,3}")
_MARKED = re.compile(r"^=|[*?~\\]")


def pattern_problem(text: str, lang: str | None = None) -> str | None:
    """What is wrong with a pattern; None when it can be looked for."""
    try:
        patterns_of(text, lang=lang)
    except PatternError as error:
        return str(error)
    return None


# Codes of countries that are codes of no language (ISO 639-1), and the language that people mean by them.
_COUNTRIES = {
    "at": "de", "by": "be", "cn": "zh", "cz": "cs", "dk": "da", "eg": "ar", "gb": "en", "gr": "el", "il": "he",
    "ir": "fa", "jp": "ja", "mx": "es", "rs": "sr", "sy": "ar", "tw": "zh", "ua": "uk", "us": "en", "vn": "vi",
}  # fmt: skip


def word_count(text: str) -> int:
    """How many words a pattern has in a row. Raises PatternError."""
    return len(word_patterns(text))


def stands_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text whose language is unknown. Raises PatternError."""
    return bool(_trie(pattern).places((FieldReading("text", tokenize(text)),)))


@lru_cache(maxsize=1024)
def _trie(pattern: str) -> PatternTrie:
    trie = PatternTrie()
    for variant in patterns_of(pattern):
        trie.add(variant)
    return trie


def language_problem(lang: str) -> str | None:
    """What is wrong with a language; None when it is a primary one, or `und`."""
    if lang in _COUNTRIES:
        return f"`{lang}` is a country and no language (did you mean '{_COUNTRIES[lang]}'?)"
    if _PRIMARY_LANGUAGE.fullmatch(lang):
        return None
    primary = re.split(r"[-_]", lang.casefold())[0]
    hint = f"write '{primary}'" if _PRIMARY_LANGUAGE.fullmatch(primary) else f"such as en, zh, or {UNKNOWN_LANGUAGE}"
    return f"`{lang}` is no primary language ({hint})"


def url_problem(text: str) -> str | None:
    """What is wrong with words to look for in an address."""
    if _MARKED.search(text):
        return f"`{text}`: addresses are searched for plain words (no `=`, `*`, `?`, `~`)"
    return None if phrase(text) else f"`{text}` holds no word"
