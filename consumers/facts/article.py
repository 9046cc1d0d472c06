"""An article as extractors read it: its sentences over all fields, and who is mentioned where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from monitor.actors.registry import Registry
from monitor.actors.scanner import ActorScanner, Mention, Mentions
from monitor.text.reading import FieldReading, Reading

MAX_SENTENCES = 20_000
MAX_SENTENCE_WORDS = 300  # whoever looks through a sentence once for each of its words is quick enough then
_LONGEST_GAP = 100  # characters


@dataclass(frozen=True)
class Sentence:
    """One sentence of a field, or a piece of one that nobody wrote to be read.

    Attributes:
        number: Of the sentence in the article, from 0, over all fields.
        index: Of the field in the reading.
        first, after: Its words: tokens of the field.
        is_piece: The sentence has more words than `MAX_SENTENCE_WORDS`; this is a part of it.
    """

    number: int
    index: int
    field: FieldReading
    first: int
    after: int
    is_piece: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Its words, folded."""
        return self.field.tokens.words[self.first : self.after]

    @cached_property
    def span(self) -> tuple[int, int]:
        """Where it stands in the text of the field, in code points, with its closing signs."""
        return self.place(self.first, self.after) if self.is_piece else self.field.tokens.sentence_span(self.first)

    @cached_property
    def text(self) -> str:
        """As it is written."""
        start, end = self.span
        return self.field.tokens.text[start:end]

    def surface(self, token: int) -> str:
        """A word as it is written."""
        tokens = self.field.tokens
        return tokens.text[tokens.starts[token] : tokens.ends[token]]

    def gap(self, token: int) -> str:
        """What stands between a word of the field and the one after it: spaces, signs, a possessive ending.

        Of a longer one its beginning: it is a ruler or made to hurt.
        """
        tokens = self.field.tokens
        end = tokens.starts[token + 1] if token + 1 < len(tokens.words) else len(tokens.text)
        return tokens.text[tokens.ends[token] : min(end, tokens.ends[token] + _LONGEST_GAP)]

    def between(self, first: int, after: int) -> str:
        """The words from `first` up to `after`, as they are written, with the signs between them."""
        start, end = self.place(first, after)
        return self.field.tokens.text[start:end]

    def place(self, first: int, after: int) -> tuple[int, int]:
        """Where the words from `first` up to `after` stand, in code points."""
        return self.field.tokens.starts[first], self.field.tokens.ends[after - 1]


class ArticleText:
    """A reading with its sentences; who is mentioned is looked up when first asked for."""

    def __init__(self, reading: Reading, scanner: ActorScanner, mentions: Mentions | None = None) -> None:
        self.reading = reading
        self._scanner = scanner
        self._given = mentions

    @property
    def registry(self) -> Registry:
        """Who is who."""
        return self._scanner.registry

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences with words, title first, long ones in pieces; of a text made to hurt the first ones."""
        found: list[Sentence] = []
        for index, field in enumerate(self.reading.fields):
            for first, after in islice(field.tokens.sentences, MAX_SENTENCES - len(found)):
                is_piece = after - first > MAX_SENTENCE_WORDS
                for begin in range(first, after, MAX_SENTENCE_WORDS):
                    end = min(begin + MAX_SENTENCE_WORDS, after)
                    found.append(Sentence(len(found), index, field, begin, end, is_piece))
        return tuple(found)

    @cached_property
    def mentions(self) -> Mentions:
        """Who is mentioned in the article."""
        return self._given or self._scanner.scan(self.reading)

    def mentioned_in(self, sentence: Sentence) -> tuple[Mention, ...]:
        """The mentions in a sentence, in order."""
        return self._by_sentence.get(sentence.number, ())

    def mentioned_between(self, sentence: Sentence, first: int, after: int) -> tuple[Mention, ...]:
        """Those that stand among the words from `first` up to `after`; takes no longer where a sentence has many."""
        mentions = self.mentioned_in(sentence)
        begin = bisect_left(mentions, first, key=_first_word)
        end = bisect_left(mentions, after, lo=begin, key=_first_word)
        return tuple(mention for mention in mentions[begin:end] if mention.after <= after)

    @cached_property
    def _by_sentence(self) -> dict[int, tuple[Mention, ...]]:
        begins = [(sentence.index, sentence.first) for sentence in self.sentences]
        found: dict[int, list[Mention]] = {}
        for mention in self.mentions.all():
            number = bisect_right(begins, (mention.index, mention.first)) - 1
            if number >= 0 and mention.first < self.sentences[number].after:
                found.setdefault(number, []).append(mention)
        return {number: tuple(mentions) for number, mentions in found.items()}


def _first_word(mention: Mention) -> int:
    return mention.first
