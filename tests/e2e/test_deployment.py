"""What deploy/ says, held against real servers: Kafka and Redis as compose starts them, Prometheus over the stages."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from monitor.core.errors import StoreError
from monitor.storage.redis import RedisConnection, open_redis
from tests.support.cluster import cluster_settings
from tests.support.compose import SERVICES, TOP, environment
from tests.support.feeds import FeedServer
from tests.support.kafka_server import KafkaServer, why_no_kafka
from tests.support.load import RULE, Load
from tests.support.prometheus_server import PrometheusServer, why_no_prometheus
from tests.support.redis_server import RedisServer, why_no_redis
from tests.support.service import Service
from tests.support.stages import Stages
from tests.support.tocsin_process import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.external_service]

TOKEN = "the token of this desk"
STAGES = ["poll", "match", "alert", "deliver"]


def properties(env: dict[str, str]) -> dict[str, str]:
    """Kafka's settings in the environment, named as its image does: `_` is a dot, `__` an underscore, `___` a dash."""
    names = {name: name.removeprefix("KAFKA_").lower().replace("___", "-") for name in env if name.startswith("KAFKA_")}
    dotted = {name: re.sub(r"(?<!_)_(?!_)", ".", text).replace("__", "_") for name, text in names.items()}
    return {text: env[name] for name, text in dotted.items() if name != "KAFKA_HEAP_OPTS"}


class KafkaOfCompose(KafkaServer):
    """A broker with the environment of compose as its whole configuration, but for addresses and the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        env = environment("kafka")
        self._cluster = env["CLUSTER_ID"]
        text = "".join(f"{name}={value}\n" for name, value in properties(env).items())
        controller = f"127.0.0.1:{self.controller_port}"
        ours = {
            "kafka:29093": controller,
            "://:29093": f"://{controller}",
            "localhost:9092": "127.0.0.1:9092",
            "://:9092": "://127.0.0.1:0",
            "kafka:19092": self.bootstrap,
            "://:19092": f"://{self.bootstrap}",
            "/var/lib/kafka/data": str(folder / "data"),
        }
        for place, address in ours.items():
            assert place in text
            text = text.replace(place, address)
        self._config.write_text(text, encoding="utf-8")

    def _format_options(self) -> list[str]:
        return ["-t", self._cluster]  # as the image does


class RedisOfCompose(RedisServer):
    """A server that compose's command starts, but for its folders and its port."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._scratch = folder

    def _command(self) -> list[str]:
        shell, option, script = SERVICES["redis"]["command"]
        script = script.replace("/tmp/", f"{self._scratch}/").replace("/data", str(self._scratch))  # noqa: S108 (theirs)
        variables = [f"{name}={value}" for name, value in environment("redis").items()]
        return ["env", *variables, shell, option, f"{script.rstrip()} --bind 127.0.0.1 --port {self.port}"]


@pytest.mark.skipif(why_no_kafka() is not None, reason=str(why_no_kafka()))
def test_kafka_starts_with_the_environment_given_as_its_whole_configuration(tmp_path: Path) -> None:
    with KafkaOfCompose(tmp_path) as server:
        assert server.bootstrap


@pytest.mark.skipif(why_no_redis() is not None, reason=str(why_no_redis()))
def test_redis_keeps_what_we_ask_for_asks_for_its_password_and_is_found_well(tmp_path: Path) -> None:
    password = environment("redis")["REDISCLI_AUTH"]
    kind, check = SERVICES["redis"]["healthcheck"]["test"]
    with RedisOfCompose(tmp_path) as server:
        url = urlsplit(server.url)
        with_password = url._replace(netloc=f":{password}@{url.netloc}").geturl()
        with open_redis(RedisConnection(with_password, prefix="compose")):  # refuses what forgets or evicts
            health = subprocess.run(
                ["sh", "-c", check.replace("6379", str(server.port))],
                env={"PATH": "/usr/bin:/bin", **environment("redis")},
                check=False,
            )
        with (
            pytest.raises(StoreError, match="Authentication required"),
            open_redis(RedisConnection(server.url, prefix="compose")),
        ):
            pass

    assert (kind, health.returncode) == ("CMD-SHELL", 0)
    assert (tmp_path / "redis.conf").stat().st_mode & 0o077 == 0


def scraped(stages: Stages, folder: Path) -> Path:
    """Our prometheus.yml with other targets, another place of the token, and no time to waste."""
    text = (TOP / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8")
    (folder / "token").write_text(TOKEN, encoding="utf-8")
    config: dict[str, Any] = yaml.safe_load(text.replace("/run/tocsin/token", str(folder / "token")))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    jobs = [job for job in config["scrape_configs"] if job["job_name"] != "tocsin-web"]
    for job in jobs:
        [where] = job.pop("dns_sd_configs")
        [stage] = where["names"]
        targets = [urlsplit(one.url).netloc for one in stages.by_name.values() if one.stage == stage]
        job["static_configs"] = [{"targets": targets}]
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump({**config, "scrape_configs": jobs}), encoding="utf-8")
    shutil.copy(TOP / "deploy/prometheus/alarms.yml", folder)
    return path


@contextmanager
def four_processes(
    feeds: Load, kafka: KafkaServer, redis: RedisServer, folder: Path
) -> Iterator[tuple[Stages, PrometheusServer]]:
    service = Service(
        folder,
        feeds=feeds.feeds(),
        rules=[RULE],
        settings=cluster_settings(kafka, redis),
        environment={"TOCSIN_WEB__TOKEN": TOKEN},
    )
    with Stages(service, STAGES) as stages:
        stages.start()
        monitoring = folder / "prometheus"
        monitoring.mkdir()
        with PrometheusServer(monitoring, scraped(stages, monitoring)) as prometheus:
            yield stages, prometheus


@pytest.mark.skipif(why_no_prometheus() is not None, reason=str(why_no_prometheus()))
def test_prometheus_sees_an_article_go_through_all_four_processes(
    kafka_server: KafkaServer, redis_server: RedisServer, tmp_path: Path
) -> None:
    with FeedServer() as feeds:
        load = Load(feeds, rate=20, total=5, feeds=2)
        with four_processes(load, kafka_server, redis_server, tmp_path) as (stages, prometheus):
            all_up = {f"tocsin-{stage}": ["up"] for stage in STAGES}
            wait_until(lambda: prometheus.targets() == all_up, seconds=30, what=f"all up: {prometheus.targets()}")
            with load:
                load.wait()
                counted = [f"sum(tocsin_{name}_total)" for name in ("articles", "articles_matched", "alerts")]
                wait_until(lambda: min(map(prometheus.value, counted)) >= 5, seconds=60, what="all five at every stage")
            lag = {
                (series["metric"]["job"], series["metric"]["topic"])
                for series in prometheus.query("tocsin_consumer_lag_records")
            }
            latency = prometheus.value("sum(tocsin_publish_latency_seconds_count)")
            started = prometheus.query("tocsin_process_start_time_seconds")
            stages["alert"].stop()
            wait_until(
                lambda: prometheus.alarms()["TocsinStageDown"] == "pending",
                seconds=30,
                what="the alarm that alert is down",
            )
            others = {name: state for name, state in prometheus.alarms().items() if state == "firing"}

    assert {("tocsin-match", "articles"), ("tocsin-alert", "matches"), ("tocsin-deliver", "alerts")} <= lag
    assert latency >= 5
    assert len(started) == len(STAGES)
    assert others == {}
