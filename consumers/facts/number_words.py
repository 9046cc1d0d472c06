"""A number at a place among words: digits, words or both, and words of a fixed vagueness. Knows no qualifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import msgspec

from consumers.facts.article import Sentence
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Vocabulary

Form = Literal["digits", "words", "mixed", "vague"]


class NumberData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`numbers.yaml` of a language; the file says what its keys mean."""

    units: dict[str, int]
    scales: dict[str, int]
    dozen: dict[str, int]
    ordinals: dict[str, int]
    ordinal_endings: list[str]
    articles: list[str]
    joiners: list[str]
    vague: dict[str, tuple[int, int]]
    vague_links: list[str]
    vague_after_article: list[str]
    before: dict[str, list[str]]
    before_signs: dict[str, str]
    after: dict[str, list[str]]
    after_signs: dict[str, str]
    ranges: list[str]
    range_signs: list[str]
    between: list[str]
    per: dict[str, list[str]]
    units_after: dict[str, list[str]]
    thing_links: list[str]
    number_before: dict[str, list[str]]
    year_nouns_after: list[str]
    months: list[str]
    counted: list[str]
    alone: list[str]
    halves: list[str]
    joined: list[str]
    ratio_wholes: dict[str, list[int]]
    currency_signs: str
    currency_words_before: list[str]


@dataclass(frozen=True)
class Core:
    """A number without what is said of it.

    Attributes:
        low, high: The same, but for vague words.
        first, after: Its tokens.
        whole: It is a whole number, so that it may count something.
        ordinal: "41st", "third".
        digits: How many digits it is written with, where it is written in digits alone.
    """

    low: int
    high: int
    first: int
    after: int
    form: Form
    whole: bool = True
    ordinal: bool = False
    digits: int = 0


_DIGITS = re.compile(r"(\d{1,15})([a-z]{0,3})")
_GROUP_GAPS = frozenset((",", "\u00a0", "\u202f", "\u2009", " ", "'", "’"))
_WORD_GAPS = frozenset((" ", "-", "\u2010", "\u2011", "\u00a0"))
_MOST = 10_000_000_000  # more than there are people: no count of them


