from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consumers.alerting.gates import RuleGates
from consumers.alerting.memory import SEEN_PREFIX, STORY_PREFIX
from consumers.alerting.story import MAX_MEMBERS
from monitor.core.match import PAST_MATCH_PREFIX, Fired, MatchedArticle
from tests.unit.alerting.samples import (
    FORGET,
    OTHER_RULE,
    RETENTION,
    RULE,
    START,
    THROTTLE,
    Desk,
    article,
    at,
    changes,
    fired,
    gates,
    match,
)


def kept(desk: Desk, prefix: str) -> int:
    return sum(key.startswith(prefix) for key in desk.state.entries)


def test_first_article_opens_an_alert() -> None:
    desk = Desk()

    (alert,) = desk.sees(match(article()))

    assert alert.type == "tocsin.alert.opened"
    assert alert.subject == RULE
    assert alert.id == f"{alert.data.alert_id}-1"
    assert alert.time == START
    assert alert.data.change.text == "Harbour Post reports it."
    assert alert.data.headline == "Old bridge closed, says a"
    assert alert.data.summary == "Old bridge closed, says a; Harbour Post (1 voice)"
    assert alert.data.quote == "The old bridge is closed."
    assert alert.data.confidence == "single_source"
    assert alert.data.story.voices == 1
    assert [each.id for each in alert.data.story.articles] == [article().id]
    assert alert.data.evidence == fired().evidence
    assert (alert.data.latency.publisher, alert.data.latency.match, alert.data.latency.decide) == (120.0, 1.0, 1.0)
    assert not alert.data.shadow


def test_two_rules_of_a_group_open_two_alerts_in_one_story() -> None:
    desk = Desk()

    first, second = desk.sees(match(article(), fired(RULE), fired(OTHER_RULE)))

    assert {first.subject, second.subject} == {RULE, OTHER_RULE}
    assert first.data.alert_id != second.data.alert_id
    assert first.data.story.id == second.data.story.id


def test_copy_by_the_same_voice_is_held_back_and_told_with_the_next_revision() -> None:
    desk = Desk()
    desk.sees(match(article("a")))

    assert desk.sees(match(article("b", minutes=1))) == []

    assert desk.held_back == ["duplicate"]
    (update,) = desk.sees(match(article("c", minutes=20, publisher="Delta Times")))
    assert update.data.held_back == {"duplicate": 1}
    assert len(update.data.story.articles) == 3
    assert update.data.story.voices == 2


def test_copy_by_a_new_voice_after_the_throttle_updates_at_once() -> None:
    desk = Desk()
    (opened,) = desk.sees(match(article("a")))

    (update,) = desk.sees(match(article("b", minutes=15, publisher="Delta Times")))

    assert changes([update]) == [(2, "updated", "new_voice")]
    assert update.data.alert_id == opened.data.alert_id
    assert update.data.change.text == "Delta Times reports it too."
    assert update.data.confidence == "corroborated"
    assert update.data.summary == "Old bridge closed, says a; Harbour Post and Delta Times (2 voices)"
    assert update.data.story.articles[1].copy_of == article("a").id


@pytest.mark.parametrize(
    ("words", "page", "joins"),
    [
        pytest.param("Old bridge closed, says a", None, True, id="same words, no page"),
        pytest.param("Old bridge closed, says a", "https://delta.example/1", True, id="same words, another page"),
        pytest.param("Other words", "https://harbour.example/bridge", True, id="other words, same page"),
        pytest.param("Other words", "https://delta.example/1", False, id="other words, another page"),
        pytest.param("Other words", None, False, id="other words, no page"),
    ],
)
def test_an_article_joins_by_page_or_words(words: str, page: str | None, joins: bool) -> None:
    desk = Desk()
    desk.sees(match(article("a")))

    (alert,) = desk.sees(match(article("b", minutes=20, publisher="Delta Times", words=words, page=page)))

    assert alert.data.change.kind == ("updated" if joins else "opened")


def test_two_articles_without_a_page_do_not_join_for_that() -> None:
    desk = Desk()
    desk.sees(match(article("a", page=None)))

    (alert,) = desk.sees(match(article("b", minutes=20, page=None)))

    assert changes([alert]) == [(1, "opened", "first_report")]


