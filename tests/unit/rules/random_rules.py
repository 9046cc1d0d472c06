"""Random rules and readings in many scripts, for the comparison of the two engines.

A case keeps to one or two scripts, so that what rules ask for stands in the texts often enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    FactCondition,
    FactTest,
    Filter,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Rule,
    RuleSet,
    Scope,
    Terms,
    UrlCondition,
    Within,
)
from monitor.actors import Actor, ActorKind, Holding, Office, Registry
from monitor.core.fact import Casualties, Fact, Field, LeaderCall, Participant
from monitor.text.reading import Reading, read

ACTORS = [
    Actor(
        "ada-roe", ActorKind.PERSON, "Ada Roe", "test",
        aliases={"latin": ("A. Roe",), "cyrillic": ("Ада Роу~",), "han": ("罗艾达",), "hangul": ("로에다",)},
        surnames={"latin": ("Roe",), "cyrillic": ("Роу",)},
        exact=("ROE", "A.R."), blocked_by=("Roe deer", "Ada Roe Jr", "deer Roe"),
    ),
    Actor("ben-roe", ActorKind.PERSON, "Ben Roe", "test", weak={"latin": ("Ben",)}, context=("Yorkshire",)),
    Actor(
        "york", ActorKind.STATE, "York", "test", demonyms={"en": ("Yorkish",), "ru": ("йоркск~",)},
        aliases={"cyrillic": ("Йорк~",), "han": ("约克", "克"), "arabic": ("يورك",)},
        exact=("US", "U.S."), blocked_by=("约克郡", "York Minster"),
    ),
    Actor(
        "talks", ActorKind.ORGANISATION, "Peace Talks", "test",
        aliases={"arabic": ("محمد",), "kana": ("ガス",), "thai": ("สันติ",), "hangul": ("한국",)},
    ),
]  # fmt: skip
OFFICES = [
    Office(
        "president@york", "president", "york", "test", seats=("Minster House",), leads=True,
        holders=(
            Holding("ada-roe", date(2020, 1, 1), date(2024, 1, 1)),
            Holding("ben-roe", date(2024, 1, 1)),
        ),
    )
]  # fmt: skip
REGISTRY = Registry(ACTORS, OFFICES)
POSITIONS = [*(actor.id for actor in ACTORS), "president@york", "head-of-state", "leaders(york)"]

# Of each script: phrases that rules ask for, and pieces that texts are made of beside them.
SCRIPTS: dict[str, tuple[list[str], list[str]]] = {
    "latin": (
        [
            "peace", "peace talks", "talks", "roe", "us", "straße", "lódź", "deer", "air-strike", "airstrike",
            "air strike", "peac*", "=US", "=U.S.", "=Peace", "str?ke", "*strike", "drone", "=C++", "AT&T", "peace peace",
            "Frieden", "grève",
        ],
        [
            "PEACE", "Peace", "Ada", "Roe", "ROE", "Roe's", "Roes", "A.R.", "Jr", "US", "U.S.", "STRASSE", "LÓDŹ",
            "sabo\u00adtage", "İ", "air", "strike", "strikes", "airstrikes", "Roe deer", "Ada Roe Jr", "Ben", "Ben Roe",
            "Yorkish president", "president of York", "York", "York's president", "Minster House", "Yorkshire", "drones",
            "C++", "C", "her Yorkish counterpart", "grèves", "peaceful", "a", "the", "Friedens", "president",
        ],
    ),
    "cyrillic": (
        ["мой", "йорк", "мир", "мир~", "Зеленськ~", "войн*", "=Мир", "удар"],
        ["мои", "МИР", "Мира", "миром", "и\u0306", "Ада", "Ада Роу", "Роу", "Йорка", "Зеленського", "война", "войны",
         "президент Йорка", "йоркский президент", "уда\u0301р", "ё", "Мир"],
    ),
    "arabic": (["محمد", "سلام", "يورك", "حرب*"], ["مُحَمَّد", "والسلام", "سلاما", "بيورك", "رئيس", "حربي", "ال"]),
    "hebrew": (["שלום", "=שלום"], ["שָׁלוֹם", "בשלום", "וישראל", "שלומ"]),
    "greek": (["ειρήνη", "πόλεμος"], ["ΕΙΡΗΝΗ", "Ειρηνη", "πολεμος", "ΠΌΛΕΜΟΣ", "και"]),
    "devanagari": (["शांति", "युद्ध"], ["शान्ति", "शांति", "युद्धों", "की"]),
    "han": (["约", "克郡", "和平", "和平会谈"], ["约克", "约克郡", "罗艾达", "罗", "会谈", "平", "和", "总统", "约\n克"]),
    "kana": (["ガ", "カス", "ガス", "ひらがな"], ["ｶﾞｽ", "ガスト", "カ", "ひら", "がな", "の", "ロー"]),
    "hangul": (["한국", "평화", "로에다"], ["한국은", "한국의", "평화를", "평", "로에다가", "대통령"]),
    "thai": (["สันติ", "ไทย"], ["สันติภาพ", "เสันติ", "คนไทย", "และ", "ไ"]),
}  # fmt: skip
GAPS = [" ", " ", " ", "", "\u00a0", "-", ". ", ", ", "\n", "。", "! ", " 🚀 ", "’", ". The ", "、", "\u200b"]
LANGS = ["en", "de-AT", "ru", "uk", "ar", "zh", "ja", "ko", "th", "und", ""]
DAYS = [None, date(2019, 1, 1), date(2022, 5, 1), date(2025, 5, 1)]
FIELDS: list[Field] = ["title", "summary", "body", "text"]


@dataclass(frozen=True)
class Case:
    """Some rules and a text for them; `scripts` are those that it keeps to."""

    rules: RuleSet
    reading: Reading
    scripts: tuple[str, ...]


@st.composite
def cases(draw: st.DrawFn, *, max_rules: int = 5) -> Case:
    """A case."""
    scripts = tuple(draw(st.lists(st.sampled_from(sorted(SCRIPTS)), min_size=1, max_size=2, unique=True)))
    phrases = [text for script in scripts for text in SCRIPTS[script][0]]
    pieces = [text for script in scripts for text in [*SCRIPTS[script][0], *SCRIPTS[script][1]]]
    whens = conditions(phrases)
    rules = draw(st.lists(st.tuples(whens, st.none() | whens), min_size=1, max_size=max_rules))
    return Case(
        RuleSet(
            tuple(
                Rule(f"r{number}", when, "", "g", filters=() if unless is None else (Filter("f", unless),))
                for number, (when, unless) in enumerate(rules)
            )
        ),
        draw(readings([piece.strip("=*~?") for piece in pieces])),
        scripts,
    )


def readings(pieces: list[str]) -> st.SearchStrategy[Reading]:
    """Articles made of such pieces."""
    piece = st.tuples(st.sampled_from(pieces), st.sampled_from(GAPS))
    texts = st.lists(piece, max_size=14).map(lambda pairs: "".join(word + gap for word, gap in pairs))
    urls = st.lists(st.sampled_from(pieces), max_size=3).map(lambda parts: "https://example.org/" + "-".join(parts))
    return st.builds(
        lambda title, summary, body, text, **rest: read(
            {"title": title, "summary": summary, "body": body, "text": text}, **rest
        ),
        texts | texts.map(str.upper),
        texts,
        texts,
        st.just("") | texts,
        lang=st.sampled_from(LANGS),
        publisher=st.sampled_from(["BBC", ""]),
        url=urls,
        on=st.sampled_from(DAYS),
        facts=st.lists(facts, max_size=3),
    )


_spans = st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        Casualties,
        role=st.sampled_from(["killed", "wounded", "combined"]),
        low=st.none() | st.integers(1, 300),
        side=st.sampled_from([None, "york"]),
        field=st.sampled_from(FIELDS),
        span=_spans,
    ),
    st.builds(
        LeaderCall,
        participants=st.just(
            (Participant(text="Roe", actor="ada-roe"), Participant(text="the president", office="president@york"))
        ),
        modality=st.sampled_from(["happened", "planned"]),
        field=st.sampled_from(FIELDS),
        span=_spans,
    ),
)


def conditions(phrases: list[str]) -> st.SearchStrategy[Condition]:
    """Conditions that ask for such phrases."""
    return st.recursive(_leaves(phrases), _grown, max_leaves=8)


def _leaves(texts: list[str]) -> st.SearchStrategy[Condition]:
    phrases = st.sampled_from(texts).map(Phrase)
    near = st.builds(
        lambda words, slop: Phrase(" ".join(words), slop),
        st.lists(st.sampled_from([text for text in texts if " " not in text and "=" not in text]), min_size=2, max_size=3),
        st.integers(1, 6),
    )
    listed = st.lists(st.tuples(st.sampled_from(["en", "de", "ru", "und"]), phrases), min_size=1, max_size=4)
    return st.one_of(
        phrases,
        phrases.map(lambda phrase: Query(phrase.text, phrase)),
        near,
        near,
        listed.map(lambda pairs: Terms("t", tuple(pairs))),
        st.builds(
            ActorCondition,
            st.lists(st.sampled_from(POSITIONS), min_size=1, max_size=2, unique=True).map(tuple),
            st.booleans(),
        ),
        st.lists(phrases, min_size=1, max_size=2).map(lambda found: UrlCondition(tuple(found))),
        st.sampled_from(
            [
                FactCondition("casualties", (FactTest("role", ("killed", "combined")), FactTest("at_least", (100,)))),
                FactCondition("casualties", (FactTest("side", ("york",)),)),
                FactCondition("leader_call", (FactTest("modality", ("happened",), is_default=True),)),
            ]
        ),
        st.sampled_from([LangCondition(("en",)), LangCondition(("und", "de")), PublisherCondition(("bbc",))]),
    )


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    fields = st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True).map(tuple)
    return st.one_of(
        parts.map(All),
        parts.map(Any_),
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).flatmap(
            lambda found: st.integers(1, len(found)).map(lambda count: AtLeast(count, tuple(found)))
        ),
        st.builds(Within, st.sampled_from(list(Scope)), inner),
        st.builds(InFields, fields, inner),
    )
