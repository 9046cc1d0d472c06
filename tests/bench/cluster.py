"""The stages as processes on a real Kafka and Redis: latency at a steady load, the most that they keep up with, and how
long articles wait when a process of two is stopped or killed.

    python -m tests.bench.cluster latency [--articles 1000] [--rate 20]
    python -m tests.bench.cluster throughput [--rates 100,200,300,450,600] [--seconds 40]
    python -m tests.bench.cluster handover [--rate 20]

Processes: poll, two matchers, alert, deliver; the listener is `redis-cli SUBSCRIBE`. Beyond the poll: from the arrival
of the feed document that first held the article (`first_seen_at`) to the message. A rate is kept up with when no
more waits at the end of its time than at the beginning, in feeds and on the log. Handed over is measured from outside:
the longest that any article published around the stop or the kill took to its message.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.cluster import cluster_settings
from tests.support.cpu import tree_cpu_seconds
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer
from tests.support.load import RULE, Load
from tests.support.redis_cli import RedisCli
from tests.support.redis_server import RedisServer
from tests.support.service import Service
from tests.support.stages import StageProcess, Stages
from tests.support.tocsin_process import wait_until

STAGES = ["poll", "match", "match", "alert", "deliver"]
FEEDS = 200
POLL_SECONDS = 10
# What of each stage shows that it works.
STAGE_WORK = {
    "poll": "tocsin_articles_total",
    "match": "tocsin_articles_matched_total",
    "alert": "tocsin_decide_latency_seconds_count",
    "deliver": "tocsin_alerts_total",
}
DEAD_SECONDS = 35.0  # longer than work may take to move
SETTLE_SECONDS = 15.0
WARM_UP_SECONDS = 45.0  # the first polls of many feeds are spread over half a minute


@dataclass(frozen=True)
class Bench:
    """What runs while something is measured."""

    kafka: KafkaServer
    redis: RedisServer
    stages: Stages
    listener: RedisCli

    def pids(self) -> dict[str, int]:
        """The processes whose time counts."""
        return {name: stage.pid for name, stage in self.stages.by_name.items()} | {
            "kafka": self.kafka.pid,
            "redis": self.redis.pid,
        }

    def lag(self) -> float:
        """Records that wait, of all topics."""
        return sum(stage.metric("tocsin_consumer_lag_records") for stage in self.stages.by_name.values())

    def waiting(self, load: Load) -> int:
        """Articles that were published and have not come through yet."""
        return len(load.published) - len(self.listener.received)

    def arrivals(self) -> dict[str, float]:
        """When the first message of each article came, by URL."""
        alerts = [(_url(json.loads(text)), at) for at, text in list(self.listener.received)]
        return dict(reversed(alerts))

    def cpu_seconds(self) -> dict[str, float]:
        """What each process has used so far."""
        return {name: tree_cpu_seconds(pid) for name, pid in self.pids().items()}


def main() -> int:
    """Run one of them; 1 when it did not go as it must."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["latency", "throughput", "handover"])
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--rates", default="100,200,300,450,600")
    parser.add_argument("--seconds", type=float, default=40)
    chosen = parser.parse_args()
    if chosen.what == "latency":
        return measure_latency(chosen.articles, chosen.rate)
    if chosen.what == "handover":
        return measure_handover(chosen.rate)
    return measure_throughput([float(rate) for rate in chosen.rates.split(",")], chosen.seconds)


def measure_latency(articles: int, rate: float) -> int:
    """p50 and p99 beyond the poll, and that every message came whole and once."""
    with FeedServer() as server:
        load = Load(server, rate=rate, total=articles)
        with running(load, poll={}) as bench, load:
            before, began = bench.cpu_seconds(), time.monotonic()
            load.wait()
            _print_cpu(before, bench.cpu_seconds(), time.monotonic() - began)
            received = bench.listener.received
            wait_until(lambda: len(received) >= articles, seconds=60, what=f"all messages ({len(received)})")
    alerts = [(at, json.loads(text)) for at, text in received]
    urls = [_url(alert) for _, alert in alerts]
    beyond = sorted(at - _first_seen(alert) for at, alert in alerts)
    whole = sorted(at - load.published[url] for (at, _), url in zip(alerts, urls, strict=True))
    print(f"articles {articles} at {rate:g}/s, messages {len(received)}, distinct {len(set(urls))}")
    print(f"beyond the poll: p50 {_at(beyond, 0.5)}, p99 {_at(beyond, 0.99)}, max {_at(beyond, 1)}")
    print(f"with the poll (interval 500 ms): p50 {_at(whole, 0.5)}, p99 {_at(whole, 0.99)}")
    return 0 if len(received) == len(set(urls)) == articles else 1


