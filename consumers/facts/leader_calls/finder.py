"""Finds the calls of leaders of an article: who speaks with whom in each sentence, judged, and told once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.candidate import Candidate
from consumers.facts.languages import load_part
from consumers.facts.leader_calls.around import Around
from consumers.facts.leader_calls.binding import TRIGGERS, Binder
from consumers.facts.leader_calls.cast import Cast
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.items import Itemizer
from consumers.facts.leader_calls.judging import Judge
from consumers.facts.leader_calls.leaders import Leaders
from consumers.facts.leader_calls.merging import merged
from consumers.facts.leader_calls.parties import Part, PartyReader
from consumers.facts.leader_calls.resolving import OFFICIALS, Told
from consumers.facts.leader_calls.scene import Scene
from monitor.actors.registry import Registry
from monitor.text.reading import Reading

_PIECE = 150  # words: no longer is a sentence that somebody wrote to be read
_LONGEST_SENTENCE = 8 * _PIECE  # the rest of a longer one is not looked at
_MOST_WORDS = 6_000  # of pieces with triggers, in one article


@lru_cache(maxsize=4)
def leaders_of(registry: Registry) -> Leaders:
    """The leaders of a registry; one for each that is in use."""
    return Leaders(registry)


class LeaderCallFinder:
    """Calls of leaders in articles of one language."""

    type = "leader_call"

    def __init__(self, lang: str = "en") -> None:
        self._data = data = load_part(lang, "leader_calls", CallData)
        self._vague_outlets = frozenset(data.vague_outlets)
        self._triggers = frozenset(data.triggers)
        self._itemizer = Itemizer(data)
        self._parties = PartyReader(data)
        self._binder = Binder(data, self._parties.classes)
        self._around = Around(data)
        self._judge = Judge(data, lang, self._around)

    def may_have(self, reading: Reading) -> bool:
        """Whether the article may have one: quick, and may only be true too often."""
        return any(not self._triggers.isdisjoint(field.tokens.words) for field in reading.fields)

    def find(self, article: ArticleText) -> Sequence[Candidate]:
        """Every place that might be one, in order."""
        leaders = leaders_of(article.registry)
        cast = Cast(article, leaders)
        if not article.mentions.all():
            return ()
        told: list[tuple[int, Candidate]] = []
        before: Told | None = None
        is_official = False
        for sentence, first, after in self._pieces(article):
            scene = Scene(article, cast, sentence, self._parts(article, leaders, sentence, first, after))
            before = before if before is not None and before.sentence >= sentence.number - 1 else None
            for bound in self._binder.bound(scene.parts, sentence.field.name):
                for candidate, latest in self._judge.candidates(scene, bound, before):
                    before = latest
                    is_official = is_official or (sentence.field.name == "title" and OFFICIALS in candidate.why)
                    is_passing = is_official and "noun" in bound.form.flags
                    told.append((sentence.number, _in_passing(candidate) if is_passing else candidate))
        numbers = frozenset(number for number, one in told if one.fact is not None)
        completed = [self._around.completed(article, one, number, numbers) for number, one in told]
        return merged(completed, self._vague_outlets)

    def _pieces(self, article: ArticleText) -> Iterator[tuple[Sentence, int, int]]:
        left = _MOST_WORDS
        for sentence in article.sentences:
            for first in range(sentence.first, min(sentence.after, sentence.first + _LONGEST_SENTENCE), _PIECE):
                after = min(first + _PIECE, sentence.after)
                if self._triggers.isdisjoint(sentence.field.tokens.words[first:after]):
                    continue
                left -= after - first
                if left < 0:
                    return
                yield sentence, first, after

    def _parts(self, article: ArticleText, leaders: Leaders, sentence: Sentence, first: int, after: int) -> list[Part]:
        items = self._itemizer.items(article, leaders, sentence, first, after)
        if not any(item.kind in TRIGGERS for item in items):
            return []
        return self._parties.parts(article, leaders, sentence, items)


def _in_passing(candidate: Candidate) -> Candidate:
    """An article on an official's call names an earlier one of leaders: that is no news of it."""
    return replace(candidate, fact=None, why=(*candidate.why, "named in passing: the title is of an official's call"))
