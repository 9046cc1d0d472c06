"""Two pollers as processes: the feeds of one that stands still or stops go on with the other, and come back."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds.shards import POLL_SHARDS
from monitor.storage.redis import RedisConnection, open_redis
from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service
from tests.support.stages import StageProcess, Stages
from tests.support.tocsin_process import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

SITES = 12
MOVES_WITHIN_SECONDS = 30.0  # what is promised of a dead one's work
HANDS_OVER_WITHIN_SECONDS = 5.0  # and of a stopped one's
LOST = "shard lost to another poller"


def shards(stage: StageProcess) -> float:
    return stage.metric("tocsin_poll_shards")


def holds_all(stage: StageProcess) -> bool:
    return shards(stage) == POLL_SHARDS


def do_share(one: StageProcess, other: StageProcess) -> bool:
    held = [shards(one), shards(other)]
    return sum(held) == POLL_SHARDS and min(held) > 0


def articles_in(settings: dict[str, Any]) -> int:
    """How many articles the feeds' states say were seen."""
    with open_redis(RedisConnection(settings["redis"]["url"], settings["prefix"])) as stores:
        return sum(state.articles_total for state in stores.feed_states.load_all().values())


def test_no_article_is_missed_while_pollers_stand_still_and_stop(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    settings = cluster_settings(kafka_server, redis_server)
    with FeedServer(sites=SITES) as feeds:
        load = Load(feeds, rate=10, total=None, feeds=SITES)
        service = Service(tmp_path, feeds=load.feeds(), rules=[RULE], settings=settings)
        with Stages(service, ["poll", "poll"]) as stages:
            one, other = stages["poll"], stages["poll-2"]
            stages.start()
            with load:
                wait_until(partial(do_share, one, other), seconds=15, what="both poll")
                one.pause()
                has_all = partial(holds_all, other)
                wait_until(has_all, seconds=MOVES_WITHIN_SECONDS, what="a paused one's shards move")
                one.resume()
                wait_until(partial(do_share, one, other), seconds=15, what="both poll again")
                lost = one.log_path.read_text(encoding="utf-8").count(LOST)
                began = time.monotonic()
                code, _ = other.stop()
                wait_until(partial(holds_all, one), seconds=15, what="a stopped one's shards move")
                handed_over_seconds = time.monotonic() - began
            wait_until(lambda: articles_in(settings) == len(load.published), seconds=30, what="every article")

    assert lost > 0
    assert code == 0
    assert handed_over_seconds < HANDS_OVER_WITHIN_SECONDS