def test_new_voices_within_the_throttle_come_together_when_it_ends() -> None:
    desk = Desk()
    desk.sees(match(article("a")))
    assert desk.sees(match(article("b", minutes=3, publisher="Delta Times"))) == []
    assert desk.sees(match(article("c", minutes=5, publisher="Coast Radio"))) == []
    assert desk.held_back == ["throttled", "throttled"]
    assert desk.waits(at(14.9)) == []

    (update,) = desk.waits(at(600))

    assert changes([update]) == [(2, "updated", "new_voice")]
    assert update.time == START + THROTTLE
    assert update.data.change.text == "Delta Times and Coast Radio report it too."
    assert update.data.change.articles == (article("b").id, article("c").id)
    assert update.data.held_back == {"throttled": 2}
    assert update.data.summary.endswith("Harbour Post and 2 others (3 voices)")
    assert update.data.latency.decide is None


def test_the_next_record_fires_the_timers_before_it() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))

    alerts = desk.sees(match(article("z", minutes=40, publisher="Coast Radio", page=None)))

    assert [(alert.time, alert.data.change.kind) for alert in alerts] == [(at(15), "updated"), (at(40), "opened")]


def test_timers_of_several_stories_fire_in_order_each_at_its_time() -> None:
    desk = Desk()
    for number, minutes in enumerate([4, 0, 2]):
        name = f"https://harbour.example/{number}"
        # The stream is not sorted: the clock stands at 4 when the earlier ones come.
        desk.sees(match(article(f"a{number}", minutes=minutes, page=name)))
        desk.sees(match(article(f"b{number}", minutes=minutes + 3, page=name, publisher="Delta Times")))
    due = desk.partition.next_due()

    alerts = desk.waits(at(60))

    assert due is not None
    assert [alert.time for alert in alerts] == sorted(alert.time for alert in alerts)
    assert len(alerts) == 3
    assert alerts[0].time == due


def test_each_rule_of_a_story_is_forgotten_at_its_own_time() -> None:
    rules = gates()
    rules[OTHER_RULE] = replace(rules[OTHER_RULE], forget_after=timedelta(hours=1))
    desk = Desk(rules)
    desk.sees(match(article("a"), fired(RULE), fired(OTHER_RULE)))

    alerts = desk.waits(at(0) + FORGET)

    assert [(alert.subject, alert.time) for alert in alerts] == [(OTHER_RULE, at(60)), (RULE, at(0) + FORGET)]


def test_new_gates_move_the_timers() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    assert desk.uses(gates(throttle=timedelta(minutes=5))) == []

    (update,) = desk.waits(at(10))

    assert update.time == at(5)


def test_rule_without_evidence_quotes_the_title() -> None:
    desk = Desk()

    (alert,) = desk.sees(match(article("a"), Fired(rule_id=RULE, rule_version="v1")))

    assert alert.data.quote == alert.data.headline
    assert alert.data.evidence == ()


def test_stream_time_never_goes_back() -> None:
    desk = Desk()
    desk.sees(match(article("a", minutes=30)))

    (late,) = desk.sees(match(article("b", minutes=5, page=None)))

    assert late.time == at(30)
    assert late.data.story.first_seen_at == at(5)
    assert desk.state.head.clock == at(30)


def test_times_of_one_alert_never_go_back_after_a_timer_of_the_wall_clock() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    desk.waits(at(20))

    (corrected,) = desk.sees(match(article("a", minutes=4, words="Edited"), fired(withdrawn=True)))

    assert corrected.time == at(15)
    assert desk.state.head.clock == at(4)


def test_edit_with_the_same_evidence_is_held_back() -> None:
    desk = Desk()
    desk.sees(match(article("a")))

    assert desk.sees(match(article("a", minutes=2, words="Old bridge closed: live"))) == []

    assert desk.held_back == ["duplicate"]


def test_edit_with_other_evidence_corrects_at_once() -> None:
    desk = Desk()
    (opened,) = desk.sees(match(article("a"), fired(sentence="It closed for a week.")))

    (corrected,) = desk.sees(match(article("a", minutes=2, words="Edited"), fired(sentence="It closed for a month.")))

    assert changes([corrected]) == [(2, "corrected", "evidence_changed")]
    assert corrected.data.alert_id == opened.data.alert_id
    assert corrected.data.change.text == "Harbour Post changed “It closed for a week.” → “It closed for a month.”"
    assert corrected.data.headline == "Edited"
    assert corrected.data.quote == "It closed for a month."
    assert len(corrected.data.story.articles) == 1


def test_a_correction_does_not_delay_a_waiting_update() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    desk.sees(match(article("a", minutes=10, words="Edited"), fired(sentence="Other.")))

    (update,) = desk.waits(at(60))

    assert changes([update]) == [(3, "updated", "new_voice")]
    assert update.time == at(15)