class NumberWords:
    """The numbers of one language."""

    def __init__(self, lang: str) -> None:
        self.data = data = load_part(lang, "numbers", NumberData)
        self._vague = Vocabulary({name: [name] for name in data.vague})
        self._scales = data.scales | data.dozen
        self._articles = frozenset(data.articles)
        self._starts = (
            frozenset(data.units) | frozenset(self._scales) | self._vague.first_words | frozenset(data.ordinals)
        )

    def at(self, sentence: Sentence, token: int) -> Core | None:
        """The number that begins at a token; with the article of "a dozen", "a few", "a hundred"."""
        word = sentence.field.tokens.words[token]
        if word[0].isdigit():
            return self._digits(sentence, token)
        if word in self._articles:
            return self._after_article(sentence, token)
        if word in self.data.halves:
            return self._half(sentence, token)
        if word not in self._starts or word in self.data.vague_after_article:
            return None
        return self._vague_at(sentence, token) or self._words(sentence, token)

    def _half(self, sentence: Sentence, token: int) -> Core | None:
        """ "Half a dozen"."""
        words, after = sentence.field.tokens.words, token + 2
        if after >= sentence.after or words[token + 1] not in self._articles or words[after] not in self._scales:
            return None
        value = self._scales[words[after]] // 2
        return Core(value, value, token, after + 1, "words")

    def _after_article(self, sentence: Sentence, token: int) -> Core | None:
        after = token + 1
        words = sentence.field.tokens.words
        if after >= sentence.after or words[after] not in self._starts or sentence.gap(token) != " ":
            return None
        if words[after] in self._scales or (words[after] == "half" and after + 1 < sentence.after):
            found = self._words(sentence, after)
        else:
            found = self._vague_at(sentence, after)
        return None if found is None else Core(found.low, found.high, token, found.after, found.form)

    def _vague_at(self, sentence: Sentence, token: int) -> Core | None:
        words = sentence.field.tokens.words
        hit = self._vague.at(words, token, sentence.after)
        if hit is None:
            return None
        low, high = self.data.vague[" ".join(words[hit.first : hit.after])]
        return Core(low, high, hit.first, self._behind_link(sentence, hit.after), "vague")

    def _behind_link(self, sentence: Sentence, token: int) -> int:
        words = sentence.field.tokens.words
        linked = token < sentence.after and words[token] in self.data.vague_links and sentence.gap(token - 1) == " "
        return token + 1 if linked else token

    def _digits(self, sentence: Sentence, token: int) -> Core | None:
        words = sentence.field.tokens.words
        found = _DIGITS.fullmatch(words[token])
        if found is None:
            return None
        text, ending = found[1], found[2]
        after = token + 1
        if ending in self.data.ordinal_endings and ending:
            return Core(int(text), int(text), token, after, "digits", ordinal=True, digits=len(text))
        value: float = int(text)
        whole, written = True, len(text)
        if ending:
            if ending not in self.data.scales:
                return None
            return self._scaled(value * self.data.scales[ending], token, after, "mixed")
        grouped = self._groups(sentence, token, text)
        if grouped is not None:
            value, after = grouped
            written = len(str(int(value)))
        elif self._is_decimal(sentence, token):
            value, after, whole = float(f"{text}.{words[token + 1]}"), token + 2, False
        scaled = self._scale_after(sentence, after)
        if scaled is not None:
            return self._scaled(value * scaled[0], token, scaled[1], "mixed")
        return Core(int(value), int(value), token, after, "digits", whole, digits=written) if value < _MOST else None

    @staticmethod
    def _scaled(value: float, token: int, after: int, form: Form) -> Core | None:
        number = round(value)
        return Core(number, number, token, after, form) if number < _MOST else None

    def _groups(self, sentence: Sentence, token: int, text: str) -> tuple[int, int] | None:
        """Groups of three digits: "1,500", "1 500"; the value and the token after it."""
        if len(text) > 3 or text == "0":
            return None
        words, after = sentence.field.tokens.words, token + 1
        sign = sentence.gap(token) if after < sentence.after else ""
        if sign not in _GROUP_GAPS:
            return None
        digits = text
        while (
            after < sentence.after
            and sentence.gap(after - 1) == sign
            and len(words[after]) == 3
            and words[after].isdigit()
        ):
            digits += words[after]
            after += 1
            if len(digits) > 12:
                return None
        return (int(digits), after) if after > token + 1 else None

    @staticmethod
    def _is_decimal(sentence: Sentence, token: int) -> bool:
        words = sentence.field.tokens.words
        return token + 1 < sentence.after and sentence.gap(token) == "." and words[token + 1].isdigit()

    def _scale_after(self, sentence: Sentence, token: int) -> tuple[int, int] | None:
        """A scale word behind digits: "1.2 million", "30 dozen"."""
        words = sentence.field.tokens.words
        factor, after = 1, token
        while (
            after < sentence.after and words[after] in self._scales and sentence.gap(after - 1) in (" ", "-", "\u00a0")
        ):
            factor *= self._scales[words[after]]
            after += 1
            if factor > _MOST:
                return None
        return (factor, after) if after > token else None

    def _words(self, sentence: Sentence, token: int) -> Core | None:
        """A number in words: "a hundred and twenty", "twenty-five", "two dozen", "fifty-first"."""
        data, words = self.data, sentence.field.tokens.words
        total = part = 0
        at, after, ordinal, previous = token, token, False, 0
        while at < sentence.after and (at == token or sentence.gap(at - 1) in _WORD_GAPS):
            word = words[at]
            unit = data.units.get(word, data.ordinals.get(word))
            if unit is not None and not ordinal:
                if part % 100 and not (part % 100 >= 20 and part % 10 == 0 and unit < 10 and previous >= 20):
                    break
                part, previous = part + unit, unit
                ordinal = word in data.ordinals
            elif word in self._scales and (at > token or self._takes_article(sentence, at)):
                scale = self._scales[word]
                part = (part or 1) * scale
                previous = 0
                if scale >= 1000:
                    total, part = total + part, 0
            elif word in data.joiners and after > token and previous == 0 and self._goes_on(sentence, at + 1):
                at += 1
                continue
            else:
                break
            at += 1
            after = at
            if total + part > _MOST or ordinal:
                break
        value = total + part
        if after == token or value >= _MOST:
            return None
        return Core(value, value, token, after, "words", ordinal=ordinal)

    def _takes_article(self, sentence: Sentence, token: int) -> bool:
        """Whether a scale word that begins a number may: "a dozen" and "hundred people", not the "k" of a name."""
        return sentence.field.tokens.words[token] in self.data.alone or (
            token > sentence.first and sentence.field.tokens.words[token - 1] in self._articles
        )

    def _goes_on(self, sentence: Sentence, token: int) -> bool:
        """Whether a number goes on after "and": "two hundred and ten", but "a hundred and two of them" too."""
        return token < sentence.after and sentence.field.tokens.words[token] in self.data.units


def _is_group(word: str) -> bool:
    return len(word) == 3 and word.isdigit()
