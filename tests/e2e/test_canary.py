"""The canary of a real service: it keeps coming through, and nobody is shown it."""

from __future__ import annotations

import math
import re
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from monitor.core.canary import CANARY_PREFIX, canary_article
from monitor.core.record import Topic
from monitor.storage.sqlite import open_reader
from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer, Item, rss
from tests.support.kafka_server import KafkaServer
from tests.support.redis_server import RedisServer
from tests.support.service import Service, Subscriber
from tests.support.stages import Stages
from tests.support.tocsin_process import wait_until

pytestmark = pytest.mark.e2e

# Fires on all there is, the canary among it.
ANYTHING = {"id": "anything", "when": {"query": f"truce OR {canary_article(0, datetime.now(UTC)).title}"}}
COUNTED = ("tocsin_articles_matched_total", "tocsin_matches_total", "tocsin_publish_latency_seconds_count")
PAGES = (
    "/",
    "/api/alerts/latest?limit=100",
    "/api/past-matches",
    "/api/feeds",
    "/api/why?url=https://herald.example/1",
)


class HasUrl(Protocol):
    @property
    def url(self) -> str: ...


def text(service: HasUrl, path: str) -> str:
    with urllib.request.urlopen(f"{service.url}{path}", timeout=10) as answer:  # noqa: S310 (our own address)
        return str(answer.read().decode())


def sample(service: HasUrl, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", text(service, "/metrics"), re.MULTILINE)
    assert found is not None
    return float(found[1])


def age(service: HasUrl) -> float:
    return sample(service, "tocsin_canary_age_seconds")


def totals(service: HasUrl, name: str) -> float:
    """A counter, over all its labels."""
    return sum(float(value) for value in re.findall(rf"^{name}{{.*}} (\S+)$", text(service, "/metrics"), re.MULTILINE))


def wait_for_newer_canaries(service: HasUrl, wanted: int) -> None:
    seen, last = 0, age(service)

    def have_come() -> bool:
        nonlocal seen, last
        before, last = last, age(service)
        seen += last < before
        return seen >= wanted

    wait_until(have_come, seconds=30, what=f"{wanted} newer canaries")


def with_one_piece_of_news(feeds: FeedServer) -> list[dict[str, str]]:
    item = Item("1", "A truce holds", "Nothing more is known.", "https://herald.example/1", datetime.now(UTC))
    feeds.put("/herald.xml", rss("Herald", [item]))
    return [{"id": "herald", "url": feeds.url("/herald.xml")}]


def check_canaries(folder: Path, backend: dict[str, Any]) -> None:
    """Let a service run with canaries and one piece of news; they come through, and only the news is shown."""
    settings = {"poll": {"canary_every": "500ms"}, **backend}
    with FeedServer() as feeds:
        feed_list = with_one_piece_of_news(feeds)
        with Service(folder, feeds=feed_list, rules=[ANYTHING], settings=settings) as service:
            service.start()
            with Subscriber(service.url) as subscriber:
                wait_until(lambda: len(subscriber.received) == 1, seconds=60, what="the alert")
                wait_for_newer_canaries(service, 5)

            assert age(service) < 5
            assert [alert["data"]["headline"] for _, alert in subscriber.received] == ["A truce holds"]
            assert {path: text(service, path).count(CANARY_PREFIX) for path in PAGES} == dict.fromkeys(PAGES, 0)
            assert totals(service, "tocsin_alerts_total") == 1
            assert totals(service, "tocsin_alerts_held_back_total") == 0
            assert totals(service, "tocsin_dead_letters_total") == 0
            assert {name: sample(service, name) for name in COUNTED} == dict.fromkeys(COUNTED, 1)


def test_canaries_keep_coming_through_and_are_shown_to_nobody(tmp_path: Path) -> None:
    check_canaries(tmp_path, {})


@pytest.mark.external_service
def test_canaries_come_through_a_cluster_alike(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    check_canaries(tmp_path, cluster_settings(kafka_server, redis_server))


@pytest.mark.external_service
def test_of_processes_by_stage_only_those_that_publish_tell_an_age(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    settings = cluster_settings(kafka_server, redis_server)
    settings["poll"] = {"canary_every": "200ms"}
    feed = {"id": "herald", "url": "https://herald.example/feed.xml", "enabled": False}
    service = Service(tmp_path, feeds=[feed], rules=[ANYTHING], settings=settings)
    with Stages(service, ["poll", "poll", "match", "alert", "deliver", "deliver", "web"]) as stages:
        stages.start()
        publishing = [stages["deliver"], stages["deliver-2"]]
        # Turn after turn the next partition: each of the two sees canaries of its own part, again and again.
        for stage in publishing:
            wait_for_newer_canaries(stage, 3)
        others = [age(stages[name]) for name in ("poll", "poll-2", "match", "alert", "web")]

        assert min(age(stage) for stage in publishing) < 5
        assert all(math.isnan(one) for one in others)


def test_switched_off_there_is_neither_canary_nor_age(tmp_path: Path) -> None:
    with FeedServer() as feeds:
        feed_list, settings = with_one_piece_of_news(feeds), {"poll": {"canary_every": "0s"}}
        with Service(tmp_path, feeds=feed_list, rules=[ANYTHING], settings=settings) as service:
            service.start()
            wait_until(lambda: totals(service, "tocsin_alerts_total") == 1, seconds=30, what="the alert")

            assert math.isnan(age(service))
            code, _ = service.stop()
        with open_reader(tmp_path / "tocsin.db") as reader:
            ends = [reader.log.bounds(Topic.ARTICLES, number)[1] for number in range(8)]

    assert (code, sum(ends)) == (0, 1)
