"""Who is meant in an article, by name, title, seat or as somebody's counterpart, at the day it was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.actors.lexicon import Lexicon, lexicon_of
from monitor.actors.naming import Naming
from monitor.actors.places import Place
from monitor.actors.registry import Registry
from monitor.actors.titles import Titled, Titles
from monitor.text.reading import Reading


@dataclass(frozen=True, order=True)
class Mention:
    """An actor at a place in an article.

    Attributes:
        index: Of the field in the reading.
        first, after: The first of its words and the one after the last.
        direct: By a name; otherwise by an office.
        office: By which office, where it is not direct.
        seat: By the place of the office ("the Kremlin"): not the person, but who speaks for the office. The state
            whose office it is is meant too, as an indirect mention that is none of a seat; so it is by a title that
            says it without its name ("Kremlchef").
    """

    index: int
    first: int
    after: int
    actor: str
    direct: bool = True
    office: str | None = None
    seat: bool = False


class ActorScanner:
    """A registry ready to look through articles. Cheap to make after the first for a registry in a process."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._lexicon = lexicon_of(registry)

    def scan(self, reading: Reading) -> Mentions:
        """Who is mentioned in an article; one pass over its words, the rest when it is asked for."""
        return Mentions(self._lexicon, reading, self._lexicon.trie.places(reading.fields))


class Mentions:
    """The mentions of one article."""

    def __init__(self, lexicon: Lexicon, reading: Reading, found: Mapping[int, Sequence[Place]]) -> None:
        self._lexicon = lexicon
        self._registry = lexicon.registry
        self._reading = reading
        self._found = found

    @cached_property
    def present(self) -> frozenset[str]:
        """Actors that may be mentioned, from the words alone: none that is mentioned is missing."""
        lexicon = self._lexicon
        named = {use.actor for number in self._found for use in lexicon.names.get(number, ())}
        offices = {use.subject for number in self._found for use in lexicon.seats.get(number, ())}
        if any(number in lexicon.roles for number in self._found):
            offices |= {office.id for actor in named for office in self._registry.offices_in(actor)}
            offices |= {office.id for office in lexicon.offices_alone.values()}
            offices |= {use.office for number in self._found for use in lexicon.roles.get(number, ()) if use.office}
        return frozenset(named | {actor for office in offices for actor in self._meant_by(office, seat=True)})

    def of(self, actor_id: str) -> Sequence[Mention]:
        """The mentions of an actor, in order."""
        return self._by_actor.get(actor_id, ())

    def all(self) -> Sequence[Mention]:
        """All mentions, in order."""
        return self._all

    @cached_property
    def _all(self) -> tuple[Mention, ...]:
        if not self._found:
            return ()
        naming = Naming(self._lexicon, self._reading, self._found)
        titles = Titles(self._lexicon, self._reading, self._found, naming)
        named = {Mention(*one.place, one.actor) for one in naming.names}
        meant = {mention for titled in titles.all for mention in self._indirect(titled)}
        return tuple(sorted(named | meant, key=_order))

    @cached_property
    def _by_actor(self) -> dict[str, list[Mention]]:
        found: dict[str, list[Mention]] = {}
        for mention in self._all:
            found.setdefault(mention.actor, []).append(mention)
        return found

    def _indirect(self, titled: Titled) -> Iterator[Mention]:
        office = self._registry.office(titled.office)
        for actor in self._meant_by(titled.office, seat=titled.seat or titled.with_state):
            is_state = office is not None and actor == office.of
            yield Mention(*titled.place, actor, direct=False, office=titled.office, seat=titled.seat and not is_state)

    def _meant_by(self, office_id: str, *, seat: bool) -> Iterator[str]:
        office = self._registry.office(office_id)
        if office is None:
            return
        yield from (holding.person for holding in office.held(self._reading.on))
        if seat:
            yield office.of


def _order(mention: Mention) -> tuple[int, int, int, str, bool, str, bool]:
    return (
        mention.index, mention.first, mention.after, mention.actor,
        mention.direct, mention.office or "", mention.seat,
    )  # fmt: skip
