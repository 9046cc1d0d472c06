"""The figures of one sentence: which number tells how many of whom were harmed how. Knows no other sentence."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.casualties.data import CasualtyData
from consumers.facts.casualties.grammar import Found, Grammar
from consumers.facts.casualties.items import COUNTED, SIGNS, Item, Itemizer
from consumers.facts.casualties.nobody import Nobody
from consumers.facts.languages import load_part
from consumers.facts.numbers import Number, NumberReader
from monitor.core.fact import CasualtyRole, Per

_LONGEST_SENTENCE = 3_000  # words: the rest is of a text made to hurt
_PIECE = 300  # words: no longer is a sentence that somebody wrote to be read
_ROLES: dict[str, CasualtyRole] = {
    "killed": "killed", "wounded": "wounded", "missing": "missing", "captured": "captured", "combined": "combined",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A number of people harmed, as one sentence tells it.

    Attributes:
        number: None of one person without a number.
        first, after: The tokens of number and persons.
        trigger: The tokens that say what befell them.
        who: The tokens of the persons, where they are named.
        part: It is a part of a figure before it.
        piece: Which piece of the sentence it stands in; pieces end at semicolons.
        pattern: By which pattern.
    """

    role: CasualtyRole
    number: Number | None
    first: int
    after: int
    trigger: tuple[int, int]
    who: tuple[int, int] | None
    pattern: str
    part: bool = False
    piece: int = 0
    per: Per | None = None


@dataclass(frozen=True)
class Refused:
    """A number beside a word of harm that tells of none."""

    first: int
    after: int
    why: str