def measure_throughput(rates: list[float], seconds: float) -> int:
    """Raise the rate until the lag grows; the processor time of each process at each rate."""
    kept_up = 0.0
    # Many feeds, each polled every ten seconds, as news comes; few would be parsed again and again.
    window = round(max(rates) / FEEDS * POLL_SECONDS * 3)
    with FeedServer(sites=FEEDS // 5) as server:
        load = Load(server, rate=rates[0], total=None, feeds=FEEDS, window=window)
        poll = {"interval": f"{POLL_SECONDS}s", "min_interval": f"{POLL_SECONDS}s", "jitter": 0}
        with running(load, poll=poll) as bench, load:
            time.sleep(WARM_UP_SECONDS)
            for rate in rates:
                load.rate = rate
                time.sleep(POLL_SECONDS * 1.5)  # what comes now was published at this rate
                if not _keeps_up(bench, load, seconds):
                    break
                kept_up = rate
    print(f"largest rate kept up with: {kept_up:g} articles/s")
    return 0 if kept_up else 1


def measure_handover(rate: float) -> int:
    """For each stage, of which two run: the busier one is stopped, then killed; 1 when an article took too long."""
    allowed = {StageProcess.stop: 5.0, StageProcess.kill: 30.0}
    kept = True
    with FeedServer(sites=20) as server:
        load = Load(server, rate=rate, total=None, feeds=20, window=round(rate * 60 / 20))
        stages = [stage for stage in STAGE_WORK for _ in range(2)]
        with running(load, poll={}, stages=stages) as bench, load:
            time.sleep(SETTLE_SECONDS)
            for stage in STAGE_WORK:
                for end, seconds in allowed.items():
                    longest = _longest_wait(bench, load, stage, end)
                    kept = kept and longest < seconds
                    print(f"{stage}, {end.__name__}: longest from feed to message {longest:.1f} s", flush=True)
    return 0 if kept else 1


def _longest_wait(bench: Bench, load: Load, stage: str, end: Callable[[StageProcess], object]) -> float:
    """Seconds from the feed to the message for the article around that end that took longest; starts it again."""
    work = {one: one.metric(STAGE_WORK[stage]) for one in bench.stages.by_name.values() if one.stage == stage}
    time.sleep(SETTLE_SECONDS / 2)
    victim = max(work, key=lambda one: one.metric(STAGE_WORK[stage]) - work[one])
    at = time.time()
    end(victim)
    time.sleep(DEAD_SECONDS)
    around = {url: moment for url, moment in load.published.items() if at - 1 < moment < at + DEAD_SECONDS}
    wait_until(lambda: around.keys() <= bench.arrivals().keys(), seconds=60, what="all messages")
    arrivals = bench.arrivals()
    victim.start()
    bench.stages.wait_ready(victim)
    time.sleep(SETTLE_SECONDS)
    return max(arrivals[url] - moment for url, moment in around.items())


def _keeps_up(bench: Bench, load: Load, seconds: float) -> bool:
    """Whether no more waits at the end, in the feeds and on the log, but for half a second's worth."""
    before, began = bench.cpu_seconds(), time.monotonic()
    received, waiting, lag = len(bench.listener.received), bench.waiting(load), bench.lag()
    time.sleep(seconds)
    took = time.monotonic() - began
    through = (len(bench.listener.received) - received) / took
    slack = load.rate * POLL_SECONDS / 20  # feeds are polled in lumps
    keeps_up = bench.waiting(load) <= waiting + slack and bench.lag() <= lag + slack
    print(
        f"{load.rate:g}/s: waiting {waiting} then {bench.waiting(load)}, of which on the log {lag:.0f} then "
        f"{bench.lag():.0f}; through {through:.0f}/s; keeps up: {keeps_up}"
    )
    _print_cpu(before, bench.cpu_seconds(), took)
    return keeps_up


@contextmanager
def running(load: Load, *, poll: dict[str, Any], stages: Sequence[str] = STAGES) -> Iterator[Bench]:
    """Servers, stages and the listener, for one measurement."""
    with (
        tempfile.TemporaryDirectory() as name,
        KafkaServer(Path(name) / "kafka") as kafka,
        RedisServer(Path(name) / "redis") as redis,
    ):
        folder = Path(name) / "tocsin"
        folder.mkdir()
        settings = cluster_settings(kafka, redis) | {"poll": poll}
        service = Service(folder, feeds=load.feeds(), rules=[RULE], settings=settings)
        with Stages(service, stages) as started, RedisCli(redis, f"{settings['prefix']}:alerts") as listener:
            started.start()
            listener.wait_subscribed()
            yield Bench(kafka, redis, started, listener)


def _print_cpu(before: dict[str, float], after: dict[str, float], seconds: float) -> None:
    shares = {name: 100 * (after[name] - before[name]) / seconds for name in after}
    print("  CPU, % of one core: " + ", ".join(f"{name} {share:.0f}" for name, share in shares.items()))


def _url(alert: dict[str, Any]) -> str:
    return str(alert["data"]["story"]["articles"][0]["url"])


def _first_seen(alert: dict[str, Any]) -> float:
    return datetime.fromisoformat(alert["data"]["story"]["first_seen_at"]).timestamp()


def _at(values: list[float], share: float) -> str:
    """Milliseconds at a share of the sorted seconds."""
    return f"{values[min(len(values) - 1, int(share * len(values)))] * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
