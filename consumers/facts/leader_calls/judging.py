"""What parties bound by a trigger amount to: a call of leaders with all its detail, or why it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from consumers.facts.attribution import AttributionReader
from consumers.facts.candidate import Candidate
from consumers.facts.dates import DateReader, SaidDate
from consumers.facts.leader_calls.against import Against
from consumers.facts.leader_calls.around import Around
from consumers.facts.leader_calls.binding import Bound
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.modality import CallModality, Place
from consumers.facts.leader_calls.resolving import Resolved, Resolver, Told
from consumers.facts.leader_calls.scene import Scene
from consumers.facts.leader_calls.telling import Telling
from consumers.facts.leader_calls.topics import Topics
from monitor.core.fact import CallMode, LeaderCall, Modality, Participant

_NOUNS = frozenset({"CALLN", "CALLW"})
_BEFORE_IS_FARTHER = 2  # words: a date more often stands behind a call than before it
_SAID_PARTS = 2  # "said on Friday"
_SUBJECT_VERB = 3  # words after a subject in which its verb stands
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Call:
    """A call that has passed, before its detail is read."""

    participants: tuple[Participant, ...]
    others: tuple[Participant, ...]
    modality: Modality
    said: SaidDate | None
    why: tuple[str, ...]


class Judge:
    """Judges bound parties in one language."""

    def __init__(self, data: CallData, lang: str, around: Around) -> None:
        self._dates = DateReader(lang)
        self._attribution = AttributionReader(lang)
        self._around = around
        self._resolver = Resolver(data)
        self._against = Against(data)
        self._telling = Telling(data)
        self._modality = CallModality(data)
        self._topics = Topics(data)
        self._no_dates_behind = frozenset(data.no_dates_behind)
        self._video = frozenset(data.video)
        self._phone = frozenset(data.phone)
        self._plural = frozenset(data.plural_calls)
        self._separate = frozenset(data.separate)

    def candidates(self, scene: Scene, bound: Bound, before: Told | None) -> Iterator[tuple[Candidate, Told | None]]:
        """The calls that a binding means, one or one for each partner, or why it means none; and what is told by it.

        Args:
            before: The call told last before, in this sentence or the one before it.
        """
        resolved = self._resolver.resolved(scene, bound, before)
        if isinstance(resolved, str):
            yield _candidate(scene, bound, (resolved,)), before
            return
        a, b = resolved.a, resolved.b
        told = Told(scene.sentence.number, a, tuple(party.first for party in bound.b)) if a else before
        is_several = len(b) > 1 and self._is_several(scene, bound)
        for row in [(*a, one) for one in b] if is_several else [(*a, *b)]:
            yield self._judged(scene, bound, _distinct(row), resolved), told

    def _is_several(self, scene: Scene, bound: Bound) -> bool:
        """Whether each partner has a call of their own: "calls with", "separately"."""
        trigger = scene.parts[bound.trigger]
        if not self._separate.isdisjoint(scene.words(scene.parts[0].first, scene.parts[bound.after - 1].after)):
            return True
        is_noun = trigger.kind in _NOUNS and bound.form.id != "calls"
        return is_noun and len(bound.a) == 1 and scene.words(trigger.first, trigger.after)[-1] in self._plural

    def _judged(
        self, scene: Scene, bound: Bound, participants: tuple[Participant, ...], resolved: Resolved
    ) -> Candidate:
        names = " and ".join(one.actor or one.text for one in participants)
        why = [f"{names} by {scene.text(scene.parts[bound.trigger])!r} ({bound.form.id})"]
        against = "one leader alone" if len(participants) < 2 else self._against.reason(scene, bound)
        if against is not None:
            return _candidate(scene, bound, (*why, against))
        dates = self._dates_near(scene, bound)
        modality, because = self._modality.modality(scene.sentence, _place(scene, bound), dates)
        why.append(because)
        if modality == "hypothetical" and not scene.is_strong(bound):
            return _candidate(scene, bound, (*why, "only supposed, and no telephone"))
        if resolved.has_led and modality != "historical" and scene.article.reading.on is not None:
            return _candidate(scene, bound, (*why, "one of them led at another time"))
        said = next((one for one in dates if one.precision == "day"), None)
        return self._told(scene, bound, _Call(participants, resolved.others, modality, said, tuple(why)))

    def _told(self, scene: Scene, bound: Bound, call: _Call) -> Candidate:
        sentence = scene.sentence
        first, after = scene.parts[bound.first].first, scene.parts[bound.after - 1].after
        attribution = self._attribution.attribution(scene.article, sentence, first, after)
        start, end = scene.clause(bound)
        outlet = self._telling.reported_by(attribution)
        confirmed = self._around.confirmed_by(scene.article, sentence, start)
        fact = LeaderCall(
            participants=call.participants,
            others=_distinct(call.others),
            mode=self._mode(scene, start, end),
            on=_day(scene.article.reading.on, call.said, call.modality),
            on_said=None if call.said is None else call.said.text,
            topics=self._topics.topics(scene.article, sentence, _topic_start(scene, bound), end),
            reported_by=() if outlet is None else (outlet,),
            told_by=self._telling.told_by(attribution, call.participants),
            confirmed_by=() if confirmed is None else (confirmed,),
            attributed_to=attribution.sources,
            modality=call.modality,
            quote=sentence.text,
            field=sentence.field.name,
            span=scene.span(bound),
        )
        return _candidate(scene, bound, (*call.why, *attribution.why), fact)

    def _dates_near(self, scene: Scene, bound: Bound) -> list[SaidDate]:
        """The dates of the sentence, the nearest to the call first."""
        first, after = scene.parts[bound.first].first, scene.parts[bound.after - 1].after
        on = scene.article.reading.on
        found = self._dates.dates_in(scene.sentence, scene.parts[0].first, scene.parts[-1].after, on)
        found = tuple(one for one in found if not self._says_nothing(scene, one))
        return sorted(
            found,
            key=lambda one: (
                _is_of_saying(scene, one),
                max(first - one.after + _BEFORE_IS_FARTHER, one.first - after, 0),
            ),
        )

    def _says_nothing(self, scene: Scene, said: SaidDate) -> bool:
        """Whether a date is no time of the call: "the first call since June"."""
        return said.first > scene.sentence.first and scene.words(said.first - 1, said.first)[0] in self._no_dates_behind

    def _mode(self, scene: Scene, first: int, after: int) -> CallMode:
        words = scene.words(first, after)
        if not self._video.isdisjoint(words):
            return "video"
        return "unstated" if self._phone.isdisjoint(words) else "phone"


def _place(scene: Scene, bound: Bound) -> Place:
    """Where the call is told, for its modality."""
    trigger = scene.parts[bound.trigger]
    start, end = scene.clause(bound)
    parties = sorted((*bound.a, *bound.b), key=lambda party: party.first)
    subject, told = (trigger.first, trigger.first), trigger.first
    if parties and parties[0].first < trigger.first:
        row = bound.a if parties[0] in bound.a else bound.b
        subject = (parties[0].first, row[-1].after)
        if "told" in bound.form.flags:
            behind = (party.first for party in parties if subject[1] <= party.first < trigger.first)
            told = min(next(behind, subject[1] + _SUBJECT_VERB), trigger.first)
    return Place(
        start=start,
        end=end,
        subject=subject,
        told=told,
        trigger=(trigger.first, trigger.after),
        after=scene.parts[bound.after - 1].after,
        is_noun=trigger.kind in _NOUNS,
        is_for="for" in bound.form.flags,
    )


def _is_of_saying(scene: Scene, said: SaidDate) -> bool:
    """Whether a date stands right behind a verb of saying: "the Kremlin said on Friday"."""
    before = [part for part in scene.parts if part.after <= said.first and part.after > part.first]
    return any(part.kind == "SAID" for part in before[-_SAID_PARTS:])


def _topic_start(scene: Scene, bound: Bound) -> int:
    behind = max((party.after for party in bound.a), default=bound.b[0].first if bound.b else 0)
    return min(behind, scene.parts[bound.trigger].after)


def _day(on: date | None, said: SaidDate | None, modality: Modality) -> date | None:
    """The day that is said; of a call to come, the next of that name."""
    if said is None or said.day is None or on is None or modality not in ("planned", "sought"):
        return None if said is None else said.day
    is_past = said.is_name and on - _WEEK < said.day < on
    return said.day + _WEEK if is_past else said.day


def _candidate(scene: Scene, bound: Bound, why: tuple[str, ...], fact: LeaderCall | None = None) -> Candidate:
    span = scene.span(bound)
    field = scene.sentence.field
    return Candidate("leader_call", field.name, span, field.tokens.text[slice(*span)], why, fact)


def _distinct(participants: Sequence[Participant]) -> tuple[Participant, ...]:
    found: dict[str, Participant] = {}
    for one in participants:
        found.setdefault(one.actor or (f"{one.office}@{one.state}" if one.state else one.text), one)
    return tuple(found.values())
