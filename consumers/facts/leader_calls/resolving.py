"""Who the parties of a call are: leaders by name, by "the president", "he" and "the two"; and who else was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.facts.leader_calls.binding import TRIGGERS, Bound
from consumers.facts.leader_calls.data import CallData
from consumers.facts.leader_calls.parties import DOC, GROUP, LEADER, LED, OFFICIAL, SOMEBODY, Party
from consumers.facts.leader_calls.scene import ENDS, NEAR, Scene
from monitor.core.fact import Participant

OFFICIALS = "an official's call: a party is no leader"
_NOBODY = "a party is no leader that is known"
_UNNAMED = Participant(text="")  # the party that a text leaves unnamed
_PRONOUNS = frozenset({"PRON", "HIS"})


@dataclass(frozen=True)
class Told:
    """A call told before: in which sentence, by whom, and where its partners stand."""

    sentence: int
    subject: tuple[Participant, ...]
    partners: tuple[int, ...]


@dataclass(frozen=True)
class Resolved:
    """Who speaks with whom.

    Attributes:
        others: Who else was there.
        has_led: One of them led at another time.
    """

    a: tuple[Participant, ...]
    b: tuple[Participant, ...]
    others: tuple[Participant, ...]
    has_led: bool


class Resolver:
    """Says who parties are, in one language."""

    def __init__(self, data: CallData) -> None:
        self._first_person = frozenset(data.first_person)

    def resolved(self, scene: Scene, bound: Bound, before: Told | None) -> Resolved | str:
        """Who they are, or why it is no call of leaders; `before` is the call told last."""
        named = [who.actor for party in (*bound.a, *bound.b) for who in party.who if who.actor]
        same = self._same(scene, bound.a, named, before)
        a, a_others = (list(same), []) if same else self._slot(scene, bound, bound.a, named)
        b, b_others = self._slot(scene, bound, bound.b, named)
        for slot, found in ((bound.a, a), (bound.b, b)):
            if slot and not found:
                return OFFICIALS if any(party.kind == OFFICIAL for party in slot) else _NOBODY
        if "same" in bound.form.flags:
            if before is None or before.sentence != scene.sentence.number:
                return "nobody is named who spoke"
            a = list(before.subject)
        if "doc" in bound.form.flags:
            a = list(self._unnamed(scene, bound, named, before))
        others = [who for party in bound.others for who in party.who or (scene.anybody(party),)]
        others += [*a_others, *b_others, *joining(scene, bound)]
        has_led = any(party.kind == LED for party in (*bound.a, *bound.b))
        return Resolved(tuple(a), tuple(b), tuple(others), has_led)

    def _slot(
        self, scene: Scene, bound: Bound, slot: Sequence[Party], named: Sequence[str]
    ) -> tuple[list[Participant], list[Participant]]:
        """The leaders among some parties, and the officials and others that are known."""
        found: list[Participant] = []
        others: list[Participant] = []
        for party in slot:
            leading = self._leading(scene, bound, party, [*named, *(one.actor for one in found if one.actor)])
            found += leading
            if not leading:
                others += party.who or ((scene.anybody(party),) if party.kind == OFFICIAL else ())
        return found, others

    def _same(
        self, scene: Scene, slot: Sequence[Party], named: Sequence[str], before: Told | None
    ) -> tuple[Participant, ...]:
        """Who spoke in the call told just before, where this one begins with "he" or with the partner of that."""
        if before is None or len(slot) != 1 or len(before.subject) != 1 or before.subject[0].actor in named:
            return ()
        party = slot[0]
        is_partner = before.sentence == scene.sentence.number and party.first in before.partners
        is_pronoun = party.kind in _PRONOUNS and not self._is_first_person(scene, party)
        return before.subject if is_partner or is_pronoun else ()

    def _leading(self, scene: Scene, bound: Bound, party: Party, named: Sequence[str]) -> Sequence[Participant]:
        if party.kind in (LEADER, LED):
            return party.who
        if party.kind == GROUP:
            return (scene.anybody(party),)
        if party.kind == DOC:
            return (scene.cast.by_office(party.role, scene.text(party), named),)
        if party.kind in _PRONOUNS:
            one = self._meant(scene, bound, party, named)
            return () if one is None else (one,)
        return scene.cast.pair(scene.sentence, party.first) if party.kind == "PAIR" else ()

    def _meant(self, scene: Scene, bound: Bound, party: Party, named: Sequence[str]) -> Participant | None:
        """Whom a pronoun means: the last leader or office before it, as far as the sentence tells."""
        before = [part.party for part in scene.parts if part.after <= party.first and part.party is not None]
        last = next((one for one in reversed(before) if one.kind in (LEADER, DOC, OFFICIAL)), None)
        if last is not None and last.kind == DOC:
            return scene.cast.by_office(last.role, scene.text(last), named)
        if last is not None and last.kind == OFFICIAL:
            return None
        is_far = scene.is_strong(bound) and not self._is_first_person(scene, party)
        return scene.cast.speaker(scene.sentence, party.first, named, far=is_far)

    def _is_first_person(self, scene: Scene, party: Party) -> bool:
        return scene.sentence.field.tokens.words[party.first] in self._first_person

    @staticmethod
    def _unnamed(scene: Scene, bound: Bound, named: Sequence[str], before: Told | None) -> Sequence[Participant]:
        """The party that is not named: who spoke before in the sentence, the document's own leader, or who speaks."""
        if before is not None and before.sentence == scene.sentence.number and before.subject[0].actor not in named:
            return before.subject
        if scene.sentence.field.name == "title":
            return (scene.cast.subject(named) or _UNNAMED,)
        one = scene.cast.speaker(scene.sentence, scene.parts[bound.trigger].first, named)
        return () if one is None else (one,)


def joining(scene: Scene, bound: Bound) -> tuple[Participant, ...]:
    """Who joined, told behind the call: "joined by Rubio", "with Rubio listening in"."""
    waiting: list[Participant] = []
    is_by = False
    for part in scene.parts[bound.after : bound.after + 2 * NEAR]:
        if part.kind in ENDS or (part.kind in TRIGGERS and part.kind != "BYPHONE"):
            break
        if part.kind == "JOIN":
            return tuple(waiting)
        is_by = is_by or part.kind == "JOINED"
        if part.party is not None and part.party.kind in (LEADER, LED, OFFICIAL, SOMEBODY):
            waiting += part.party.who or (scene.anybody(part.party),)
    return tuple(waiting) if is_by else ()
