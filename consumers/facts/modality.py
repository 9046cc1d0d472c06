"""Whether what is told happened: denied, only possible, planned, claimed, or long past. Knows words, and no facts."""

from __future__ import annotations

from datetime import date

import msgspec

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.languages import load_part
from consumers.facts.vocabulary import Hit, Vocabulary
from monitor.core.fact import Modality

_YEARS = range(1800, 2101)
_LONGEST_LOOK = 80  # words of one sentence before a place that are looked at


class ModalityData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`modality.yaml` of a language; the file says what its keys mean."""

    denied: list[str]
    hypothetical: list[str]
    planned: list[str]
    claimed: list[str]
    past_words: list[str]
    past_topics: list[str]
    protest: list[str]
    protest_about: list[str]
    recent: list[str]
    year_before: list[str]
    window: int


_NEAR: tuple[tuple[str, Modality], ...] = (
    ("denied", "denied"), ("hypothetical", "hypothetical"), ("planned", "planned"), ("claimed", "claimed"),
)  # fmt: skip


class ModalityReader:
    """Reads the modality of places in articles of one language."""

    def __init__(self, lang: str) -> None:
        self._data = data = load_part(lang, "modality", ModalityData)
        self._near = Vocabulary({name: getattr(data, name) for name, _ in _NEAR})
        self._past = Vocabulary({"words": data.past_words, "topics": data.past_topics})
        self._protest = Vocabulary({"protest": data.protest})
        self._about = Vocabulary({"about": data.protest_about})
        self._recent = Vocabulary({"recent": data.recent})
        self._year_before = frozenset(data.year_before)

    def modality(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> tuple[Modality, str]:
        """The modality of what stands at these tokens, and why."""
        past = self._past_in_sentence(article, sentence, first, after)
        if past is not None:
            return "historical", past
        for name, modality in _NEAR:
            hit = self._nearest(sentence, name, first, after)
            if hit is not None:
                return modality, f"{modality} by {sentence.between(hit.first, hit.after)!r}"
        topic = self._past_topic(article)
        if topic is not None and not self._is_recent(sentence):
            return "historical", f"the article is about what is past: {topic!r}"
        return "happened", ""

    def _nearest(self, sentence: Sentence, name: str, first: int, after: int) -> Hit | None:
        """A word of that kind shortly before the place, in the same clause; or inside it."""
        words = sentence.field.tokens.words
        start = max(sentence.first, first - self._data.window)
        for token in range(first - 1, start - 1, -1):
            if ";" in sentence.gap(token) or sentence.gap(token).strip() in (":", ".", "?"):
                start = token + 1
                break
        for hit in reversed(self._near.hits(words, start, after)):
            if name in hit.classes:
                return hit
        return None

    def _past_in_sentence(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> str | None:
        words = sentence.field.tokens.words
        begin, end = max(sentence.first, first - _LONGEST_LOOK), min(sentence.after, after + _LONGEST_LOOK)
        for hit in self._past.hits(words, begin, end):
            return f"past by {sentence.between(hit.first, hit.after)!r}"
        year = self._past_year(article.reading.on, sentence, begin, end)
        if year is not None:
            return year
        return self._protested(sentence, begin, first)

    def _past_year(self, on: date | None, sentence: Sentence, begin: int, end: int) -> str | None:
        """A year before the article's, which the sentence dates itself by; "since 2022" is a sum and not past."""
        if on is None:
            return None
        words = sentence.field.tokens.words
        for token in range(begin, end):
            word = words[token]
            if len(word) != 4 or not word.isdigit() or int(word) not in _YEARS or int(word) >= on.year:
                continue
            before = words[token - 1] if token > sentence.first else ""
            if before == "since" or (token > sentence.first + 1 and words[token - 2] == "since"):
                return None
            if before in self._year_before or before.isdigit():
                return f"past by {word!r}"
        return None

    def _protested(self, sentence: Sentence, begin: int, first: int) -> str | None:
        """People who stand up about deaths: "marched against the killing of three students"."""
        words = sentence.field.tokens.words
        for protest in self._protest.hits(words, begin, first):
            for about in self._about.hits(words, protest.after, first):
                return f"past by {sentence.between(protest.first, about.after)!r}"
        return None

    def _past_topic(self, article: ArticleText) -> str | None:
        """A word in title or first sentence that makes the whole article tell of the past."""
        for sentence in article.sentences[:2]:
            words = sentence.field.tokens.words
            for hit in self._past.hits(words, sentence.first, min(sentence.after, sentence.first + _LONGEST_LOOK)):
                if "topics" in hit.classes:
                    return sentence.between(hit.first, hit.after)
        return None

    def _is_recent(self, sentence: Sentence) -> bool:
        words = sentence.field.tokens.words
        return bool(self._recent.hits(words, sentence.first, min(sentence.after, sentence.first + _LONGEST_LOOK)))
