"""Stand-in until the text builder's patterns and trie land."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.text import tokenize
from monitor.text.patterns import Pattern, Word
from monitor.text.reading import FieldReading

Place = tuple[int, int, int]


class PatternError(ValueError):
    pass


def spelling(surface: str) -> str:
    return re.sub(r"\s+", " ", surface)


def patterns_of(text: str, *, lang: str | None = None, variants: bool = True) -> tuple[Pattern, ...]:
    exact = None
    if text.startswith("="):
        text = text[1:]
        tokens = tokenize(text)
        if tokens.words:
            exact = spelling(text[tokens.starts[0] : tokens.ends[-1]])
    words = []
    for part in text.split():
        stem = part.endswith("~")
        found = tokenize(part.rstrip("~*")).words
        for index, word in enumerate(found):
            words.append(Word(word, "stem" if stem and index == len(found) - 1 else "word"))
    if not words:
        raise PatternError(f"{text!r} has no words")
    out = [Pattern(tuple(words), exact, lang)]
    if variants and exact is None and words[-1].kind == "word" and lang in ("en", "fr", "es"):
        out.append(Pattern((*words[:-1], Word(words[-1].text + "s")), None, lang))
    return tuple(out)


class PatternTrie:
    def __init__(self) -> None:
        self.patterns: dict[tuple[tuple[Word, ...], str | None], int] = {}
        self.first: dict[str, list[tuple[tuple[Word, ...], str | None, int]]] = {}

    def add(self, pattern: Pattern) -> int:
        key = (pattern.words, pattern.exact)
        if key not in self.patterns:
            self.patterns[key] = len(self.patterns)
            self.first.setdefault(pattern.words[0].text[:1], []).append((*key, self.patterns[key]))
        return self.patterns[key]

    def places(self, fields: Sequence[FieldReading]) -> dict[int, list[Place]]:
        found: dict[int, list[Place]] = {}
        for index, part in enumerate(fields):
            words = part.tokens.words
            for first, word in enumerate(words):
                for pattern, exact, number in self.first.get(word[:1], ()):
                    after = first + len(pattern)
                    if after > len(words) or not all(
                        _fits(p, w) for p, w in zip(pattern, words[first:after], strict=True)
                    ):
                        continue
                    if exact is not None:
                        surface = part.tokens.text[part.tokens.starts[first] : part.tokens.ends[after - 1]]
                        if part.caseless and not re.search(r"[^\w\s]", exact):
                            continue
                        if spelling(surface) != exact:
                            continue
                    found.setdefault(number, []).append((index, first, after))
        return found


def _fits(pattern: Word, word: str) -> bool:
    if pattern.kind == "stem":
        return word.startswith(pattern.text) and len(word) - len(pattern.text) <= 3
    return pattern.text == word
