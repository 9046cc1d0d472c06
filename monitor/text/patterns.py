"""What people look for in texts, as written and as searched for: words, exact spellings, wildcards, stems, phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.text.folding import IGNORABLE
from monitor.text.tokens import phrase, tokenize

WordKind = Literal["word", "prefix", "stem", "wildcard"]

_DROPPED = re.compile(f"[{IGNORABLE}]")
_SPACE = re.compile(r"\s+")


class PatternError(ValueError):
    """What is wrong and what is allowed."""


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


def patterns_of(text: str, *, lang: str | None = None, variants: bool = True) -> tuple[Pattern, ...]:
    """Stand-in."""
    if text.startswith("="):
        tokens = tokenize(text[1:])
        exact = spelling(text[1:][tokens.starts[0] : tokens.ends[-1]])
        return (Pattern(tuple(Word(word) for word in tokens.words), exact),)
    words = []
    for written in text.split():
        found = phrase(written)
        words += [Word(word) for word in found]
        if written.endswith("*"):
            words[-1] = Word(found[-1], "prefix")
    if not words:
        raise PatternError(f"{text!r} holds no word")
    found_patterns = [Pattern(tuple(words))]
    if variants and words[-1].kind == "word" and words[-1].text.isascii() and lang in (None, "en"):
        found_patterns.append(Pattern((*words[:-1], Word(words[-1].text + "s")), lang="en"))
    return tuple(found_patterns)


def pattern_words(text: str) -> tuple[str, ...]:
    """Stand-in."""
    return tuple(text.split())


def spelling(surface: str) -> str:
    """A surface as exact names compare it: signs and capitals kept, white space made one space."""
    return _SPACE.sub(" ", _DROPPED.sub("", surface))


def phrase_meaning(text: str) -> str:
    """A canonical text of a written phrase: equal for spellings that mean the same."""
    return " ".join(phrase(text))
