"""A sentence as items for the grammar: numbers with whom they count, words of a class, signs, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.casualties.data import CasualtyData
from consumers.facts.numbers import Number, NumberReader
from consumers.facts.vocabulary import Vocabulary
from monitor.actors.model import ActorKind

SIGNS = ("COMMA", "COLON", "DASH", "PAREN", "STOP")
COUNTED = ("COUNT", "NUM", "ONE", "ODD", "UNK", "X")
_SIGN_OF = {",": "COMMA", ":": "COLON", "(": "PAREN", ")": "PAREN", "[": "PAREN", "]": "PAREN", ";": "STOP", "/": "AND"}
_DASHES = frozenset("-–—‒")
_LONGEST_NOUN_PHRASE = 8  # words
_FAR_FROM_A_YEAR = 2  # words
_FARTHEST_THING = 12  # items


@dataclass(frozen=True)
class Item:
    """One thing in a sentence.

    Attributes:
        kind: The class of a word, a sign, or what a number counts: COUNT persons, NUM nothing that is named, UNK what
            nobody knows, ODD no persons (`why`), ONE a person without a number.
        first, after: Its tokens.
        who: Tokens of whom it counts.
    """

    kind: str
    first: int
    after: int
    number: Number | None = None
    who: tuple[int, int] | None = None
    why: str = ""


class Itemizer:
    """Makes items of sentences in one language."""

    def __init__(self, data: CasualtyData, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._vocabulary = Vocabulary(data.classes)
        self._persons = frozenset(data.persons)
        self._endings = tuple(data.person_endings)
        self._not_persons = frozenset(data.not_persons) | frozenset(data.animals)
        self._years, self._oldest = data.years, data.oldest
        self._plurals = frozenset(data.plurals)
        self._split = frozenset(data.split_before_number)
        self._determiners = frozenset(data.one_determiners)
        self._modifiers = frozenset(data.modifiers)
        self._breaks = frozenset(data.breaks)
        self._of = frozenset(data.classes["OF"])
        self._parents = frozenset(data.parents)
        self._relatives = frozenset(data.relatives)
        self._possessives = tuple(data.possessives)
        self._groups = data.groups
        self._weak = frozenset(data.weak)
        self._participles = tuple(data.participle_endings)

    def items(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> list[Item]:
        """The items of the words from `first` up to `after`."""
        numbers = {number.first: number for number in self._numbers.numbers_in(sentence, first, after)}
        found: list[Item] = []
        token = first
        while token < after:
            if found:
                found += self._signs(sentence, token)
            item = self._item(article, sentence, token, after, numbers)
            found.append(item)
            token = item.after
        found += self._signs(sentence, after) if found else ()
        return [self._seen_among(sentence, found, at) for at in range(len(found))]

    def _seen_among(self, sentence: Sentence, items: list[Item], at: int) -> Item:
        """An item, in view of those before it."""
        item = items[at]
        if item.kind not in ("NUM", "COUNT"):
            return item
        if (
            at > 1
            and items[at - 1].kind == "OF"
            and items[at - 2].kind in ("NUM", "ODD")
            and self._is_beside(items, at)
        ):
            return Item("ODD", item.first, item.after, item.number, item.who, "a whole, of which some were harmed")
        if item.kind == "COUNT":
            return item
        if at > 1 and items[at - 1].kind == "COLON" and self._is_thing(sentence, items[at - 2]):
            return Item("ODD", item.first, item.after, item.number, why="what is counted is nobody")
        return self._as_antecedent(sentence, items, at)

    @staticmethod
    def _is_beside(items: list[Item], at: int) -> bool:
        number = items[at].number
        return (
            number is not None and number.bare[0] == items[at - 1].after and items[at - 2].after == items[at - 1].first
        )

    def _is_thing(self, sentence: Sentence, item: Item) -> bool:
        return sentence.field.tokens.words[item.after - 1] in self._not_persons

    def _as_antecedent(self, sentence: Sentence, items: list[Item], at: int) -> Item:
        """A number alone, or the things that it counts: "of 56 missiles, 49", "56 missiles, 49 of which"."""
        item = items[at]
        start = max(0, at - _FARTHEST_THING)
        whole = next((place for place in range(at - 1, start - 1, -1) if items[place].number is not None), None)
        if whole is None or not self._counts_things(items[whole]):
            return item
        words = sentence.field.tokens.words
        of_which = (
            words[item.after : item.after + 1] and words[item.after] in self._of and self._is_link(words, item.after)
        )
        of_whole = whole > 0 and words[items[whole].first - 1] in self._of and items[at - 1].kind == "COMMA"
        if not (of_which or of_whole):
            return item
        return Item("ODD", item.first, item.after, item.number, items[whole].who, items[whole].why)

    @staticmethod
    def _counts_things(item: Item) -> bool:
        return item.kind == "ODD" and (
            item.who is not None or (item.number is not None and item.number.not_count == "thing")
        )

    def _is_link(self, words: tuple[str, ...], of: int) -> bool:
        return words[of + 1 : of + 2] != () and words[of + 1] in self._relatives

    def _item(
        self, article: ArticleText, sentence: Sentence, token: int, after: int, numbers: dict[int, Number]
    ) -> Item:
        number = numbers.get(token)
        if number is not None:
            return self._counted(article, sentence, number, after, numbers)
        one = self._one(sentence, token, after, numbers)
        if one is not None:
            return one
        hit = self._vocabulary.at(sentence.field.tokens.words, token, after)
        if hit is None:
            return Item("X", token, token + 1)
        holds_number = any(start in numbers for start in range(hit.first + 1, hit.after))
        holds_number = holds_number or (hit.classes[0] in self._split and hit.after in numbers)
        if holds_number or self._is_cut(sentence, hit.first, hit.after):
            return self._shorter(sentence, token, after)
        return Item(hit.classes[0], hit.first, hit.after)

    def _shorter(self, sentence: Sentence, token: int, after: int) -> Item:
        hit = self._vocabulary.at(sentence.field.tokens.words, token, min(after, token + 1))
        return Item("X" if hit is None else hit.classes[0], token, token + 1)

    @staticmethod
    def _is_cut(sentence: Sentence, first: int, after: int) -> bool:
        return any(set(sentence.gap(token)) & set(",;:()") for token in range(first, after - 1))

    @staticmethod
    def _signs(sentence: Sentence, token: int) -> Iterator[Item]:
        gap = sentence.gap(token - 1)
        if gap == " ":
            return
        for sign in gap:
            if sign in _SIGN_OF:
                yield Item(_SIGN_OF[sign], token, token)
            elif sign in _DASHES and len(gap) > 1:
                yield Item("DASH", token, token)

    def _counted(
        self, article: ArticleText, sentence: Sentence, number: Number, after: int, numbers: dict[int, Number]
    ) -> Item:
        if number.value == 0:
            return Item("ODD", number.first, number.after, number, why="nobody")
        if number.not_count is not None:
            return Item(
                "ODD", number.first, number.after, number, why=f"a number that counts nobody: {number.not_count}"
            )
        if self._is_of_parent(sentence, number.first):
            return Item("ODD", number.first, number.after, number, why="the children of somebody")
        end = self._phrase_end(sentence, number.after, after, numbers)
        head = self._head(sentence, number.after, end)
        if head is None and self._year_or_age(sentence, number) is None:
            head = self._group(article, sentence, number.after, end)
        if head is not None and self._is_year_of(number, head[0]):
            return Item("ODD", number.first, number.after, number, why="a number that counts nobody: year")
        if head is None:
            return self._headless(sentence, number, end, numbers)
        token, is_person = head
        if not is_person:
            why = f"what is counted is nobody: {sentence.surface(token)}"
            return Item("ODD", number.first, token + 1, number, (number.after, token + 1), why)
        if number.value == self._groups.get(sentence.field.tokens.words[token]):
            return Item("X", number.first, token + 1)
        number, behind = self._numbers.qualified_behind(sentence, number, token + 1)
        return Item("COUNT", number.first, behind, number, (number.after, token + 1))

    def _is_of_parent(self, sentence: Sentence, token: int) -> bool:
        words = sentence.field.tokens.words
        return token > sentence.first + 1 and words[token - 1] in self._of and words[token - 2] in self._parents

    def _is_year_of(self, number: Number, head: int) -> bool:
        """Whether the persons stand too far behind what may be a year: "a 1998 news report on students"."""
        if number.form != "digits" or number.bare[1] - number.bare[0] > 1 or number.qualifier != "exact":
            return False
        return self._years[0] <= number.value < self._years[1] and head - number.after >= _FAR_FROM_A_YEAR

    def _headless(self, sentence: Sentence, number: Number, end: int, numbers: dict[int, Number]) -> Item:
        """A number with no noun that is known: alone, or of what nobody knows."""
        reason = self._year_or_age(sentence, number)
        if reason is not None:
            return Item("ODD", number.first, number.after, number, why=f"a number that counts nobody: {reason}")
        thing = self._thing_of(sentence, number.after, numbers)
        if thing is not None:
            why = f"what is counted is nobody: {sentence.surface(thing)}"
            return Item("ODD", number.first, number.after, number, why=why)
        at = number.after
        while at < end and sentence.field.tokens.words[at] in self._weak:
            at += 1
        word = sentence.field.tokens.words[at] if at < end else ""
        if not word or word.endswith(self._participles) or word in self._modifiers:
            return Item("NUM", number.first, number.after, number)
        why = f"nobody says that these are persons: {sentence.surface(end - 1)}"
        return Item("UNK", number.first, number.after, number, why=why)

    def _thing_of(self, sentence: Sentence, token: int, numbers: dict[int, Number]) -> int | None:
        """The noun of "19 of the 24 drones" where it is nobody."""
        words = sentence.field.tokens.words
        end = min(sentence.after, token + _LONGEST_NOUN_PHRASE)
        if token >= end or words[token] not in self._of or sentence.gap(token - 1) != " ":
            return None
        token += 1
        while token < end and (words[token] in self._breaks or token in numbers):
            token = numbers[token].after if token in numbers else token + 1
        start = token
        while token < end:
            behind = self._phrase_end(sentence, token if token == start else token + 1, end, numbers)
            head = self._head(sentence, token, behind)
            is_owner = head is None or head[0] == behind - 1
            if behind == token or not is_owner or not sentence.gap(behind - 1).startswith(self._possessives):
                return None if head is None or head[1] else head[0]
            token = behind
        return None

    def _year_or_age(self, sentence: Sentence, number: Number) -> str | None:
        """What a number that stands alone may be: "held in 1961", "Boy 14 dies", "dead at 72"."""
        first, last = number.bare
        if number.form != "digits" or last - first > 1 or number.qualifier != "exact":
            return None
        if self._years[0] <= number.value < self._years[1]:
            return "year"
        if number.value > self._oldest or number.first == sentence.first:
            return None
        before = sentence.field.tokens.words[number.first - 1]
        is_singular = before in self._persons and before not in self._plurals and not before.endswith("s")
        return "age" if is_singular and sentence.gap(number.first - 1) in (" ", ", ") else None

    def _phrase_end(self, sentence: Sentence, token: int, after: int, numbers: dict[int, Number]) -> int:
        """Where the words that may be a noun phrase end: at a sign, a word of a class or a number."""
        words = sentence.field.tokens.words
        end = token
        while end < min(after, token + _LONGEST_NOUN_PHRASE):
            gap = sentence.gap(end - 1) if end > 0 else ""
            if gap == " - " or gap.strip(" -\u2010\u2011'’“”\"‘.") or end in numbers:
                break
            hit = self._vocabulary.at(words, end, after)
            if words[end] in self._breaks or (hit is not None and "PERSONNEL" not in hit.classes):
                break
            end += 1
        return end

    def _head(self, sentence: Sentence, token: int, end: int) -> tuple[int, bool] | None:
        """The noun of a phrase and whether it means persons; None where no word of it is known."""
        words = sentence.field.tokens.words
        found: tuple[int, bool] | None = None
        for at in range(token, end):
            known = self._is_person(words[at])
            if known is None:
                if found is not None and words[found[0]] not in self._weak:
                    break
                continue
            found = (at, known)
        if found is not None and words[found[0]] in self._weak and self._is_unknown_plural(sentence, found[0] + 1, end):
            return None
        return found

    @staticmethod
    def _is_unknown_plural(sentence: Sentence, token: int, end: int) -> bool:
        """Whether a word that nobody knows is counted: "two more cuts"; of a name nobody knows it either."""
        if token >= end or not sentence.surface(token)[:1].islower():
            return False
        word = sentence.field.tokens.words[token]
        return len(word) > 3 and word.endswith("s") and not sentence.field.lower

    def _is_person(self, word: str) -> bool | None:
        if word in self._not_persons:
            return False
        if word in self._persons or word in self._weak or (word.endswith(self._endings) and len(word) > 5):
            return True
        return None

    @staticmethod
    def _group(article: ArticleText, sentence: Sentence, token: int, end: int) -> tuple[int, bool] | None:
        """A people or an armed group that the registry knows: "12 Houthis"."""
        for mention in article.mentioned_between(sentence, token, end):
            if mention.direct:
                actor = article.registry.get(mention.actor)
                if actor is not None and actor.kind in (ActorKind.ARMED_GROUP, ActorKind.STATE):
                    return mention.after - 1, True
        return None

    def _one(self, sentence: Sentence, token: int, after: int, numbers: dict[int, Number]) -> Item | None:
        """A person without a number: "a police officer"; "Man" where a headline begins."""
        words = sentence.field.tokens.words
        start = token + 1 if words[token] in self._determiners else token if token == sentence.first else None
        if start is None or start >= after:
            return None
        end = self._phrase_end(sentence, start, after, numbers)
        head = self._last_of_first_run(words, start, end)
        if head is None or (start == token and head - start > 2):
            return None
        word = words[head]
        if word not in self._persons or word in self._plurals or (word.endswith("s") and not word.endswith("ss")):
            return None
        return Item("ONE", token, head + 1, who=(start, head + 1))

    def _last_of_first_run(self, words: tuple[str, ...], start: int, end: int) -> int | None:
        found: int | None = None
        for at in range(start, end):
            if words[at] in self._not_persons:
                return None
            if words[at] in self._persons:
                found = at
            elif found is not None:
                break
        return found
