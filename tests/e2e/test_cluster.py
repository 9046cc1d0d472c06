"""The whole service on a real Kafka and a real Redis."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service, Subscriber
from tests.support.tocsin_process import TOCSIN, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

ARTICLES = 60


def tocsin(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*TOCSIN, *arguments, "--config", str(service.config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_every_article_becomes_one_alert_through_a_kill_9(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    with FeedServer() as feeds:
        load = Load(feeds, rate=20, total=ARTICLES, feeds=4)
        settings = cluster_settings(kafka_server, redis_server)
        with Service(tmp_path, feeds=load.feeds(), rules=[RULE], settings=settings) as service:
            service.start()
            with Subscriber(service.url) as subscriber, load:
                wait_until(lambda: len(subscriber.received) >= 10, seconds=60, what="the first alerts")
                service.kill()
                service.start()
                wait_until(
                    lambda: len(set(subscriber.revisions())) >= ARTICLES, seconds=90, what="an alert for every article"
                )
            code, seconds = service.stop()

    assert sorted(alert["data"]["story"]["articles"][0]["url"] for _, alert in subscriber.received) == sorted(
        load.published
    )
    assert Counter(subscriber.revisions()).most_common(1)[0][1] == 1
    assert (code, seconds < 5) == (0, True)


def test_topics_are_told_and_made_and_looking_makes_none(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    feeds = [{"id": "herald", "url": "https://herald.example/feed.xml"}]
    with Service(tmp_path, feeds=feeds, rules=[RULE], settings=cluster_settings(kafka_server, redis_server)) as service:
        listed = tocsin(service, "feeds", "list")
        before = tocsin(service, "topics", "check")
        made = tocsin(service, "topics", "create")
        after = tocsin(service, "topics", "check")
        again = tocsin(service, "topics", "create")

    assert (listed.returncode, listed.stderr) == (0, "")
    assert (before.returncode, before.stdout.count("missing: ")) == (1, 4)
    assert (made.returncode, made.stdout.count("created ")) == (0, 4)
    assert after.returncode == 0
    assert again.stdout == "nothing was missing\n"
