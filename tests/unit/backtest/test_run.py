"""What a backtest makes of articles: alerts, counts, and the difference to other rules."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from consumers.alerting.partition import Partition
from consumers.backtest.deciding import Decider
from consumers.backtest.text import report_lines
from monitor.core.alert import Alert, Latency
from monitor.core.codec import encode
from monitor.core.match import Match
from monitor.core.ports import Head, PartitionState
from tests.unit.alerting.samples import OTHER_RULE, RETENTION, RULE, article, at, fired, gates
from tests.unit.backtest.support import BRIDGE, FERRY, backtest, line, side

DAY = 24 * 60


def kinds(alerts: list[Alert]) -> list[str]:
    return [alert.data.change.kind for alert in alerts]


def without_latency(alert: Alert) -> Alert:
    return replace(alert, data=replace(alert.data, latency=Latency()))


@st.composite
def match_streams(draw: st.DrawFn) -> list[Match]:
    """Matches of two rules, each a group of its own, in stream order."""
    minutes, matches = 0.0, []
    for _ in range(draw(st.integers(0, 12))):
        minutes += draw(st.sampled_from([0, 4, 20, 40 * 60, 60 * 60]))
        name, publisher = draw(st.sampled_from("abc")), draw(st.sampled_from(["Harbour Post", "Quay News"]))
        one = article(f"{name}{publisher}", minutes=minutes, publisher=publisher, page=f"https://{name}.example")
        for rule in draw(st.lists(st.sampled_from([RULE, OTHER_RULE]), min_size=1, unique=True)):
            matches += [Match(group=rule, article=one, fired=(fired(rule),), matched_at=at(minutes))]
    return matches


@given(match_streams())
def test_decisions_are_those_of_the_alert_stage(matches: list[Match]) -> None:
    rules = {rule: dataclasses.replace(gates(rule)[rule], group=rule) for rule in (RULE, OTHER_RULE)}
    partition = Partition(0, PartitionState(Head(0, 0, None), {}), rules, RETENTION)
    decider = Decider(rules, RETENTION)
    end = at(30 * DAY)

    decided = []
    for offset, match in enumerate(matches):
        partition.apply(match, offset, match.matched_at)
        decided += decider.apply([match])
    partition.fire(end)
    decided += decider.fire(end)
    by_stage = [without_latency(alert) for alert in partition.saved().revisions]
    by_backtest = [alert for one in decided for alert in one.revisions]

    assert sorted(by_backtest, key=lambda one: one.id) == sorted(by_stage, key=lambda one: one.id)
    assert [one.time for one in by_backtest] == sorted(one.time for one in by_backtest)


def test_an_alert_opens_is_updated_and_closes_in_stream_time() -> None:
    lines = [
        line("harbour", "Old bridge closed"),
        line("quay", "Old bridge closed", minutes=20),
        line("later", "A quiet day", minutes=3 * DAY),
    ]

    report, alerts = backtest(*reversed(lines))

    assert kinds(alerts) == ["opened", "updated", "closed"]
    assert alerts[-1].time == alerts[1].time + timedelta(hours=48)
    (rule,) = report.rules
    assert (rule.counts.matches, rule.counts.articles, rule.counts.voices, rule.counts.open) == (2, 2, 2, 0)


def test_what_is_open_at_the_last_article_stays_open() -> None:
    report, alerts = backtest(line("harbour", "Old bridge closed"), line("later", "A quiet day", minutes=DAY))

    assert kinds(alerts) == ["opened"]
    assert report.totals.open == 1


def test_an_edit_that_takes_it_back_corrects_the_alert() -> None:
    before = {"title": "Old bridge closed"}
    edit = line("a", "Old bridge open", revision=2, previous=before, first_seen_at="2031-05-04T09:00Z")

    report, alerts = backtest(edit, line("a", "Old bridge closed"))

    assert kinds(alerts) == ["opened", "corrected", "closed"]
    assert (report.totals.matches, report.totals.withdrawn) == (1, 1)


def test_what_is_held_back_is_counted_for_its_rule_or_its_group() -> None:
    grouped = [rule[:-1] + ", group: crossings}" for rule in (BRIDGE, FERRY)]
    lines = [line("a", "Old bridge closed, ferry halted"), line("a", "Old bridge closed, ferry halted", minutes=1)]

    alone, _ = backtest(*lines)
    together, _ = backtest(*lines, rules=side(*grouped))

    assert alone.rules[0].held_back == {"duplicate": 1}
    assert [rule.held_back for rule in together.rules] == [None, None]
    assert [(group.rules, group.held_back) for group in together.groups] == [
        (("bridge-closed", "ferry-stopped"), {"duplicate": 1})
    ]


def test_examples_are_a_fixed_sample_in_stream_order() -> None:
    lines = [line(f"n{number}", f"Bridge closed in street {number}", minutes=number * DAY) for number in range(30)]

    report, _ = backtest(*lines, examples=4)

    shown = [course.opened_at for course in report.rules[0].examples]
    assert len(shown) == 4
    assert shown == sorted(shown)


def test_a_report_names_rules_counts_and_evidence() -> None:
    report, _ = backtest(
        line("a", "\x1b[31m Old bridge closed", publisher="Harbour\u202e Post"), line("b", "x", minutes=None)
    )

    text = "\n".join(report_lines(report))
    assert (
        "1 match in 1 article by 1 voice; 1 alert opened, 0 updated, 0 corrected, 0 closed, 1 open at the end" in text
    )
    assert "2031-05-04  Harbour Post  [31m Old bridge closed  [“bridge closed”]" in text
    assert "1 article without a date: taken at the time of the one before in the input" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_same_rules_do_not_differ() -> None:
    lines = [line(f"n{number}", f"Bridge closed in street {number}", minutes=number * DAY) for number in range(9)]

    report, _ = backtest(*lines, against=side(BRIDGE))

    assert report.against is not None
    assert (report.against.same, report.against.is_any, report.against.rules_changed) == (9, False, 0)


def test_added_and_removed_alerts_are_told_with_their_evidence() -> None:
    old = BRIDGE.replace('"bridge closed"', "bridge AND (closed OR opened)")
    lines = [
        line("a", "Old bridge closed"),
        line("b", "New bridge opened", minutes=DAY),
        line("c", "Ferry stopped by ice", minutes=2 * DAY),
        line("d", "Bridge closed after the bridge opened", minutes=3 * DAY),
    ]

    report, _ = backtest(*lines, rules=side(BRIDGE, FERRY), against=side(old))

    assert report.against is not None
    bridge, ferry = report.against.rules
    assert (bridge.standing, bridge.added, bridge.removed, bridge.changed, bridge.same) == ("changed", 0, 1, 0, 2)
    assert [course.headline for course in bridge.removed_examples] == ["New bridge opened"]
    assert bridge.removed_examples[0].evidence[0][1] == "bridge"
    assert (ferry.standing, ferry.added, ferry.removed) == ("new", 1, 0)
    text = "\n".join(report_lines(report))
    assert "bridge-closed (changed rule): 0 alerts added" not in text
    assert "bridge-closed (changed rule): 0 added, 1 removed, 0 changed, 2 the same; matches 3 → 2" in text
    assert "  - 2031-05-05  b.example  New bridge opened  [“bridge”, “opened”]" in text
    assert "  + 2031-05-06  c.example  Ferry stopped by ice  [“Ferry”, “stopped”]" in text


def test_a_rule_that_is_gone_takes_its_alerts_with_it() -> None:
    report, _ = backtest(line("a", "Ferry stopped"), rules=side(BRIDGE), against=side(BRIDGE, FERRY))

    assert report.against is not None
    assert [(rule.rule, rule.standing, rule.removed) for rule in report.against.rules] == [
        ("bridge-closed", "unchanged", 0),
        ("ferry-stopped", "removed", 1),
    ]


def test_changed_alerts_say_what_changed() -> None:
    lines = [line("a", "Old bridge closed"), line("b", "Old bridge closed", minutes=20)]
    new = BRIDGE[:-1] + ", severity: high, update_at_most_every: 1h}"

    report, _ = backtest(*lines, rules=side(new), against=side(BRIDGE))

    assert report.against is not None
    (rule,) = report.against.rules
    assert (rule.added, rule.removed, rule.changed, rule.same) == (0, 0, 1, 0)
    assert rule.changed_examples[0].differences == (
        "severity: medium → high",
        "no longer tells of: b.example “Old bridge closed”",
        "revisions: opened 2031-05-04 08:00, updated +20m → opened 2031-05-04 08:00",
    )


def test_one_story_that_begins_earlier_is_one_changed_alert() -> None:
    page = "https://harbour.example/bridge"
    lines = [line("a", "Bridge to close", url=page), line("b", "Bridge closed", minutes=20, url=page)]
    new = BRIDGE.replace('"bridge closed"', "bridge AND (close OR closed)")

    report, _ = backtest(*lines, rules=side(new), against=side(BRIDGE))

    assert report.against is not None
    (rule,) = report.against.rules
    assert (rule.added, rule.removed, rule.changed) == (0, 0, 1)
    assert rule.changed_examples[0].before.evidence != rule.changed_examples[0].after.evidence
    assert "\n      evidence before: “Bridge closed”\n" in "\n".join(report_lines(report))


def test_two_backtests_agree_byte_for_byte() -> None:
    lines = [
        line(
            f"n{number}",
            f"Bridge closed in street {number % 7}",
            minutes=(number * 37) % 5000,
            publisher=f"p{number % 3}",
        )
        for number in range(200)
    ]

    first, again = (backtest(*lines, rules=side(BRIDGE, FERRY), against=side(FERRY)) for _ in range(2))

    assert encode(first[0]) == encode(again[0])
    assert [encode(alert) for alert in first[1]] == [encode(alert) for alert in again[1]]
    assert list(report_lines(first[0])) == list(report_lines(again[0]))
