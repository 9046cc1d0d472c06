"""Reports about deaths that lie before: vigils, anniversaries, trials. Knows no dates."""

from __future__ import annotations

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.modality.data import ModalityData
from consumers.facts.modality.scope import About, Scope
from consumers.facts.vocabulary import Hit, Vocabulary

_AFTER = 12  # words behind a figure in which it is said to be remembered
_RELATIVE = 3  # words before a verb of harm in which "that" makes it part of what is spoken about
_OPENS = 2  # words before "years after" where it opens the sentence
_OPENING = 2  # sentences of an article that say what it is about


class Topics:
    """Reads what reports are about, in articles of one language."""

    def __init__(self, data: ModalityData, scope: Scope) -> None:
        self._scope = scope
        self._widest = data.widest
        self._topics = Vocabulary(
            {
                "not": data.topics_not,
                "topic": data.topics,
                "transitive": data.transitive,
                "temporal": data.temporal,
                "legal": data.legal,
                "charge": data.charge,
                "article": data.article_topics,
            }
        )
        self._after = Vocabulary({"topic": data.topics_after, "legal": data.legal_after})
        self._attacks = Vocabulary({"attack": data.attacks})
        self._about = frozenset(data.about)
        self._nominal = frozenset(data.nominal)
        self._charge_about = frozenset(data.charge_about)
        self._articles = frozenset(data.articles)
        self._relatives = frozenset(data.relatives)
        self._harm = frozenset(data.harm)
        self._read: tuple[ArticleText | None, dict[int, str | None]] = (None, {})

    def before(self, sentence: Sentence, first: int, after: int) -> About | None:
        """What makes a place one of the past: a report before it that is about it, or a memory behind it."""
        start = max(sentence.first, first - self._widest)
        return self._topic(sentence, start, first, after) or self._remembered(sentence, first, after)

    def of_article(self, article: ArticleText, sentence: Sentence) -> str | None:
        """What makes the whole article one of the past, as title or first sentence say; the title is told alone."""
        if self._read[0] is not article:
            self._read = (article, {})
        known = self._read[1]
        opening = article.sentences[: 1 if sentence.field.name == "title" else _OPENING]
        for one in opening:
            if one.number not in known:
                known[one.number] = self._article_topic(one)
        topic = next((topic for one in opening if (topic := known[one.number]) is not None), None)
        return None if topic is None else f"the article is about what is past: {topic!r}"

    def _topic(self, sentence: Sentence, start: int, first: int, after: int) -> About | None:
        words = sentence.field.tokens.words
        for hit in reversed(self._topics.hits(words, start, first)):
            about = self._about_word(words, hit, first)
            if about is not None and self._reaches(sentence, hit, about, first, after):
                return self._scope.about(sentence, (hit.first, hit.after), about, after)
        return None

    def _about_word(self, words: tuple[str, ...], hit: Hit, first: int) -> int | None:
        """The token from which on is told what a topic is about."""
        if "not" in hit.classes:
            return None
        if words[hit.after - 1] in self._about or "transitive" in hit.classes:
            return hit.after
        binders = self._charge_about if "charge" in hit.classes else self._about
        about = next((token + 1 for token in range(hit.after, first) if words[token] in binders), None)
        return hit.after if about is None and "legal" in hit.classes else about

    def _reaches(self, sentence: Sentence, topic: Hit, about: int, first: int, after: int) -> bool:
        """Whether a place belongs to what is spoken about; "a bomb at a vigil for X killed 12" not."""
        words = sentence.field.tokens.words
        if self._scope.is_over(sentence, about, first, but_relative=True):
            return False
        is_temporal = "temporal" in topic.classes
        if is_temporal and self._is_behind_comma(sentence, about, first):
            return False
        opens = topic.first - sentence.first <= _OPENS
        if not self._is_active(words, first, after) or words[first - 1] in self._about or (is_temporal and not opens):
            return True
        near = words[max(about - 1, first - _RELATIVE) : first]
        is_bound = "legal" in topic.classes and not self._about.isdisjoint(near)
        return is_bound or not self._relatives.isdisjoint(near)

    def _is_active(self, words: tuple[str, ...], first: int, after: int) -> bool:
        """Whether a place begins with the verb that did the harm: "killed six people"."""
        if after - first < 2 or words[first] not in self._harm or words[first] in self._nominal:
            return False
        return words[first - 1] not in self._articles

    def _is_behind_comma(self, sentence: Sentence, about: int, first: int) -> bool:
        """Whether the last comma before a place ends what is told: no "which" goes on behind it."""
        comma = next((token for token in range(first - 1, about - 1, -1) if "," in sentence.gap(token)), None)
        return comma is not None and sentence.field.tokens.words[comma + 1] not in self._relatives

    def _remembered(self, sentence: Sentence, first: int, after: int) -> About | None:
        """What is said of the dead or of who killed them: "the man who killed two women was jailed"."""
        words = sentence.field.tokens.words
        for hit in self._after.hits(words, after, min(sentence.after, after + _AFTER)):
            if not any(";" in sentence.gap(token) for token in range(after - 1, hit.first)):
                return About(f"past by {sentence.between(hit.first, hit.after)!r}", first, hit.first)
        return None

    def _article_topic(self, sentence: Sentence) -> str | None:
        """A topic of a title or first sentence that tells of no harm but the one it is about."""
        words = sentence.field.tokens.words
        end = min(sentence.after, sentence.first + self._widest)
        hits = [hit for hit in self._topics.hits(words, sentence.first, end) if "article" in hit.classes]
        if not hits:
            return None
        harm = next((token for token in range(sentence.first, end) if words[token] in self._harm), None)
        attacks = self._attacks.hits(words, sentence.first, end)
        for hit in hits:
            if attacks and attacks[0].first < hit.first:
                return None
            if harm is None or hit.first <= harm < hit.after:
                return sentence.between(hit.first, hit.after)
            about = self._about_word(words, hit, harm) if hit.after <= harm else None
            if about is not None and self._reaches(sentence, hit, about, harm, harm + 2):
                return sentence.between(hit.first, hit.after)
        return None
