"""Random rules and readings in many scripts, for the comparison of the two engines.

A case keeps to one or two scripts, so that what rules ask for stands in the texts often enough. Seeds and not
strategies of Hypothesis, which keep texts so short that most rules hold of nothing but absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from consumers.rules.engine.table import FactSource
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
from monitor.actors.scanner import Mentions
from monitor.core.fact import Casualties, Fact, Field, LeaderCall, Participant
from monitor.text import phrase
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
            "air strike", "peac*", "=US", "=U.S.", "=Peace", "str?ke", "*strike", "drone", "=C++", "AT&T",
            "peace peace", "Frieden", "grève", "Tusk~", "e-mail", "airstrike talks", "O'Neill", "=O'Neill",
        ],
        [
            "PEACE", "Peace", "Ada", "Roe", "ROE", "Roe's", "Roes", "A.R.", "Jr", "US", "U.S.", "STRASSE", "LÓDŹ",
            "sabo\u00adtage", "İ", "air", "strike", "strikes", "airstrikes", "Roe deer", "Ada Roe Jr", "Ben", "Ben Roe",
            "Yorkish president", "president of York", "York", "York's president", "Minster House", "Yorkshire",
            "drones", "C++", "C", "her Yorkish counterpart", "grèves", "peaceful", "a", "the", "Friedens", "president",
            "Tuska", "Tusk’un", "Tuskowi", "email", "e-mails", "air-strike talks", "O’Neill", "ONeill", "Роtuska",
        ],
    ),
    "cyrillic": (
        ["мой", "йорк", "мир", "мир~", "Зеленськ~", "войн*", "=Мир", "удар", "Минск~n", "мирн~ удар~", "Харків~"],
        ["мои", "МИР", "Мира", "миром", "и\u0306", "Ада", "Ада Роу", "Роу", "Йорка", "Зеленського", "война", "войны",
         "президент Йорка", "йоркский президент", "уда\u0301р", "ё", "Мир", "Минска", "мирного удара", "мирные",
         "Харкова", "Mир"],
    ),
    "arabic": (["محمد", "سلام", "يورك", "حرب*"], ["مُحَمَّد", "والسلام", "سلاما", "بيورك", "رئيس", "حربي", "ال"]),
    "hebrew": (["שלום", "=שלום"], ["שָׁלוֹם", "בשלום", "וישראל", "שלומ"]),
    "greek": (["ειρήνη", "πόλεμος"], ["ΕΙΡΗΝΗ", "Ειρηνη", "πολεμος", "ΠΌΛΕΜΟΣ", "και"]),
    "devanagari": (["शांति", "युद्ध"], ["शान्ति", "शांति", "युद्धों", "की"]),
    "han": (
        ["约", "克郡", "和平", "和平会谈"],
        ["约克", "约克郡", "罗艾达", "罗", "会谈", "平", "和", "总统", "约\n克"],
    ),
    "kana": (["ガ", "カス", "ガス", "ひらがな"], ["ｶﾞｽ", "ガスト", "カ", "ひら", "がな", "の", "ロー"]),
    "hangul": (["한국", "평화", "로에다"], ["한국은", "한국의", "평화를", "평", "로에다가", "대통령"]),
    "georgian": (["მშვიდობა", "მშვიდ*"], ["მშვიდობის", "ᲛᲨᲕᲘᲓᲝᲑᲐ", "და"]),
    "burmese": (["မြန်မာ", "ရန်"], ["မြန်မာနိုင်ငံ", "ရန်ကုန်", "န"]),
    "thai": (["สันติ", "ไทย"], ["สันติภาพ", "เสันติ", "คนไทย", "และ", "ไ"]),
}  # fmt: skip
NAMES = [
    "Ada Roe", "Roe", "ROE", "Ben Roe", "Ben", "York", "U.S.", "US", "the president of York", "the Yorkish president",
    "York's president", "Minster House", "Roe deer", "York Minster", "her counterpart", "Peace Talks", "Ада Роу",
    "президент Йорка", "约克", "约克郡", "罗艾达", "로에다", "محمد",
] * 2  # fmt: skip
GAPS = [" ", " ", " ", "", "\u00a0", "-", ". ", ", ", "\n", "。", "! ", " 🚀 ", "’", ". The ", "、", "\u200b"]
MOST_NEAR_WORDS = 4
LANGS = ["en", "de-AT", "ru", "uk", "ar", "zh", "ja", "ko", "th", "fr", "es", "pl", "tr", "he", "und", ""]
DAYS = [None, date(2019, 1, 1), date(2022, 5, 1), date(2025, 5, 1)]
FIELDS: list[Field] = ["title", "summary", "body", "text"]


@dataclass(frozen=True)
class Found:
    """A source that finds these facts in any article."""

    found: tuple[Fact, ...]

    def may_have(self, reading: Reading) -> frozenset[str]:
        """Both types, though it may find none."""
        return frozenset({"casualties", "leader_call"})

    def facts(self, reading: Reading, mentions: Mentions | None = None) -> tuple[Fact, ...]:
        """All of them."""
        return self.found


@dataclass(frozen=True)
class Case:
    """Some rules and a text for them; `scripts` are those that it keeps to."""

    rules: RuleSet
    reading: Reading
    scripts: tuple[str, ...]
    facts: FactSource | None = None


def case(seed: int) -> Case:
    """The case of a seed."""
    draw = Random(seed)
    scripts = tuple(draw.sample(sorted(SCRIPTS), draw.choice([1, 1, 2])))
    phrases = [text for script in scripts for text in SCRIPTS[script][0]]
    pieces = [*(text.strip("=*~?") for text in phrases), *(text for script in scripts for text in SCRIPTS[script][1])]
    if draw.random() < 0.4:
        pieces += NAMES
    rules = tuple(_rule(draw, f"r{number}", phrases) for number in range(draw.randint(1, 5)))
    source = Found(tuple(_fact(draw) for _ in range(draw.randint(0, 2)))) if draw.random() < 0.5 else None
    return Case(RuleSet(rules), _reading(draw, pieces), scripts, source)


def _rule(draw: Random, rule_id: str, phrases: list[str]) -> Rule:
    filters = tuple(Filter(f"f{at}", _condition(draw, phrases, 1)) for at in range(draw.choice([0, 0, 0, 1, 2])))
    return Rule(rule_id, _condition(draw, phrases, draw.randint(0, 3)), "", "g", filters=filters)


def _reading(draw: Random, pieces: list[str]) -> Reading:
    texts: dict[Field, str] = {name: _text(draw, pieces) for name in FIELDS if draw.random() < 0.7}
    if draw.random() < 0.2:
        texts["title"] = texts.get("title", "").upper()
    return read(
        texts,
        lang=draw.choice(LANGS),
        publisher=draw.choice(["BBC", ""]),
        url="https://example.org/" + "-".join(draw.choices(pieces, k=draw.randint(0, 3))),
        on=draw.choice(DAYS),
        facts=[_fact(draw) for _ in range(draw.choice([0, 0, 1, 3]))],
    )


def _text(draw: Random, pieces: list[str]) -> str:
    return "".join(draw.choice(pieces) + draw.choice(GAPS) for _ in range(draw.choice([1, 4, 8, 16])))


def _fact(draw: Random) -> Fact:
    start = draw.randint(0, 60)
    span = (start, start + draw.randint(0, 12))
    if draw.random() < 0.3:
        roe = Participant(text="Roe", actor="ada-roe")
        president = Participant(text="the president", office="president@york")
        return LeaderCall(
            participants=(roe, president),
            modality=draw.choice(["happened", "planned"]),
            field=draw.choice(FIELDS),
            span=span,
        )
    return Casualties(
        role=draw.choice(["killed", "wounded", "combined"]),
        low=draw.choice([None, 5, 150]),
        high=draw.choice([None, 7, 150]),
        side=draw.choice([None, "york"]),
        field=draw.choice(FIELDS),
        span=span,
    )


def _condition(draw: Random, phrases: list[str], depth: int) -> Condition:
    if depth == 0:
        return _leaf(draw, phrases)
    parts = tuple(_condition(draw, phrases, draw.randint(0, depth - 1)) for _ in range(draw.randint(1, 3)))
    match draw.randrange(7):
        case 0:
            return All(parts)
        case 1:
            return Any_(parts)
        case 2:
            return Not(parts[0])
        case 3:
            return AtLeast(draw.randint(1, len(parts)), parts)
        case 4:
            return InFields(tuple(draw.sample(FIELDS, draw.randint(1, 2))), parts[0])
        case _:
            if draw.random() < 0.3:
                parts = (Within(draw.choice(list(Scope)), parts[0]), *parts[1:])
            return Within(draw.choice(list(Scope)), All(parts) if draw.random() < 0.6 else Any_(parts))


def _leaf(draw: Random, phrases: list[str]) -> Condition:
    match draw.randrange(12):
        case 0 | 1:
            return Phrase(draw.choice(phrases))
        case 2:
            asked = Phrase(draw.choice(phrases))
            return Query(asked.text, asked)
        case 3 | 4:
            return _near(draw, phrases)
        case 5:
            langs = ["en", "de", "ru", "und", "und"]
            count = draw.randint(1, 4)
            listed = [text for text in phrases if text != "Tusk~"]  # which has no endings in English or Russian
            return Terms("t", tuple((draw.choice(langs), Phrase(draw.choice(listed))) for _ in range(count)))
        case 6 | 7 | 8:
            return ActorCondition(tuple(draw.sample(POSITIONS, draw.randint(1, 2))), draw.random() < 0.3)
        case 9:
            return UrlCondition((Phrase(draw.choice(phrases)),))
        case 10:
            return draw.choice(FACT_CONDITIONS)
        case _:
            return draw.choice(PLAIN_CONDITIONS)


def _near(draw: Random, phrases: Sequence[str]) -> Phrase:
    """Few words, for the reference tries every choice of places; where words have no spaces, each character is one."""
    chosen = draw.choices([text for text in phrases if " " not in text and "=" not in text], k=draw.randint(2, 3))
    while len(chosen) > 1 and len(phrase(" ".join(chosen))) > MOST_NEAR_WORDS:
        chosen.pop()
    return Phrase(" ".join(chosen), draw.randint(1, 6))


PLAIN_CONDITIONS: list[Condition] = [
    LangCondition(("en",)),
    LangCondition(("und", "de")),
    PublisherCondition(("bbc",)),
]
FACT_CONDITIONS = [
    FactCondition("casualties", (FactTest("role", ("killed", "combined")), FactTest("at_least", (100,)))),
    FactCondition("casualties", (FactTest("side", ("york",)),)),
    FactCondition("leader_call", (FactTest("modality", ("happened",), is_default=True),)),
    FactCondition("leader_call", (FactTest("between", ("head-of-state",)), FactTest("between", ("ada-roe", "york")))),
    FactCondition("leader_call", (FactTest("participants", ("president@york",)),)),
    FactCondition("casualties", (FactTest("field", ("title", "text")), FactTest("side", (None,)))),
    FactCondition("casualties", (FactTest("at_most", (10,)),)),
]