def test_withdrawn_by_its_only_article_corrects_and_closes() -> None:
    desk = Desk()
    desk.sees(match(article("a")))

    alerts = desk.sees(match(article("a", minutes=2, words="Bridge open again"), fired(withdrawn=True)))

    assert changes(alerts) == [(2, "corrected", "evidence_gone"), (3, "closed", "withdrawn")]
    assert alerts[0].data.change.text == "Harbour Post no longer says so: “Old bridge closed, says a”"
    assert alerts[1].data.story.voices == 0
    assert alerts[1].data.evidence == ()
    assert alerts[1].data.headline == "Old bridge closed, says a"
    assert alerts[1].data.quote == "The old bridge is closed."
    assert kept(desk, STORY_PREFIX) == 0


def test_withdrawn_by_one_of_two_only_corrects() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=20, publisher="Delta Times")))

    alerts = desk.sees(match(article("a", minutes=21, words="Bridge open again"), fired(withdrawn=True)))

    assert changes(alerts) == [(3, "corrected", "evidence_gone")]
    assert alerts[0].data.headline == "Old bridge closed, says b"
    assert alerts[0].data.story.voices == 1
    assert alerts[0].data.confidence == "single_source"


def test_a_voice_that_is_withdrawn_while_it_waits_is_not_announced() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    desk.sees(match(article("b", minutes=5, publisher="Delta Times", words="Open"), fired(withdrawn=True)))

    assert desk.waits(at(60)) == []


def test_withdrawn_of_one_rule_closes_that_alert_only() -> None:
    desk = Desk()
    desk.sees(match(article("a"), fired(RULE), fired(OTHER_RULE)))

    alerts = desk.sees(match(article("a", minutes=2, words="Edited"), fired(RULE, withdrawn=True), fired(OTHER_RULE)))

    assert [(alert.subject, alert.data.change.kind) for alert in alerts] == [(RULE, "corrected"), (RULE, "closed")]
    assert kept(desk, STORY_PREFIX) == 1


def test_an_alert_reopened_in_a_living_story_has_a_new_id() -> None:
    desk = Desk()
    first, _ = desk.sees(match(article("a"), fired(RULE), fired(OTHER_RULE)))
    desk.sees(match(article("a", minutes=2, words="Edited"), fired(RULE, withdrawn=True), fired(OTHER_RULE)))

    (again,) = desk.sees(match(article("a", minutes=4, words="Edited back"), fired(RULE), fired(OTHER_RULE)))

    assert changes([again]) == [(1, "opened", "first_report")]
    assert again.data.story.id == first.data.story.id
    assert again.data.alert_id != first.data.alert_id


def test_an_edit_that_reopens_after_a_close_has_new_ids() -> None:
    desk = Desk()
    (first,) = desk.sees(match(article("a")))
    desk.sees(match(article("a", minutes=2, words="Bridge open again"), fired(withdrawn=True)))

    (again,) = desk.sees(match(article("a", minutes=4)))

    assert changes([again]) == [(1, "opened", "first_report")]
    assert again.data.alert_id != first.data.alert_id
    assert again.data.story.id != first.data.story.id


def test_an_edit_long_after_the_close_opens_again_only_with_other_evidence() -> None:
    desk = Desk()
    desk.sees(match(article("a")))
    assert changes(desk.waits(START + FORGET)) == [(2, "closed", "forgotten")]

    assert desk.sees(match(article("a", minutes=5000, words="A comma added"))) == []
    (again,) = desk.sees(match(article("a", minutes=5001, words="Edited"), fired(sentence="It closed once more.")))

    assert changes([again]) == [(1, "opened", "first_report")]


def test_an_edit_with_old_evidence_that_joins_a_story_of_past_matches_opens_nothing() -> None:
    desk = Desk()
    desk.sees(match(article("a", page="https://one.example/")))
    desk.waits(START + FORGET)
    desk.sees(match(article("b", minutes=5000, page="https://two.example/", backfill=True)))

    moved = article("a", minutes=5001, page="https://two.example/", words="A comma added")
    assert desk.sees(match(moved)) == []

    assert desk.held_back == ["backfill", "duplicate"]


