"""Each back end's stores, opened for one test. A back end need not have every port: the others are SQLite's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.clock import utc_now
from monitor.core.record import Topic
from monitor.storage.kafka import KafkaConnection, KafkaLog, create_topics, topic_plans
from monitor.storage.redis import RedisConnection, open_redis
from monitor.storage.sqlite import open_embedded
from tests.contract.support import ARTICLE_PARTITIONS, Stores
from tests.support.kafka_server import KafkaServer
from tests.support.redis_server import USERS_PASSWORD, RedisServer

_RETENTION = dict.fromkeys(Topic, timedelta(days=1))


def _open_sqlite(path: Path | None) -> AbstractContextManager[Stores]:
    @contextmanager
    def opened() -> Iterator[Stores]:
        with open_embedded(path, prefix="test", article_partitions=ARTICLE_PARTITIONS, clock=utc_now) as embedded:
            yield Stores(
                log=embedded.log,
                leases=embedded.leases,
                feed_states=embedded.feed_states,
                partition_states=embedded.partition_states,
                history=embedded.history,
                deliveries=embedded.deliveries,
            )

    return opened()


def _sqlite_memory(request: pytest.FixtureRequest) -> AbstractContextManager[Stores]:
    return _open_sqlite(None)


def _sqlite_file(request: pytest.FixtureRequest) -> AbstractContextManager[Stores]:
    folder: Path = request.getfixturevalue("tmp_path")
    return _open_sqlite(folder / "tocsin.db")


@contextmanager
def _kafka(request: pytest.FixtureRequest) -> Iterator[Stores]:
    server: KafkaServer = request.getfixturevalue("kafka_server")
    connection = KafkaConnection((server.bootstrap,), prefix=_new_prefix())
    create_topics(connection, topic_plans(article_partitions=ARTICLE_PARTITIONS, retention=_RETENTION, replication=1))
    log = KafkaLog(connection)
    try:
        with _open_sqlite(None) as stores:
            yield replace(stores, log=log)
    finally:
        log.close()


def _redis(request: pytest.FixtureRequest) -> AbstractContextManager[Stores]:
    server: RedisServer = request.getfixturevalue("redis_server")
    return _open_redis(RedisConnection(server.url, prefix=_new_prefix()))


def _redis_as_user(request: pytest.FixtureRequest) -> AbstractContextManager[Stores]:
    """As the user that `deploy/redis/users.conf` gives the service: with no right too few."""
    server: RedisServer = request.getfixturevalue("redis_server_with_users")
    prefix = f"tocsin:{_new_prefix()}"  # the user may touch what starts with tocsin: alone
    return _open_redis(RedisConnection(server.url, prefix=prefix, username="tocsin", password=USERS_PASSWORD))


@contextmanager
def _open_redis(connection: RedisConnection) -> Iterator[Stores]:
    with open_redis(connection) as redis, _open_sqlite(None) as stores:
        yield replace(
            stores,
            leases=redis.leases,
            feed_states=redis.feed_states,
            partition_states=redis.partition_states,
            history=redis.history,
            deliveries=redis.deliveries,
        )


def _new_prefix() -> str:
    """A tenant that nobody was before: the servers live as long as the run."""
    return f"test-{uuid.uuid4().hex[:12]}"


Backend = Callable[[pytest.FixtureRequest], AbstractContextManager[Stores]]

BACKENDS: Mapping[str, Backend] = {
    "sqlite-memory": _sqlite_memory,
    "sqlite-file": _sqlite_file,
    "kafka": _kafka,
    "redis": _redis,
    "redis-as-user": _redis_as_user,
}

EMBEDDED = ("sqlite-memory", "sqlite-file")
_REDIS = ("redis", "redis-as-user")

# The suites with the back ends beside SQLite that have their port. Each of these needs a server.
SERVERS_OF: Mapping[str, tuple[str, ...]] = {
    "test_log": ("kafka",),
    "test_alert_history": _REDIS,
    "test_deliveries": _REDIS,
    "test_feed_states": _REDIS,
    "test_leases": _REDIS,
    "test_partition_states": _REDIS,
}
