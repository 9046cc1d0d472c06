"""Patterns with named groups over classes of items, compiled to regular expressions over one letter an item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from consumers.facts.leader_calls.data import Form

_NAME = re.compile(r"[A-Z]+")
_GROUP = re.compile(r"([a-z])<")
_OPEN = "\0"  # stands for the sign that ends a group's name until groups are closed
_FIRST_LETTER = 0x4E00  # a range of letters that no expression gives a meaning


class Forms:
    """Patterns, compiled.

    Raises:
        ValueError: A pattern names what is neither class nor macro.
    """

    def __init__(self, classes: Iterable[str], macros: Mapping[str, str], forms: Sequence[Form]) -> None:
        self._letters = {name: chr(_FIRST_LETTER + at) for at, name in enumerate(dict.fromkeys(classes))}
        self._macros = macros
        self.patterns = [(form, self._compiled(form)) for form in forms]

    def letters(self, classes: Iterable[str]) -> str:
        """Items for the patterns: one letter for each one's class."""
        return "".join([self._letters[name] for name in classes])

    def _compiled(self, form: Form) -> re.Pattern[str]:
        text = form.form
        for _ in range(5):  # a macro may name another
            text = _NAME.sub(lambda name: self._macros.get(name[0], name[0]), text)
        text = _NAME.sub(lambda name: self._letter(name[0], form.id), text).replace(" ", "")
        return re.compile(_GROUP.sub(_Numbered(), text).replace(">", ")").replace(_OPEN, ">"))

    def _letter(self, name: str, pattern: str) -> str:
        if name not in self._letters:
            raise ValueError(f"pattern {pattern}: {name} is neither a class nor a macro")
        return self._letters[name]


class _Numbered:
    """Names groups apart that have the same letter."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, found: re.Match[str]) -> str:
        self._number += 1
        return f"(?P<{found[1]}{self._number}{_OPEN}"


def group(found: re.Match[str], letter: str) -> tuple[int, int] | None:
    """Where the first group of a letter stands that holds something."""
    for name in found.re.groupindex:
        if name[0] == letter and found.start(name) < found.end(name):
            return found.span(name)
    return None
