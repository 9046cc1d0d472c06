from __future__ import annotations

from datetime import UTC, datetime

from monitor.core.alert import Alert, AlertData, AlertStory, Change, ChangeKind, StoryArticle, event_id, event_type
from monitor.core.ids import AlertId, ArticleId, StoryId
from monitor.demo.expectations import ExpectedAlert, missing
from monitor.demo.news import load_sample_news

AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
CABLE = ExpectedAlert("cable-cut", "Cable cut", frozenset({"wire.example/cable", "herald.example/cable"}))
CALL = ExpectedAlert("leaders-speak", "Leaders speak", frozenset({"wire.example/call"}), frozenset({"updated"}))


def revision(rule: str, url: str, number: int = 1, kind: ChangeKind = "opened", *, alert: str = "") -> Alert:
    alert_id = AlertId(alert or f"{rule}-{url}")
    article = StoryArticle(
        id=ArticleId(url), url=url, title="T", publisher="P", lang="en", published_at=None, copy_of=None
    )
    return Alert(
        id=event_id(alert_id, number),
        type=event_type(kind),
        subject=rule,
        time=AT,
        data=AlertData(
            alert_id=alert_id,
            revision=number,
            change=Change(kind=kind, reason="first_report", text=""),
            rule=rule,
            rule_title=rule,
            rule_version="1",
            severity="low",
            headline="Some headline",
            summary="",
            confidence="single_source",
            quote="",
            story=AlertStory(id=StoryId("s"), articles=(article,), voices=1, first_seen_at=AT),
            evidence=(),
        ),
    )


CALL_REVISIONS = [
    revision("leaders-speak", "https://wire.example/call"),
    revision("leaders-speak", "https://wire.example/call", 2, "updated"),
]


def test_nothing_is_missing_when_all_came() -> None:
    cable = revision("cable-cut", "https://wire.example/cable")

    assert missing([CABLE, CALL], [cable, *CALL_REVISIONS]) == []


def test_a_repeated_revision_does_no_harm() -> None:
    assert missing([CALL], CALL_REVISIONS * 2) == []


def test_a_missing_alert_is_named() -> None:
    assert missing([CABLE, CALL], CALL_REVISIONS) == ["no alert of cable-cut for 'Cable cut'"]


def test_an_alert_of_another_rule_does_not_stand_in() -> None:
    wrong = revision("mass-casualties", "https://wire.example/cable")

    assert missing([CABLE], [wrong]) == [
        "no alert of cable-cut for 'Cable cut'",
        "unexpected alert of mass-casualties for 'Some headline'",
    ]


def test_a_copy_that_came_first_is_the_expected_alert() -> None:
    assert missing([CABLE], [revision("cable-cut", "https://herald.example/cable?utm_source=rss")]) == []


def test_a_second_alert_for_one_story_is_one_too_many() -> None:
    first = revision("cable-cut", "https://wire.example/cable")
    second = revision("cable-cut", "https://herald.example/cable")

    assert missing([CABLE], [first, second]) == ["second alert of cable-cut for 'Cable cut'"]


def test_a_change_that_did_not_come_is_named() -> None:
    assert missing([CALL], CALL_REVISIONS[:1]) == ["the alert of leaders-speak for 'Leaders speak' was not updated"]


def test_a_change_that_should_not_have_come_is_named() -> None:
    url = "https://wire.example/cable"
    revisions = [revision("cable-cut", url), revision("cable-cut", url, 2, "closed")]

    assert missing([CABLE], revisions) == ["the alert of cable-cut for 'Cable cut' was closed, which it should not be"]


def test_a_shadow_alert_may_be_absent_or_there() -> None:
    shadow = ExpectedAlert("big-protests", "March", frozenset({"wire.example/march"}), shadow=True)

    assert missing([shadow], []) == []
    assert missing([shadow], [revision("big-protests", "https://wire.example/march")]) == []


def test_without_alerts_everything_that_is_sent_is_missing() -> None:
    expected = load_sample_news().expected
    problems = missing(expected, [])

    assert len(problems) == len([one for one in expected if not one.shadow])
    assert "no alert of leaders-speak for 'Trump and Putin speak by phone about Arctic shipping'" in problems


def test_the_copies_of_an_article_belong_to_its_alert() -> None:
    arctic = next(one for one in load_sample_news().expected if one.title.startswith("Trump and Putin"))

    assert arctic.pages == {"wire.example/world/arctic-call", "herald.example/world/trump-putin-arctic"}
