"""Who is meant in an article, worked out slowly: titles, seats and counterparts on top of `reference_names`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from monitor.actors import ActorKind, Mention, Office, Registry
from monitor.text import phrase
from monitor.text.reading import Reading
from tests.unit.actors.reference_names import Name, Place, ReferenceNames, Word, covers


class Title(NamedTuple):
    place: Place
    office: str
    seat: bool
    with_state: bool = False


class Reference(ReferenceNames):
    """All mentions of one article."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.taken: set[Place] = set()  # states that follow a title and so do not begin the next
        self.states = {name for name in self.names if self.registry.offices_in(name.actor)}

    def mentions(self) -> list[Mention]:
        found = {Mention(*name.place, name.actor) for name in self.names}
        titles = self._titles()
        for title in titles | self._seats() | self._counterparts(titles):
            office = self.registry.office(title.office)
            assert office is not None
            for held in office.held(self.reading.on):
                found.add(Mention(*title.place, held.person, False, title.office, title.seat))
            if title.seat or title.with_state:
                found.add(Mention(*title.place, office.of, False, title.office, False))
        return sorted(
            found, key=lambda one: (one.index, one.first, one.after, one.actor, one.direct, one.office or "", one.seat)
        )

    def _seats(self) -> set[Title]:
        return {
            Title(place, office.id, True)
            for office in self.registry.offices
            for text in office.seats
            for place in self._at(text)
            if not self._blocked(office.of, place)
        }

    def _titles(self) -> set[Title]:
        found: set[Title] = set()
        places = sorted({word.place for word in self.role_words if word.role or word.office})
        for place in places:
            if any(covers_tail(name.place, place) for name in self.people):
                continue
            words = [word for word in self.role_words if word.place == place and (word.role or word.office)]
            for word in sorted(words, key=lambda one: (one.rank, one.lang, not one.plural, one.role, one.office)):
                meant = self._meaning(word)
                if meant:
                    whole = (place[0], min(t.place[1] for t in meant), max(t.place[2] for t in meant))
                    if not self._elses(whole, word.lang) and not self._name_after(whole, word.lang):
                        found |= meant
                    break
        return found

    def _meaning(self, word: Word) -> set[Title]:
        beside = self._beside(word)
        if beside is not None:
            state, side = beside
            row = self._row(state, side, word.lang) if word.plural else [state]
            if word.plural and len(row) == 1:
                return set()
            titles = {
                Title(
                    (word.place[0], min(word.place[1], one.place[1]), max(word.place[2], one.place[2])),
                    office.id,
                    False,
                    word.alone,
                )
                for one in row
                for office in [self._office(one.actor, word)]
                if office is not None
            }
            if titles:
                if side == "after":
                    self.taken.add(state.place)
                return titles
        office = self._by_itself(word)
        return set() if office is None else {Title(word.place, office.id, False, word.alone)}

    def _office(self, actor: str, word: Word) -> Office | None:
        offices = self.registry.offices_in(actor)
        if word.office:
            return next((office for office in offices if office.id == word.office), None)
        role = self.roles.roles[word.role]
        if not role.generic:
            return next((office for office in offices if office.role == word.role), None)
        meant = [
            office
            for office in offices
            if (office.leads if role.leads else role.classes & self.registry.classes_of(office))
        ]
        if self._persons(meant) != 1 and len(meant) != 1:
            meant = [office for office in meant if "head-of-state" in self.registry.classes_of(office)]
        return meant[0] if len(meant) == 1 or self._persons(meant) == 1 else None

    def _persons(self, offices: list[Office]) -> int:
        return len({held.person for office in offices for held in office.held(self.reading.on)})

    def _by_itself(self, word: Word) -> Office | None:
        if word.office:
            office = self.registry.office(word.office)
            assert office is not None
            bodies = [one for one in self.names if self._kind(one.actor) is not ActorKind.PERSON]
            return office if word.alone or any(covers(word.place, one.place) for one in bodies) else None
        offices = [office for office in self.registry.offices if office.role == word.role]
        return offices[0] if self.roles.roles[word.role].alone and len(offices) == 1 and not word.plural else None

    def _beside(self, word: Word) -> tuple[Name, str] | None:
        joint = self.roles.titles.get(word.lang)
        if joint is None:
            return None
        index, first, after = word.place
        before = self._linked(joint.state_first, lambda link: self._ending(index, first - len(link), link, first))
        if before is None:
            before = self._linked(
                joint.demonym_first,
                lambda link: [one for one in self._ending(index, first - len(link), link, first) if one.demonym],
            )
        following = self._linked(joint.role_first, lambda link: self._starting(index, after, link))
        if before is not None and (following is None or before.demonym) and before.place not in self.taken:
            return before, "before"
        return None if following is None else (following, "after")

    def _linked(self, texts: tuple[str, ...], ones: Callable[[tuple[str, ...]], list[Name]]) -> Name | None:
        """The first state at the longest link there is."""
        links = sorted({phrase(text) for text in texts}, key=lambda link: (-len(link), link))
        return next((sorted(found)[0] for link in links if (found := ones(link))), None)

    def _ending(self, index: int, end: int, link: tuple[str, ...], first: int) -> list[Name]:
        if self.words[index][max(end, 0) : first] != link:
            return []
        ends = [one for one in self.states if (one.place[0], one.place[2]) == (index, end)]
        return ends if self.surface.joined(index, end - 1, first + 1) else []

    def _starting(self, index: int, after: int, link: tuple[str, ...]) -> list[Name]:
        start = after + len(link)
        if self.words[index][after:start] != link:
            return []
        starts = [one for one in self.states if one.place[:2] == (index, start)]
        return starts if starts and self.surface.joined(index, after - 1, start + 1) else []

    def _row(self, state: Name, side: str, lang: str) -> list[Name]:
        row = [state]
        while True:
            index, first, after = row[-1].place
            if side == "before":
                more = [one for one in self.states if self._in_row((one.place[0], one.place[2]), (index, first), lang)]
            else:
                more = [one for one in self.states if self._in_row((index, after), one.place[:2], lang)]
            if not more:
                return row
            row.append(sorted(more)[0])

    def _in_row(self, end: tuple[int, int], start: tuple[int, int], lang: str) -> bool:
        """Whether only a comma or an "and" stands between two states."""
        if end[0] != start[0]:
            return False
        index = end[0]
        if end == start:
            return self.surface.after_comma(*start)
        joins = {phrase(text) for text in self.roles.joins.get(lang, ())}
        between = end[1] < start[1] and self.words[index][end[1] : start[1]] in joins
        begins = self.surface.next_to(*end) or self.surface.after_comma(*end)
        return between and begins and self.surface.joined(index, end[1], start[1] + 1)

    def _elses(self, whole: Place, lang: str) -> bool:
        index, first, after = whole
        for text in self.roles.not_after.get(lang, ()):
            start = first - len(phrase(text))
            there = start >= 0 and self.words[index][start:first] == phrase(text)
            if there and self.surface.joined(index, start, first + 1):
                return True
        for text in self.roles.not_before.get(lang, ()):
            end = after + len(phrase(text))
            if self.words[index][after:end] == phrase(text) and self.surface.joined(index, after - 1, end):
                return True
        return False

    def _name_after(self, whole: Place, lang: str) -> bool:
        index, _, after = whole
        if not self.surface.beside(index, after):
            return False
        if any(name.place[:2] == (index, after) for name in self.people):
            return True
        known = any(place[:2] == (index, after) for place in self.known)
        capital = self.surface.capitals_tell(index) and self.surface.capitalised(index, after)
        return lang != "de" and capital and not known

    def _counterparts(self, titles: set[Title]) -> set[Title]:
        found: set[Title] = set()
        for place in {word.place for word in self.role_words if not word.role and not word.office}:
            langs = sorted(
                word.lang for word in self.role_words if word.place == place and not (word.role or word.office)
            )
            for lang in langs:
                beside = self._beside(Word(place, 0, lang, False, "", ""))
                if beside is None:
                    continue
                one = beside[0]
                whole = (place[0], min(place[1], one.place[1]), max(place[2], one.place[2]))
                if not self._name_after(whole, lang):
                    found |= {Title(whole, office, False) for office in self._like_before(whole, one.actor, titles)}
                    break
        return found

    def _like_before(self, whole: Place, state: str, titles: set[Title]) -> list[str]:
        anchors = [(one.place[:2], one.actor, "") for one in self.people]
        anchors += [(one.place[:2], "", one.office) for one in titles]
        before = [anchor for anchor in anchors if anchor[0] < whole[:2]]
        if not before:
            return []
        at, person, office_id = max(before)
        if self.surface.unit(*at) != self.surface.unit(*whole[:2]):
            return []
        known = self.registry.office(office_id)
        offices = (known,) if known else self.registry.offices_of(person, self.reading.on)
        if not offices or any(office.of == state for office in offices):
            return []
        there = self.registry.offices_in(state)
        same = [two.id for one in offices for two in there if two.role == one.role]
        classes = self.registry.classes_of
        return (same or [two.id for one in offices for two in there if classes(one) & classes(two)])[:1]


def covers_tail(name: Place, word: Place) -> bool:
    """Whether a role word begins inside a person's name and ends no later."""
    return name[0] == word[0] and name[1] <= word[1] < name[2] and word[2] <= name[2]


def reference_mentions(registry: Registry, reading: Reading) -> list[Mention]:
    """All mentions, in order."""
    return Reference(registry, reading).mentions()
