"""What the keys under `when:` become."""

from __future__ import annotations

import pytest

from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    FactCondition,
    FactTest,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Scope,
    UrlCondition,
    Within,
)
from tests.unit.rules.support import problems_of, rule_with

A, B = Query("a", Phrase("a")), Query("b", Phrase("b"))
HAPPENED = FactTest("modality", ("happened", "claimed"), is_default=True)


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        pytest.param("{query: a}", A, id="query"),
        pytest.param("{all: [{query: a}, {query: b}]}", All((A, B)), id="all"),
        pytest.param("{any: [{query: a}, {query: b}]}", Any_((A, B)), id="any"),
        pytest.param("{query: a, not: {query: b}}", All((A, Not(B))), id="side-by-side-and-not"),
        pytest.param("{at_least: 2, of: [{query: a}, {query: b}]}", AtLeast(2, (A, B)), id="at-least"),
        pytest.param(
            "{same: paragraph, at_least: 1, of: [{query: a}], query: b}",
            Within(Scope.PARAGRAPH, All((AtLeast(1, (A,)), B))),
            id="at-least-beside-others-in-a-paragraph",
        ),
        pytest.param("{same: article, query: a}", A, id="article"),
        pytest.param("{same: title, query: a}", Within(Scope.TITLE, A), id="title"),
        pytest.param(
            "{query: a, not: {same: sentence, not: {query: b}}}",
            All((A, Not(Not(Within(Scope.SENTENCE, B))))),
            id="not-under-a-scope-means-in-no-such-place",
        ),
        pytest.param("{actor: russia}", ActorCondition(("russia",)), id="actor"),
        pytest.param("{actor: [russia, ukraine, russia]}", ActorCondition(("russia", "ukraine")), id="actors"),
        pytest.param("{actor: leaders(ukraine)}", ActorCondition(("leaders(ukraine)",)), id="leaders"),
        pytest.param("{actor: head-of-state}", ActorCondition(("head-of-state",)), id="set"),
        pytest.param("{named: russia}", ActorCondition(("russia",), direct=True), id="named"),
        pytest.param("{query: a, lang: [en, und]}", All((A, LangCondition(("en", "und")))), id="lang"),
        pytest.param("{query: a, publisher: BBC}", All((A, PublisherCondition(("bbc",)))), id="publisher"),
        pytest.param(
            "{query: a, url: [live, 'example.org/x']}",
            All((A, UrlCondition((Phrase("live"), Phrase("example.org/x"))))),
            id="url",
        ),
        pytest.param(
            "{query: 'title:a AND actor:russia'}",
            Query("title:a AND actor:russia", All((InFields(("title",), Phrase("a")), ActorCondition(("russia",))))),
            id="fields-in-a-query",
        ),
        pytest.param("{leader_call: {}}", FactCondition("leader_call", (HAPPENED,)), id="any-call"),
        pytest.param(
            "{leader_call: {between: [russia, [ukraine, france]], modality: planned}}",
            FactCondition(
                "leader_call",
                (
                    FactTest("between", ("russia",)),
                    FactTest("between", ("ukraine", "france")),
                    FactTest("modality", ("planned",)),
                ),
            ),
            id="call-between",
        ),
        pytest.param(
            "{leader_call: {on: 2024-05, topics: [grain]}}",
            FactCondition("leader_call", (FactTest("on", ("2024-05",)), FactTest("topic", ("grain",)), HAPPENED)),
            id="a-bare-on-is-true-in-yaml",
        ),
        pytest.param(
            "{casualties: {role: [killed, combined], at_least: 100, side: russia}}",
            FactCondition(
                "casualties",
                (
                    FactTest("role", ("killed", "combined")),
                    FactTest("at_least", (100,)),
                    FactTest("side", ("russia",)),
                    HAPPENED,
                    FactTest("kind", ("event", "period"), is_default=True),
                    FactTest("per", (None,), is_default=True),
                ),
            ),
            id="casualties-with-defaults",
        ),
        pytest.param(
            "{fact: {type: casualties, kind: cumulative, per: [null, day], main: true, as_of: 2024-05-17, "
            "modality: happened}}",
            FactCondition(
                "casualties",
                (
                    FactTest("kind", ("cumulative",)),
                    FactTest("per", (None, "day")),
                    FactTest("main", (True,)),
                    FactTest("as_of", ("2024-05-17",)),
                    FactTest("modality", ("happened",)),
                ),
            ),
            id="fact",
        ),
    ],
)
def test_condition_is_read(when: str, condition: Condition) -> None:
    rule = rule_with(when).rule("r")

    assert rule is not None
    assert rule.when == condition


