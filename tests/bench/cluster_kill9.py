"""`kill -9` of stages, broker and Redis under load: is an article lost, a revision missing or doubled?

    python -m tests.bench.cluster_kill9 [--kills 100] [--rate 20] [--seed 1]

Processes: poll, two matchers, two alert stages, deliver, a Kafka broker, Redis (append-only file, fsync every second).
Each is killed once in turn, then one at random, and started again after a moment. `monitor.client` follows through all
of it; what was heard raw on pub/sub, and what a webhook got, is counted beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from monitor.client import Gap, follow_redis
from monitor.core.alert import Alert
from monitor.core.codec import decode_alert, decode_article
from monitor.core.record import Topic
from monitor.core.stream import BEGINNING
from monitor.storage.kafka import KafkaConnection, KafkaLog
from monitor.storage.redis import RedisConnection, open_redis
from tests.support.cluster import cluster_settings
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_server import RedisServer
from tests.support.service import Service
from tests.support.stages import Stages
from tests.support.tocsin_process import wait_until
from tests.support.webhook import SECRET, SECRET_VARIABLE, WebhookReceiver

STAGES = ["poll", "match", "match", "alert", "alert", "deliver"]
LONGEST_ABSENCE_SECONDS = 3.0
LONGEST_PEACE_SECONDS = 6.0
LAST_SECONDS = 180.0  # for what is left when the killing has ended
Revision = tuple[str, int]


class ClientReader:
    """`monitor.client` in a thread: everything from the beginning, with what it calls gaps."""

    def __init__(self, connection: RedisConnection) -> None:
        self.alerts: list[Alert] = []
        self.gaps: list[Gap] = []
        self._following = follow_redis(connection, after=BEGINNING)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._following.close()
        self._thread.join()

    def _read(self) -> None:
        for item in self._following:
            if isinstance(item, Gap):
                self.gaps.append(item)
            else:
                self.alerts.append(item)


class RawListener:
    """Plain pub/sub, subscribed again after each lost connection: what it misses is missed."""

    def __init__(self, server: RedisServer, channel: str) -> None:
        self.heard: list[Revision] = []
        self._server = server
        self._channel = channel
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(redis.RedisError), self._server.admin() as client, client.pubsub() as pubsub:  # type: ignore[no-untyped-call]
                pubsub.subscribe(self._channel)
                while not self._stop.is_set():
                    message = pubsub.get_message(ignore_subscribe_messages=True, timeout=0.2)
                    if message is not None:
                        self.heard.append(_revision(decode_alert(message["data"], "message")))
            self._stop.wait(0.2)


@dataclass(frozen=True)
class Scene:
    """Everything that runs."""

    kafka: KafkaServer
    redis: RedisServer
    stages: Stages
    load: Load
    client: ClientReader
    raw: RawListener
    webhook: WebhookReceiver
    redis_connection: RedisConnection
    kafka_connection: KafkaConnection

    def victims(self) -> Mapping[str, tuple[Callable[[], None], Callable[[], None]]]:
        """What is killed and started again, by name."""
        servers: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "kafka": (self.kafka.kill, self.kafka.start),
            "redis": (self.redis.kill, self.redis.start),
        }
        return {name: (stage.kill, stage.start) for name, stage in self.stages.by_name.items()} | servers


def main() -> int:
    """Run it and print the figures; 1 when anything was lost, missing or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with FeedServer() as feeds:
        # The window is wide: what rolls off a feed while nobody polls it is a gap at the source and no loss of ours.
        load = Load(feeds, rate=chosen.rate, total=None, window=600)
        with running(load) as scene:
            with load:
                killed = _kill(scene, chosen.kills, random.Random(chosen.seed))
            with contextlib.suppress(TimeoutError):  # the report says what is missing
                wait_until(
                    lambda: _opened(scene.client).keys() >= load.published.keys(), seconds=LAST_SECONDS, what="all"
                )
            time.sleep(5)  # a doubled revision, or the last webhook, would come late
            return _report(scene, killed)


