"""What the sentences around a call add to it: of what they spoke, who joined, who confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.candidate import Candidate
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.nearby import mentions_in
from consumers.facts.leader_calls.topics import Topics
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import LeaderCall, Participant

_SENTENCES = 2  # after a call, in which "they discussed" is of it
_SUBJECT_WORDS = 10  # before a verb, at most
_PLACE_WORDS = 4  # of a government named by its capital


class Around:
    """Reads what follows a call in one language."""

    def __init__(self, data: CallData) -> None:
        self._topics = Topics(data)
        self._speech = Vocabulary({"speech": data.topic_speech})
        self._joins = Vocabulary({"join": data.joins})
        self._confirms = Vocabulary({"confirm": data.confirms})

    def completed(self, article: ArticleText, candidate: Candidate, number: int, triggers: frozenset[int]) -> Candidate:
        """A call with what the sentences right after it add, up to the next one that tells of a call.

        Args:
            number: Of the sentence that tells of it.
            triggers: Numbers of the sentences that tell of calls.
        """
        fact = candidate.fact
        if not isinstance(fact, LeaderCall):
            return candidate
        for sentence in self._following(article, number, triggers):
            fact = self._with_topics(article, sentence, fact)
            fact = self._with_others(article, sentence, fact)
            fact = self._with_confirmation(article, sentence, fact)
        return replace(candidate, fact=fact)

    @staticmethod
    def _following(article: ArticleText, number: int, triggers: frozenset[int]) -> Sequence[Sentence]:
        here = article.sentences[number]
        found: list[Sentence] = []
        for sentence in article.sentences[number + 1 : number + 1 + _SENTENCES]:
            if sentence.number in triggers or sentence.index != here.index:
                break
            found.append(sentence)
        return found

    def _with_topics(self, article: ArticleText, sentence: Sentence, fact: LeaderCall) -> LeaderCall:
        """ "They discussed the bank law." """
        words = sentence.field.tokens.words
        hits = self._speech.hits(words, sentence.first, min(sentence.after, sentence.first + 2 * _SUBJECT_WORDS))
        if fact.topics or not hits:
            return fact
        topics = self._topics.topics(article, sentence, hits[0].first, sentence.after)
        return msgspec.structs.replace(fact, topics=topics) if sentence.field.name == fact.field else fact

    def _with_others(self, article: ArticleText, sentence: Sentence, fact: LeaderCall) -> LeaderCall:
        """ "Jared Kushner took part." """
        words = sentence.field.tokens.words
        hits = self._joins.hits(words, sentence.first, min(sentence.after, sentence.first + _SUBJECT_WORDS))
        if not hits:
            return fact
        known = {one.actor for one in (*fact.participants, *fact.others)}
        named = [
            mention
            for mention in mentions_in(article, sentence, sentence.first, hits[0].first)
            if mention.direct and _is_person(article, mention.actor)
        ]
        if not named and hits[0].first - sentence.first > 1:
            return msgspec.structs.replace(
                fact, others=(*fact.others, Participant(text=sentence.between(sentence.first, hits[0].first)))
            )
        others = tuple(
            Participant(text=sentence.between(one.first, one.after), actor=one.actor)
            for one in named
            if one.actor not in known
        )
        return msgspec.structs.replace(fact, others=(*fact.others, *others))

    def _with_confirmation(self, article: ArticleText, sentence: Sentence, fact: LeaderCall) -> LeaderCall:
        """ "Canberra has confirmed the date." """
        by = self.confirmed_by(article, sentence, sentence.first, short=True)
        return (
            fact
            if by is None or by in fact.confirmed_by
            else msgspec.structs.replace(fact, confirmed_by=(*fact.confirmed_by, by))
        )

    def confirmed_by(self, article: ArticleText, sentence: Sentence, start: int, *, short: bool = False) -> str | None:
        """Who confirms it in a sentence, from `start`: whoever is named before the verb."""
        words = sentence.field.tokens.words
        hits = self._confirms.hits(words, start, min(sentence.after, start + 3 * _SUBJECT_WORDS))
        if not hits:
            return None
        before = [one for one in mentions_in(article, sentence, start, hits[0].first) if not one.seat]
        if not before or (short and hits[0].first - start > _PLACE_WORDS):
            return None
        first = next((one for one in before if _is_person(article, one.actor)), before[0])
        name = article.registry.get(first.actor)
        if not first.direct and name is not None:
            return name.name
        return sentence.between(first.first, max(one.after for one in before if one.first == first.first))


def _is_person(article: ArticleText, actor: str) -> bool:
    found = article.registry.get(actor)
    return found is not None and found.kind.value == "person"
