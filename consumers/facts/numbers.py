"""The numbers of a sentence: their bounds, what is said of them, and why some count no persons.

Knows words beside numbers, and nothing of who is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from consumers.facts.article import Sentence
from consumers.facts.number_words import Core, Form, NumberWords
from consumers.facts.vocabulary import Hit, Vocabulary
from monitor.core.fact import Per, Qualifier

_YEARS = range(1500, 2101)
_QUALIFIERS: dict[str, Qualifier] = {
    "at_least": "at_least", "more_than": "more_than", "up_to": "up_to", "fewer_than": "fewer_than", "about": "about",
}  # fmt: skip
_PERIODS: dict[str, Per] = {"day": "day", "week": "week", "month": "month", "year": "year"}
_LEAST_SUM = 5_000  # below, who is paid may be counted too
_LONGEST_LINK = 3  # words between the numbers of a ratio
_LONGEST_PHRASE = 5  # words before a number that may belong to it


@dataclass(frozen=True)
class Number:
    """A number in a sentence.

    Attributes:
        low, high: With the bounds applied: at least 40 is (40, None), about 40 is (40, 40).
        first, after: Its tokens, with the words of its qualifier.
        bare: The tokens of the number alone.
        not_count: Why it counts no persons; None where it may.
        per: Of a rate that stands directly behind it ("1,500 a day").
        ordinal: "the 41st victim".
    """

    low: int | None
    high: int | None
    qualifier: Qualifier
    first: int
    after: int
    bare: tuple[int, int]
    form: Form
    not_count: str | None = None
    per: Per | None = None
    ordinal: bool = False

    @property
    def value(self) -> int:
        """The figure that is named."""
        return (self.low if self.low is not None else self.high) or 0


class NumberReader:
    """Reads the numbers of sentences in one language."""

    def __init__(self, lang: str) -> None:
        self._words = NumberWords(lang)
        data = self._words.data
        self._data = data
        self._before = _by_last(data.before)
        self._between = _by_last({"between": data.between})
        self._after = Vocabulary(data.after)
        self._per = Vocabulary(data.per)
        self._units = Vocabulary(data.units_after)
        self._ratio_links = Vocabulary({name: [name] for name in data.ratio_wholes})
        self._things_before = _by_last(data.number_before)
        self._months = frozenset(data.months)
        self._counted, self._joined = frozenset(data.counted), frozenset(data.joined)
        self._year_nouns = frozenset(data.year_nouns_after)
        self._ranges = frozenset(data.ranges)
        self._range_signs = frozenset(data.range_signs)
        self._articles = frozenset(data.articles)
        self._links = frozenset(data.thing_links)

    def numbers(self, sentence: Sentence) -> tuple[Number, ...]:
        """The numbers of a sentence in order, none over another."""
        return self.numbers_in(sentence, sentence.first, sentence.after)

    def numbers_in(self, sentence: Sentence, first: int, after: int) -> tuple[Number, ...]:
        """Those that begin at tokens from `first` up to `after`."""
        found: list[Number] = []
        token = first
        while token < after:
            core = self._words.at(sentence, token)
            if core is None:
                token += 1
                continue
            number = self._number(sentence, core, found[-1].after if found else sentence.first)
            if found and self._is_ratio(sentence, found[-1], number):
                found[-1], number = replace(found[-1], not_count="ratio"), replace(number, not_count="ratio")
            found.append(number)
            token = number.after
        return tuple(found)

    def _is_ratio(self, sentence: Sentence, part: Number, whole: Number) -> bool:
        """Whether two numbers are a share of all: "one in nine", "3 out of 10"."""
        first, after = part.bare[1], whole.bare[0]
        if not 0 < after - first <= _LONGEST_LINK or part.value >= whole.value or whole.not_count is not None:
            return False
        hit = self._ratio_links.at(sentence.field.tokens.words, first, after)
        if hit is None or hit.after != after or part.per:
            return False
        return part.value == 1 or whole.value in self._data.ratio_wholes[hit.classes[0]]

    def article_as_one(self, sentence: Sentence, token: int) -> bool:
        """Whether a token is an article that counts one: "a policeman was shot dead"."""
        return sentence.field.tokens.words[token] in self._articles

    def qualified_behind(self, sentence: Sentence, number: Number, token: int) -> tuple[Number, int]:
        """The number with what is said of it behind its noun, and where that ends: "16 people at least"."""
        kind, after = self._qualifier_behind(sentence, token)
        if kind is None or number.qualifier not in ("exact", "about"):
            return number, token
        core = Core(number.value, number.value, *number.bare, number.form)
        low, high = _bounds(core, kind)
        return replace(number, low=low, high=high, qualifier=_qualifier(core, kind)), after

    def _number(self, sentence: Sentence, core: Core, earliest: int) -> Number:
        second = self._range_end(sentence, core)
        if second is not None and not second.ordinal:
            return self._range(sentence, core, second, earliest)
        qualifier, first = self._qualifier_before(sentence, core, earliest)
        after = core.after
        if qualifier is None or qualifier == "about":
            behind, after = self._qualifier_behind(sentence, core.after)
            qualifier = behind or qualifier
        per, after = self._per_behind(sentence, after)
        low, high = _bounds(core, qualifier)
        return Number(
            low, high, _qualifier(core, qualifier), first, after, (core.first, core.after), core.form,
            self._why_no_count(sentence, core, after), per, core.ordinal,
        )  # fmt: skip

    def _range(self, sentence: Sentence, one: Core, other: Core, earliest: int) -> Number:
        first = self._before_between(sentence, one.first, earliest)
        if first == one.first:
            _, first = self._qualifier_before(sentence, one, earliest)
        per, after = self._per_behind(sentence, other.after)
        low = one.low * _shared_scale(one, other)
        why = self._why_no_count(sentence, Core(other.low, other.high, one.first, other.after, other.form), after)
        return Number(low, other.high, "range", first, after, (one.first, other.after), other.form, why, per)

    def _range_end(self, sentence: Sentence, core: Core) -> Core | None:
        """The number at the other end: "40-50", "40 to 50", "between 40 and 50"."""
        at = core.after
        if at >= sentence.after or core.ordinal:
            return None
        words = sentence.field.tokens.words
        if sentence.gap(at - 1) in self._range_signs:
            end = self._words.at(sentence, at)
            return end if end is not None and self._is_higher(core, end) else None
        if words[at] not in self._ranges or at + 1 >= sentence.after or sentence.gap(at - 1).strip():
            return None
        end = self._words.at(sentence, at + 1)
        if end is None or not self._is_higher(core, end):
            return None
        told = self._before_between(sentence, core.first, sentence.first) < core.first
        return end if words[at] != "and" or told else None

    @staticmethod
    def _is_higher(one: Core, other: Core) -> bool:
        return one.low * _shared_scale(one, other) < other.high and one.whole and other.whole and not other.ordinal

    def _before_between(self, sentence: Sentence, token: int, earliest: int) -> int:
        hit = _phrase_before(self._between, sentence, token, earliest)
        return token if hit is None else hit.first

    def _qualifier_before(self, sentence: Sentence, core: Core, earliest: int) -> tuple[str | None, int]:
        """What is said of the number before it, and where that begins; "at least about 40" takes the outer word."""
        sign = sentence.gap(core.first - 1)[-1:] if core.first > sentence.first else sentence.text[:1]
        found: str | None = self._data.before_signs.get(sign)
        first = core.first
        for _ in range(3):
            hit = _phrase_before(self._before, sentence, first, earliest)
            if hit is None:
                break
            kind = hit.classes[0]
            found = kind if kind != "exact" and (found is None or found == "about") else found
            first = hit.first
        return found, first

    def _qualifier_behind(self, sentence: Sentence, token: int) -> tuple[str | None, int]:
        sign = sentence.gap(token - 1)[:1]
        if sign in self._data.after_signs:
            return self._data.after_signs[sign], token
        if token >= sentence.after or sentence.gap(token - 1).strip(" -\u2010"):
            return None, token
        hit = self._after.at(sentence.field.tokens.words, token, sentence.after)
        return (None, token) if hit is None else (hit.classes[0], hit.after)

    def _per_behind(self, sentence: Sentence, token: int) -> tuple[Per | None, int]:
        if token >= sentence.after or sentence.gap(token - 1).strip():
            return None, token
        hit = self._per.at(sentence.field.tokens.words, token, sentence.after)
        return (None, token) if hit is None else (_PERIODS[hit.classes[0]], hit.after)

    def _why_no_count(self, sentence: Sentence, core: Core, after: int) -> str | None:
        if core.ordinal:
            return "ordinal"
        if not core.whole:
            return "decimal"
        why = self._by_signs(sentence, core) or self._by_words(sentence, core, after) or self._as_year(sentence, core)
        return why or ("part of a word" if after == core.after and self._is_in_a_word(sentence, core) else None)

    def _by_signs(self, sentence: Sentence, core: Core) -> str | None:
        text = sentence.field.tokens.text
        start, end = sentence.place(core.first, core.after)
        before, behind = text[max(0, start - 2) : start], text[end : end + 2]
        if (before[-1:] in self._data.currency_signs and before) or (
            behind[:1] in self._data.currency_signs and behind
        ):
            return "money"
        if behind[:1] == "%":
            return "percent"
        if behind[:1] in "°º" and behind:
            return "measure"
        if before[-1:] in ("#", "@", "№"):
            return "number of a thing"
        if core.form == "digits":
            return self._by_digit_signs(before, behind)
        return None

    @staticmethod
    def _by_digit_signs(before: str, behind: str) -> str | None:
        """A digit glued to another by a sign: "10:30", "3-2", "1/3", "A-10", "5-4"."""
        glued = [signs for signs in (before[::-1], behind) if signs[1:].isdigit()]
        if any(signs[0] == ":" for signs in glued):
            return "time"
        if any(signs[0] in "/-–." for signs in glued):
            return "score or date"
        if before[-1:] == "-" and before[:1].isalpha():
            return "number of a thing"
        return None

    def _is_in_a_word(self, sentence: Sentence, core: Core) -> bool:
        """Whether a number is the first part of a word that names one thing: "two-state", "five-star"."""
        words, at = sentence.field.tokens.words, core.after
        if at >= sentence.after or sentence.gap(at - 1) not in ("-", "\u2010", "\u2011"):
            return False
        return not (words[at] in self._joined or words[at].isdigit() or words[at] in self._data.units)

    def _by_words(self, sentence: Sentence, core: Core, after: int) -> str | None:
        words = sentence.field.tokens.words
        if after < sentence.after and not sentence.gap(after - 1).strip(" -\u2010\u00a0") and after == core.after:
            hit = self._unit_behind(sentence, after)
            if hit is not None:
                return hit.classes[0]
            if words[after] in self._months and core.low <= 31 and core.form == "digits":
                return "date"
        if core.first > sentence.first and core.form != "vague":
            if words[core.first - 1] in self._data.currency_words_before and core.form == "digits":
                return "money"
            hit = _phrase_before(self._things_before, sentence, core.first, sentence.first)
            if hit is not None:
                return self._numbered(sentence, core, hit)
        return None

    def _unit_behind(self, sentence: Sentence, token: int) -> Hit | None:
        words = sentence.field.tokens.words
        hit = self._units.at(words, token, sentence.after)
        if hit is not None and "score" in hit.classes and len(hit.classes) > 1:
            return Hit(hit.first, hit.after, tuple(name for name in hit.classes if name != "score"))
        return hit

    def _numbered(self, sentence: Sentence, core: Core, hit: Hit) -> str | None:
        if "number_of_a_thing" in hit.classes and not sentence.gap(core.first - 1).strip(" -#.\u2010"):
            return "number of a thing"
        if "money" in hit.classes and (core.form == "mixed" or core.low >= _LEAST_SUM):
            return "money"
        if "date" in hit.classes and core.form == "digits" and core.low <= 31:
            return "date"
        if "year" in hit.classes and core.form == "digits" and core.digits == 4 and core.low in _YEARS:
            return None if self._is_followed_by_persons(sentence, core.after) else "year"
        return None

    def _is_followed_by_persons(self, sentence: Sentence, token: int) -> bool:
        """Whether a number that may be a year goes on as a count: "by 2,000 people" has a comma and is none here."""
        words = sentence.field.tokens.words
        return token < sentence.after and words[token] in self._counted and sentence.gap(token - 1) == " "

    def _as_year(self, sentence: Sentence, core: Core) -> str | None:
        if core.form != "digits" or core.digits != 4 or core.low not in _YEARS or core.after - core.first > 1:
            return None
        words = sentence.field.tokens.words
        if core.after < sentence.after and words[core.after] in self._year_nouns:
            return "year"
        start, end = sentence.place(core.first, core.after)
        text = sentence.field.tokens.text
        in_brackets = text[start - 1 : start] == "(" and text[end : end + 1] in (")", "-", "–")
        if in_brackets or text[end : end + 1] == "s" or self._is_behind_day(sentence, core.first):
            return "year"
        return None

    @staticmethod
    def _is_behind_day(sentence: Sentence, token: int) -> bool:
        """Whether a day and a comma stand before: "May 5, 2024"."""
        if token <= sentence.first + 1 or sentence.gap(token - 1).strip() != ",":
            return False
        day = sentence.field.tokens.words[token - 1]
        return day.isdigit() and len(day) <= 2 and int(day) <= 31


def _shared_scale(one: Core, other: Core) -> int:
    """ "2 to 3 million" means two million to three, "three to four hundred" three hundred to four."""
    if other.form not in ("mixed", "words") or one.form not in ("digits", "words") or one.low >= 1000:
        return 1
    if one.form == "digits" and other.form == "words":
        return 1
    scale = next((scale for scale in (1_000_000_000, 1_000_000, 1_000, 100) if other.high >= scale), 1)
    return scale if one.low * scale < other.high else 1


def _bounds(core: Core, qualifier: str | None) -> tuple[int | None, int | None]:
    match qualifier:
        case "at_least" | "more_than":
            return core.low, None
        case "up_to" | "fewer_than":
            return None, core.high
        case _:
            return core.low, core.high


def _qualifier(core: Core, said: str | None) -> Qualifier:
    if said in _QUALIFIERS and (said != "about" or core.form != "vague"):
        return _QUALIFIERS[said or "about"]
    return "vague" if core.form == "vague" and core.low != core.high else "about" if core.form == "vague" else "exact"


def _by_last(classes: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Phrases by their last word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, phrases in classes.items():
        for text in phrases:
            words = tuple(str(text).split())
            found.setdefault(words[-1], []).append((words, name))
    for listed in found.values():
        listed.sort(key=lambda entry: -len(entry[0]))
    return found


def _phrase_before(
    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], str]]], sentence: Sentence, token: int, earliest: int
) -> Hit | None:
    """The phrase that ends before a token, with nothing but spaces between."""
    if token <= earliest or sentence.gap(token - 1).strip(" ~≈<>≥-#$€£\u00a0"):
        return None
    words = sentence.field.tokens.words
    classes: list[str] = []
    first = token
    for listed, name in phrases.get(words[token - 1], ()):
        start = token - len(listed)
        if start >= earliest and tuple(words[start:token]) == listed and (not classes or start == first):
            classes.append(name)
            first = start
    return Hit(first, token, tuple(classes)) if classes else None