@pytest.mark.parametrize(
    ("when", "message"),
    [
        pytest.param("{fact: {at_least: 3}}", "needs a type (allowed: casualties, leader_call)", id="no-type"),
        pytest.param("{fact: {type: casualty}}", "unknown type of fact (did you mean 'casualties'?)", id="type"),
        pytest.param("{casualties: 100}", "100: is no group of keys (allowed: role, at_least", id="number-alone"),
        pytest.param("{casualties: {rol: killed}}", "unknown key (did you mean 'role'?)", id="key"),
        pytest.param("{leader_call: {side: russia}}", "unknown key (allowed: ", id="key-of-another-type"),
        pytest.param("{casualties: {role: dead}}", "'dead': unknown (allowed: captured, combined", id="role"),
        pytest.param("{casualties: {role: kiled}}", "'kiled': unknown (did you mean 'killed'?)", id="misspelt-role"),
        pytest.param("{casualties: {role: []}}", "is an empty list", id="empty-list"),
        pytest.param(
            "{casualties: {role: null}}",
            "null: every such fact says something here",
            id="null-where-there-is-always-one",
        ),
        pytest.param("{casualties: {role: {a: b}}}", "is no single value", id="mapping"),
        pytest.param("{casualties: {at_least: -1}}", "-1: is no count (allowed: whole numbers from 0)", id="negative"),
        pytest.param("{casualties: {at_least: true}}", "True: is no count", id="boolean"),
        pytest.param("{casualties: {at_least: [1, 2]}}", "takes one number", id="several-bounds"),
        pytest.param("{casualties: {at_least: 9, at_most: 3}}", "is less than at_least (3 and 9)", id="bounds"),
        pytest.param("{casualties: {main: maybe}}", "'maybe': allowed: true, false", id="main"),
        pytest.param("{casualties: {as_of: 17.05.2024}}", "is no date (allowed: 2024, 2024-05, 2024-05-17)", id="date"),
        pytest.param("{casualties: {as_of: '2024-13'}}", "is no date", id="month"),
        pytest.param("{casualties: {side: usa}}", "unknown actor 'usa' (did you mean 'united-states'?)", id="side"),
        pytest.param("{casualties: {place: '...'}}", "has no word in it", id="no-word"),
        pytest.param("{casualties: {who: 3}}", "3: is no text", id="number-for-words"),
        pytest.param("{leader_call: {between: [a, b, c, d, e]}}", "has more than 4 entries", id="entries"),
        pytest.param("{leader_call: {told_by: rusia-x}}", "unknown actor 'rusia-x'", id="misspelt-position"),
        pytest.param("{leader_call: {topic: a, topics: b}}", "is another name of `topic`", id="two-names"),
    ],
)
def test_fact_condition_is_refused(when: str, message: str) -> None:
    assert message in problems_of(f"rules:\n  - id: r\n    when: {when}\n")[0][2]


def test_every_wrong_value_of_a_fact_condition_is_told_with_its_line() -> None:
    problems = problems_of("""rules:
  - id: r
    when:
      casualties:
        role: [killed, dead]
        at_lest: 3
      leader_call:
        between: [russia, [ukrain, france]]
        mode: fax
""")

    assert [(line, key) for line, key, _ in problems] == [
        (5, "rules[0].when.casualties.role[1]"),
        (6, "rules[0].when.casualties.at_lest"),
        (8, "rules[0].when.leader_call.between[1][0]"),
        (9, "rules[0].when.leader_call.mode"),
    ]
