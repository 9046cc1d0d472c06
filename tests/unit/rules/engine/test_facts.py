"""Which facts a fact condition holds of."""

from __future__ import annotations

import functools
from datetime import date

import pytest

from consumers.rules.engine.facts import actors_of, fact_holds, fact_label, fact_tests_held
from consumers.rules.language.fact_keys import KEYS, OTHER_NAMES
from consumers.rules.language.loader import read_rules
from consumers.rules.model import FactCondition
from monitor.actors import Registry, read_actors
from monitor.core.documents import parse_document
from monitor.core.fact import FACT_TYPES, Casualties, Fact, LeaderCall, Participant, Source, Topic

ACTORS = """
actors:
  - {id: norland, kind: state, name: Norland, source: made up}
  - {id: suria, kind: state, name: Suria, source: made up}
  - {id: ada-roe, kind: person, name: Ada Roe, source: made up}
  - {id: ben-oak, kind: person, name: Ben Oak, source: made up}
  - {id: cy-elm, kind: person, name: Cy Elm, source: made up}
offices:
  - id: president@norland
    role: president
    of: norland
    leads: true
    source: made up
    holders: [{person: ben-oak, from: 2015, until: 2020}, {person: ada-roe, from: 2020}]
  - id: president@suria
    role: president
    of: suria
    leads: true
    source: made up
    holders: [{person: cy-elm, from: 2010}]
sets:
  - {id: pact, members: [{actor: norland, from: 2018}, suria], source: made up}
"""
TODAY = date(2024, 5, 17)
EARLIER = date(2019, 5, 17)
ADA = Participant(text="Roe", actor="ada-roe")
CY = Participant(text="Elm", actor="cy-elm")
NORLAND = Participant(text="the president of Norland", state="norland", office="president")
GRAIN = Topic(text="grain deal", span=(0, 10))
SOMEONE = Participant(text="a minister")


@functools.cache
def _registry() -> Registry:
    return read_actors([parse_document(ACTORS, "actors.yaml")])


def _condition(when: str) -> FactCondition:
    (rule,) = read_rules([parse_document(f"rules: [{{id: r, when: {when}}}]", "rules.yaml")], _registry())
    assert isinstance(rule.when, FactCondition)
    return rule.when


def _holds(when: str, fact: Fact, on: date | None = TODAY) -> bool:
    return fact_holds(_condition(when), fact, _registry(), on)


