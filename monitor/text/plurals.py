"""Regular plurals of English, German, French and Spanish, in both directions. Tables, and their look-up.

German besides: its genitive, which is what other languages write with an apostrophe ("Putins Rede", "des Angriffs"),
and the dative of its plurals; from the dictionary form only.

Only what a rule of the language makes: no "men", no German plural with an umlaut. Where the rule has a choice, both
forms are given: a form that does not exist finds nothing. Never a singular from a capitalised word (Paris, Wales,
Athens), but for German, which capitalises its nouns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice, product

from monitor.text.folding import fold
from monitor.text.scripts import LATIN

_SHORTEST = 3
_MOST_FORMS = 16  # of one phrase in one number: a long Spanish one has a choice in each word
_LATIN = re.compile(f"[{LATIN}]+")


@dataclass(frozen=True)
class _Rules:
    """Endings of one language, as written: of several that fit, the longest counts.

    Attributes:
        plural, singular: What an ending gives way to; nothing: the word stays as it is.
        unchanged: Words that have no other number, or none that means the same.
        all_words: Every word of a phrase agrees ("câbles sous-marins"), not only the last ("air strikes").
        links: Words after which a phrase does not change any more ("missiles de croisière").
        capitals: Nouns are capitalised, so that a capital is no sign of a name.
        letters: What its words are made of.
    """

    plural: dict[str, tuple[str, ...]]
    singular: dict[str, tuple[str, ...]]
    unchanged: frozenset[str]
    all_words: bool = False
    links: frozenset[str] = field(default_factory=frozenset)
    capitals: bool = False
    letters: re.Pattern[str] = _LATIN


def plural_variants(words: tuple[str, ...], lang: str) -> set[tuple[str, ...]]:
    """The folded phrases that `words`, as written, is in the other number; none in languages without rules here."""
    rules = _LANGUAGES.get(lang)
    if rules is None or not all(rules.letters.fullmatch(word) for word in words):
        return set()
    found: set[tuple[str, ...]] = set()
    for to_plural in (True, False):
        for places in _places(words, rules):
            forms = [
                _forms(word, rules, to_plural=to_plural) if at in places else (fold(word),)
                for at, word in enumerate(words)
            ]
            found |= set(islice(product(*forms), _MOST_FORMS))
    return found - {tuple(map(fold, words))}


def _places(words: tuple[str, ...], rules: _Rules) -> list[list[int]]:
    """Which words change their number together; where a link may or may not end that, both ways."""
    if not rules.all_words:
        return [[len(words) - 1]]
    link = next((at for at, word in enumerate(words) if at and word.lower() in rules.links), len(words))
    return [list(range(to)) for to in {link, len(words)}]


def _forms(word: str, rules: _Rules, *, to_plural: bool) -> tuple[str, ...]:
    lower = word.lower()
    if len(word) < _SHORTEST or lower in rules.unchanged:
        return (fold(word),)
    if not to_plural and not rules.capitals and word[0].isupper() and not _is_plural_acronym(word):
        return (fold(word),)
    endings = rules.plural if to_plural else rules.singular
    for size in range(min(len(lower) - 1, _LONGEST), -1, -1):
        ending = lower[len(lower) - size :]
        if ending in endings:
            stem = lower[: len(lower) - size]
            made = tuple(fold(stem + other) for other in endings[ending])
            return tuple(form for form in made if len(form) >= _SHORTEST) or (fold(word),)
    return (fold(word),)


def _is_plural_acronym(word: str) -> bool:
    return word[-1:] == "s" and len(word) > _SHORTEST and word[:-1].isupper()  # "UAVs"


def _endings(text: str) -> dict[str, tuple[str, ...]]:
    """Lines of `endings: what each gives way to`: `.` no ending, `=x` itself with x behind it, `-x` without x."""
    table: dict[str, tuple[str, ...]] = {}
    for line in text.strip().splitlines():
        endings, _, others = line.partition(":")
        for ending in endings.split():
            own = "" if ending == "." else ending
            table[own] = tuple(_other(own, other) for other in others.split())
    return table


def _other(own: str, written: str) -> str:
    if written.startswith("-"):
        return own.removesuffix(written[1:])
    return "" if written == "." else written.replace("=", own)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LANGUAGES = {
    "en": _Rules(
        letters=re.compile("[a-zA-Z]+"),
        plural=_endings("""
            .: s
            s: =
            ss us is as x z ch sh: =es
            o: os oes
            eo io oo: =s
            y: ies
            ay ey oy uy: =s
            ics: =
        """),
        singular=_endings("""
            .: =
            s: .
            ss us is as: =
            ies: y ie
            xes ches shes sses zes: -es -s
            oes: o oe
            uses: -es -s
            ics: =
        """),
        unchanged=_words(
            "news politics species series gas means headquarters lens customs arms goods physics economics always "
            "perhaps besides towards sometimes afterwards whereas yes this thus was has does his hers its ours theirs "
            "the and for not but nor yet all any are can may her our you she who why how that these those with from "
            "they them then than when where which while what will would shall should could must been being have had "
            "into onto over under after before about against between during through without within because also only "
            "very more most much many some such other others here there now ever never"
        ),
    ),
    "de": _Rules(
        plural=_endings("""
            .: = s
            e: en
            ung heit keit schaft ion tät ist ent ant ur ik ei: =en
            or: =en =s
            in: innen ins
            ment ekt akt ikt iff ieg ling eur zeug boot werk gespräch schiff ziel gerät system iet: =e =s =es =en
            nis: nisse nisses nissen
            um: en ums
            at: =en =e =s
            ensch: =en
            er el: = =n =s
            o a i y jet team deal chef: =s
        """),
        singular=_endings("""
            .: =
            en: e
            ungen heiten keiten schaften ionen täten isten enten anten oren uren iken eien: -en
            innen: in
            mente ekte akte ikte iffe iege linge eure zeuge boote werke gespräche schiffe ziele geräte systeme: -e
            nisse: nis
            aten enschen: -en
            ate iete: -e
            jets teams deals chefs: -s
            ern eln: -n =
            ien: =
            os as is: =
        """),
        unchanged=_words(
            "polen schweden norwegen dresden bremen hessen sachsen bayern frieden osten westen norden süden jemen "
            "essen schaden hafen wagen boden garten laden rahmen namen hallen sankt "
            "und oder die der das den dem des ein eine einen einer eines nicht auch nur bei mit von vom zum zur aus "
            "auf für über unter gegen zwischen während ohne nach vor seit durch wegen alle viele einige diese dieser "
            "haben werden worden wurden waren sein können müssen sollen wollen gegen neben"
        ),
        capitals=True,
    ),
    "fr": _Rules(
        plural=_endings("""
            .: s
            s x z: =
            au eu: =x
            al: aux
        """),
        singular=_endings("""
            .: =
            s: .
            ss us is as os ès ais ois: =
            aux: al au
            eaux: eau
        """),
        unchanged=_words(
            "sous vers dans sans plus moins très pays fois temps cours corps bras gaz paix voix prix choix croix deux "
            "trois six dix mois jamais toujours puis depuis après près palais procès succès accès progrès congrès "
            "alors lors hors dès les des ces ses mes nos vos leurs leur nous vous ils elles gens avis the "
            "mais pour par avec chez entre contre que qui quoi dont ainsi aussi bien"
        ),
        all_words=True,
        links=_words("de du des à au aux en sur sous pour par contre dans avec d l et"),
    ),
    "es": _Rules(
        plural=_endings("""
            .: es
            a e i o u é á ó: =s
            s x: =
            z: ces
            ís és ás ós ús: =es
        """),
        singular=_endings("""
            .: =
            s: .
            is us ss ás ós ís és ús: =
            íses: -es
            ces: z ce
            les nes res des jes ses: -es -s
            iones: ión
        """),
        unchanged=_words(
            "más mas tras pues antes después entonces menos atrás seis tres dos diez gas mes crisis lunes martes "
            "jueves viernes los las unos unas sus mis tus nos les del para por con sin sobre contra entre desde hasta "
            "pero que como cuando donde quien una uno este esta estos estas ese esa eso muy también jamás además lejos"
        ),
        all_words=True,
        links=_words("de del en a al para por con contra sin sobre y e"),
    ),
}
PLURAL_LANGUAGES = tuple(_LANGUAGES)
_LONGEST = max(len(ending) for rules in _LANGUAGES.values() for ending in (*rules.plural, *rules.singular))
