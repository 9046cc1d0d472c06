"""Redis loses everything while Kafka keeps its log: `tocsin recover`, and the service goes on as if nothing was."""

from __future__ import annotations

import subprocess
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.core.record import Topic
from monitor.core.walk import records_before
from monitor.storage.kafka import KafkaConnection, KafkaLog
from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer, Item, rss
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service, Subscriber
from tests.support.tocsin_process import TOCSIN, wait_until
from tests.support.webhook import SECRET, SECRET_VARIABLE, WebhookReceiver

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

ARTICLES = 40
TRUCE = {"id": "truce", "title": "Truce", "when": {"query": "truce"}, "update_at_most_every": "1s"}


def item(name: str, title: str, *, words: str = "Nothing more was said.") -> Item:
    link = f"https://herald.example/{name}"
    return Item(id=link, title=title, summary=words, link=link, published_at=datetime.now(UTC))


def tocsin(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*TOCSIN, *arguments, "--config", str(service.config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=service.environment)


def articles_on(settings: dict[str, Any], service: Service) -> int:
    """How many of the service's feeds are on the log."""
    feeds = {feed["id"] for feed in yaml.safe_load((service.folder / "feeds.yaml").read_text())["feeds"]}
    connection = KafkaConnection(tuple(settings["kafka"]["bootstrap"]), settings["prefix"])
    with closing(KafkaLog(connection)) as log:
        return sum(
            record.key in feeds
            for number in range(log.partitions(Topic.ARTICLES))
            for record in records_before(log, Topic.ARTICLES, number)
        )


def sent(webhook: WebhookReceiver) -> list[str]:
    return [alert["id"] for alert in list(webhook.received)]


def changes_of(subscriber: Subscriber, epoch: str, rule: str) -> list[tuple[str, int, str]]:
    alerts = [alert for _, alert in list(subscriber.received) if alert["epoch"] == epoch and alert["subject"] == rule]
    return [(one["data"]["headline"], one["data"]["revision"], one["data"]["change"]["reason"]) for one in alerts]


def test_after_redis_lost_everything_no_alert_is_lost_and_none_is_sent_twice(
    kafka_server: KafkaServer, tmp_path: Path
) -> None:
    with FeedServer() as feeds, WebhookReceiver() as webhook, RedisServer(tmp_path / "redis") as redis:
        load = Load(feeds, rate=40, total=ARTICLES, feeds=4)
        standing = [item("north", "A truce in the north", words="The truce holds for a week.")]
        feeds.put("/herald.xml", rss("Herald", standing))
        feeds.put("/post.xml", rss("Post", []))
        settings = cluster_settings(kafka_server, redis)
        with Service(
            tmp_path,
            feeds=[
                *load.feeds(),
                {"id": "herald", "url": feeds.url("/herald.xml"), "publisher": "herald.example"},
                {"id": "post", "url": feeds.url("/post.xml"), "publisher": "post.example"},
            ],
            rules=[RULE, TRUCE],
            subscriptions=webhook.subscriptions("*"),
            settings=settings,
            environment={SECRET_VARIABLE: SECRET},
        ) as service:
            service.start()
            with Subscriber(service.url) as subscriber:
                with load:
                    load.wait()
                    wait_until(lambda: len(sent(webhook)) > ARTICLES, seconds=60, what="every alert at the webhook")
                beside = tocsin(service, "recover")
                service.stop()
                appended = articles_on(settings, service)
                redis.command("FLUSHALL")

                service.start(wait=False)
                assert service.process is not None
                refused = service.process.wait(timeout=30)
                dry = tocsin(service, "recover", "--dry-run")
                recovered = tocsin(service, "recover")
                again = tocsin(service, "recover")

                edited = item("north", "A truce in the north", words="The truce holds for a month.")
                feeds.put("/herald.xml", rss("Herald", [edited, item("south", "A truce in the south")]))
                service.start()
                wait_until(lambda: len(sent(webhook)) >= ARTICLES + 3, seconds=60, what="what came meanwhile")
                feeds.put("/post.xml", rss("Post", [item("north", "North: the truce as we see it")]))
                wait_until(lambda: len(sent(webhook)) >= ARTICLES + 4, seconds=60, what="the second voice")
                wait_until(lambda: len(set(subscriber.revisions())) >= ARTICLES + 4, seconds=30, what="all revisions")
                epoch = subscriber.received[-1][1]["epoch"]
                code, _ = service.stop()

        assert (beside.returncode, "in use by" in beside.stderr) == (1, True)
        assert refused == 1
        assert "run `tocsin recover`" in service.log_path.read_text(encoding="utf-8")
        assert (dry.returncode, "nothing was changed" in dry.stdout) == (1, True), dry.stdout + dry.stderr
        assert (recovered.returncode, recovered.stderr) == (0, ""), recovered.stdout
        assert f"alert history: rebuilt: {ARTICLES + 1} revisions" in recovered.stdout
        assert (again.returncode, "nothing was missing" in again.stdout) == (0, True), again.stdout
        assert code == 0

        assert len(set(sent(webhook))) == len(sent(webhook))
        assert articles_on(settings, service) == appended + 3
        truces = changes_of(subscriber, epoch, "truce")
        assert truces[0] == ("A truce in the north", 1, "first_report")
        assert sorted(truces[1:]) == [
            ("A truce in the north", 2, "evidence_changed"),
            ("A truce in the north", 3, "new_voice"),
            ("A truce in the south", 1, "first_report"),
        ]
        assert len({alert["epoch"] for _, alert in subscriber.received}) == 2
        in_epoch = [alert["id"] for _, alert in subscriber.received if alert["epoch"] == epoch]
        assert Counter(in_epoch).most_common(1)[0][1] == 1
        assert sorted(in_epoch) == sorted(sent(webhook))
