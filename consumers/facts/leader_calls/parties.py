"""Who stands in a sentence: leaders, officials, groups of leaders, anybody else; by name, office, state or relation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from consumers.facts.article import ArticleText, Sentence
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.forms import Forms, group
from consumers.facts.leader_calls.items import NAMED, SIGNS, Item
from consumers.facts.leader_calls.leaders import Leaders
from monitor.actors.model import ActorKind
from monitor.core.fact import Participant

LEADER, LED, OFFICIAL, SOMEBODY, GROUP, DOC = "LEADER", "LED", "OFFICIAL", "SOMEBODY", "GROUP", "DOC"
_ANY_LEADER = "leader"  # the role of words that mean whatever office leads
_OF_ANY_STATE = frozenset({"president", "prime-minister", "monarch", "leader"})  # offices that any state may have
_STARTS = frozenset({
    "PERSON", "STATE", "TITLED", "NAME", "ROLE", "OROLE", "ELECT", "THE", "A", "HON", "PRE", "FORMER", "HIS",
})  # fmt: skip
_WITHOUT_NAME = frozenset({"GROUP", "PRON", "HIS", "PAIR", "NOBODY"})
KINDS = (LEADER, LED, OFFICIAL, SOMEBODY, DOC)
_PLAIN = {"PERSON": SOMEBODY, "TITLED": SOMEBODY, "JUNIOR": "X", "OROLE": OFFICIAL, "ELECT": SOMEBODY}


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


@dataclass(frozen=True)
class Line:
    """The items of a sentence and who leads on its article's day."""

    sentence: Sentence
    items: Sequence[Item]
    letters: str
    leaders: Leaders
    on: date | None


@dataclass(frozen=True)
class _Groups:
    """What a pattern found: role, states, name, title; whether it is of the past or of anybody."""

    party: Party
    text: str
    role: str
    states: list[str]
    person: str | None
    has_name: bool
    is_official: bool
    is_former: bool
    is_anybody: bool


class PartyReader:
    """Puts items together to parties in one language."""

    def __init__(self, data: CallData) -> None:
        self.classes = (*data.classes, *SIGNS, *NAMED)
        self._forms = Forms(self.classes, data.party_macros, data.parties)
        self._roles = data.roles

    def parts(self, article: ArticleText, leaders: Leaders, sentence: Sentence, items: Sequence[Item]) -> list[Part]:
        """The items, with those that are parties put together."""
        letters = self._forms.letters([item.kind for item in items])
        line = Line(sentence, items, letters, leaders, article.reading.on)
        found: list[Part] = []
        at = 0
        while at < len(items):
            item = items[at]
            party, after = self._at(line, at) if item.kind in _STARTS else (None, at + 1)
            if party is None:
                found.append(_plain(item))
            elif after == at + 1 and item.kind == "NAME":
                found.append(Part("NAME", item.first, item.after))  # a place as likely as a person
            else:
                found.append(Part(party.kind, party.first, party.after, party))
            at = after
        return found

    def _at(self, line: Line, at: int) -> tuple[Party | None, int]:
        """The party that begins at an item, by the pattern that holds most; and the item after it."""
        found = [hit for _, pattern in self._forms.patterns if (hit := pattern.match(line.letters, at)) is not None]
        if not found:
            return None, at + 1
        longest = max(found, key=lambda hit: hit.end())
        end = _cut(line, longest)
        return self._party(line, longest, end), end

    def _party(self, line: Line, found: re.Match[str], end: int) -> Party:
        inside = line.items[found.start() : end]
        places = {letter: group(found, letter) for letter in "rswtfa"}
        groups = {
            letter: line.items[slice(*place)]
            for letter, place in places.items()
            if place is not None and place[0] < end
        }
        party = Party(SOMEBODY, inside[0].first, inside[-1].after, is_tailed=inside[-1].kind == "NAME")
        text = line.sentence.between(party.first, party.after)
        role = groups["r"][0] if "r" in groups else None
        persons = [item.actors[0] for item in groups.get("w", ()) if item.kind == "PERSON"]
        if "t" in groups and not persons:
            return party if "f" in groups else _titled(line, party, groups["t"][0], text)
        return _judged(
            line,
            _Groups(
                party=party,
                text=text,
                role="" if role is None else self._role(line, role, found.start()),
                states=[item.actors[0] for item in groups.get("s", ()) if item.kind == "STATE"],
                person=persons[-1] if persons else None,
                has_name="w" in groups,
                is_official=role is not None and role.kind == "OROLE",
                is_former="f" in groups,
                is_anybody="a" in groups,
            ),
        )

    def _role(self, line: Line, item: Item, start: int) -> str:
        if item.kind == "RELATION":
            return self._role_before(line, start)
        words = line.sentence.field.tokens.words[item.first : item.after]
        return self._roles.get(" ".join(words), _ANY_LEADER)

    def _role_before(self, line: Line, start: int) -> str:
        """The office of whom somebody is the counterpart of: whoever was named last."""
        for item in reversed(line.items[:start]):
            if item.kind == "ROLE":
                return self._role(line, item, start)
            if item.kind in ("PERSON", "TITLED"):
                leads = line.leaders.leads(item.actors[0], line.on)
                office = line.leaders.office_of(item.actors[0], line.on) if leads else None
                return "" if office is None else office.role.removesuffix("-elect")
            if item.kind == "OROLE":
                return ""
        return ""