def test_quiet_story_is_forgotten() -> None:
    desk = Desk()
    desk.sees(match(article("a")), match(article("b", minutes=10)))
    assert desk.waits(at(9) + FORGET) == []

    (closed,) = desk.waits(at(100) + FORGET)

    assert changes([closed]) == [(2, "closed", "forgotten")]
    assert closed.time == at(10) + FORGET
    assert closed.data.change.text == "Nothing new for 2d."
    assert closed.data.held_back == {"duplicate": 1}
    assert kept(desk, STORY_PREFIX) == 0
    assert desk.partition.next_due() is None


def test_backfill_is_remembered_as_past_and_opens_nothing() -> None:
    desk = Desk()

    assert desk.sees(match(article("a", backfill=True))) == []

    assert desk.held_back == ["backfill"]
    assert kept(desk, PAST_MATCH_PREFIX) == 1
    assert kept(desk, STORY_PREFIX) == 1
    desk.waits(START + FORGET)
    assert kept(desk, PAST_MATCH_PREFIX) == 0
    assert kept(desk, STORY_PREFIX) == 0


def test_live_article_opens_an_alert_in_a_story_of_past_matches() -> None:
    desk = Desk()
    desk.sees(match(article("a", backfill=True)))

    (opened,) = desk.sees(match(article("b", minutes=2, publisher="Delta Times")))

    assert changes([opened]) == [(1, "opened", "first_report")]
    assert opened.data.change.text == "Delta Times reports it."
    assert opened.data.story.voices == 2
    assert opened.data.story.articles[1].copy_of == article("a").id


def test_backfill_joins_an_open_alert_quietly() -> None:
    desk = Desk()
    desk.sees(match(article("a")))

    assert desk.sees(match(article("b", minutes=20, publisher="Delta Times", backfill=True))) == []

    assert desk.held_back == ["backfill"]
    (update,) = desk.sees(match(article("c", minutes=21, publisher="Coast Radio")))
    assert update.data.story.voices == 3


@pytest.mark.parametrize(
    ("sentence", "expected", "past"),
    [
        pytest.param("The old bridge is closed.", [], 1, id="same evidence stays past"),
        pytest.param("It is closed for good.", [(1, "opened", "first_report")], 0, id="other evidence is news"),
    ],
)
def test_edit_of_a_past_match(sentence: str, expected: list[tuple[int, str, str]], past: int) -> None:
    desk = Desk()
    desk.sees(match(article("a", backfill=True)))

    alerts = desk.sees(match(article("a", minutes=9, words="Edited"), fired(sentence=sentence)))

    assert changes(alerts) == expected
    assert kept(desk, PAST_MATCH_PREFIX) == past


def test_withdrawn_past_match_is_dropped() -> None:
    desk = Desk()
    desk.sees(match(article("a", backfill=True)))

    assert desk.sees(match(article("a", minutes=9, words="Edited"), fired(withdrawn=True))) == []

    assert kept(desk, PAST_MATCH_PREFIX) == 0
    assert kept(desk, STORY_PREFIX) == 0


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(gates(OTHER_RULE), id="removed"),
        pytest.param(gates(OTHER_RULE) | gates(RULE, status="disabled"), id="disabled"),
    ],
)
def test_alerts_of_a_rule_no_longer_in_force_close(rules: dict[str, RuleGates]) -> None:
    desk = Desk()
    desk.sees(match(article("a"), fired(RULE), fired(OTHER_RULE)))

    (closed,) = desk.uses(rules)

    assert closed.subject == RULE
    assert changes([closed]) == [(2, "closed", "rule_removed")]
    assert closed.data.rule_title == "bridge closed"
    assert desk.sees(match(article("b", minutes=1, page=None))) == []
    assert desk.held_back == ["rule_removed"]


def test_alerts_of_a_rule_removed_while_we_were_down_close_after_the_load() -> None:
    desk = Desk()
    desk.sees(match(article("a")))
    desk.gates = {}
    desk.load().close_removed()

    assert changes(desk.save()) == [(2, "closed", "rule_removed")]
    assert kept(desk, STORY_PREFIX) == 0


def test_shadow_rule_decides_the_same_and_is_counted_once_per_revision() -> None:
    desk = Desk(gates(status="shadow"))

    desk.sees(match(article("a")), match(article("b", minutes=20, publisher="Delta Times")))

    assert changes(desk.alerts) == [(1, "opened", "first_report"), (2, "updated", "new_voice")]
    assert all(alert.data.shadow for alert in desk.alerts)
    assert desk.held_back == ["shadow", "shadow"]


def test_alert_of_a_shadow_rule_that_is_disabled_closes_in_the_shadow() -> None:
    desk = Desk(gates(status="shadow"))
    desk.sees(match(article("a")))

    (closed,) = desk.uses(gates(status="disabled"))

    assert closed.data.shadow


