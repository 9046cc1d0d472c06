"""Redis loses everything while Kafka keeps its log: `tocsin recover`, and the service goes on as if nothing was."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from monitor.core.record import Topic
from monitor.storage.kafka import KafkaConnection, KafkaLog
from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer, Item, rss
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import TOCSIN, Service, Subscriber, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

ARTICLES = 40
TRUCE = {"id": "truce", "title": "Truce", "when": {"query": "truce"}, "update_at_most_every": "1s"}


@contextmanager
def receiver() -> Iterator[tuple[str, list[str]]]:
    """A webhook that takes everything: its address, and the ids that came."""
    received: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["id"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the standard library)
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/in", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def item(name: str, title: str, *, words: str = "Nothing more was said.") -> Item:
    link = f"https://herald.example/{name}"
    return Item(id=link, title=title, summary=words, link=link, published_at=datetime.now(UTC))


def tocsin(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*TOCSIN, *arguments, "--config", str(service.config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=service.environment)


def articles_on(settings: dict[str, Any]) -> int:
    connection = KafkaConnection(tuple(settings["kafka"]["bootstrap"]), settings["prefix"])
    with closing(KafkaLog(connection)) as log:
        return sum(log.bounds(Topic.ARTICLES, number)[1] for number in range(log.partitions(Topic.ARTICLES)))


def changes_of(subscriber: Subscriber, epoch: str, rule: str) -> list[tuple[str, int, str]]:
    alerts = [alert for _, alert in list(subscriber.received) if alert["epoch"] == epoch and alert["subject"] == rule]
    return [(one["data"]["headline"], one["data"]["revision"], one["data"]["change"]["reason"]) for one in alerts]


def test_after_redis_lost_everything_no_alert_is_lost_and_none_is_sent_twice(
    kafka_server: KafkaServer, tmp_path: Path
) -> None:
    with FeedServer() as feeds, receiver() as (hook, sent), RedisServer(tmp_path / "redis") as redis:
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
            subscriptions={
                "subscriptions": [{"name": "desk", "rules": ["*"], "channels": ["hook"]}],
                "channels": {"hook": {"webhook": hook, "secret_env": "DESK_SECRET"}},
            },
            settings=settings,
            environment={"DESK_SECRET": "a secret of the desk"},
        ) as service:
            service.start()
            with Subscriber(service.url) as subscriber:
                with load:
                    load.wait()
                    wait_until(lambda: len(set(sent)) > ARTICLES, seconds=60, what="every alert at the webhook")
                beside = tocsin(service, "recover")
                service.stop()
                appended = articles_on(settings)
                redis.command("FLUSHALL")

                service.start(wait=False)
                assert service.process is not None
                refused = service.process.wait(timeout=30)
                dry = tocsin(service, "recover", "--dry-run")
                recovered = tocsin(service, "recover")
                again = tocsin(service, "recover")

                edited = item("north", "A truce in the north", words="The truce holds for a month.")
                feeds.put("/herald.xml", rss("Herald", [edited, item("south", "A truce in the south")]))
                feeds.put("/post.xml", rss("Post", [item("north", "North: the truce as we see it")]))
                service.start()
                wait_until(lambda: len(set(sent)) >= ARTICLES + 4, seconds=60, what="the later alerts at the webhook")
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

        assert Counter(sent).most_common(1)[0][1] == 1
        assert articles_on(settings) == appended + 3
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
        assert sorted(in_epoch) == sorted(sent)