def _plain(item: Item) -> Part:
    party = Party(item.kind, item.first, item.after) if item.kind in _WITHOUT_NAME else None
    return Part(_PLAIN.get(item.kind, item.kind), item.first, item.after, party)


def _cut(line: Line, found: re.Match[str]) -> int:
    """Where a party ends: before a comma, where who follows it never held an office of the state before it."""
    place = group(found, "w")
    if place is None:
        return found.end()
    commas = [at for at in range(found.start() + 1, place[0]) if line.items[at].kind == "COMMA"]
    persons = [item.actors[0] for item in line.items[slice(*place)] if item.kind == "PERSON"]
    if not commas or not persons:
        return found.end()
    before = line.items[found.start() : commas[-1]]
    holders = {actor for item in before if item.kind == "TITLED" for actor in item.actors}
    states = {item.actors[0] for item in before if item.kind == "STATE"}.union(*(_states(line, one) for one in holders))
    fits = not states or persons[-1] in holders or bool(states & _states(line, persons[-1]))
    return found.end() if fits else commas[-1]


def _states(line: Line, person: str) -> set[str]:
    return {office.of for office, _ in line.leaders.registry.holdings_of(person)}


def _titled(line: Line, party: Party, item: Item, text: str) -> Party:
    leading = [actor for actor in item.actors if line.leaders.leads(actor, line.on)]
    if not leading:
        return replace(party, kind=OFFICIAL)
    return replace(party, kind=LEADER, who=tuple(_participant(line, actor, text) for actor in leading))


def _judged(line: Line, found: _Groups) -> Party:
    """Who it is, by what the pattern found."""
    party = found.party
    if found.person is not None:
        return _person(line, found, found.person)
    if found.is_official:
        return replace(party, kind=OFFICIAL)
    if not found.role or found.is_former or (found.is_anybody and not found.states):
        return party
    if found.states:
        return _of_state(line, found, found.states[0])
    if found.role == _ANY_LEADER:
        return party
    if found.has_name:
        return replace(party, kind=LEADER, who=(Participant(text=found.text, office=found.role),))
    return replace(party, kind=DOC, role=found.role)


def _person(line: Line, found: _Groups, actor: str) -> Party:
    leaders = line.leaders
    who = (_participant(line, actor, found.text),)
    ever = leaders.ever_led(actor)
    is_titled = bool(found.role) and found.role != _ANY_LEADER and not found.is_official
    has_office = bool(found.states) and leaders.office_in(found.states[0], found.role) is not None
    if leaders.leads(actor, line.on) and not (found.is_former and line.on is None):
        return replace(found.party, kind=LEADER, who=who)
    if is_titled and not found.is_former and (ever or has_office):
        return replace(found.party, kind=LEADER, who=who)
    holdings = leaders.registry.holdings_of(actor)
    if ever or (is_titled and not holdings):  # who led before the registry's offices begin holds none there
        return replace(found.party, kind=LED, who=who)
    kind = OFFICIAL if found.is_official or holdings else SOMEBODY
    return replace(found.party, kind=kind, who=(Participant(text=found.text, actor=actor),))


def _of_state(line: Line, found: _Groups, state: str) -> Party:
    """The holder of a state's office, or the office alone where the registry does not know who holds it."""
    office = line.leaders.office_in(state, found.role)
    if found.is_anybody or (office is None and not (found.role in _OF_ANY_STATE and _is_state(line, state))):
        return found.party
    holder = None if office is None or found.has_name else line.leaders.holder(office, line.on)
    name = found.role if office is None else office.role
    return replace(
        found.party, kind=LEADER, who=(Participant(text=found.text, actor=holder, state=state, office=name),)
    )


def _is_state(line: Line, state: str) -> bool:
    actor = line.leaders.registry.get(state)
    return actor is not None and actor.kind is ActorKind.STATE


def _participant(line: Line, actor: str, text: str) -> Participant:
    office = line.leaders.office_of(actor, line.on)
    if office is None:
        return Participant(text=text, actor=actor)
    return Participant(text=text, actor=actor, state=office.of, office=office.role)