@pytest.mark.parametrize(
    ("keys", "fact", "holds"),
    [
        pytest.param("", Casualties(role="killed"), True, id="any"),
        pytest.param("role: [killed, combined]", Casualties(role="combined"), True, id="one-of-the-roles"),
        pytest.param("role: [killed, combined]", Casualties(role="wounded"), False, id="another-role"),
        pytest.param("at_least: 100", Casualties(role="killed", low=100, high=100), True, id="as-many"),
        pytest.param("at_least: 100", Casualties(role="killed", low=99, high=500), False, id="low-end-counts"),
        pytest.param("at_least: 0", Casualties(role="killed", high=500), False, id="open-low-end"),
        pytest.param("at_most: 5", Casualties(role="killed", low=1, high=5), True, id="at-most"),
        pytest.param("at_most: 5", Casualties(role="killed", low=5), False, id="open-high-end"),
        pytest.param("low: 7", Casualties(role="killed", low=7), True, id="low"),
        pytest.param("high: null", Casualties(role="killed", low=7), True, id="no-high"),
        pytest.param("", Casualties(role="killed", per="day"), False, id="no-rate-by-default"),
        pytest.param("per: day", Casualties(role="killed", per="day"), True, id="rate"),
        pytest.param("per: day", Casualties(role="killed"), False, id="no-rate-where-one-is-asked"),
        pytest.param("per: [null, day]", Casualties(role="killed"), True, id="rate-or-none"),
        pytest.param("per: true", Casualties(role="killed", per="week"), True, id="any-rate"),
        pytest.param("", Casualties(role="killed", kind="cumulative"), False, id="no-total-by-default"),
        pytest.param("kind: cumulative", Casualties(role="killed", kind="cumulative"), True, id="total"),
        pytest.param("", Casualties(role="killed", kind="period"), True, id="period-by-default"),
        pytest.param("", Casualties(role="killed", modality="claimed"), True, id="claimed-by-default"),
        pytest.param("", Casualties(role="killed", modality="denied"), False, id="not-denied-by-default"),
        pytest.param("modality: denied", Casualties(role="killed", modality="denied"), True, id="denied"),
        pytest.param("qualifier: about", Casualties(role="killed"), False, id="qualifier"),
        pytest.param("period: october", Casualties(role="killed", period="last October"), True, id="period"),
        pytest.param("period: null", Casualties(role="killed"), True, id="no-period"),
        pytest.param("who: soldiers", Casualties(role="killed", who="Norland soldiers"), True, id="who"),
        pytest.param("who: soldier boys", Casualties(role="killed", who="boys, soldier"), False, id="words-in-a-row"),
        pytest.param("who: true", Casualties(role="killed"), False, id="somebody"),
        pytest.param("side: norland", Casualties(role="killed", side="norland"), True, id="side"),
        pytest.param("side: pact", Casualties(role="killed", side="suria"), True, id="side-in-a-set"),
        pytest.param("side: norland", Casualties(role="killed"), False, id="unknown-side"),
        pytest.param("side: [null, suria]", Casualties(role="killed"), True, id="unknown-side-wanted"),
        pytest.param("place: [port, harbour]", Casualties(role="killed", place="the old harbour"), True, id="place"),
        pytest.param("place: harbour", Casualties(role="killed"), False, id="no-place"),
        pytest.param("as_of: 2024", Casualties(role="killed", as_of=TODAY), True, id="year"),
        pytest.param("as_of: 2024-05-16", Casualties(role="killed", as_of=TODAY), False, id="another-day"),
        pytest.param("main: true", Casualties(role="killed"), False, id="not-the-main-figure"),
        pytest.param("main: false", Casualties(role="killed"), True, id="a-side-figure"),
        pytest.param("field: title", Casualties(role="killed", field="title"), True, id="field"),
        pytest.param("quote: bridge", Casualties(role="killed", quote="On the bridge."), True, id="quote"),
        pytest.param(
            "attributed_to: norland",
            Casualties(role="killed", attributed_to=(Source(text="officials", actor="norland"),)),
            True,
            id="source-by-position",
        ),
        pytest.param(
            "attributed_to: president@norland",
            Casualties(role="killed", attributed_to=(Source(text="she", office="president@norland"),)),
            True,
            id="source-by-office",
        ),
        pytest.param(
            "attributed_to: health ministry",
            Casualties(role="killed", attributed_to=(Source(text="the Health Ministry"),)),
            True,
            id="source-by-words",
        ),
        pytest.param("attributed_to: norland", Casualties(role="killed"), False, id="no-source"),
        pytest.param("attributed_to: null", Casualties(role="killed"), True, id="no-source-wanted"),
    ],
)
def test_casualties_hold(keys: str, fact: Casualties, holds: bool) -> None:
    assert _holds(f"{{casualties: {{{keys}}}}}", fact) is holds


def _call(*participants: Participant, **fields: object) -> LeaderCall:
    return LeaderCall(participants=participants, **fields)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("keys", "fact", "holds"),
    [
        pytest.param("", _call(SOMEONE, SOMEONE), True, id="any"),
        pytest.param("", _call(ADA, CY, modality="planned"), False, id="planned-is-not-asked-for"),
        pytest.param("between: ada-roe", _call(ADA, SOMEONE), True, id="one-entry-with-anyone"),
        pytest.param("between: [ada-roe, cy-elm]", _call(CY, ADA), True, id="one-of-each-in-any-order"),
        pytest.param("between: [ada-roe, cy-elm]", _call(ADA, SOMEONE), False, id="one-is-lacking"),
        pytest.param("between: [ada-roe, [ben-oak, cy-elm]]", _call(ADA, CY), True, id="list-in-an-entry"),
        pytest.param("between: [head-of-state, ada-roe]", _call(ADA, SOMEONE), False, id="not-the-same-twice"),
        pytest.param("between: [head-of-state, ada-roe]", _call(ADA, CY), True, id="another-of-the-set"),
        pytest.param("between: [head-of-state, head-of-state]", _call(ADA, CY), True, id="two-of-the-set"),
        pytest.param("between: [leaders(pact), suria]", _call(ADA, SOMEONE), False, id="state-not-there"),
        pytest.param("between: president@norland", _call(ADA, CY), True, id="office-by-its-holder"),
        pytest.param("between: president@norland", _call(NORLAND, CY), True, id="office-by-office"),
        pytest.param("between: ada-roe", _call(NORLAND, CY), True, id="holder-by-office"),
        pytest.param("between: ben-oak", _call(NORLAND, CY), False, id="not-who-held-it-before"),
        pytest.param("between: norland", _call(NORLAND, CY), True, id="state-by-state"),
        pytest.param("between: leaders(pact)", _call(NORLAND, SOMEONE), True, id="leader-by-office"),
        pytest.param("participants: [ben-oak, cy-elm]", _call(ADA, CY), True, id="any-participant"),
        pytest.param("participants: ben-oak", _call(ADA, CY), False, id="no-participant"),
        pytest.param("others: ben-oak", _call(ADA, CY), False, id="nobody-else"),
        pytest.param("others: null", _call(ADA, CY), True, id="nobody-else-wanted"),
        pytest.param("mode: [phone, video]", _call(ADA, CY), False, id="unstated-mode"),
        pytest.param("on: 2024-05", _call(ADA, CY, on=TODAY), True, id="month"),
        pytest.param("on_said: thursday", _call(ADA, CY, on_said="on Thursday"), True, id="day-as-said"),
        pytest.param("topic: [grain, gas]", _call(ADA, CY, topics=(GRAIN,)), True, id="topic"),
        pytest.param("topic: gas", _call(ADA, CY), False, id="no-topic"),
        pytest.param("reported_by: daily post", _call(ADA, CY, reported_by=("The Daily Post",)), True, id="outlet"),
        pytest.param("told_by: true", _call(ADA, CY, told_by="people familiar"), True, id="told-by-somebody"),
        pytest.param("confirmed_by: suria", _call(ADA, CY, confirmed_by=("suria",)), True, id="confirmed-by-position"),
        pytest.param("confirmed_by: null", _call(ADA, CY, confirmed_by=("suria",)), False, id="confirmed"),
    ],
)  # fmt: skip
def test_leader_call_holds(keys: str, fact: LeaderCall, holds: bool) -> None:
    assert _holds(f"{{leader_call: {{{keys}}}}}", fact) is holds


