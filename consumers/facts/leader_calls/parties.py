"""Who stands in a sentence: leaders, officials, groups of leaders, anybody else; by name, office, state or relation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
import re

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.forms import Forms, group
from consumers.facts.leader_calls.items import NAMED, SIGNS, Item
from consumers.facts.leader_calls.leaders import Leaders
from monitor.actors.model import Office
from monitor.core.fact import Participant

LEADER, LED, OFFICIAL, SOMEBODY, GROUP, DOC = "LEADER", "LED", "OFFICIAL", "SOMEBODY", "GROUP", "DOC"
_ANY_LEADER = "leader"  # the role of words that mean whatever office leads
KINDS = (LEADER, LED, OFFICIAL, SOMEBODY, DOC)


@dataclass(frozen=True)
class Party:
    """Somebody or some people in a sentence.

    Attributes:
        kind: LEADER, LED (at another time), OFFICIAL, SOMEBODY else, GROUP of leaders, DOC: an office without its
            state, PRON, PAIR.
        who: Several for "the presidents of France and Poland"; none for a group, a pronoun or a bare office.
        role: The office's role of a bare office.
        is_tailed: Words with capitals follow the name that is known: more of it, or what somebody is called.
    """

    kind: str
    first: int
    after: int
    who: tuple[Participant, ...] = ()
    role: str = ""
    is_tailed: bool = False


@dataclass(frozen=True)
class Part:
    """An item of a sentence in which parties are put together."""

    kind: str
    first: int
    after: int
    party: Party | None = None


class PartyReader:
    """Puts items together to parties in one language."""

    def __init__(self, data: CallData) -> None:
        self.classes = (*data.classes, *SIGNS, *NAMED)
        self._forms = Forms(self.classes, data.party_macros, data.parties)
        self._roles = data.roles
        self._starts = frozenset(
            ("PERSON", "STATE", "TITLED", "NAME", "ROLE", "OROLE", "ELECT", "THE", "A", "HON", "PRE", "FORMER", "HIS")
        )

    def parts(self, article: ArticleText, leaders: Leaders, sentence: Sentence, items: Sequence[Item]) -> list[Part]:
        """The items, with those that are parties put together."""
        letters = self._forms.letters([item.kind for item in items])
        found: list[Part] = []
        at = 0
        while at < len(items):
            item = items[at]
            party, after = (
                self._at(article, leaders, sentence, items, letters, at) if item.kind in self._starts else (None, at)
            )
            if party is not None:
                found.append(Part(party.kind, party.first, party.after, party))
                at = after
                continue
            found.append(self._plain(item))
            at += 1
        return found

    @staticmethod
    def _plain(item: Item) -> Part:
        kind = {"PERSON": SOMEBODY, "TITLED": SOMEBODY, "JUNIOR": "X", "OROLE": OFFICIAL, "ELECT": SOMEBODY}.get(
            item.kind, item.kind
        )
        party = (
            Party(item.kind, item.first, item.after)
            if item.kind in ("GROUP", "PRON", "HIS", "PAIR", "NOBODY")
            else None
        )
        return Part(kind, item.first, item.after, party)

    def _at(
        self, article: ArticleText, leaders: Leaders, sentence: Sentence, items: Sequence[Item], letters: str, at: int
    ) -> tuple[Party | None, int]:
        best: tuple[int, re.Match[str]] | None = None
        for _, pattern in self._forms.patterns:
            found = pattern.match(letters, at)
            if found is not None and (best is None or found.end() > best[0]):
                best = (found.end(), found)
        if best is None:
            return None, at
        return self._party(article, leaders, sentence, items, best[1]), best[0]

    def _party(
        self, article: ArticleText, leaders: Leaders, sentence: Sentence, items: Sequence[Item], found: re.Match[str]
    ) -> Party:
        on = article.reading.on
        inside = items[found.start() : found.end()]
        first, after = inside[0].first, inside[-1].after
        places = {letter: group(found, letter) for letter in "rswtfa"}
        groups = {letter: items[slice(*place)] for letter, place in places.items() if place is not None}
        text = sentence.between(first, after)
        party = Party(SOMEBODY, first, after)
        is_former = "f" in groups
        titled = groups.get("t")
        if titled:
            return self._titled(leaders, party, titled[0], on, text, is_former=is_former)
        role_item = groups["r"][0] if "r" in groups else None
        role = self._role(sentence, role_item)
        states = [item.actors[0] for item in groups.get("s", ()) if item.kind == "STATE"]
        persons = [item for item in groups.get("w", ()) if item.kind == "PERSON"]
        is_official = role_item is not None and role_item.kind == "OROLE"
        if persons:
            party = replace(party, is_tailed=inside[-1].kind == "NAME")
            return self._person(
                leaders, party, persons[-1].actors[0], on, text, role, states, former=is_former, official=is_official
            )
        if is_official:
            return replace(party, kind=OFFICIAL)
        if role_item is None or is_former:
            return party
        if states:
            return self._of_state(
                leaders, party, states[0], role, on, text, named="w" in groups, sure="a" not in groups
            )
        if "a" in groups:
            return party
        if role == _ANY_LEADER:
            return party
        if "w" in groups:
            return replace(party, kind=LEADER, who=(Participant(text=text, office=role),))
        return replace(party, kind=DOC, role=role)

    def _role(self, sentence: Sentence, item: Item | None) -> str:
        if item is None:
            return ""
        return self._roles.get(" ".join(sentence.field.tokens.words[item.first : item.after]), _ANY_LEADER)

    @staticmethod
    def _titled(leaders: Leaders, party: Party, item: Item, on: date | None, text: str, *, is_former: bool) -> Party:
        leading = [actor for actor in item.actors if leaders.leads(actor, on)]
        if is_former:
            return party
        if not leading:
            return replace(party, kind=OFFICIAL)
        return replace(party, kind=LEADER, who=tuple(_participant(leaders, actor, on, text) for actor in leading))

    @staticmethod
    def _person(
        leaders: Leaders, party: Party, actor: str, on: date | None, text: str, role: str, states: list[str],
        *, former: bool, official: bool,
    ) -> Party:  # fmt: skip
        who = (_participant(leaders, actor, on, text),)
        if leaders.leads(actor, on) and not (former and on is None):
            return replace(party, kind=LEADER, who=who)
        titled = bool(role) and role != _ANY_LEADER and not official and not former
        if titled and (leaders.ever_led(actor) or (states and leaders.office_in(states[0], role) is not None)):
            return replace(party, kind=LEADER, who=who)
        if leaders.ever_led(actor):
            return replace(party, kind=LED, who=who)
        kind = OFFICIAL if official or leaders.registry.holdings_of(actor) else SOMEBODY
        return replace(party, kind=kind, who=(Participant(text=text, actor=actor),))

    @staticmethod
    def _of_state(
        leaders: Leaders, party: Party, state: str, role: str, on: date | None, text: str, *, named: bool, sure: bool
    ) -> Party:
        office = leaders.office_in(state, role)
        if office is None and (
            role not in ("president", "prime-minister", "monarch", "leader") or not _is_state(leaders, state)
        ):
            return replace(party, kind=SOMEBODY)
        if not sure:
            return party
        holder = None if office is None or named else leaders.holder(office, on)
        name = office.role if office is not None else role
        return replace(party, kind=LEADER, who=(Participant(text=text, actor=holder, state=state, office=name),))


def _is_state(leaders: Leaders, state: str) -> bool:
    actor = leaders.registry.get(state)
    return actor is not None and actor.kind.value == "state"


def _participant(leaders: Leaders, actor: str, on: date | None, text: str) -> Participant:
    office: Office | None = leaders.office_of(actor, on)
    if office is None:
        return Participant(text=text, actor=actor)
    return Participant(text=text, actor=actor, state=office.of, office=office.role)
