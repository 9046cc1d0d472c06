"""Two alert stages that both believe to own a partition: one stood still while the group went on without it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service, Subscriber, wait_until
from tests.support.stages import StageProcess, Stages

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

ARTICLES = 4000  # some batches, so that one can be caught in the middle
MOVES_WITHIN_SECONDS = 30.0  # what is promised of a dead one's work
REFUSED = "partition has another owner"


def saved(stage: StageProcess) -> int:
    """How many decisions it has saved: it tells of each after that."""
    return stage.log_path.read_text(encoding="utf-8").count("alert decided")


def pause_between_decision_and_save(stage: StageProcess) -> None:
    """It has saved some batches and is at the next one."""
    decided = partial(stage.metric, "tocsin_decide_latency_seconds_count")
    wait_until(lambda: saved(stage) > 0, seconds=MOVES_WITHIN_SECONDS, what=f"{stage.name} deciding")
    while True:
        wait_until(lambda: decided() > saved(stage), seconds=10, what=f"{stage.name} deciding on the next batch")
        seen = decided()
        stage.pause()
        if seen > saved(stage):
            return
        stage.resume()


def is_refused(stage: StageProcess) -> bool:
    return REFUSED in stage.log_path.read_text(encoding="utf-8")


def test_the_late_ones_are_refused_and_no_revision_is_lost_or_doubled(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    with FeedServer() as feeds:
        load = Load(feeds, rate=10_000, total=ARTICLES, feeds=10, window=ARTICLES)
        settings = cluster_settings(kafka_server, redis_server)
        service = Service(tmp_path, feeds=load.feeds(), rules=[RULE], settings=settings)
        with load, Stages(service, ["poll", "match", "deliver", "web"]) as stages:
            load.wait()
            stages.start()
            matched = partial(stages["match"].metric, "tocsin_matches_total")
            wait_until(lambda: matched() >= ARTICLES, seconds=60, what="a backlog of matches")
            with Stages(service, ["alert", "alert"]) as owners, Subscriber(stages["web"].url) as subscriber:
                first, second = owners["alert"], owners["alert-2"]
                first.start()
                pause_between_decision_and_save(first)
                second.start()
                pause_between_decision_and_save(second)
                first.resume()
                wait_until(lambda: is_refused(first), seconds=15, what="the first refused")
                wait_until(
                    lambda: len(set(subscriber.revisions())) >= ARTICLES, seconds=90, what="every alert, by the first"
                )
                second.resume()
                wait_until(lambda: is_refused(second), seconds=15, what="the second refused")

    assert sorted(alert["data"]["story"]["articles"][0]["url"] for _, alert in subscriber.received) == sorted(
        load.published
    )
    assert Counter(subscriber.revisions()).most_common(1)[0][1] == 1
