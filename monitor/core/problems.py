"""What is wrong with something a person wrote: where, what stands there, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file, an environment variable or an argument.

    Attributes:
        where: A file's path or `environment`.
        line: One-based line in that file; None where there is none.
        key: Dotted path of the offending key (`poll.timeout_seconds`, `rules[2].when`).
        message: What is wrong and what is allowed, the value included where it is no secret.
    """

    where: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known word, else all of them if they are few, else nothing."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f" (did you mean '{near[0]}'?)"
    return f" (allowed: {', '.join(names)})" if 0 < len(names) <= 16 else ""
