"""Whatever stands in a rule file, the reader gives rules, or problems with their places, and no other error."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.rules.authoring.warnings import rule_warnings
from consumers.rules.language.conditions import CONDITION_KEYS
from consumers.rules.language.entries import FilterEntry, RuleEntry, RuleFile, TestEntry
from consumers.rules.language.fact_keys import KEYS
from consumers.rules.language.loader import read_rules
from monitor.core.documents import Document
from monitor.core.errors import SettingsError
from monitor.core.fact import FACT_TYPES
from tests.unit.rules.support import catalogue

KEY_NAMES = [
    *CONDITION_KEYS, *RuleFile.model_fields, *RuleEntry.model_fields, *FilterEntry.model_fields,
    *TestEntry.model_fields,
    *KEYS, *KEYS["casualties"], *KEYS["leader_call"], "type", "include", "en", "no", "topics",
    *FACT_TYPES["casualties"].__struct_fields__,
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 100, 1.5, date(2024, 5, 17), datetime(2024, 5, 17, tzinfo=UTC), "", " ", "a", "a AND",
    "title:a -b", "russia", "president@france", "leaders(", "leaders(russia)", "sentence", "title", "en", "en-GB", "*",
    "r*", "roam~1", "=", "...", "killed", "casualties", "leader_call", "2024-13", "match", "none", "15m", "high",
]  # fmt: skip
keys = st.one_of(st.sampled_from(KEY_NAMES), st.sampled_from([True, False, 3, "x y", ""]))
anything = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
conditions = st.recursive(
    st.dictionaries(st.sampled_from([*CONDITION_KEYS]), anything, min_size=1, max_size=2),
    lambda inner: st.one_of(
        st.builds(lambda key, parts: {key: parts}, st.sampled_from(["all", "any"]), st.lists(inner, max_size=2)),
        st.builds(lambda part: {"not": part, "query": "a"}, inner),
        st.builds(lambda count, part: {"at_least": count, "of": [part, part]}, st.integers(-1, 3), inner),
    ),
    max_leaves=4,
)  # fmt: skip
facts = st.builds(
    lambda type_, rest: {"type": type_, **rest},
    st.sampled_from(list(FACT_TYPES)),
    st.dictionaries(st.sampled_from(["role", "low", "participants", "topics", "attributed_to", "on"]), anything),
)
tests = st.fixed_dictionaries(
    {"expect": st.sampled_from(["match", "none", 3]), "text": st.just("a")},
    optional={"facts": st.lists(st.one_of(facts, anything), max_size=2), "published_at": st.sampled_from(VALUES)},
)
rules = st.fixed_dictionaries(
    {"id": st.sampled_from(["r", "s", "R S", None]), "when": st.one_of(conditions, anything)},
    optional={"tests": st.lists(st.one_of(tests, anything), max_size=2), "severity": st.sampled_from(VALUES)},
)
files = st.one_of(
    anything,
    st.fixed_dictionaries(
        {"rules": st.lists(st.one_of(rules, anything), max_size=2)},
        optional={
            "terms": st.dictionaries(st.sampled_from(["a", "b", 3]), st.one_of(anything, st.just({"include": ["a"]}))),
            "filters": st.one_of(anything, st.lists(rules, max_size=1)),
            "actors": anything,
            "sets": anything,
        },
    ),
)


@settings(max_examples=250, deadline=None)
@given(files)
def test_any_data_are_rules_or_problems(data: Any) -> None:
    try:
        rule_set = read_rules([Document("rules.yaml", data, {(): 1})], catalogue())
    except SettingsError as error:
        shown = [str(problem) for problem in error.problems]
    else:
        shown = [str(problem) for problem in rule_warnings(rule_set, catalogue())]

    assert all(problem.startswith("rules.yaml:1: ") for problem in shown)


right_leaves = st.sampled_from(
    [
        {"query": "a -title:b"},
        {"query": 'body:("a b"~3 OR =C) +d'},
        {"terms": "fire"},
        {"actor": ["russia", "leaders(ukraine)"]},
        {"named": "russia"},
        {"lang": ["en", "und"]},
        {"lang": "de"},
        {"publisher": "BBC"},
        {"url": "live"},
        {"casualties": {"role": "killed", "at_least": 3, "field": "title"}},
        {"leader_call": {"between": ["russia", "ukraine"]}},
    ]
)
scopes = st.sampled_from(["article", "paragraph", "sentence", "title"])
right = st.recursive(
    right_leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"at_least": len(parts), "of": parts}),
        inner.map(lambda part: {"not": part}),
        st.builds(lambda scope, part: {"same": scope, "all": [part, part]}, scopes, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(right)
def test_what_is_right_is_read_and_looked_through_for_warnings(when: dict[str, Any]) -> None:
    data = {
        "terms": {"fire": {"en": ["fire"], "de": ["Feuer"]}},
        "rules": [{"id": "r", "when": {"all": [{"query": "x"}, when]}}],
    }
    rule_set = read_rules([Document("rules.yaml", data, {(): 1})], catalogue())

    assert "has no tests" in [problem.message for problem in rule_warnings(rule_set, catalogue())]
