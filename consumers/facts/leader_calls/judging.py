"""What parties bound by a trigger amount to: a call of leaders with all its detail, or why it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.attribution import AttributionReader
from consumers.facts.candidate import Candidate
from consumers.facts.dates import DateReader, SaidDate
from consumers.facts.leader_calls.around import Around
from consumers.facts.leader_calls.binding import Bound
from consumers.facts.leader_calls.cast import Cast
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.modality import CallModality, Place
from consumers.facts.leader_calls.parties import DOC, GROUP, LEADER, LED, OFFICIAL, Part, Party
from consumers.facts.leader_calls.telling import Telling
from consumers.facts.leader_calls.topics import Topics
from consumers.facts.vocabulary import Vocabulary
from monitor.core.fact import CallMode, LeaderCall, Modality, Participant

_STRONG = frozenset({"CALLN", "BYPHONE", "PHONED"})
_CALLS = frozenset({"calls", "to-call"})
_ENDS = frozenset({"STOP", "SAID", "COLON"})
_NEAR = 10  # parts after a trigger in which "by phone" belongs to it
_TITLE_WORDS = 60
_SUBJECT_VERB = 3  # words after a subject in which its verb stands
_UNNAMED = Participant(text="")  # the party that a text leaves unnamed


class Judge:
    """Judges bound parties in one language."""

    def __init__(self, data: CallData, dates: DateReader, attribution: AttributionReader, around: Around) -> None:
        self._data = data
        self._dates = dates
        self._around = around
        self._telling = Telling(data)
        self._attribution = attribution
        self._modality = CallModality(data)
        self._topics = Topics(data)
        self._meetings = Vocabulary({"meeting": data.meetings})
        self._refusals_near = Vocabulary(data.refusals_near)
        self._refusals = Vocabulary(data.refusals)
        self._first_person = frozenset(data.first_person)
        self._video = frozenset(data.video)
        self._phone = frozenset(data.phone)
        self._phone_words = frozenset(data.phone_words)
        self._vague_nouns = frozenset(data.vague_nouns)
        self._plural = frozenset(data.plural_calls)
        self._separate = frozenset(data.separate)

    def candidates(
        self, article: ArticleText, cast: Cast, sentence: Sentence, parts: Sequence[Part], bound: Bound
    ) -> Iterator[Candidate]:
        """The calls that a binding means: one, or one for each partner; or why it means none."""
        groups = self._resolved(cast, sentence, parts, bound)
        if isinstance(groups, str):
            yield self._candidate(sentence, parts, bound, (groups,), None)
            return
        a, b, others, has_led = groups
        if self._is_several(sentence, parts, bound) and len(b) > 1:
            rows = [(*a, one) for one in b]
        else:
            rows = [(*a, *b)]
        for row in rows:
            yield self._judged(article, sentence, parts, bound, _distinct(row), others, has_led=has_led)

    def _is_several(self, sentence: Sentence, parts: Sequence[Part], bound: Bound) -> bool:
        words = sentence.field.tokens.words
        trigger = parts[bound.trigger]
        is_plural = trigger.kind != "CALLV" and len(bound.a) == 1 and words[trigger.after - 1] in self._plural
        return (is_plural and bound.form.id != "calls") or not self._separate.isdisjoint(
            words[parts[0].first : parts[bound.after - 1].after]
        )

    def _resolved(
        self, cast: Cast, sentence: Sentence, parts: Sequence[Part], bound: Bound
    ) -> tuple[tuple[Participant, ...], tuple[Participant, ...], tuple[Participant, ...], bool] | str:
        named = [who.actor for party in (*bound.a, *bound.b) for who in party.who if who.actor]
        slots: list[tuple[Participant, ...]] = []
        others = [who for party in bound.others for who in party.who] + [
            _anybody(sentence, p) for p in bound.others if not p.who
        ]
        has_led = False
        for slot in (bound.a, bound.b):
            found: list[Participant] = []
            for party in slot:
                leading = self._leading(
                    cast, sentence, parts, party, [*named, *(one.actor for one in found if one.actor)]
                )
                has_led = has_led or party.kind == LED
                found += leading
                if not leading:
                    others += party.who or ((_anybody(sentence, party),) if party.kind == OFFICIAL else ())
            if slot and not found:
                return _why_none(slot)
            slots.append(tuple(found))
        a, b = slots
        if "doc" in bound.form.flags and not a:
            a = self._unnamed(cast, sentence, parts, bound, named)
        return a, b, tuple(others), has_led

    def _leading(
        self, cast: Cast, sentence: Sentence, parts: Sequence[Part], party: Party, named: Sequence[str]
    ) -> Sequence[Participant]:
        if party.kind in (LEADER, LED):
            return party.who
        if party.kind == GROUP:
            return (_anybody(sentence, party),)
        if party.kind == DOC:
            return (cast.by_office(party.role, sentence.between(party.first, party.after), named),)
        if party.kind in ("PRON", "HIS"):
            one = self._meant(cast, sentence, parts, party, named)
            return () if one is None else (one,)
        if party.kind == "PAIR":
            return cast.pair(sentence, party.first)
        return ()

    def _meant(
        self, cast: Cast, sentence: Sentence, parts: Sequence[Part], party: Party, named: Sequence[str]
    ) -> Participant | None:
        """Whom a pronoun means: the last leader or office before it, as far as the sentence tells."""
        before = [part.party for part in parts if part.after <= party.first and part.party is not None]
        last = next((one for one in reversed(before) if one.kind in (LEADER, DOC, OFFICIAL)), None)
        if last is not None and last.kind == DOC:
            return cast.by_office(last.role, sentence.between(last.first, last.after), named)
        if last is not None and last.kind == OFFICIAL:
            return None
        is_first = sentence.field.tokens.words[party.first] in self._first_person
        return cast.speaker(sentence, party.first, named, far=not is_first)

    def _unnamed(
        self, cast: Cast, sentence: Sentence, parts: Sequence[Part], bound: Bound, named: Sequence[str]
    ) -> tuple[Participant, ...]:
        if sentence.field.name == "title":
            return (cast.subject(named) or _UNNAMED,)
        one = cast.speaker(sentence, parts[bound.trigger].first, named)
        return () if one is None else (one,)

    def _judged(
        self, article: ArticleText, sentence: Sentence, parts: Sequence[Part], bound: Bound,
        participants: tuple[Participant, ...], others: tuple[Participant, ...], *, has_led: bool,
    ) -> Candidate:  # fmt: skip
        names = " and ".join(one.actor or one.text for one in participants)
        why = [
            f"{names} by {sentence.between(parts[bound.trigger].first, parts[bound.trigger].after)!r} ({bound.form.id})"
        ]
        if len(participants) < 2:
            return self._candidate(sentence, parts, bound, (*why, "one leader alone"), None)
        against = self._against(article, sentence, parts, bound)
        if against is not None:
            return self._candidate(sentence, parts, bound, (*why, against), None)
        dates = self._dates_near(article, sentence, parts, bound)
        start, end = self._clause(sentence, parts, bound)
        trigger = parts[bound.trigger]
        modality, because = self._modality.modality(sentence, self._place(parts, bound, start, end), dates)
        why.append(because)
        if modality == "hypothetical" and not self._is_strong(parts, bound):
            return self._candidate(sentence, parts, bound, (*why, "only supposed, and no telephone"), None)
        if has_led and modality != "historical" and article.reading.on is not None:
            return self._candidate(sentence, parts, bound, (*why, "one of them led at another time"), None)
        said = next((one for one in dates if one.precision == "day"), None)
        attribution = self._attribution.attribution(
            article, sentence, parts[bound.first].first, parts[bound.after - 1].after
        )
        why += attribution.why
        confirmed = self._around.confirmed_by(article, sentence)
        fact = LeaderCall(
            participants=participants,
            others=_distinct(others),
            mode=self._mode(sentence, start, end),
            on=self._day(article, said, modality),
            on_said=None if said is None else said.text,
            topics=self._topics.topics(article, sentence, min(self._topic_start(bound), trigger.after), end),
            reported_by=self._telling.reported_by(attribution),
            told_by=self._telling.told_by(attribution, participants),
            confirmed_by=() if confirmed is None else (confirmed,),
            attributed_to=attribution.sources,
            modality=modality,
            quote=sentence.text,
            field=sentence.field.name,
            span=self._span(sentence, parts, bound),
        )
        return self._candidate(sentence, parts, bound, tuple(why), fact)

    def _against(self, article: ArticleText, sentence: Sentence, parts: Sequence[Part], bound: Bound) -> str | None:
        """What speaks against a call: what the title is of; where no telephone is named, a meeting."""
        title = next((field for field in article.reading.fields if field.name == "title"), None)
        if title is not None:
            hits = self._refusals.hits(title.tokens.words, 0, min(len(title.tokens.words), _TITLE_WORDS))
            if hits:
                return f"the title is of {next(iter(hits[0].classes))}"
        hits = self._refusals_near.hits(sentence.field.tokens.words, sentence.first, sentence.after)
        if hits:
            return f"the sentence is of {next(iter(hits[0].classes))}"
        trigger = parts[bound.trigger]
        if (trigger.kind == "CALLV" or bound.form.id in _CALLS) and bound.b and bound.b[-1].is_tailed:
            return "it may be what somebody is called"
        is_bare = trigger.kind == "BYPHONE" and self._mode(sentence, trigger.first, trigger.after) == "video"
        is_bare = is_bare and "told" in bound.form.flags
        hits = self._meetings.hits(sentence.field.tokens.words, sentence.first, sentence.after) if is_bare else []
        if hits:
            return f"a meeting by video: {sentence.between(hits[0].first, hits[0].after)!r}"
        if self._is_strong(parts, bound):
            return None
        words = sentence.field.tokens.words
        is_vague = trigger.kind == "CALLW" and words[trigger.after - 1] in self._vague_nouns
        if trigger.kind == "CALLV" or (trigger.kind == "CALLW" and not is_vague):
            return None
        hits = self._meetings.hits(words, sentence.first, sentence.after)
        if hits:
            return f"no telephone, but {sentence.between(hits[0].first, hits[0].after)!r}"
        if is_vague and not self._names_phone(article):
            return "a conversation, and no telephone in the article"
        return None

    @staticmethod
    def _topic_start(bound: Bound) -> int:
        return max((party.after for party in bound.a), default=bound.b[0].first if bound.b else 0)

    @staticmethod
    def _place(parts: Sequence[Part], bound: Bound, start: int, end: int) -> Place:
        trigger = parts[bound.trigger]
        parties = sorted((*bound.a, *bound.b), key=lambda party: party.first)
        is_between = bool(parties) and parties[0].first < trigger.first
        subject = (parties[0].first, _row_end(bound, parties[0])) if is_between else (trigger.first, trigger.first)
        told = trigger.first
        if "told" in bound.form.flags and is_between:
            partner = next(
                (p.first for p in parties if subject[1] <= p.first < trigger.first), subject[1] + _SUBJECT_VERB
            )
            told = min(partner, trigger.first)
        return Place(start, subject, told, (trigger.first, trigger.after), parts[bound.after - 1].after, end)

    @staticmethod
    def _is_strong(parts: Sequence[Part], bound: Bound) -> bool:
        return any(part.kind in _STRONG for part in parts[bound.first : bound.after + _NEAR])

    def _names_phone(self, article: ArticleText) -> bool:
        return any(not self._phone_words.isdisjoint(field.tokens.words) for field in article.reading.fields)

    def _clause(self, sentence: Sentence, parts: Sequence[Part], bound: Bound) -> tuple[int, int]:
        """The tokens of the clause that holds the parties."""
        first = bound.first
        while first > 0 and parts[first - 1].kind not in _ENDS:
            first -= 1
        after = bound.after
        while after < len(parts) and parts[after].kind not in _ENDS:
            after += 1
        return parts[first].first, parts[after].first if after < len(parts) else max(parts[-1].after, parts[-1].first)

    def _dates_near(
        self, article: ArticleText, sentence: Sentence, parts: Sequence[Part], bound: Bound
    ) -> list[SaidDate]:
        """The dates of the sentence, the nearest to the trigger first."""
        trigger = parts[bound.trigger].first
        found = self._dates.dates_in(sentence, parts[0].first, parts[-1].after, article.reading.on)
        return sorted(found, key=lambda said: abs(said.first - trigger))

    @staticmethod
    def _day(article: ArticleText, said: SaidDate | None, modality: Modality) -> date | None:
        """The day that is said; of a call to come, the next of that name."""
        if said is None or said.day is None or modality not in ("planned", "sought"):
            return None if said is None else said.day
        on = article.reading.on
        is_weekday = on is not None and on - timedelta(days=7) < said.day < on
        return said.day + timedelta(days=7) if is_weekday and said.is_name else said.day

    def _mode(self, sentence: Sentence, first: int, after: int) -> CallMode:
        words = sentence.field.tokens.words[first:after]
        if not self._video.isdisjoint(words):
            return "video"
        return "unstated" if self._phone.isdisjoint(words) else "phone"

    @staticmethod
    def _span(sentence: Sentence, parts: Sequence[Part], bound: Bound) -> tuple[int, int]:
        inside = [part for part in parts[bound.first : bound.after] if part.after > part.first]
        return sentence.place(inside[0].first, inside[-1].after)

    def _candidate(
        self, sentence: Sentence, parts: Sequence[Part], bound: Bound, why: tuple[str, ...], fact: LeaderCall | None
    ) -> Candidate:
        span = self._span(sentence, parts, bound)
        return Candidate("leader_call", sentence.field.name, span, sentence.field.tokens.text[slice(*span)], why, fact)


def _anybody(sentence: Sentence, party: Party) -> Participant:
    return Participant(text=sentence.between(party.first, party.after))


def _row_end(bound: Bound, party: Party) -> int:
    row = bound.a if party in bound.a else bound.b
    return row[-1].after


def _why_none(slot: Sequence[Party]) -> str:
    if any(party.kind == OFFICIAL for party in slot):
        return "an official's call: a party is no leader"
    return "a party is no leader that is known"


def _distinct(participants: Sequence[Participant]) -> tuple[Participant, ...]:
    found: dict[str, Participant] = {}
    for one in participants:
        found.setdefault(one.actor or (f"{one.office}@{one.state}" if one.state else one.text), one)
    return tuple(found.values())