@contextlib.contextmanager
def running(load: Load) -> Iterator[Scene]:
    """Servers, stages and the three who listen."""
    with (
        tempfile.TemporaryDirectory() as name,
        KafkaServer(Path(name) / "kafka") as kafka,
        RedisServer(Path(name) / "redis") as server,
        WebhookReceiver() as webhook,
    ):
        folder = Path(name) / "tocsin"
        folder.mkdir()
        settings = cluster_settings(kafka, server)
        service = Service(
            folder,
            feeds=load.feeds(),
            rules=[RULE],
            subscriptions=webhook.subscriptions("*"),
            settings=settings,
            environment={SECRET_VARIABLE: SECRET},
        )
        connection = RedisConnection(server.url, prefix=settings["prefix"])
        with Stages(service, STAGES) as stages:
            stages.start()
            client, raw = ClientReader(connection), RawListener(server, f"{settings['prefix']}:alerts")
            try:
                yield Scene(
                    kafka=kafka,
                    redis=server,
                    stages=stages,
                    load=load,
                    client=client,
                    raw=raw,
                    webhook=webhook,
                    redis_connection=connection,
                    kafka_connection=KafkaConnection((kafka.bootstrap,), prefix=settings["prefix"]),
                )
            finally:
                client.close()
                raw.close()


def _kill(scene: Scene, kills: int, chance: random.Random) -> Counter[str]:
    victims = scene.victims()
    names = sorted(victims)
    in_turn = itertools.chain(names, iter(lambda: chance.choice(names), None))
    killed: Counter[str] = Counter()
    for number, name in enumerate(itertools.islice(in_turn, kills)):
        time.sleep(chance.uniform(0, LONGEST_PEACE_SECONDS))
        kill, start = victims[name]
        kill()
        killed[name] += 1
        time.sleep(chance.uniform(0, LONGEST_ABSENCE_SECONDS))
        start()
        for stage in scene.stages.by_name.values():
            if not stage.is_alive():  # it found a server away as it started; a supervisor would start it again
                stage.start()
        if (number + 1) % 10 == 0:
            print(
                f"killed {number + 1} times, {len(scene.load.published)} published, "
                f"{len(scene.client.alerts)} revisions received",
                file=sys.stderr,
            )
    return killed


def _report(scene: Scene, killed: Counter[str]) -> int:
    published = scene.load.published.keys()
    appended = _appended(scene.kafka_connection)
    with open_redis(scene.redis_connection) as stores:
        history = {_revision(alert) for alert in stores.history.read(BEGINNING, limit=10**9)}
    opened = _opened(scene.client)
    revisions = Counter(_revision(alert) for alert in scene.client.alerts)
    raw, hooks = Counter(scene.raw.heard), Counter(_of_event(event) for event in scene.webhook.received)
    figures = {
        "kills": f"{killed.total()} ({', '.join(f'{name} {count}' for name, count in sorted(killed.items()))})",
        "articles published": len(published),
        "articles lost (not on the log)": len(published - appended.keys()),
        "articles appended again (recognised later)": sum(appended.values()) - len(appended),
        "alerts missing": len(published - opened.keys()),
        "alerts doubled": opened.total() - len(opened),
        "revisions through monitor.client": revisions.total(),
        "revisions doubled": revisions.total() - len(revisions),
        "revisions in the history and not received": len(history - revisions.keys()),
        "gaps told": len(scene.client.gaps),
        "raw pub/sub": f"{len(raw)} of {len(history)} heard, {raw.total() - len(raw)} a second time",
        "webhook": f"{len(hooks)} of {len(history)} received, {hooks.total() - len(hooks)} a second time",
    }
    for name, value in figures.items():
        print(f"{name}: {value}")
    bad = ("lost", "missing", "doubled", "not received", "gaps")
    return 1 if any(value for name, value in figures.items() if any(word in name for word in bad)) else 0


def _appended(connection: KafkaConnection) -> Counter[str]:
    """How often each article stands on the log, by URL."""
    log = KafkaLog(connection)
    urls: Counter[str] = Counter()
    try:
        for partition in range(log.partitions(Topic.ARTICLES)):
            place, end = log.bounds(Topic.ARTICLES, partition)
            while place < end:
                records = log.read(Topic.ARTICLES, partition, place, 500)
                place = records[-1].position.offset + 1
                urls.update(decode_article(record.value, str(record.position)).url for record in records)
    finally:
        log.close()
    return urls


def _opened(client: ClientReader) -> Counter[str]:
    return Counter(
        alert.data.story.articles[0].url for alert in list(client.alerts) if alert.data.change.kind == "opened"
    )


def _revision(alert: Alert) -> Revision:
    return alert.data.alert_id, alert.data.revision


def _of_event(event: dict[str, Any]) -> Revision:
    return event["data"]["alert_id"], event["data"]["revision"]


if __name__ == "__main__":
    sys.exit(main())