def test_positions_mean_who_held_them_on_the_day_of_the_article() -> None:
    when = "{leader_call: {between: [president@norland, leaders(pact)]}}"
    fact = _call(Participant(text="Oak", actor="ben-oak"), CY)

    assert _holds(when, fact, EARLIER)
    assert not _holds(when, fact, TODAY)


def test_all_keys_hold_of_one_and_the_same_fact_only() -> None:
    condition = _condition("{casualties: {role: killed, at_least: 10}}")
    facts = [Casualties(role="killed", low=2, high=2), Casualties(role="wounded", low=30, high=30)]

    assert not any(fact_holds(condition, fact, _registry(), TODAY) for fact in facts)


def test_fact_of_another_type_never_holds() -> None:
    assert not _holds("{leader_call: {}}", Casualties(role="killed"))
    assert not _holds("{casualties: {}}", _call(ADA, CY))


def test_label_is_what_the_author_wrote_and_defaults_are_told_apart() -> None:
    condition = _condition("{casualties: {role: [killed, combined], per: [null, day]}}")
    call = _condition("{leader_call: {between: [ada-roe, [ben-oak, cy-elm]]}}")

    assert fact_label(condition) == "casualties: role killed|combined, per null|day"
    assert fact_label(condition, defaults=True).endswith(", modality happened|claimed, kind event|period")
    assert fact_label(call) == "leader_call: between ada-roe and ben-oak|cy-elm"
    assert fact_label(_condition("{casualties: {}}")) == "casualties"


def test_each_key_is_told_with_whether_it_held() -> None:
    condition = _condition("{casualties: {role: killed, at_least: 10}}")

    held = fact_tests_held(condition, Casualties(role="killed", low=2, high=2, modality="planned"), _registry(), TODAY)

    assert [(test.label, test.held, test.is_default) for test in held] == [
        ("role killed", True, False),
        ("at_least 10", False, False),
        ("modality happened|claimed", False, True),
        ("kind event|period", True, True),
        ("per null", True, True),
    ]


def test_actors_on_which_a_condition_depends() -> None:
    assert actors_of(_condition("{leader_call: {between: [ada-roe, [ben-oak, cy-elm]], others: null}}")) == (
        ("ada-roe",),
        ("ben-oak", "cy-elm"),
    )
    assert actors_of(_condition("{casualties: {side: [null, norland], attributed_to: suria}}")) == ()


def test_every_field_of_a_fact_is_a_key() -> None:
    for type_, struct in FACT_TYPES.items():
        fields = {OTHER_NAMES.get(name, name) for name in struct.__struct_fields__} - {"span"}
        bounds_and_ways = {"at_least", "at_most"} if type_ == "casualties" else {"between"}

        assert set(KEYS[type_]) == fields | bounds_and_ways
