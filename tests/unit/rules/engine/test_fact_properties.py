"""Random facts: a condition that spells a fact out finds it, and asking for more never finds more."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.rules.engine.facts import fact_holds
from consumers.rules.language.fact_conditions import FactReader
from consumers.rules.language.fact_keys import KEYS
from consumers.rules.model import FactCondition
from monitor.core.fact import (
    CallMode,
    Casualties,
    CasualtyKind,
    CasualtyRole,
    Fact,
    LeaderCall,
    Modality,
    Participant,
    Per,
    Qualifier,
    Source,
    Topic,
)
from tests.unit.rules.support import catalogue

ACTORS = ["russia", "ukraine", "france", "joe-biden", "vladimir-putin"]
words = st.sampled_from(["the old port", "Soldiers", "停火", "October", "health ministry"])
maybe_words = st.none() | words
maybe_actor = st.none() | st.sampled_from(ACTORS)
dates = st.none() | st.dates(date(2019, 1, 1), date(2025, 1, 1))
sources = st.lists(st.builds(Source, text=words, actor=maybe_actor), max_size=2).map(tuple)
numbers = st.none() | st.integers(0, 9)
casualties = st.builds(
    Casualties,
    role=st.sampled_from(get_args(CasualtyRole)),
    low=numbers,
    high=numbers,
    qualifier=st.sampled_from(get_args(Qualifier)),
    per=st.none() | st.sampled_from(get_args(Per)),
    period=maybe_words,
    kind=st.sampled_from(get_args(CasualtyKind)),
    who=words,
    side=maybe_actor,
    place=maybe_words,
    as_of=dates,
    main=st.booleans(),
    modality=st.sampled_from(get_args(Modality)),
    attributed_to=sources,
)
participants = st.lists(st.builds(Participant, text=words, actor=st.sampled_from(ACTORS)), min_size=2, max_size=3)
calls = st.builds(
    LeaderCall,
    participants=participants.map(tuple),
    mode=st.sampled_from(get_args(CallMode)),
    on=dates,
    on_said=maybe_words,
    reported_by=st.lists(words, max_size=2).map(tuple),
    told_by=maybe_words,
    confirmed_by=st.lists(st.sampled_from(ACTORS), max_size=2).map(tuple),
    topics=st.lists(words, max_size=2).map(lambda texts: tuple(Topic(text=text, span=(0, 1)) for text in texts)),
    modality=st.sampled_from(get_args(Modality)),
    attributed_to=sources,
)
facts: st.SearchStrategy[Fact] = st.one_of(casualties, calls)


def _type(fact: Fact) -> str:
    return "casualties" if isinstance(fact, Casualties) else "leader_call"


def _spelt_out(fact: Fact) -> dict[str, Any]:
    """For each key, what the fact says there, as its author would write it."""
    written: dict[str, Any] = {}
    for name, key in KEYS[_type(fact)].items():
        value = getattr(fact, key.field or name)
        if name in ("at_least", "at_most"):
            if value is not None:
                written[name] = value
        elif isinstance(value, tuple):
            written[name] = [_one(part) for part in value] or None
        elif name != "quote":
            written[name] = value
    if written.get("at_least", 0) > written.get("at_most", 9):
        del written["at_most"]
    return {name: value for name, value in written.items() if value is not None or KEYS[_type(fact)][name].optional}


def _one(part: Participant | Source | Topic | str) -> str:
    return part if isinstance(part, str) else getattr(part, "actor", None) or part.text


def _read(type_: str, written: dict[str, Any]) -> FactCondition:
    problems: list[str] = []
    condition = FactReader(catalogue(), lambda _, message: problems.append(message)).of_type(type_, written, ())

    assert problems == []
    assert condition is not None
    return condition


@settings(max_examples=60, deadline=None)
@given(facts)
def test_condition_that_spells_a_fact_out_finds_it(fact: Fact) -> None:
    assert fact_holds(_read(_type(fact), _spelt_out(fact)), fact, catalogue(), date(2024, 1, 1))


@settings(max_examples=60, deadline=None)
@given(facts, facts, st.data())
def test_more_keys_never_find_more(fact: Fact, other: Fact, data: st.DataObject) -> None:
    whole = _spelt_out(other)
    kept = data.draw(st.sets(st.sampled_from(sorted(whole))))
    # Defaults go where their key is written, so those stay.
    fewer = {name: value for name, value in whole.items() if name in kept or name in ("modality", "kind", "per")}
    on = date(2024, 1, 1)

    if fact_holds(_read(_type(other), whole), fact, catalogue(), on):
        assert fact_holds(_read(_type(other), fewer), fact, catalogue(), on)
