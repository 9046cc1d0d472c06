"""Offices in a text: "the Ukrainian president", "президент Украины", "the Kremlin", "his Russian counterpart".

Why titles are joined here and not written out as patterns: role words, names of states and the words between them
make hundreds of thousands of phrases, and all that each says follows from its parts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from monitor.actors.lexicon import Lexicon, Links, RoleUse
from monitor.actors.model import ActorKind, Office
from monitor.actors.named import Named
from monitor.actors.naming import CAPITALISE_NOUNS, Naming
from monitor.actors.places import Place
from monitor.actors.roles import HEAD_OF_STATE
from monitor.text.reading import Reading

_NO_LINKS = Links((), (), ())


@dataclass(frozen=True, order=True)
class Titled:
    """An office that a text means without the name of its holder.

    Attributes:
        with_state: Its title says whose office it is and holds no name of that ("Kremlchef").
    """

    place: Place
    office: str
    seat: bool = False
    counterpart: bool = False
    with_state: bool = False


@dataclass(frozen=True)
class _State:
    """A state or organisation beside a role word.

    Attributes:
        place: All of it, role word included.
        following: Where the state stands, if after the role word.
        others: More states named in a row with it ("the US and Ukrainian presidents").
    """

    place: Place
    actor: str
    following: Place | None = None
    others: tuple[tuple[Place, str], ...] = ()


class Titles:
    """The offices that one article means, resolved."""

    def __init__(
        self, lexicon: Lexicon, reading: Reading, found: Mapping[int, Sequence[Place]], naming: Naming
    ) -> None:
        self._lexicon = lexicon
        self._registry = lexicon.registry
        self._on: date | None = reading.on
        self._found = found
        self._naming = naming
        self._surface = naming.surface
        self._words = [part.tokens.words for part in reading.fields]
        self._taken: set[Place] = set()  # states that follow a title and so are no part of the next

    @cached_property
    def all(self) -> tuple[Titled, ...]:
        """Titles, seats and counterparts, in order."""
        return tuple(sorted({*self._plain, *self._seats, *self._counterparts}))

    @cached_property
    def _plain(self) -> tuple[Titled, ...]:
        if not self._naming.roles:
            return ()
        found: list[Titled] = []
        for place, uses in self._naming.roles:
            if place not in self._in_names:
                found += self._titles_at(place, [use for use in uses if use.role or use.office])
        return tuple(dict.fromkeys(found))

    @cached_property
    def _seats(self) -> tuple[Titled, ...]:
        return tuple(
            Titled(place, office, seat=True)
            for office, place in self._naming.uses(self._lexicon.seats)
            if not self._naming.is_blocked(place, office.partition("@")[2])
        )

    @cached_property
    def _counterparts(self) -> tuple[Titled, ...]:
        found: list[Titled] = []
        for place, uses in self._naming.roles:
            for use in uses:
                if use.role is None and use.office is None:
                    state = self._state_beside(place, use.lang)
                    if state is not None and not self._has_name_after(state.place, use.lang):
                        found += self._counterpart(state)
                        break
        return tuple(dict.fromkeys(found))

    @cached_property
    def _states(self) -> dict[tuple[int, int], list[Named]]:
        """States and organisations with offices, by their first word."""
        return _by(self._with_offices, lambda place: place[:2])

    @cached_property
    def _state_ends(self) -> dict[tuple[int, int], list[Named]]:
        return _by(self._with_offices, lambda place: (place[0], place[2]))

    @cached_property
    def _with_offices(self) -> tuple[Named, ...]:
        return tuple(one for one in self._naming.names if self._registry.offices_in(one.actor))

    @cached_property
    def _people(self) -> tuple[Named, ...]:
        return tuple(one for one in self._naming.names if _is_person(self._lexicon, one.actor))

    @cached_property
    def _people_starts(self) -> frozenset[tuple[int, int]]:
        return frozenset(one.place[:2] for one in self._people)

    @cached_property
    def _in_names(self) -> frozenset[Place]:
        """Role words that are part of a person's name ("King Charles")."""
        inside: dict[tuple[int, int], int] = {}
        for one in self._people:
            index, first, after = one.place
            for token in range(first, after):
                inside[index, token] = max(after, inside.get((index, token), 0))
        return frozenset(place for place, _ in self._naming.roles if inside.get((place[0], place[1]), 0) >= place[2])

    def _titles_at(self, place: Place, uses: Sequence[RoleUse]) -> list[Titled]:
        """The office or offices that a role word means: the first of its meanings for which there is one."""
        for use in uses:
            whole, offices = self._meaning(place, use)
            if not offices:
                continue
            if self._is_somebody_elses(whole, use.lang) or self._has_name_after(whole, use.lang):
                return []
            return [Titled(where, office.id, with_state=use.alone) for where, office in offices]
        return []

    def _meaning(self, place: Place, use: RoleUse) -> tuple[Place, list[tuple[Place, Office]]]:
        state = self._state_beside(place, use.lang, several=use.plural)
        if state is not None:
            states = ((state.place, state.actor), *state.others)
            if use.plural and len(states) == 1:
                return place, []  # "Ukrainian presidents" are not the one of today
            pairs = [(where, self._office(actor, use)) for where, actor in states]
            found = [(where, office) for where, office in pairs if office is not None]
            if found:
                self._taken.update([state.following] if state.following else [])
                first = min(where[1] for where, _ in found)
                return (place[0], first, max(where[2] for where, _ in found)), found
        alone = self._alone(place, use)
        return place, [(place, alone)] if alone is not None else []

    def _office(self, actor: str, use: RoleUse) -> Office | None:
        """The office of a state that a role word means; None where it is not clear which."""
        offices = self._registry.offices_in(actor)
        if use.office is not None:
            return next((office for office in offices if office.id == use.office), None)
        role = self._registry.roles.get(use.role or "")
        if role is None:
            return None
        if not role.generic:
            return next((office for office in offices if office.role == role.id), None)
        meant = [
            office for office in offices
            if (office.leads if role.leads else role.classes & self._registry.classes_of(office))
        ]  # fmt: skip
        if not self._is_one_person(meant):
            # Where several lead, "leader" is the head of state: of France, of Ukraine, of China.
            meant = [office for office in meant if HEAD_OF_STATE in self._registry.classes_of(office)]
        return meant[0] if meant and self._is_one_person(meant) else None

    def _is_one_person(self, offices: Sequence[Office]) -> bool:
        return len(offices) == 1 or len({held.person for one in offices for held in one.held(self._on)}) == 1

    def _alone(self, place: Place, use: RoleUse) -> Office | None:
        """The office of a title that needs no state beside it, because it names one or only one office has the role."""
        if use.office is not None:
            office = self._registry.office(use.office)
            return office if use.alone or self._names_inside(place) else None
        return None if use.plural else self._lexicon.offices_alone.get(use.role or "")

    def _names_inside(self, place: Place) -> bool:
        """Whether a title says by itself whose it is ("UN refugee chief")."""
        index, first, after = place
        return any(end <= after for token in range(first, after) for end in self._bodies.get((index, token), ()))

    @cached_property
    def _bodies(self) -> dict[tuple[int, int], list[int]]:
        """Where names of states, organisations and groups end, by their first word."""
        found: dict[tuple[int, int], list[int]] = {}
        for one in self._naming.names:
            if not _is_person(self._lexicon, one.actor):
                found.setdefault(one.place[:2], []).append(one.place[2])
        return found

    def _state_beside(self, place: Place, lang: str, *, several: bool = False) -> _State | None:
        links = self._lexicon.links.get(lang, _NO_LINKS)
        before = self._before(place, links)
        after = self._after(place, links)
        if before is not None and (after is None or before.demonym) and before.place not in self._taken:
            others = self._row_before(before.place, place, lang) if several else ()
            return _State((place[0], before.place[1], place[2]), before.actor, None, others)
        if after is not None:
            others = self._row_after(after.place, place, lang) if several else ()
            return _State((place[0], place[1], after.place[2]), after.actor, after.place, others)
        return None

    def _before(self, place: Place, links: Links) -> Named | None:
        index, first, _ = place
        for choices, demonyms in ((links.state_first, False), (links.demonym_first, True)):
            for link in choices:
                end = first - len(link)
                if end <= 0 or self._words[index][end:first] != link:
                    continue
                for one in self._state_ends.get((index, end), ()):
                    if (one.demonym or not demonyms) and self._surface.joined(index, end - 1, first + 1):
                        return one
        return None

    def _after(self, place: Place, links: Links) -> Named | None:
        index, _, after = place
        for link in links.role_first:
            start = after + len(link)
            if self._words[index][after:start] != link:
                continue
            for one in self._states.get((index, start), ()):
                if self._surface.joined(index, after - 1, start + 1):
                    return one
        return None

    def _row_before(self, state: Place, role: Place, lang: str) -> tuple[tuple[Place, str], ...]:
        """The states before one, joined by commas and an "and", each with its place up to the role word."""
        found: list[tuple[Place, str]] = []
        index, first = state[:2]
        while True:
            end = self._end_before(index, first, lang)
            ones = self._state_ends.get((index, end), ()) if end is not None else ()
            if not ones:
                return tuple(found)
            first = ones[0].place[1]
            found.append(((index, first, role[2]), ones[0].actor))

    def _end_before(self, index: int, first: int, lang: str) -> int | None:
        if self._surface.after_comma(index, first):
            return first
        for phrase in self._lexicon.joins.get(lang, ()):
            end = first - len(phrase)
            if (index, end) in self._state_ends and self._words[index][end:first] == phrase:
                return end if self._is_joined(index, end, first) else None
        return None

    def _row_after(self, state: Place, role: Place, lang: str) -> tuple[tuple[Place, str], ...]:
        found: list[tuple[Place, str]] = []
        index, _, after = state
        while True:
            start = self._start_after(index, after, lang)
            ones = self._states.get((index, start), ()) if start is not None else ()
            if not ones:
                return tuple(found)
            after = ones[0].place[2]
            found.append(((index, role[1], after), ones[0].actor))

    def _start_after(self, index: int, after: int, lang: str) -> int | None:
        for phrase in self._lexicon.joins.get(lang, ()):
            start = after + len(phrase)
            if (index, start) in self._states and self._words[index][after:start] == phrase:
                return start if self._is_joined(index, after, start) else None
        return after if self._surface.after_comma(index, after) else None

    def _is_joined(self, index: int, end: int, start: int) -> bool:
        """Whether an "and" from `end` to `start` joins what stands around it; a comma may stand before it."""
        begins = self._surface.next_to(index, end) or self._surface.after_comma(index, end)
        return begins and self._surface.joined(index, end, start + 1)

    def _is_somebody_elses(self, place: Place, lang: str) -> bool:
        """Whether "former" or the like stands before a title, or "elect" after it."""
        index, first, after = place
        words = self._words[index]
        for phrase in self._lexicon.not_after.get(lang, ()):
            start = first - len(phrase)
            if start >= 0 and words[start:first] == phrase and self._surface.joined(index, start, first + 1):
                return True
        for phrase in self._lexicon.not_before.get(lang, ()):
            end = after + len(phrase)
            if words[after:end] == phrase and self._surface.joined(index, after - 1, end):
                return True
        return False

    def _has_name_after(self, place: Place, lang: str) -> bool:
        """Whether a person's name directly follows: it says who is meant, known to us or not."""
        index, _, after = place
        if not self._surface.beside(index, after):
            return False
        if (index, after) in self._people_starts:
            return True
        return (
            lang not in CAPITALISE_NOUNS
            and self._surface.capitals_tell(index)
            and self._surface.capitalised(index, after)
            and not self._naming.is_known_start(index, after)
        )

    def _counterpart(self, state: _State) -> Iterator[Titled]:
        """The office in a state that is like that of the person named last before it in the sentence."""
        offices = self._offices_before(state.place)
        if offices is None:
            return
        there = self._registry.offices_in(state.actor)
        like = [two for one in offices for two in there if one.role == two.role and one.id != two.id]
        classes = self._registry.classes_of
        like += [two for one in offices for two in there if classes(one) & classes(two) and one.id != two.id]
        if like and all(one.of != state.actor for one in offices):
            yield Titled(state.place, like[0].id, counterpart=True)

    def _offices_before(self, place: Place) -> tuple[Office, ...] | None:
        at = bisect_left(self._anchors, (place[:2],)) - 1
        if at < 0:
            return None
        (index, first), person, office_id = self._anchors[at]
        if self._surface.unit(index, first) != self._surface.unit(*place[:2]):
            return None
        office = self._registry.office(office_id) if office_id else None
        offices = (office,) if office is not None else self._registry.offices_of(person, self._on)
        return offices or None

    @cached_property
    def _anchors(self) -> list[tuple[tuple[int, int], str, str]]:
        """Where people are named, or meant by a title, in order."""
        named = [(one.place[:2], one.actor, "") for one in self._people]
        meant = [(one.place[:2], "", one.office) for one in self._plain]
        return sorted({*named, *meant})


def _by(names: Iterable[Named], key: Callable[[Place], tuple[int, int]]) -> dict[tuple[int, int], list[Named]]:
    found: dict[tuple[int, int], list[Named]] = {}
    for one in names:
        found.setdefault(key(one.place), []).append(one)
    return found


def _is_person(lexicon: Lexicon, actor_id: str) -> bool:
    actor = lexicon.registry.get(actor_id)
    return actor is not None and actor.kind is ActorKind.PERSON
