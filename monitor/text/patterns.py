"""What people look for in texts, as written and as searched for: words, exact spellings, wildcards, stems, phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.text.tokens import phrase

WordKind = Literal["word", "prefix", "stem", "wildcard"]


@dataclass(frozen=True)
class Word:
    """One word of a pattern.

    Attributes:
        text: Folded. Of a prefix or a stem, the beginning; of a wildcard, with its `*` and `?`.
    """

    text: str
    kind: WordKind = "word"


@dataclass(frozen=True)
class Pattern:
    """Words in a row.

    Attributes:
        exact: The spelling that must stand there, as `spelling` gives it; None when any will do.
        lang: The language of the articles in which it counts (and where the language is unknown); None: all.
    """

    words: tuple[Word, ...]
    exact: str | None = None
    lang: str | None = None


def phrase_meaning(text: str) -> str:
    """A canonical text of a written phrase: equal for spellings that mean the same."""
    return " ".join(phrase(text))
