"""The JSON API, the metrics and the health answers, over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from monitor.core.codec import encode
from monitor.core.errors import StoreUnavailableError
from monitor.core.feed import Feed, FeedChange, FeedState, PollStatus
from monitor.core.ids import ArticleId, Digest, FeedId
from monitor.core.match import PAST_MATCH_PREFIX, MatchedArticle, PastMatch
from monitor.core.ports import Head, PartitionChange
from monitor.web.history import MAX_ANSWER_BYTES
from tests.unit.web.support import HOSTILE, NOW, Site, a_site, an_alert, serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    with a_site() as site:
        yield site


async def get(site: Site, path: str) -> tuple[int, Any]:
    """Status and body: decoded where it is JSON."""
    async with serving(site) as url, aiohttp.ClientSession() as session, session.get(url + path) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if answer.content_type == "application/json" else text


def revisions(body: Any) -> list[tuple[str, int]]:
    return [(alert["data"]["alert_id"], alert["data"]["revision"]) for alert in body["alerts"]]


async def test_history_is_read_on_with_the_cursor(site: Site) -> None:
    site.append(an_alert(1), an_alert(2), an_alert(1, 2))

    _, first = await get(site, "/api/alerts?limit=2")
    _, second = await get(site, f"/api/alerts?limit=2&after={first['next']}")
    _, third = await get(site, f"/api/alerts?after={second['next']}")

    assert revisions(first) == [("alert1", 1), ("alert2", 1)]
    assert revisions(second) == [("alert1", 2)]
    assert (third["alerts"], third["next"], third["at_end"]) == ([], second["next"], True)
    assert first["epoch"] == site.store.history.epoch()


async def test_filters_hold_and_the_cursor_moves_past_what_they_drop(site: Site) -> None:
    published = site.append(
        an_alert(1, rule="cable-cut", severity="high"),
        an_alert(2, rule="cable-cut", severity="low"),
        an_alert(1, 2, rule="cable-cut", severity="high", kind="closed"),
        an_alert(3, rule="bridges", severity="critical"),
    )

    _, body = await get(site, "/api/alerts?rule=cable-*&severity=medium&change=opened,updated")

    assert revisions(body) == [("alert1", 1)]
    assert body["next"] == published[-1].streamid


async def test_alerts_about_one_actor(site: Site) -> None:
    site.append(an_alert(1, actors=("engineer", "mayor")), an_alert(2), an_alert(3, actors=("engineer",)))

    _, body = await get(site, "/api/alerts?actor=mayor")

    assert revisions(body) == [("alert1", 1)]


async def test_filter_that_drops_very_many_answers_early_with_a_cursor_to_go_on(site: Site) -> None:
    site.append(*(an_alert(number) for number in range(2_001)), an_alert(9_999, rule="wanted"))

    _, first = await get(site, "/api/alerts?rule=wanted")
    _, second = await get(site, f"/api/alerts?rule=wanted&after={first['next']}")

    assert (first["alerts"], first["at_end"]) == ([], False)
    assert (revisions(second), second["at_end"]) == ([("alert9999", 1)], True)


async def test_answer_of_large_alerts_is_short_and_the_cursor_goes_on(site: Site) -> None:
    site.append(*(an_alert(number, headline="x" * (MAX_ANSWER_BYTES // 8)) for number in range(1, 7)))
    _, first = await get(site, "/api/alerts?limit=1000")
    _, second = await get(site, f"/api/alerts?limit=1000&after={first['next']}")
    _, latest = await get(site, "/api/alerts/latest?limit=1000")

    assert revisions(first) + revisions(second) == [(f"alert{number}", 1) for number in range(1, 7)]
    assert (len(first["alerts"]), first["at_end"], second["at_end"]) == (4, False, True)
    assert revisions(latest) == [(f"alert{number}", 1) for number in (3, 4, 5, 6)]


async def test_latest_gives_the_newest_oldest_first(site: Site) -> None:
    published = site.append(*(an_alert(number) for number in range(5)))

    _, body = await get(site, "/api/alerts/latest?limit=2")

    assert revisions(body) == [("alert3", 1), ("alert4", 1)]
    assert body["next"] == published[-1].streamid


async def test_alerts_of_rules_on_trial_are_only_for_who_asks(site: Site) -> None:
    site.append(an_alert(1, shadow=True))

    assert revisions((await get(site, "/api/alerts"))[1]) == []
    assert revisions((await get(site, "/api/alerts?shadow=true"))[1]) == [("alert1", 1)]


@pytest.mark.parametrize(
    ("path", "where", "allowed"),
    [
        pytest.param("/api/alerts?after=yesterday", "after", "milliseconds-number, such as 0-0", id="cursor"),
        pytest.param("/api/alerts?limit=0", "limit", "a whole number from 1 to 1000", id="limit too low"),
        pytest.param("/api/alerts?limit=1001", "limit", "a whole number from 1 to 1000", id="limit too high"),
        pytest.param("/api/alerts?limit=²", "limit", "a whole number from 1 to 1000", id="limit no number"),
        pytest.param(f"/api/alerts?actor={'x' * 101}", "actor", "the id of an actor, up to 100 characters", id="actor"),
        pytest.param("/api/alerts?severity=dire", "severity", "low, medium, high, critical", id="severity"),
        pytest.param(
            "/api/alerts?change=opened,gone",
            "change",
            "opened, updated, corrected, closed; several with commas",
            id="change",
        ),
        pytest.param("/api/alerts?shadow=1", "shadow", "true, false", id="switch"),
        pytest.param(
            "/api/alerts/latest?after=0-0", "after", "actor, change, limit, rule, severity, shadow", id="unknown"
        ),
        pytest.param("/api/feeds?id=x", "id", "none", id="none known"),
        pytest.param("/api/why?url=ftp://x/", "url", "http:// or https://, to 2000 characters", id="address"),
    ],
)
async def test_bad_parameter_is_refused_with_what_is_allowed(site: Site, path: str, where: str, allowed: str) -> None:
    status, body = await get(site, path)

    assert (status, body["where"], body["allowed"]) == (400, where, allowed)
    assert body["error"]


async def test_hostile_text_comes_out_of_the_api_as_it_went_in(site: Site) -> None:
    site.append(an_alert(1, headline=HOSTILE))

    _, body = await get(site, "/api/alerts")

    assert body["alerts"][0]["data"]["headline"] == HOSTILE


async def test_feeds_come_with_their_state_in_words_and_without_passwords(site: Site) -> None:
    site.feeds = [
        Feed(id=FeedId("good"), url="https://good.example/rss", title="Good"),
        Feed(id=FeedId("bad"), url="https://user:secret@bad.example/rss", title="Bad"),
        Feed(id=FeedId("off"), url="https://off.example/rss", title="Off", enabled=False),
        Feed(id=FeedId("new"), url="https://new.example/rss", title="New"),
    ]
    polled = FeedState(last_poll_at=NOW - timedelta(minutes=2), status=PollStatus.OK)
    failed = FeedState(
        last_poll_at=NOW,
        last_success_at=NOW - timedelta(hours=3),
        status=PollStatus.HTTP_STATUS,
        detail="status 503",
        failures=4,
    )
    lease = site.store.leases.acquire("feeds", "test", seconds=60, now=NOW)
    assert lease is not None
    site.store.feed_states.save(FeedChange(feed_id=FeedId("good"), state=polled), lease)
    site.store.feed_states.save(FeedChange(feed_id=FeedId("bad"), state=failed), lease)

    _, body = await get(site, "/api/feeds")

    assert body["summary"] == "4 feeds: 1 failing, 1 not polled yet, 1 ok, 1 disabled"
    assert [(feed["id"], feed["state"], feed["words"]) for feed in body["feeds"]] == [
        ("bad", "failing", "failing for 3 h (4 polls): it answers with an error (status 503)"),
        ("new", "new", "never polled"),
        ("good", "ok", "ok, polled 2 min ago, no news yet"),
        ("off", "disabled", "disabled"),
    ]
    assert body["feeds"][0]["url"] == "https://bad.example/rss"


async def test_past_matches_are_counted_with_their_feeds_and_newest_first(site: Site) -> None:
    site.feeds = [Feed(id=FeedId(name), url=f"https://{name}.example/") for name in ("one", "two", "three")]
    entries = {
        f"{PAST_MATCH_PREFIX}{hours}": encode(PastMatch(rules=("bridges",), article=_article(hours, feed)))
        for hours, feed in ((5, "one"), (2, "two"), (3, "one"))
    }
    again = PastMatch(rules=("tunnels",), article=_article(3, "one"))
    entries[f"{PAST_MATCH_PREFIX}another group"] = encode(again)
    head = Head(offset=0, version=1, clock=None)
    site.store.partition_states.save([PartitionChange(partition=0, head=head, put=entries)])

    _, body = await get(site, "/api/past-matches")

    assert body["summary"] == "3 past matches in 2 of 3 feeds; watching for new ones"
    assert [(match["article"]["id"], match["rules"]) for match in body["matches"]] == [
        ("2", ["bridges"]),
        ("3", ["bridges", "tunnels"]),
        ("5", ["bridges"]),
    ]


async def test_why_answers_in_plain_text(site: Site) -> None:
    site.why = lambda url: f"{url} was held back: stale\n"

    assert await get(site, "/api/why?url=https://herald.example/1") == (
        200,
        "https://herald.example/1 was held back: stale\n",
    )


async def test_metrics_are_prometheus_text(site: Site) -> None:
    site.metrics.alerts.labels("bridges", "high", "opened").inc()

    status, text = await get(site, "/metrics")

    assert status == 200
    assert 'tocsin_alerts_total{change="opened",rule="bridges",severity="high"} 1.0' in text
    assert 'tocsin_feed_polls_total{status="ok"} 0.0' in text
    assert "tocsin_event_streams 0.0" in text


async def test_health_and_readiness_differ(site: Site) -> None:
    site.problems = {"service": "is starting"}

    assert await get(site, "/healthz") == (200, "alive\n")
    assert await get(site, "/readyz") == (
        503,
        {"ready": False, "problems": {"service": "is starting"}, "set_aside": {}},
    )
    site.problems = {}
    assert await get(site, "/readyz") == (200, {"ready": True, "problems": {}, "set_aside": {}})


async def test_rule_that_is_set_aside_is_told_and_the_process_stays_ready(site: Site) -> None:
    site.set_aside = {"slow": "takes more than 100 steps in an article"}

    assert await get(site, "/readyz") == (200, {"ready": True, "problems": {}, "set_aside": site.set_aside})


async def test_store_that_is_away_is_an_answer_and_not_a_crash(site: Site) -> None:
    class Away:
        def load_all(self) -> None:
            raise StoreUnavailableError("the disk is away")

    site.store.feed_states = Away()  # type: ignore[assignment]  # the page asks for nothing else

    status, body = await get(site, "/api/feeds")

    assert (status, body["error"]) == (503, "the disk is away")


def _article(hours: int, feed: str) -> MatchedArticle:
    return MatchedArticle(
        id=ArticleId(str(hours)),
        feed_id=FeedId(feed),
        publisher="Herald",
        url=f"https://{feed}.example/{hours}",
        canonical_url=f"https://{feed}.example/{hours}",
        title="Old bridge",
        summary="",
        lang="en",
        published_at=NOW - timedelta(hours=hours),
        first_seen_at=NOW,
        revision=1,
        digest=Digest("d"),
        backfill=True,
    )