@pytest.mark.parametrize(
    ("repeat", "reason"),
    [
        pytest.param(article("a", minutes=5, words="Second"), "duplicate", id="the same version again"),
        pytest.param(article("a", minutes=9, words="Second"), "duplicate", id="the same words seen later"),
        pytest.param(article("a", minutes=0, words="First"), "stale", id="an older version"),
        pytest.param(article("a", minutes=5, words="Third"), "stale", id="another version of the same moment"),
    ],
)
def test_repeats_change_nothing(repeat: MatchedArticle, reason: str) -> None:
    desk = Desk()
    desk.sees(match(article("a", minutes=0, words="First")))
    desk.sees(match(article("a", minutes=5, words="Second"), fired(sentence="Other.")))
    before = desk.state.entries

    assert desk.sees(match(repeat)) == []

    assert desk.held_back == [reason]
    assert {key for key in desk.state.entries if not key.startswith("out:")} == {
        key for key in before if not key.startswith("out:")
    }


def test_seen_articles_are_remembered_for_the_retention_by_stream_time() -> None:
    desk = Desk()
    desk.sees(match(article("a")))
    desk.waits(START + 2 * RETENTION)
    assert kept(desk, SEEN_PREFIX) == 1

    minutes = RETENTION / timedelta(minutes=1)
    desk.sees(match(article("b", minutes=minutes - 1, page=None)))
    assert kept(desk, SEEN_PREFIX) == 2
    desk.sees(match(article("c", minutes=minutes, page=None)))

    assert kept(desk, SEEN_PREFIX) == 2


def test_an_article_that_fits_two_stories_joins_the_older_and_stories_never_merge() -> None:
    desk = Desk()
    (older,) = desk.sees(match(article("a", page="https://one.example/")))
    (younger,) = desk.sees(match(article("b", minutes=1, page="https://two.example/")))

    both = article("c", minutes=30, publisher="Delta Times", page="https://two.example/", words=article("a").title)
    (update,) = desk.sees(match(both))

    assert update.data.story.id == older.data.story.id
    assert update.data.story.id != younger.data.story.id
    assert kept(desk, STORY_PREFIX) == 2


def test_an_edit_reaches_the_story_of_its_article_also_when_its_page_is_known_to_an_older_one() -> None:
    desk = Desk()
    desk.sees(match(article("a", page="https://one.example/")))
    (own,) = desk.sees(match(article("b", minutes=1, page="https://two.example/")))

    moved = article("b", minutes=2, page="https://one.example/", words="Edited")
    (corrected,) = desk.sees(match(moved, fired(sentence="Other.")))

    assert corrected.data.alert_id == own.data.alert_id


def test_a_late_copy_of_an_earlier_version_still_joins() -> None:
    desk = Desk()
    desk.sees(match(article("a", page=None, words="First")), match(article("a", page=None, minutes=1, words="Second")))

    (update,) = desk.sees(match(article("b", page=None, minutes=30, words="First", publisher="Delta Times")))

    assert changes([update]) == [(2, "updated", "new_voice")]


def test_groups_do_not_share_stories() -> None:
    rules = gates(RULE)
    desk = Desk(rules)
    desk.sees(match(article("a")))

    assert desk.sees(match(article("a"), group="another")) == []

    assert desk.held_back == ["rule_removed"]


def test_a_full_story_counts_what_more_comes() -> None:
    desk = Desk()
    for number in range(MAX_MEMBERS + 5):
        desk.sees(match(article(f"n{number}", minutes=number / 1000)))

    (update,) = desk.waits(START + FORGET * 2)

    assert changes([update]) == [(2, "closed", "forgotten")]
    assert len(update.data.story.articles) == 50
    assert update.data.held_back == {"duplicate": MAX_MEMBERS + 4}


def test_hostile_texts_are_bounded() -> None:
    desk = Desk()
    long = "bridge " * 50_000
    huge = article("a", words=long, publisher=long, page="https://harbour.example/" + "x" * 100_000)

    desk.sees(match(huge, fired(sentence=long)))
    desk.sees(match(article("b", minutes=20, page=huge.canonical_url), fired(sentence="Short.")))

    desk.sees(match(article("c", minutes=21, words=long + "!", page=huge.canonical_url + "y", backfill=True)))

    assert len(desk.alerts) == 2
    assert kept(desk, PAST_MATCH_PREFIX) == 1
    assert sum(len(value) for value in desk.state.entries.values()) < 20_000
