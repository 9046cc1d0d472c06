"""Random texts of names, titles and what stands around them: the scanner finds what the slow reference finds."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.actors import ActorScanner, Registry
from monitor.actors.roles import read_roles
from monitor.text.reading import Reading, read
from tests.unit.actors.reference_mentions import reference_mentions
from tests.unit.actors.samples import world

ROLES = """\
roles:
  president:
    sets: [head-of-state]
    words: {en: [president], de: [Präsident~], es: [presidente], ru: [президент~], zh: [总统]}
    plurals: {en: [presidents], de: [Präsidenten]}
  vice-president: {words: {en: [vice president]}}
  prime-minister: {sets: [head-of-government], words: {en: [prime minister]}}
  monarch: {sets: [head-of-state], words: {en: [king]}}
  secretary-general: {sets: [head-of-organisation], words: {en: [chief]}}
  foreign-minister: {sets: [foreign-minister], words: {en: [foreign minister], es: [canciller]}}
  pope: {sets: [head-of-state], alone: true, words: {en: ['=Pope']}}
generic:
  leader: {leads: true, words: {en: [leader]}, plurals: {en: [leaders]}}
  head-of-state: {sets: [head-of-state], words: {en: [head of state]}}
titles:
  en: {state_first: [''], role_first: [of, of the]}
  de: {state_first: [''], role_first: ['', der]}
  es: {role_first: ['', de]}
  ru: {demonym_first: [''], role_first: ['']}
  zh: {state_first: ['', 的]}
joins: {en: [and, and the], de: [und]}
not_after: {en: [former, deputy], de: [ehemalige]}
not_before: {en: [elect]}
counterparts: {en: [counterpart], de: [Amtskollegen]}
honorifics: {latin: [Mr, King]}
openers: {en: [in, the, then], de: [der]}
"""
WORDS = [
    *("Ukraine", "Ukrainian", "US", "U.S.", "us", "Russia", "Russian", "French", "NATO", "Jordan", "Georgia", "Chad"),
    *("South Sudan", "Sudan", "Georgia Tech", "Michael Jordan", "Tbilisi", "WHO", "Holy See", "Washington"),
    *("Joe Biden", "Biden", "Hunter Biden", "Jill Biden", "Zelenskyy", "Putin", "Lavrov", "Xi", "Xi Jinping", "Lee"),
    *("Ada Lee", "Trump", "Trump Tower", "Petro Poroshenko", "King Abdullah II", "Abdullah", "Pope Leo XIV"),
    *(
        "president",
        "President",
        "presidents",
        "vice president",
        "foreign minister",
        "leader",
        "leaders",
        "king",
        "Pope",
    ),
    *(
        "secretary of state",
        "commander in chief",
        "chief",
        "Russian counterpart",
        "French counterpart",
        "head of state",
        "White House",
        "Kremlin",
    ),
    *("Tsar", "Kremlchef", "UN refugee chief", "UN", "French tsar", "Then", "Nguyen", "NGUYEN", "Roe", "Ann Roe"),
    *("of", "of the", "and", "former", "elect", "said", "the", "Smith", "In", "Mr", "his", "tsar of Georgia"),
    *("ukrainische", "Präsident", "Präsidenten", "der", "und", "russischen Amtskollegen", "ehemalige"),
    *("президент", "Украины", "украинский", "Зеленского", "США", "presidente", "de", "Ucrania", "canciller"),
    *("乌克兰", "总统", "泽连斯基", "的", "Hunter", "Peterson"),
]
GAPS = [" (", ") ", " ", " ", " ", " ", " ", ", ", ". ", "'s ", "-", "\n", ""]
DAYS = [None, date(2018, 5, 1), date(2022, 5, 1), date(2025, 11, 7)]


@lru_cache
def registry() -> Registry:
    """The small registry with few roles, so that the reference is not too slow."""
    known = world()
    return Registry(known, known.offices, known.sets, read_roles(ROLES, "roles.yaml"))


@lru_cache
def scanner() -> ActorScanner:
    return ActorScanner(registry())


@st.composite
def texts(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=14))
    text = "".join(word + gap for word, gap in pieces)
    return text.upper() if draw(st.integers(0, 11)) == 0 else text


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    lang = draw(st.sampled_from(["und", "en", "en", "de", "es", "ru"]))
    return read({"title": draw(texts()), "body": draw(texts())}, lang=lang, on=draw(st.sampled_from(DAYS)))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings())
def test_scanner_finds_what_the_reference_finds(reading: Reading) -> None:
    found = scanner().scan(reading)

    assert list(found.all()) == reference_mentions(registry(), reading)
    assert {mention.actor for mention in found.all()} <= found.present
    assert [one for actor in registry() for one in found.of(actor.id)] == sorted(
        found.all(), key=lambda one: [actor.id for actor in registry()].index(one.actor)
    )
