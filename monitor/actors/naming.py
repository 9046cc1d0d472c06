"""Which names in an article count: blocked ones, parts of other names, surnames of others, weak ones without support.

Everything here is linear in the number of hits: who covers whom is looked up among the few hits that begin at most
the longest name's length before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from monitor.actors.lexicon import Grade, Lexicon, RoleUse, Use
from monitor.actors.model import ActorKind, Office
from monitor.actors.named import Named, keep_better
from monitor.actors.places import Place, Starts
from monitor.actors.surface import Surface
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text import phrase
from monitor.text.reading import Reading

CAPITALISE_NOUNS = frozenset({"de"})  # languages in which a capital letter says nothing of names


class Naming:
    """The names of one article, resolved."""

    def __init__(self, lexicon: Lexicon, reading: Reading, found: Mapping[int, Sequence[Place]]) -> None:
        self.surface = Surface(reading)
        self._lexicon = lexicon
        self._registry = lexicon.registry
        self._lang = reading.lang
        self._on: date | None = reading.on
        self._found = found

    @cached_property
    def strong(self) -> tuple[Named, ...]:
        """The strong names that count, in order."""
        return tuple(one for one in self._whole if not self._is_part_of_strong(one))

    @cached_property
    def present(self) -> frozenset[str]:
        """Actors of whom a strong name stands in the article."""
        return frozenset(one.actor for one in self.strong)

    @cached_property
    def names(self) -> tuple[Named, ...]:
        """All names that count, in order."""
        counted = [one for one in self._free if self._counts(one)]
        return tuple(sorted((*self.strong, *self._uncontested(counted))))

    @cached_property
    def _light(self) -> tuple[Named, ...]:
        return tuple(one for one in self._hits if one.grade is not Grade.STRONG)

    @cached_property
    def _rivalled(self) -> frozenset[str]:
        return frozenset(one.actor for one in self._light if one.grade is Grade.SURNAME and self._has_rival(one))

    @cached_property
    def _free(self) -> tuple[Named, ...]:
        covering = self._coverers.covering
        return tuple(
            one for one in self._light if not self.is_blocked(one.place, one.actor) and not covering(one.place)
        )

    @cached_property
    def roles(self) -> tuple[tuple[Place, tuple[RoleUse, ...]], ...]:
        """Role words in order, the longest at each place: the "president" in "vice president" is none."""
        by_place: dict[Place, list[RoleUse]] = {}
        for number, places in self._found.items():
            counted = [use for use in self._lexicon.roles.get(number, ()) if self._in_language(use.lang)]
            for place in places if counted else ():
                if self.surface.is_broken(*place):
                    continue
                by_place.setdefault(place, []).extend(counted)
        starts = Starts((place, "") for place in by_place)
        return tuple(
            (
                place,
                tuple(sorted(uses, key=_first_meant)),
            )
            for place, uses in sorted(by_place.items())
            if all(other == place for other, _ in starts.covering(place))
        )

    def is_blocked(self, place: Place, actor: str) -> bool:
        """Whether a phrase that swallows the names of an actor stands around a place."""
        return any(blocked == actor for _, blocked in self._blocks.covering(place))

    def uses(self, table: Mapping[int, tuple[Use, ...]]) -> Iterator[tuple[str, Place]]:
        """Where patterns of a table stand, each with what it belongs to."""
        for number, places in self._found.items():
            for use in table.get(number, ()):
                if self._in_language(use.lang):
                    yield from ((use.subject, place) for place in places)

    def is_known_start(self, index: int, token: int) -> bool:
        """Whether a name, role word or honorific that we know begins with a word."""
        return (index, token) in self._known_starts

    @cached_property
    def _whole(self) -> tuple[Named, ...]:
        """Strong names that nothing blocks."""
        unblocked = (
            one for one in self._hits if one.grade is Grade.STRONG and not self.is_blocked(one.place, one.actor)
        )
        return tuple(one for one in unblocked if not one.person_like or self._stands_alone(one))

    @cached_property
    def _coverers(self) -> Starts:
        return Starts((one.place, one.actor) for one in self._whole)

    @cached_property
    def _hits(self) -> tuple[Named, ...]:
        """All names, each once with the best grade that the actor has there."""
        best: dict[tuple[Place, str], Named] = {}
        for number, places in self._found.items():
            for use in self._lexicon.names.get(number, ()):
                if self._in_language(use.lang):
                    for place in places:
                        if not use.capitals or self.surface.fields[place[0]].caseless:
                            keep_better(best, place, use)
        return tuple(sorted(best.values()))

    @cached_property
    def _blocks(self) -> Starts:
        return Starts((place, actor) for actor, place in self.uses(self._lexicon.blocks))

    def _in_language(self, lang: str | None) -> bool:
        return lang is None or self._lang in (lang, UNKNOWN_LANGUAGE)

    def _is_part_of_strong(self, one: Named) -> bool:
        """Whether a strong name lies inside a longer one of the same actor or of another of its kind (South Sudan)."""
        kind = self._kind(one.actor)
        return any(
            place != one.place and (actor == one.actor or self._kind(actor) is kind)
            for place, actor in self._coverers.covering(one.place)
        )

    def _kind(self, actor_id: str) -> ActorKind | None:
        actor = self._registry.get(actor_id)
        return actor.kind if actor is not None else None

    def _has_rival(self, one: Named) -> bool:
        """Whether somebody else's full name stands where this surname stands.

        A blocking phrase is a full name if it ends with the surname ("Hunter Biden", but not "Trump Tower"), or
        anywhere in scripts without spaces, where the surname comes first.
        """
        for place, actor in self._coverers.covering(one.place):
            if actor != one.actor and place != one.place and self._kind(actor) is ActorKind.PERSON:
                return True
        return any(
            actor == one.actor
            and place != one.place
            and (place[2] == one.place[2] or self.surface.is_unspaced(*one.place[:2]))
            for place, actor in self._blocks.covering(one.place)
        )

    def _counts(self, one: Named) -> bool:
        if one.person_like and not self._stands_alone(one):
            return False
        if one.actor in self.present:
            return True
        if self._has_other_first_name(one):
            return self._is_titled(one, one.place[1] - 1)
        if one.grade is Grade.WEAK:
            return self._is_supported(one)
        if one.actor in self._rivalled:
            return self._is_titled(one, one.place[1])
        return not self._seems_given_name(one) or self._is_supported(one)

    def _uncontested(self, names: Sequence[Named]) -> list[Named]:
        """Where one surname can be several people's: those also named in full, else those with support.

        Of several that are left, or where none is, the one who leads a state or organisation that day; else nobody.
        """
        by_place: dict[Place, list[Named]] = {}
        for one in names:
            by_place.setdefault(one.place, []).append(one)
        kept: list[Named] = []
        for claims in by_place.values():
            if len(claims) == 1:
                kept += claims
                continue
            named = [one for one in claims if one.actor in self.present]
            supported = named or [one for one in claims if self._is_supported(one)]
            kept += supported if len(supported) == 1 else self._one_who_leads(supported or claims) or supported
        return kept

    def _one_who_leads(self, claims: Sequence[Named]) -> list[Named]:
        leads = [one for one in claims if any(o.leads for o in self._registry.offices_of(one.actor, self._on))]
        return leads if len(leads) == 1 else []

    def _is_titled(self, one: Named, first: int) -> bool:
        """Whether a word for an office that the actor holds stands directly before a word."""
        index = one.place[0]
        roles = {office.role for office in self._registry.offices_of(one.actor, self._on)}
        return self.surface.next_to(index, first) and any(
            use.role in roles for use in self._role_ends.get((index, first), ())
        )

    @cached_property
    def _role_ends(self) -> dict[tuple[int, int], tuple[RoleUse, ...]]:
        return {(index, after): uses for (index, _, after), uses in self.roles}

    @cached_property
    def _role_starts(self) -> dict[tuple[int, int], tuple[RoleUse, ...]]:
        return {place[:2]: uses for place, uses in self.roles}

    def _is_supported(self, one: Named) -> bool:
        """Whether something of the actor's stands in the sentence: context, a title or the place of an office.

        Of a state or organisation, whether it stands in the title of one of its offices.
        """
        there = self._support.get(self.surface.unit(*one.place[:2]), frozenset[str]())
        if f"context {one.actor}" in there or self._is_in_title(one):
            return True
        if self._is_beside_leader(one):
            return True
        return any(
            f"actor {office.of}" in there or f"role {office.role}" in there or f"office {office.id}" in there
            for office in self._registry.offices_of(one.actor, self._on)
        )

    def _is_beside_leader(self, one: Named) -> bool:
        """Whether somebody who leads a state stands in a row with another who does ("Putin and Xi"), or in a title.

        Elsewhere in a sentence would be too far: next to "President Biden", a "Mr. Kim" may be anybody.
        """
        if not self._leads_state(one.actor) or self._has_capitals_beside(one.place):
            return False
        index, first, after = one.place
        if self.surface.is_title(index):
            return index in self._leaders
        joins = {words for listed in self._lexicon.joins.values() for words in listed}
        ends = {(index, end, "end") for end in self.surface.row_before(index, first, joins)}
        starts = {(index, start, "start") for start in self.surface.row_after(index, after, joins)}
        return not self._leaders.isdisjoint(ends | starts)

    @cached_property
    def _leaders(self) -> frozenset[int | tuple[int, int, str]]:
        """Fields in which a leader is surely named, and where those names start and end."""
        places = [one.place for one in (*self.strong, *self._plain) if self._leads_state(one.actor)]
        starts = {(index, first, "start") for index, first, _ in places}
        return frozenset({index for index, _, _ in places} | starts | {(index, end, "end") for index, _, end in places})

    @cached_property
    def _plain(self) -> tuple[Named, ...]:
        """Surnames that count with nothing to support them."""
        return tuple(
            one for one in self._free
            if one.grade is Grade.SURNAME and one.actor not in self._rivalled
            and not self._has_other_first_name(one) and not self._seems_given_name(one)
        )  # fmt: skip

    def _leads_state(self, actor: str) -> bool:
        offices = self._registry.offices_of(actor, self._on)
        return any(office.leads and self._kind(office.of) is ActorKind.STATE for office in offices)

    def _is_in_title(self, one: Named) -> bool:
        offices = self._registry.offices_in(one.actor)
        own = {office.id for office in offices}
        if own and any(title in own for _, title in self._office_titles.covering(one.place)):
            return True
        index, first, after = one.place
        words = self.surface.fields[index].tokens.words
        for lang, links in self._lexicon.links.items() if offices else ():
            for link in links.role_first:
                end = first - len(link)
                uses = self._role_ends.get((index, end), ())
                if end > 0 and words[end:first] == link and self._is_of(uses, lang, offices):
                    return self.surface.joined(index, end - 1, first + 1)
            for link in links.state_first:
                start = after + len(link)
                uses = self._role_starts.get((index, start), ())
                if words[after:start] == link and self._is_of(uses, lang, offices):
                    return self.surface.joined(index, after - 1, start + 1)
        return False

    @cached_property
    def _office_titles(self) -> Starts:
        return Starts((place, use.office) for place, uses in self.roles for use in uses if use.office)

    def _is_of(self, uses: Sequence[RoleUse], lang: str, offices: Sequence[Office]) -> bool:
        """Whether one of some role words means one of some offices."""
        return any(
            use.lang == lang and (use.office == office.id or use.role == office.role)
            for use in uses
            for office in offices
        )

    @cached_property
    def _support(self) -> dict[tuple[int, int], set[str]]:
        """What can support a name, by sentence."""
        found: dict[tuple[int, int], set[str]] = {}
        for one in self.strong:
            found.setdefault(self.surface.unit(*one.place[:2]), set()).add(f"actor {one.actor}")
        for place, uses in self.roles:
            there = found.setdefault(self.surface.unit(*place[:2]), set())
            there.update(f"office {use.office}" if use.office else f"role {use.role}" for use in uses)
        for actor, place in self.uses(self._lexicon.contexts):
            found.setdefault(self.surface.unit(*place[:2]), set()).add(f"context {actor}")
        return found

    def _stands_alone(self, one: Named) -> bool:
        """Whether a state's name that people bear too ("Jordan") is here no part of a person's name."""
        index, first, _ = one.place
        surface = self.surface
        if surface.fields[index].caseless:
            return True
        if not surface.capitalised(index, first):
            return False
        return not surface.capitals_tell(index) or not self._has_capitals_beside(one.place)

    def _capitals_count(self, one: Named) -> bool:
        """Whether capitals beside a surname would say that it stands in a full name."""
        index, first, _ = one.place
        telling = self._lang not in CAPITALISE_NOUNS and self.surface.capitals_tell(index)
        return telling and self.surface.capitalised(index, first)

    def _has_other_first_name(self, one: Named) -> bool:
        """Whether an unknown word makes it somebody else's name ("Frank Rubio"); a weak one also as first word."""
        index, first, _ = one.place
        if not self._capitals_count(one) or self._is_full_name(one):
            return False
        return self._has_capital_before(one.place) or (
            one.grade is Grade.WEAK
            and self._is_unknown_before(index, first)
            and not self._is_opener(self.surface.fields[index].tokens.words[first - 1])
        )

    def _is_full_name(self, one: Named) -> bool:
        """Whether a name that needs support begins as the actor's ("Defence Secretary for ... Ben Wallace")."""
        index, first, after = one.place
        actor = self._registry.get(one.actor)
        begins = phrase(actor.name)[:1] if actor is not None else ()
        return after - first > 1 and begins == self.surface.fields[index].tokens.words[first : first + 1]

    def _seems_given_name(self, one: Named) -> bool:
        """Whether an unknown name follows ("Novak Djokovic"), or only "Administration"."""
        return self._capitals_count(one) and self._has_capital_after(one.place)

    def _is_opener(self, word: str) -> bool:
        return any(word in words for lang, words in self._lexicon.openers.items() if self._in_language(lang))

    def _has_capitals_beside(self, place: Place) -> bool:
        """Whether an unknown capitalised word stands directly beside; a sentence's first word is none."""
        return self._has_capital_before(place) or self._has_capital_after(place)

    def _has_capital_before(self, place: Place) -> bool:
        index, first, _ = place
        return self._is_unknown_before(index, first) and not self.surface.begins_sentence(index, first - 1)

    def _has_capital_after(self, place: Place) -> bool:
        index, _, after = place
        return self.surface.beside(index, after) and self._is_unknown(index, after, before=False)

    def _is_unknown_before(self, index: int, first: int) -> bool:
        return first > 0 and self.surface.beside(index, first) and self._is_unknown(index, first - 1, before=True)

    def _is_unknown(self, index: int, token: int, *, before: bool) -> bool:
        """Whether a word is capitalised and belongs to no name, title or honorific that we know."""
        if not self.surface.capitalised(index, token):
            return False
        known = self._known_ends if before else self._known_starts
        return (index, token + 1 if before else token) not in known

    @cached_property
    def _known_places(self) -> frozenset[Place]:
        names = [one.place for one in self._hits if not one.person_like and not self.is_blocked(one.place, one.actor)]
        roles = [place for place, _ in self.roles]
        return frozenset((*names, *roles, *(place for _, place in self.uses(self._lexicon.honorifics))))

    @cached_property
    def _known_starts(self) -> frozenset[tuple[int, int]]:
        return frozenset((index, first) for index, first, _ in self._known_places)

    @cached_property
    def _known_ends(self) -> frozenset[tuple[int, int]]:
        return frozenset((index, after) for index, _, after in self._known_places)


def _first_meant(use: RoleUse) -> tuple[int, str, bool, str, str]:
    return use.rank, use.lang, not use.plural, use.role or "", use.office or ""