class FigureReader:
    """Reads the figures of sentences in one language."""

    def __init__(self, lang: str) -> None:
        self.data = data = load_part(lang, "casualties", CasualtyData)
        self._nobody = Nobody(data, lang)
        self._itemizer = Itemizer(data, NumberReader(lang))
        classes = (*data.classes, *SIGNS, *COUNTED)
        self._grammar = Grammar(classes, data.macros, [*data.patterns, *data.singular])
        self._parts = Grammar(classes, data.macros, data.parts)
        self._gains = Grammar(classes, data.macros, data.gains)
        self._refusable = Grammar(
            classes, data.macros | {"FIG": "(?:ODD|UNK)", "COUNT": "ODD", "NUM": "ODD"}, data.patterns
        )
        phrases = [text.split() for name in data.roles if name not in data.dependent for text in data.classes[name]]
        alone = frozenset(words[0] for words in phrases if len(words) == 1)
        self.triggers = alone | {_telling(words, data.common) for words in phrases if alone.isdisjoint(words)}

    def figures(self, article: ArticleText, sentence: Sentence) -> tuple[list[Figure], list[Refused]]:
        """The figures of a sentence in order, and the numbers that are none."""
        found: list[Figure] = []
        refused: list[Refused] = []
        end = min(sentence.after, sentence.first + _LONGEST_SENTENCE)
        for first in range(sentence.first, end, _PIECE):
            after = min(first + _PIECE, end)
            if self.triggers.isdisjoint(sentence.field.tokens.words[first:after]):
                continue
            items = self._itemizer.items(article, sentence, first, after)
            letters = self._grammar.letters([item.kind for item in items])
            found += self._of_items(article, sentence, items, letters, refused)
            refused += self._refused(items, letters)
        return found, refused

    def _of_items(
        self, article: ArticleText, sentence: Sentence, items: Sequence[Item], letters: str, refused: list[Refused]
    ) -> list[Figure]:
        pieces = _pieces(items)
        taken: dict[int, Figure] = {}
        against: set[int] = set()
        suffered: set[int] = set()  # words of harm that said what befell a figure before them
        for hit in self._grammar.found(letters):
            befell = hit.figure < hit.trigger
            if befell and _is_whole_of_part(items, hit):
                continue
            if hit.figure in taken or hit.figure in against or (not befell and hit.trigger in suffered):
                continue
            why = self._nobody.why(article, sentence, items[hit.figure], items[hit.trigger])
            if why is not None:
                against.add(hit.figure)
                refused.append(Refused(items[hit.figure].first, items[hit.figure].after, why))
                continue
            taken[hit.figure] = self._figure(items, hit, pieces)
            if befell:
                suffered.add(hit.trigger)
        self._add_parts(items, letters, pieces, taken)
        self._add_gains(sentence, items, letters, taken)
        return [taken[at] for at in sorted(taken)]

    def _figure(self, items: Sequence[Item], hit: Found, pieces: Sequence[int]) -> Figure:
        item, trigger = items[hit.figure], items[hit.trigger]
        role = _ROLES[self.data.roles[trigger.kind]]
        return Figure(
            role, item.number, item.first, item.after, (trigger.first, trigger.after), item.who, hit.pattern,
            part=_is_part(items, hit.figure), piece=pieces[hit.figure],
        )  # fmt: skip

    def _add_parts(self, items: Sequence[Item], letters: str, pieces: Sequence[int], taken: dict[int, Figure]) -> None:
        for hit in self._parts.found(letters):
            whole = _before(taken, hit.figure)
            if (
                hit.figure in taken
                or whole is None
                or (pieces[hit.figure] != whole.piece and hit.pattern == "including")
            ):
                continue
            item = items[hit.figure]
            taken[hit.figure] = replace(
                whole, number=item.number, first=item.first, after=item.after, who=item.who, part=True,
                pattern=f"{hit.pattern} of {whole.pattern}",
            )  # fmt: skip

    def _add_gains(self, sentence: Sentence, items: Sequence[Item], letters: str, taken: dict[int, Figure]) -> None:
        for hit in self._gains.found(letters):
            item, whole = items[hit.figure], _before(taken, hit.figure)
            text = sentence.field.tokens.text
            start = sentence.field.tokens.starts[item.first]
            if hit.figure in taken or whole is None or text[start - 1 : start] not in self.data.gain_signs:
                continue
            taken[hit.figure] = replace(
                whole, number=item.number, first=item.first, after=item.after, part=True, per="day", pattern=hit.pattern
            )

    def _refused(self, items: Sequence[Item], letters: str) -> Iterator[Refused]:
        seen: set[int] = set()
        for hit in self._refusable.found(letters):
            if hit.figure not in seen:
                seen.add(hit.figure)
                yield Refused(items[hit.figure].first, items[hit.figure].after, items[hit.figure].why)


def _pieces(items: Sequence[Item]) -> list[int]:
    found: list[int] = []
    piece = 0
    for item in items:
        piece += item.kind == "STOP"
        found.append(piece)
    return found


def _before(taken: dict[int, Figure], at: int) -> Figure | None:
    """The whole that stands before an item."""
    whole = max((place for place, figure in taken.items() if place < at and not figure.part), default=None)
    return None if whole is None else taken[whole]


def _is_whole_of_part(items: Sequence[Item], hit: Found) -> bool:
    """Whether only a part of a number befell it: "two of the five victims died"; of "two of the 12 injured", all."""
    of = items[max(0, hit.figure - 2) : hit.figure]
    is_whole = len(of) == 2 and of[1].kind == "OF" and of[0].kind in ("NUM", "COUNT")
    return is_whole and (hit.pattern != "passive" or items[hit.trigger].kind == "DIED")


def _is_part(items: Sequence[Item], at: int) -> bool:
    """Whether a figure with its own word of harm is among those counted before: "including 3 who were killed"."""
    for item in reversed(items[max(0, at - 3) : at]):
        if item.kind == "INCLUDE":
            return True
        if item.kind not in ("X", "ADVERB"):
            return False
    return False


def _telling(words: Sequence[str], common: Container[str]) -> str:
    """Of a phrase, the word that tells most: the longest that is not common."""
    return max(words, key=lambda word: (word not in common, len(word)))
