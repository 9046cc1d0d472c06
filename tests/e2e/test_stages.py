"""Each stage as a process of its own, some of them twice, on a real Kafka and a real Redis."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service, Subscriber
from tests.support.stages import Stages
from tests.support.tocsin_process import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

ARTICLES = 120
STAGES = ["poll", "match", "match", "alert", "alert", "deliver", "web"]


def test_every_article_becomes_one_alert_while_processes_come_and_go(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    with FeedServer() as feeds:
        load = Load(feeds, rate=10, total=ARTICLES, feeds=4)
        settings = cluster_settings(kafka_server, redis_server)
        service = Service(tmp_path, feeds=load.feeds(), rules=[RULE], settings=settings)
        with Stages(service, STAGES) as stages:
            stages.start()
            with Subscriber(stages["web"].url) as subscriber, load:
                wait_until(lambda: len(subscriber.received) >= 10, seconds=60, what="the first alerts")
                endings = [stages[name].stop() for name in ("match", "alert-2", "deliver", "poll")]
                stages["deliver"].start()
                stages["poll"].start()
                stages["alert"].kill()
                stages["alert-2"].start()
                wait_until(
                    lambda: len(set(subscriber.revisions())) >= ARTICLES, seconds=120, what="an alert for every article"
                )
            answer = urllib.request.urlopen(f"{stages['poll'].url}/readyz", timeout=5)  # noqa: S310 (our own address)
            with answer:
                readiness = json.load(answer)

    assert sorted(alert["data"]["story"]["articles"][0]["url"] for _, alert in subscriber.received) == sorted(
        load.published
    )
    assert Counter(subscriber.revisions()).most_common(1)[0][1] == 1
    assert [(code, seconds < 5) for code, seconds in endings] == [(0, True)] * 4
    assert readiness == {"ready": True, "problems": {}, "set_aside": {}}
