"""The fast engine gives what the slow and obvious one gives, on random rules and texts in many scripts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.rules.compiled import CompiledRules
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    Condition,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Rule,
    RuleSet,
    Scope,
    Terms,
    Within,
)
from consumers.rules.program import build
from consumers.rules.table import LeafTable
from monitor.actors import Actor, ActorKind, Registry
from monitor.text.reading import Reading, read
from tests.unit.rules.reference import ReferenceRules

REGISTRY = Registry(
    [
        Actor(
            "a", ActorKind.PERSON, "Ada Roe", "test", {"latin": ("Roe", "Ада")}, ("ROE", "A.R."),
            ("Roe deer", "Ada Roe Jr", "deer Roe"),
        ),
        Actor("b", ActorKind.STATE, "Йорк", "test", {"han": ("约克", "克")}, ("US", "U.S."), ("约克郡",)),
        Actor("c", ActorKind.ORGANISATION, "Peace Talks", "test", {"arabic": ("محمد",), "kana": ("ガス",)}),
    ]
)  # fmt: skip
PHRASES = [
    "peace", "peace talks", "talks", "roe", "us", "straße", "lódź", "мой", "йорк", "约", "克郡", "ガ", "カス", "محمد",
    "한국", "deer", "a r", "peace peace", "air-strike",
]  # fmt: skip
PIECES = [
    *PHRASES, "PEACE", "Peace", "Ada", "Roe", "ROE", "Roe's", "A.R.", "Jr", "US", "U.S.", "STRASSE", "LÓDŹ", "и\u0306",
    "约克", "约克郡", "ｶﾞｽ", "مُحَمَّد", "Ада", "sabo\u00adtage", "🚀", "İ", "air", "strike", ".", ". The", "\n", "。",
    "!", ",", "peace\ntalks", "peace。talks", "约\n克", "Roe deer", "deer Roe", "Ada Roe Jr",
]  # fmt: skip

texts = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from([" ", " ", "", "\u00a0", "-"])), max_size=25).map(
    lambda pairs: "".join(piece + gap for piece, gap in pairs)
)
readings = st.builds(
    lambda title, summary, body, lang, publisher: read(
        {"title": title, "summary": summary, "body": body}, lang=lang, publisher=publisher
    ),
    texts,
    texts,
    texts,
    st.sampled_from(["en", "de-AT", "und", ""]),
    st.sampled_from(["BBC", ""]),
)
phrases = st.sampled_from(PHRASES).map(Phrase)
leaves: st.SearchStrategy[Condition] = st.one_of(
    phrases,
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2).map(lambda ids: ActorCondition(tuple(ids))),
    st.lists(st.tuples(st.sampled_from(["en", "de", "und"]), phrases), min_size=1, max_size=3).map(
        lambda pairs: Terms("t", tuple(pairs))
    ),
    st.sampled_from([LangCondition(("en",)), LangCondition(("und", "de")), PublisherCondition(("bbc",))]),
)


def _grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        parts.map(All), parts.map(Any_), inner.map(Not), st.builds(Within, st.sampled_from(list(Scope)), inner)
    )


conditions: st.SearchStrategy[Condition] = st.recursive(leaves, _grow, max_leaves=8)


def _rule_set(whens: list[Condition]) -> RuleSet:
    return RuleSet(tuple(Rule(f"r{number}", when, "", "g") for number, when in enumerate(whens)))


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=6), readings)
def test_engine_and_reference_agree_on_rules_and_spans(whens: list[Condition], reading: Reading) -> None:
    rule_set = _rule_set(whens)

    found = CompiledRules(rule_set, REGISTRY).match(reading)

    assert found == ReferenceRules(rule_set, REGISTRY).match(reading)


@settings(max_examples=200, deadline=None)
@given(conditions, readings)
def test_required_clauses_drop_only_what_cannot_hold(when: Condition, reading: Reading) -> None:
    table = LeafTable()
    node = build(when, table, REGISTRY)
    places = table.resolver(table.trie.places(reading), reading.lang)

    if ReferenceRules(_rule_set([when]), REGISTRY).match(reading):
        assert all(any(places(leaf) for leaf in clause) for clause in node.clauses)


def test_spans_lie_in_their_field_and_spell_the_name() -> None:
    reading = read({"title": "x", "summary": "ROE and Roe deer: to Roe"})
    (found,) = CompiledRules(_rule_set([ActorCondition(("a",))]), REGISTRY).match(reading)

    assert [(hit.field, hit.span) for hit in found.hits] == [("summary", (0, 3)), ("summary", (21, 24))]


def test_disabled_rule_never_fires() -> None:
    rules = RuleSet((Rule("r", Phrase("peace"), "", "g", status="disabled"),))
    reading = read({"title": "peace"})

    assert CompiledRules(rules, REGISTRY).match(reading) == []
    assert ReferenceRules(rules, REGISTRY).match(reading) == []
