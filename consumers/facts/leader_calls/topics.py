"""What a call was about: the words after "about" and "discussed", as they stand."""

from __future__ import annotations

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.nearby import mentions_in
from consumers.facts.vocabulary import Vocabulary
from monitor.actors.model import ActorKind
from monitor.core.fact import Topic

_LONGEST = 40  # words


class Topics:
    """Reads topics in one language."""

    def __init__(self, data: CallData) -> None:
        self._leads = Vocabulary({"lead": data.topic_leads, "verb": data.topic_verbs})
        self._ends = Vocabulary({"end": data.topic_ends})
        self._times = Vocabulary({"time": data.topic_times})
        self._tails = frozenset(data.topic_tails)
        self._links = frozenset(data.topic_links)

    def topics(self, article: ArticleText, sentence: Sentence, first: int, after: int) -> tuple[Topic, ...]:
        """The topics told in some words of a sentence."""
        words = sentence.field.tokens.words
        after = min(after, first + 4 * _LONGEST)
        persons = _persons(article, sentence, first, after)
        found: list[Topic] = []
        token = first
        while token < after:
            hit = self._leads.at(words, token, after)
            if (
                hit is None
                or hit.after >= after
                or self._times.at(words, hit.after, after)
                or words[hit.after][0].isdigit()
            ):
                token += 1
                continue
            start = hit.first if "verb" in hit.classes else hit.after
            end = self._end(sentence, persons, hit.after, min(after, hit.after + _LONGEST))
            if end > hit.after:
                found += self._split(sentence, start, end)
            token = max(end, hit.after)
        return tuple(found)

    def _end(self, sentence: Sentence, persons: frozenset[int], token: int, after: int) -> int:
        words = sentence.field.tokens.words
        for at in range(token, after):
            if at > token and (self._ends.at(words, at, after) or self._times.at(words, at, after)):
                return at
            if at > token and words[at] in self._links and at + 1 in persons:
                return at  # "the loan and Trump said": another clause
            if set(sentence.gap(at)) & set(',;:()—–.!?"”'):
                return at + 1
        return after

    def _split(self, sentence: Sentence, first: int, after: int) -> list[Topic]:
        """The parts of "X and Y"."""
        words = sentence.field.tokens.words
        while after > first + 1 and words[after - 1] in self._tails:
            after -= 1
        cuts = [at for at in range(first + 1, after - 1) if words[at] in self._links]
        starts = [first, *[at + 1 for at in cuts]]
        ends = [*cuts, after]
        places = [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]
        return [Topic(text=sentence.between(*place), span=sentence.place(*place)) for place in places]


def _persons(article: ArticleText, sentence: Sentence, first: int, after: int) -> frozenset[int]:
    """Where names and titles of persons begin."""
    found: set[int] = set()
    for mention in mentions_in(article, sentence, first, after):
        actor = article.registry.get(mention.actor)
        if actor is not None and actor.kind is ActorKind.PERSON and not mention.seat:
            found.add(mention.first)
    return frozenset(found)
