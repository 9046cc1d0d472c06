"""Made-up alerts for the tests of delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.core.alert import (
    Alert,
    AlertData,
    AlertStory,
    Change,
    ChangeKind,
    Latency,
    Severity,
    StoryArticle,
    event_id,
    event_type,
)
from monitor.core.ids import AlertId, ArticleId, StoryId

NOW = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)
UNKNOWN = Latency()


def an_alert(
    alert_id: str = "a1",
    revision: int = 1,
    *,
    rule: str = "cable-cut",
    severity: Severity = "medium",
    change: ChangeKind = "opened",
    langs: tuple[str, ...] = ("en",),
    shadow: bool = False,
    latency: Latency = UNKNOWN,
    first_seen_at: datetime = NOW - timedelta(seconds=3),
) -> Alert:
    """An alert revision of which only what a test names matters."""
    articles = tuple(
        StoryArticle(
            id=ArticleId(f"article-{index}"),
            url=f"https://news.example/{index}",
            title="Cable in the bay found severed",
            publisher="Example Post",
            lang=lang,
            published_at=None,
        )
        for index, lang in enumerate(langs)
    )
    return Alert(
        id=event_id(AlertId(alert_id), revision),
        type=event_type(change),
        subject=rule,
        time=NOW,
        data=AlertData(
            alert_id=AlertId(alert_id),
            revision=revision,
            change=Change(kind=change, reason="first_report", text="First report."),
            rule=rule,
            rule_title=rule,
            rule_version="v1",
            severity=severity,
            headline="Cable in the bay found severed",
            summary="Example Post (1 voice)",
            confidence="single_source",
            quote="The cable was severed overnight.",
            story=AlertStory(id=StoryId("story"), articles=articles, voices=1, first_seen_at=first_seen_at),
            evidence=(),
            latency=latency,
            shadow=shadow,
        ),
    )
