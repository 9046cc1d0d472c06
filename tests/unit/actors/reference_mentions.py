"""Who is meant in an article, worked out slowly: every rule as one comprehension over all names and all places.

It shares with the scanner only the text itself (words, gaps, capitals, sentences) and the meaning of one pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.actors import Actor, ActorKind, Mention, Office, Registry
from monitor.actors.model import flat
from monitor.actors.surface import Surface
from monitor.text import fold, phrase
from monitor.text.patterns import patterns_of
from monitor.text.reading import Reading
from monitor.text.scan import PatternTrie

Place = tuple[int, int, int]
STRONG, SURNAME, WEAK = range(3)


class Name(NamedTuple):
    place: Place
    actor: str
    grade: int
    demonym: bool
    person_like: bool


class Word(NamedTuple):
    """A role word; `role` and `office` are both empty for a counterpart."""

    place: Place
    rank: int
    lang: str
    plural: bool
    role: str
    office: str
    alone: bool = False


class Title(NamedTuple):
    place: Place
    office: str
    seat: bool


def covers(outer: Place, inner: Place) -> bool:
    return outer[0] == inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2]


@lru_cache(maxsize=10_000)
def _tries(text: str, lang: str | None, variants: bool) -> list[tuple[str | None, PatternTrie]]:
    """Each pattern of a text by itself, with its language."""
    found = []
    for pattern in patterns_of(text, lang=lang, variants=variants):
        trie = PatternTrie()
        trie.add(pattern)
        found.append((pattern.lang, trie))
    return found


@dataclass
class Reference:
    registry: Registry
    reading: Reading

    def __post_init__(self) -> None:
        self.surface = Surface(self.reading)
        self.roles = self.registry.roles
        self.words = [part.tokens.words for part in self.reading.fields]
        self.role_words = self._role_words()
        self.all_names = {name for actor in self.registry for name in self._names_of(actor)}
        self.blocks = {(actor.id, place) for actor in self.registry for t in actor.blocked_by for place in self._at(t)}
        self.known = self._known()
        self.whole = {
            name for name in self.all_names
            if name.grade == STRONG and not self._blocked(name.actor, name.place) and self._alone(name)
        }  # fmt: skip
        self.strong = {name for name in self.whole if not self._inside_strong(name)}
        self.named = {name.actor for name in self.strong}
        self.names = self.strong | self._light()
        self.people = {name for name in self.names if self._kind(name.actor) is ActorKind.PERSON}
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
            if title.seat:
                found.add(Mention(*title.place, office.of, False, title.office, False))
        return sorted(
            found, key=lambda one: (one.index, one.first, one.after, one.actor, one.direct, one.office or "", one.seat)
        )

    # Names

    def _at(self, text: str, lang: str | None = None, *, variants: bool = False) -> set[Place]:
        tries = [trie for only, trie in _tries(text, lang, variants) if self.reading.lang in (only, "und") or not only]
        return {place for trie in tries for places in trie.places(self.reading.fields).values() for place in places}

    def _names_of(self, actor: Actor) -> Iterator[Name]:
        found: list[Name] = []
        for text in actor.names():
            found += [
                Name(place, actor.id, STRONG, False, actor.person_like and text == actor.name)
                for place in self._at(text)
            ]
        exact = [*actor.exact, *(text for text in actor.every_name() if text.startswith("="))]
        for text in exact if actor.kind is ActorKind.PERSON else ():
            found += [
                Name(place, actor.id, WEAK, False, False)
                for place in self._at(text.removeprefix("="))
                if self.surface.fields[place[0]].caseless
            ]
        for text in actor.exact:
            found += [Name(place, actor.id, STRONG, False, False) for place in self._at(f"={text}")]
        for lang, texts in actor.demonyms.items():
            for text in texts:
                found += [Name(place, actor.id, STRONG, True, False) for place in self._at(text, lang, variants=True)]
        for grade, names in ((SURNAME, actor.surnames), (WEAK, actor.weak)):
            for text in flat(names):
                alike = actor.person_like and text == actor.name
                found += [Name(place, actor.id, grade, False, alike) for place in self._at(text)]
        for place in {name.place for name in found}:
            there = [name for name in found if name.place == place]
            grade = min(name.grade for name in there)
            alike = all(name.person_like for name in there if name.grade == grade)
            yield Name(place, actor.id, grade, any(name.demonym for name in there), alike)

    def _kind(self, actor_id: str) -> ActorKind:
        actor = self.registry.get(actor_id)
        assert actor is not None
        return actor.kind

    def _blocked(self, actor: str, place: Place) -> bool:
        return any(owner == actor and covers(block, place) for owner, block in self.blocks)

    def _known(self) -> set[Place]:
        names = {n.place for n in self.all_names if not n.person_like and not self._blocked(n.actor, n.place)}
        honorifics = {place for text in flat(self.roles.honorifics) for place in self._at(text)}
        return names | {word.place for word in self.role_words} | honorifics

    def _alone(self, name: Name) -> bool:
        index, first, _ = name.place
        if not name.person_like or self.surface.fields[index].caseless:
            return True
        if not self.surface.capitalised(index, first):
            return False
        if not self.surface.capitals_tell(index):
            return True
        return not self._capitals_beside(name.place)

    def _capitals_beside(self, place: Place) -> bool:
        index, first, after = place
        if self.surface.beside(index, first):
            unknown = self.surface.capitalised(index, first - 1)
            unknown = unknown and all((known[0], known[2]) != (index, first) for known in self.known)
            if unknown and not self.surface.begins_sentence(index, first - 1):
                return True
        if self.surface.beside(index, after) and self.surface.capitalised(index, after):
            return all(known[:2] != (index, after) for known in self.known)
        return False

    def _in_a_name(self, name: Name) -> bool:
        index, first, _ = name.place
        if self.reading.lang == "de" or not self.surface.capitals_tell(index):
            return False
        if not self.surface.capitalised(index, first):
            return False
        return self._capitals_beside(name.place) or (name.grade == WEAK and self._first_name_before(index, first))

    def _first_name_before(self, index: int, first: int) -> bool:
        if not first or not self.surface.beside(index, first) or not self.surface.capitalised(index, first - 1):
            return False
        if any((known[0], known[2]) == (index, first) for known in self.known):
            return False
        openers = {
            fold(word)
            for lang, words in self.roles.openers.items() if self.reading.lang in (lang, "und")
            for word in words
        }  # fmt: skip
        return self.words[index][first - 1] not in openers

    def _inside_strong(self, name: Name) -> bool:
        return any(
            covers(other.place, name.place)
            and other.place != name.place
            and (other.actor == name.actor or self._kind(other.actor) is self._kind(name.actor))
            for other in self.whole
        )

    def _light(self) -> set[Name]:
        light = {name for name in self.all_names if name.grade != STRONG}
        rivalled = {name.actor for name in light if name.grade == SURNAME and self._rival(name)}
        counted = {
            name for name in light
            if not self._blocked(name.actor, name.place)
            and not any(covers(other.place, name.place) for other in self.whole)
            and self._alone(name)
            and (
                name.actor in self.named
                or (self._in_a_name(name) and self._titled(name, name.place[1] - 1))
                or (
                    not self._in_a_name(name)
                    and (
                        (name.grade == SURNAME and (name.actor not in rivalled or self._titled(name, name.place[1])))
                        or (name.grade == WEAK and self._supported(name))
                    )
                )
            )
        }  # fmt: skip
        return {name for name in counted if self._wins(name, {one for one in counted if one.place == name.place})}

    def _rival(self, name: Name) -> bool:
        for other in self.whole:
            longer = covers(other.place, name.place) and other.place != name.place
            if longer and other.actor != name.actor and self._kind(other.actor) is ActorKind.PERSON:
                return True
        for actor, block in self.blocks:
            longer = covers(block, name.place) and block != name.place
            ends = block[2] == name.place[2] or self.surface.is_unspaced(*name.place[:2])
            if actor == name.actor and longer and ends:
                return True
        return False

    def _wins(self, name: Name, claims: set[Name]) -> bool:
        if len(claims) == 1:
            return True
        best = {one for one in claims if one.actor in self.named} or {one for one in claims if self._supported(one)}
        if len(best) == 1:
            return name in best
        leads = {
            one for one in best or claims
            if any(office.leads for office in self.registry.offices_of(one.actor, self.reading.on))
        }  # fmt: skip
        return name in (leads if len(leads) == 1 else best)

    def _titled(self, name: Name, first: int) -> bool:
        index = name.place[0]
        roles = {office.role for office in self.registry.offices_of(name.actor, self.reading.on)}
        return any(
            (word.place[0], word.place[2]) == (index, first)
            and word.role in roles
            and self.surface.next_to(index, first)
            for word in self.role_words
        )

    def _supported(self, name: Name) -> bool:
        actor = self.registry.get(name.actor)
        assert actor is not None
        unit = self.surface.unit(*name.place[:2])
        if any(self.surface.unit(*place[:2]) == unit for text in actor.context for place in self._at(text)):
            return True
        if self._in_title(name):
            return True
        offices = self.registry.offices_of(name.actor, self.reading.on)
        states = {one.actor for one in self.strong if self.surface.unit(*one.place[:2]) == unit}
        words = {word for word in self.role_words if self.surface.unit(*word.place[:2]) == unit}
        return any(
            office.of in states
            or any(word.role == office.role and not word.office for word in words)
            or any(word.office == office.id for word in words)
            for office in offices
        )

    def _in_title(self, name: Name) -> bool:
        index, first, after = name.place
        offices = self.registry.offices_in(name.actor)
        titles = [word for word in self.role_words if word.office in {office.id for office in offices}]
        if any(covers(word.place, name.place) for word in titles):
            return True
        for word in self.role_words:
            joint = self.roles.titles.get(word.lang)
            if joint is None or not any(word.office == one.id or word.role == one.role for one in offices):
                continue
            for text in joint.role_first:
                end = first - len(phrase(text))
                linked = (word.place[0], word.place[2]) == (index, end) and self.words[index][end:first] == phrase(text)
                if linked and self.surface.joined(index, end - 1, first + 1):
                    return True
            for text in joint.state_first:
                start = after + len(phrase(text))
                linked = word.place[:2] == (index, start) and self.words[index][after:start] == phrase(text)
                if linked and self.surface.joined(index, after - 1, start + 1):
                    return True
        return False

    # Offices

    def _role_words(self) -> set[Word]:
        found: set[Word] = set()
        for rank, role in enumerate(self.roles.roles.values()):
            for plural, words in ((False, role.words), (True, role.plurals)):
                for lang, texts in words.items():
                    found |= {
                        Word(place, rank, lang, plural, role.id, "") for t in texts for place in self._at(t, lang)
                    }
        for office in self.registry.offices:
            for lang, texts in office.titles_alone.items():
                found |= {
                    Word(place, -1, lang, False, "", office.id, True) for t in texts for place in self._at(t, lang)
                }
            for lang, texts in office.titles.items():
                found |= {Word(place, -1, lang, False, "", office.id) for t in texts for place in self._at(t, lang)}
        for lang, texts in self.roles.counterparts.items():
            found |= {Word(place, 0, lang, False, "", "") for t in texts for place in self._at(t, lang)}
        return {
            word for word in found
            if not any(covers(other.place, word.place) and other.place != word.place for other in found)
        }  # fmt: skip

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
        return set() if office is None else {Title(word.place, office.id, False)}

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
