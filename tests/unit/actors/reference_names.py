"""Which names in an article count, worked out slowly: every rule as one comprehension over all names and places.

It shares with the scanner only the text itself (words, gaps, capitals, sentences) and the meaning of one pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.actors import Actor, ActorKind, Registry
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
class ReferenceNames:
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
        for text in exact:
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
        return self._capital_before(place) or self._capital_after(place)

    def _capital_before(self, place: Place, *, openers_only: bool = False) -> bool:
        """Whether an unknown capitalised word stands before; the first of a sentence is one if it begins no other."""
        index, first, _ = place
        if not self.surface.beside(index, first) or not self.surface.capitalised(index, first - 1):
            return False
        if any((known[0], known[2]) == (index, first) for known in self.known):
            return False
        if not self.surface.begins_sentence(index, first - 1):
            return True
        return openers_only and self.words[index][first - 1] not in {
            fold(word)
            for lang, words in self.roles.openers.items() if self.reading.lang in (lang, "und")
            for word in words
        }  # fmt: skip

    def _capital_after(self, place: Place) -> bool:
        index, _, after = place
        if not self.surface.beside(index, after) or not self.surface.capitalised(index, after):
            return False
        return all(known[:2] != (index, after) for known in self.known)

    def _telling(self, name: Name) -> bool:
        index, first, _ = name.place
        telling = self.reading.lang != "de" and self.surface.capitals_tell(index)
        return telling and self.surface.capitalised(index, first)

    def _others(self, name: Name) -> bool:
        index, first, after = name.place
        actor = self.registry.get(name.actor)
        assert actor is not None
        if after - first > 1 and phrase(actor.name)[0] == self.words[index][first]:
            return False
        return self._telling(name) and self._capital_before(name.place, openers_only=name.grade == WEAK)

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
                or (self._others(name) and self._titled(name, name.place[1] - 1))
                or (not self._others(name) and self._light_counts(name, rivalled))
            )
        }  # fmt: skip
        return {name for name in counted if self._wins(name, {one for one in counted if one.place == name.place})}

    def _light_counts(self, name: Name, rivalled: set[str]) -> bool:
        if name.grade == WEAK:
            return self._supported(name)
        if name.actor in rivalled:
            return self._titled(name, name.place[1])
        alone = not (self._telling(name) and self._capital_after(name.place))
        return alone or self._supported(name)

    def _plain(self) -> set[Name]:
        surnames = {name for name in self.all_names if name.grade == SURNAME}
        rivalled = {name.actor for name in surnames if self._rival(name)}
        return {
            name for name in surnames
            if name.actor not in rivalled
            and not self._blocked(name.actor, name.place)
            and not any(covers(other.place, name.place) for other in self.whole)
            and not self._others(name)
            and not (self._telling(name) and self._capital_after(name.place))
        }  # fmt: skip

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
        if self._leads(name.actor) and not self._capitals_beside(name.place):
            leaders = {one.place for one in self.strong | self._plain() if self._leads(one.actor)}
            titled = self.surface.unit(*name.place[:2])[1] == -1
            if any(
                self._beside_in_row(place, name.place) or (titled and place[0] == name.place[0]) for place in leaders
            ):
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

    def _beside_in_row(self, one: Place, two: Place) -> bool:
        (index, _, after), (other, first, _) = sorted((one, two))
        if index != other or after > first:
            return False
        if after == first:
            return self.surface.after_comma(index, first)
        joins = {phrase(text) for text in flat(self.roles.joins)}
        return self.words[index][after:first] in joins and self.surface.joined(index, after - 1, first + 1)

    def _leads(self, actor: str) -> bool:
        offices = self.registry.offices_of(actor, self.reading.on)
        return any(office.leads and self._kind(office.of) is ActorKind.STATE for office in offices)

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
        found = {word for word in found if not self.surface.is_broken(*word.place)}
        return {
            word for word in found
            if not any(covers(other.place, word.place) and other.place != word.place for other in found)
        }  # fmt: skip
