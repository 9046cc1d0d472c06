"""What is wrong with a word, a phrase, a language that somebody wrote, in the words of a problem.

The one door to `monitor.text.patterns` for all who read rules.
"""

from __future__ import annotations

import re

from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text import phrase

_FUZZY = re.compile(r"(?<!\\)~\d")
_PRIMARY_LANGUAGE = re.compile(r"[a-z]{2,3}")
_MARKED = re.compile(r"^=|[*?~\\]")


def pattern_problem(text: str, lang: str | None = None) -> str | None:  # noqa: ARG001 - the real one needs it
    """What is wrong with a pattern; None when it can be looked for."""
    if not phrase(text):
        return f"`{text}` holds no word"
    if _FUZZY.search(text):
        return f"`{text}`: `~` takes no number: it finds the case endings of a stem"
    return None


def language_problem(lang: str) -> str | None:
    """What is wrong with a language; None when it is a primary one, or `und`."""
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
