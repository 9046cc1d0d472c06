"""Phrases by class, and where they stand among folded words. Knows no language and no grammar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.text.tokens import phrase


@dataclass(frozen=True)
class Hit:
    """A phrase at a place: its first word, the one after its last, the classes it is listed under in their order."""

    first: int
    after: int
    classes: tuple[str, ...]


class Vocabulary:
    """Phrases by class ("killed": [shot dead, put to death]). A phrase may be listed under several classes."""

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        listed: dict[tuple[str, ...], dict[str, None]] = {}
        for name, phrases in classes.items():
            for text in phrases:
                words = phrase(text)
                if not words:
                    raise ValueError(f"{name}: {text!r} has no words")
                listed.setdefault(words, {})[name] = None
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for words, names in sorted(listed.items(), key=lambda entry: -len(entry[0])):
            self._by_first.setdefault(words[0], []).append((words, tuple(names)))
        self.first_words = frozenset(self._by_first)

    def at(self, words: Sequence[str], token: int, after: int) -> Hit | None:
        """The longest phrase that begins at a token and ends before `after`."""
        for listed, classes in self._by_first.get(words[token], ()):
            end = token + len(listed)
            if end <= after and (len(listed) == 1 or tuple(words[token:end]) == listed):
                return Hit(token, end, classes)
        return None

    def hits(self, words: Sequence[str], first: int, after: int) -> list[Hit]:
        """The phrases from `first` up to `after`, from left to right, the longest at each place, none over another."""
        found: list[Hit] = []
        begins, free = self.first_words, first
        for token, word in enumerate(words[first:after], first):
            if word in begins and token >= free:  # most words of a text begin nothing
                hit = self.at(words, token, after)
                if hit is not None:
                    found.append(hit)
                    free = hit.after
        return found
