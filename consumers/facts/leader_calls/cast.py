"""Whom an article means by "the president", "the two leaders", "he" or nobody at all: its leaders in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.leader_calls.leaders import Leaders
from monitor.core.fact import Participant

_DATELINE_WORDS = 3
_DATELINE_SIGNS = (":", "-", "–", "—")
_OPENING_SENTENCES = 12
_APOSTROPHES = ("'", "’")
_OPENING = ("'", '"', "“", "‘", "«")
_PAIR_SENTENCES = 3  # how far back "the two" are looked for


@dataclass(frozen=True)
class Named:
    """A leader named at a place."""

    sentence: int
    first: int
    after: int
    actor: str
    is_direct: bool


class Cast:
    """The leaders of one article."""

    def __init__(self, article: ArticleText, leaders: Leaders) -> None:
        self._article = article
        self._leaders = leaders
        self._on = article.reading.on

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """Every leader where they are named, in order."""
        return tuple(
            Named(sentence.number, mention.first, mention.after, mention.actor, mention.direct)
            for sentence in self._article.sentences
            for mention in self._article.mentioned_in(sentence)
            if not mention.seat and self._leaders.leads(mention.actor, self._on)
        )

    @cached_property
    def _states(self) -> tuple[str, ...]:
        """States of whose own things the article speaks, as readouts do: "the UK's view", "Downing Street"."""
        registry = self._article.registry
        found: dict[str, None] = {}
        for sentence in self._article.sentences[:_OPENING_SENTENCES]:
            for mention in self._article.mentioned_in(sentence):
                if mention.seat and mention.office is not None:
                    found[mention.office.partition("@")[2]] = None
                elif mention.direct and registry.offices_in(mention.actor) and _is_own(sentence, mention.after - 1):
                    found[mention.actor] = None
        return tuple(found)

    def by_office(self, role: str, text: str, exclude: Iterable[str]) -> Participant:
        """Who "the president" is: the first leader of that office in the article, or the one of a state named there."""
        left = set(exclude)
        for one in self.named:
            office = self._leaders.office_of(one.actor, self._on)
            if one.actor not in left and office is not None and office.role.removesuffix("-elect") == role:
                return self.participant(one.actor, text)
        holders = [self._holder(state, role) for state in self._states]
        known = [actor for actor in dict.fromkeys(holders) if actor is not None and actor not in left]
        if len(known) == 1:
            return self.participant(known[0], text)
        return Participant(text=text, office=role)

    def _holder(self, state: str, role: str) -> str | None:
        office = self._leaders.office_in(state, role)
        return None if office is None else self._leaders.holder(office, self._on)

    def speaker(
        self, sentence: Sentence, token: int, exclude: Iterable[str], *, far: bool = True
    ) -> Participant | None:
        """Who "he" or nobody named is: the leader named last before, or else the next one in the sentence.

        Where none is (`far`), the sentence before tells, if it names but one.
        """
        left = set(exclude)
        here = [one for one in self._in(sentence.number) if one.actor not in left]
        before = [one for one in here if one.first < token]
        if here:
            one = before[-1] if before else here[0]
            return self.participant(one.actor, self._text(one))
        there = [one for one in self._in(sentence.number - 1) if one.actor not in left] if far else []
        if len({one.actor for one in there}) == 1:
            return self.participant(there[0].actor, self._text(there[0]))
        behind = [one for one in self._in(sentence.number + 1) if one.actor not in left]
        if sentence.text[:1] in _OPENING and len({one.actor for one in behind}) == 1:
            return self.participant(
                behind[0].actor, self._text(behind[0])
            )  # who is quoted is named behind the quotation
        return None

    def _in(self, number: int) -> list[Named]:
        return self._by_sentence.get(number, [])

    @cached_property
    def _by_sentence(self) -> dict[int, list[Named]]:
        found: dict[int, list[Named]] = {}
        for one in self.named:
            found.setdefault(one.sentence, []).append(one)
        return found

    def subject(self, exclude: Iterable[str]) -> Participant | None:
        """Whom a document is of whose title names but the other party: the first leader of its text."""
        left = set(exclude)
        title = [s.number for s in self._article.sentences if s.field.name == "title"]
        begins = len(title)
        for one in (*self._in(begins), *self._in(begins + 1)):
            if one.actor not in left and one.is_direct:
                return self.participant(one.actor, self._text(one))
        return None

    def pair(self, sentence: Sentence, token: int) -> tuple[Participant, ...]:
        """The two of "the two leaders": those named last before, where they are just two."""
        found: dict[str, Named] = {}
        for number in range(sentence.number - _PAIR_SENTENCES, sentence.number + 1):
            for one in self._in(number):
                if number < sentence.number or one.first < token:
                    found[one.actor] = one
        found = found or {one.actor: one for one in self._in(sentence.number)}
        if len(found) != 2:
            return ()
        return tuple(self.participant(one.actor, self._text(one)) for one in found.values())

    def participant(self, actor: str, text: str) -> Participant:
        """A leader as one who takes part."""
        office = self._leaders.office_of(actor, self._on)
        if office is None:
            return Participant(text=text, actor=actor)
        return Participant(text=text, actor=actor, state=office.of, office=office.role)

    def _text(self, one: Named) -> str:
        return self._article.sentences[one.sentence].between(one.first, one.after)


def _is_own(sentence: Sentence, last: int) -> bool:
    gap = sentence.gap(last)
    return gap[:1] in _APOSTROPHES or (
        last < sentence.first + _DATELINE_WORDS and gap.strip()[:1] in _DATELINE_SIGNS and bool(gap.strip())
    )
