"""People who stand up about deaths: those lie before. Deaths at a protest are news.

Why so many words of what protests do: a report of a protest is told in one sentence with the deaths it is about
("carried the coffins of eleven miners"), and so are the deaths that it ends in ("stones were thrown and two died").
"""

from __future__ import annotations

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.modality.data import ModalityData
from consumers.facts.modality.scope import About, Scope
from consumers.facts.vocabulary import Hit, Vocabulary

_CLOSE = 4  # words between "justice for" and its figure
_BOUND = 3  # words between a figure and what binds it to a protest
_BEHIND = 40  # words in which people whose kin were killed are said to protest
_OPENING = 2  # sentences of an article that say what it is about


class Protests:
    """Reads which places are what a protest is about, in articles of one language."""

    def __init__(self, data: ModalityData, scope: Scope) -> None:
        self._scope = scope
        self._widest = data.widest
        self._protest = Vocabulary({"protest": data.protest, "gather": data.gather})
        self._about = Vocabulary({"about": data.protest_about, "bare": data.protest_bare, "after": data.protest_after})
        self._violence = Vocabulary({"violence": data.violence})
        self._deadly = frozenset(data.deadly)
        self._fresh = Vocabulary({"fresh": data.fresh})
        self._binders = frozenset(data.binders)
        self._kin = frozenset(data.kin)
        self._read: tuple[ArticleText | None, bool] = (None, False)

    def before(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> About | None:
        """That a protest told before a place, or behind it, is about it."""
        words = sentence.field.tokens.words
        start = max(sentence.first, first - self._widest)
        if self._fresh.hits(words, start, first):
            return None
        hits = self._protest.hits(words, start, first)
        return (
            self._named(article, sentence, hits, start, (first, after))
            or self._bound(sentence, hits, first, after)
            or self._of_kin(sentence, start, first, after)
        )

    def _named(
        self, article: ArticleText, sentence: Sentence, hits: list[Hit], start: int, place: tuple[int, int]
    ) -> About | None:
        """What it is against, or demands."""
        words = sentence.field.tokens.words
        first, after = place
        if not hits and not self._is_of_protest(article):
            return None
        allowed = {"about", *(("bare",) if hits else ()), *(("after",) if _is_sure(hits) else ())}
        for about in self._about.hits(words, hits[0].after if hits else start, first):
            if allowed.isdisjoint(about.classes):
                continue
            is_deadly = not self._deadly.isdisjoint(words[about.after : first + 1])
            if (is_deadly or first - about.after <= _CLOSE) and not self._scope.is_over(sentence, about.after, first):
                return self._scope.about(sentence, (about.first, about.after), about.after, after)
        return None

    def _bound(self, sentence: Sentence, hits: list[Hit], first: int, after: int) -> About | None:
        """What else a calm protest is told with: "carried the coffins of eleven miners"."""
        words = sentence.field.tokens.words
        sure = next((hit for hit in hits if "protest" in hit.classes), None)
        if sure is None:
            return None
        is_object = first - sure.after <= 1 and words[first] in self._deadly  # "protested the deaths of six"
        if not is_object and self._binders.isdisjoint(words[max(sure.after, first - _BOUND) : first]):
            return None
        if self._violence.hits(words, sure.after, first + 1) or self._scope.is_over(sentence, sure.after, first):
            return None
        return self._scope.about(sentence, (sure.first, sure.after), sure.after, after)

    def _of_kin(self, sentence: Sentence, start: int, first: int, after: int) -> About | None:
        """Whose people protest: "relatives of twelve men killed in custody blocked the road"."""
        words = sentence.field.tokens.words
        near = words[max(start, first - _BOUND - 1) : first]
        if self._kin.isdisjoint(near) or self._binders.isdisjoint(near):
            return None
        for hit in self._protest.hits(words, after, min(sentence.after, after + _BEHIND)):
            if not self._violence.hits(words, after, hit.first):
                return About(f"past by {sentence.between(hit.first, hit.after)!r}", first, hit.first)
        return None

    def _is_of_protest(self, article: ArticleText) -> bool:
        """Whether the article opens with a protest."""
        if self._read[0] is not article:
            self._read = (article, any(self._opens_with_one(one) for one in article.sentences[:_OPENING]))
        return self._read[1]

    def _opens_with_one(self, sentence: Sentence) -> bool:
        end = min(sentence.after, sentence.first + self._widest)
        return _is_sure(self._protest.hits(sentence.field.tokens.words, sentence.first, end))


def _is_sure(hits: list[Hit]) -> bool:
    """Whether a word means protest and nothing else: not only "gathered"."""
    return any("protest" in hit.classes for hit in hits)
