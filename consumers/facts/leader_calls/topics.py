"""What a call was about: the words after "about" and "discussed", as they stand."""

from __future__ import annotations

from consumers.facts.article import Sentence
from consumers.facts.leader_calls.data import CallData
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import Topic

_LONGEST = 40  # words


class Topics:
    """Reads topics in one language."""

    def __init__(self, data: CallData) -> None:
        self._leads = Vocabulary({"lead": data.topic_leads, "verb": data.topic_verbs})
        self._ends = Vocabulary({"end": data.topic_ends})
        self._times = Vocabulary({"time": data.topic_times})
        self._links = frozenset(data.topic_links)

    def topics(self, sentence: Sentence, first: int, after: int) -> tuple[Topic, ...]:
        """The topics told in some words of a sentence."""
        words = sentence.field.tokens.words
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
            end = self._end(sentence, hit.after, min(after, hit.after + _LONGEST))
            if end > hit.after:
                found += self._split(sentence, start, end)
            token = max(end, hit.after)
        return tuple(found)

    def _end(self, sentence: Sentence, token: int, after: int) -> int:
        words = sentence.field.tokens.words
        for at in range(token, after):
            if at > token and (self._ends.at(words, at, after) or self._times.at(words, at, after)):
                return at
            if set(sentence.gap(at)) & set(',;:()—–.!?"”'):
                return at + 1
        return after

    def _split(self, sentence: Sentence, first: int, after: int) -> list[Topic]:
        """The parts of "X and Y"."""
        words = sentence.field.tokens.words
        cuts = [at for at in range(first + 1, after - 1) if words[at] in self._links]
        starts = [first, *[at + 1 for at in cuts]]
        ends = [*cuts, after]
        places = [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]
        return [Topic(text=sentence.between(*place), span=sentence.place(*place)) for place in places]
