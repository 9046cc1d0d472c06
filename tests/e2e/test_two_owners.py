"""Two alert stages that both believe to own a partition: one stood still while the group went on without it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service, Subscriber
from tests.support.stages import StageProcess, Stages
from tests.support.tocsin_process import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

ARTICLES = 5000  # ten batches, so that one can be caught in the middle
ROUNDS = 5
MOVES_WITHIN_SECONDS = 30.0  # what is promised of a dead one's work
REFUSED_WITHIN_SECONDS = 5.0
REFUSED = "partition has another owner"


def told(stage: StageProcess, event: str) -> int:
    return stage.log_path.read_text(encoding="utf-8").count(event)


def saved(stage: StageProcess) -> int:
    """How many decisions it has saved: it tells of each after that."""
    return told(stage, "alert decided")


def pause_between_decision_and_save(stage: StageProcess) -> None:
    """Once it has taken over, saved a batch and is at the next one."""
    before = saved(stage)
    decided = partial(stage.metric, "tocsin_decide_latency_seconds_count")
    wait_until(lambda: saved(stage) > before, seconds=MOVES_WITHIN_SECONDS, what=f"{stage.name} deciding")
    wait_until(lambda: decided() > saved(stage), seconds=10, what=f"{stage.name} deciding on the next batch")
    stage.pause()


def resume_late(stage: StageProcess) -> bool:
    """It goes on with a partition that is another's by now: whether it got as far as its save, which is refused.

    It may also have stood still a moment before or after: where it waited for an answer of the log, that comes too
    late, and it loads all again. Refused, it loads what the other saved and may win the next save, until the group
    tells it; then the other is refused.
    """
    before = told(stage, REFUSED)
    stage.resume()
    with suppress(TimeoutError):
        wait_until(lambda: told(stage, REFUSED) > before, seconds=REFUSED_WITHIN_SECONDS, what="a refusal")
    return told(stage, REFUSED) > before


def test_the_late_one_is_refused_and_no_revision_is_lost_or_doubled(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    refused = 0
    with FeedServer() as feeds:
        load = Load(feeds, rate=10_000, total=ARTICLES, feeds=10, window=ARTICLES)
        settings = cluster_settings(kafka_server, redis_server)
        service = Service(tmp_path, feeds=load.feeds(), rules=[RULE], settings=settings)
        with load, Stages(service, ["poll", "match", "deliver", "web"]) as stages:
            load.wait()
            stages.start()
            matched = partial(stages["match"].metric, "tocsin_matches_total")
            wait_until(lambda: matched() >= ARTICLES, seconds=90, what="a backlog of matches")
            with Stages(service, ["alert", "alert"]) as both, Subscriber(stages["web"].url) as subscriber:
                late, owner = both["alert"], both["alert-2"]
                late.start()
                pause_between_decision_and_save(late)
                owner.start()
                for _ in range(ROUNDS):
                    pause_between_decision_and_save(owner)
                    refused += resume_late(late)
                    late, owner = owner, late
                    if refused >= 2:
                        break
                late.resume()
                wait_until(lambda: len(set(subscriber.revisions())) >= ARTICLES, seconds=90, what="every alert")

    assert refused >= 1
    assert sorted(alert["data"]["story"]["articles"][0]["url"] for _, alert in subscriber.received) == sorted(
        load.published
    )
    assert Counter(subscriber.revisions()).most_common(1)[0][1] == 1
