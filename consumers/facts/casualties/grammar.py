"""Patterns over classes of words, compiled to regular expressions over one letter a word. Knows no language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consumers.facts.casualties.data import PatternData

_NAME = re.compile(r"[A-Z]+")
_FIRST_LETTER = 0x4E00  # a range of letters that no expression gives a meaning


@dataclass(frozen=True)
class Found:
    """A pattern at a place: its name, the item of the figure and the item that says what befell them."""

    pattern: str
    figure: int
    trigger: int


class Grammar:
    """Patterns, tried in their order.

    Raises:
        ValueError: A pattern names what is neither class nor macro, or marks no figure or no trigger.
    """

    def __init__(self, classes: Iterable[str], macros: Mapping[str, str], patterns: Sequence[PatternData]) -> None:
        self._letters = {name: chr(_FIRST_LETTER + at) for at, name in enumerate(classes)}
        self._macros = macros
        self._patterns = [(pattern.id, self._compiled(pattern)) for pattern in patterns]

    def letters(self, classes: Iterable[str]) -> str:
        """A sentence for the patterns: one letter for each item's class."""
        return "".join([self._letters[name] for name in classes])

    def found(self, letters: str) -> Iterator[Found]:
        """Where the patterns stand, pattern by pattern, each from left to right; they may overlap."""
        for name, pattern in self._patterns:
            at = 0
            while (hit := pattern.search(letters, at)) is not None:
                yield Found(name, hit.start("figure"), hit.start("trigger"))
                at = hit.start() + 1

    def _compiled(self, pattern: PatternData) -> re.Pattern[str]:
        text = self._expanded(pattern.form, pattern.id)
        marks = {"<": "(?P<figure>", ">": ")", "[": "(?P<trigger>", "]": ")"}
        compiled = re.compile("".join(marks.get(sign, sign) for sign in text))
        if not {"figure", "trigger"} <= set(compiled.groupindex):
            raise ValueError(f"pattern {pattern.id}: marks no figure or no trigger")
        return compiled

    def _expanded(self, form: str, pattern: str) -> str:
        for _ in range(4):  # a macro may name another
            form = _NAME.sub(lambda name: self._macros.get(name[0], name[0]), form)
        return _NAME.sub(lambda name: self._letter(name[0], pattern), form).replace(" ", "")

    def _letter(self, name: str, pattern: str) -> str:
        if name not in self._letters:
            raise ValueError(f"pattern {pattern}: {name} is neither a class nor a macro")
        return self._letters[name]
