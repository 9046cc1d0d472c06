"""The back end that the settings name, as one set of ports; the only place that knows there are two."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from consumers.alerting.heads import check_heads
from monitor.core.clock import Clock
from monitor.core.errors import StoreError, UsageError
from monitor.core.ports import AlertHistory, Deliveries, FeedStates, Leases, Log, PartitionStates
from monitor.core.record import Topic
from monitor.core.settings import Settings
from monitor.storage.kafka import (
    KafkaAccess,
    KafkaConnection,
    KafkaLog,
    TopicPlan,
    check_topics,
    create_topics,
    topic_plans,
)
from monitor.storage.redis import RedisConnection, open_redis
from monitor.storage.sqlite import EmbeddedReader, open_embedded, open_reader

EMBEDDED_OWNER = "embedded"  # the file lock makes its process the only one, so it may take its own leases over


@dataclass(frozen=True)
class Backend:
    """Every port of one back end. Whoever opened it closes it.

    Attributes:
        owner: Who we are to leases: on a cluster another name for each process.
        trim: Deletes what is past its retention and is ours to delete; what went, by topic.
    """

    log: Log
    leases: Leases
    feed_states: FeedStates
    partition_states: PartitionStates
    history: AlertHistory
    deliveries: Deliveries
    owner: str
    trim: Callable[[Mapping[Topic, timedelta], datetime], Mapping[Topic, int]]


@contextmanager
def open_backend(settings: Settings, clock: Clock) -> Iterator[Backend]:
    """The back end of the settings, ready to work on; blocks while it looks for its servers.

    Raises:
        StoreInUseError: Another process owns the embedded file.
        StoreUnavailableError: A server cannot be reached for now.
        StateMissingError: What the log tells of was lost on Redis; see `check_heads`.
        StoreError: It cannot be used as it is; the sentence says why.
    """
    with open_any_backend(settings, clock) as backend:
        check_heads(backend.log, backend.partition_states, f"{settings.prefix}-alert")
        yield backend


@contextmanager
def open_any_backend(settings: Settings, clock: Clock) -> Iterator[Backend]:
    """The same, also one that has lost its state, to recover it."""
    if settings.backend == "embedded":
        opened = _open_embedded(settings, clock)
    else:
        _prepare_topics(settings)
        opened = _open_cluster(settings)
    with opened as backend:
        yield backend


@contextmanager
def open_view(settings: Settings) -> Iterator[Backend | EmbeddedReader]:
    """The same to look at, beside a service that may run. Errors as `open_backend`.

    Raises:
        UsageError: There is nothing to look at yet.
    """
    if settings.backend == "cluster":
        with _open_cluster(settings) as backend:
            yield backend
        return
    if not settings.data.exists():
        raise UsageError(f"nothing was polled yet: there is no {settings.data}; start the service with tocsin run")
    with open_reader(settings.data) as reader:
        yield reader


def kafka_connection(settings: Settings) -> KafkaConnection:
    """Where the log is on a cluster, and how it lets us in."""
    kafka = settings.kafka
    access = KafkaAccess(
        security=kafka.security,
        mechanism=kafka.mechanism,
        username=kafka.username or "",
        password=kafka.password.get_secret_value() if kafka.password else "",
        ca_file=kafka.ca_file,
        certificate_file=kafka.certificate_file,
        key_file=kafka.key_file,
    )
    return KafkaConnection(kafka.bootstrap, settings.prefix, access=access)


def redis_connection(settings: Settings) -> RedisConnection:
    """Where state and alerts are on a cluster, and as whom we come."""
    redis = settings.redis
    return RedisConnection(
        redis.url.get_secret_value(),
        settings.prefix,
        username=redis.username,
        password=redis.password.get_secret_value() if redis.password else None,
        ca_file=redis.ca_file,
        certificate_file=redis.certificate_file,
        key_file=redis.key_file,
        allow_volatile=redis.allow_volatile,
        keep_alerts=settings.log.alerts,
    )


def plans_of(settings: Settings) -> dict[Topic, TopicPlan]:
    """What the topics are to be."""
    return topic_plans(
        article_partitions=settings.log.article_partitions,
        retention=retention_of(settings),
        replication=settings.kafka.replication,
    )


def retention_of(settings: Settings) -> dict[Topic, timedelta]:
    """How long each topic is kept."""
    return {topic: getattr(settings.log, topic.value) for topic in Topic}


@contextmanager
def _open_embedded(settings: Settings, clock: Clock) -> Iterator[Backend]:
    with open_embedded(
        settings.data, prefix=settings.prefix, article_partitions=settings.log.article_partitions, clock=clock
    ) as store:
        yield Backend(
            log=store.log,
            leases=store.leases,
            feed_states=store.feed_states,
            partition_states=store.partition_states,
            history=store.history,
            deliveries=store.deliveries,
            owner=EMBEDDED_OWNER,
            trim=store.trim,
        )


def _prepare_topics(settings: Settings) -> None:
    """Make what is missing; never alter what is there."""
    connection, plans = kafka_connection(settings), plans_of(settings)
    create_topics(connection, plans)
    if problems := check_topics(connection, plans).problems:
        raise StoreError(f"cannot use the topics on {connection}: {'; '.join(problems)}")


def _new_owner() -> str:
    """A name that no other process has: in containers, host names and process ids may be equal."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


@contextmanager
def _open_cluster(settings: Settings) -> Iterator[Backend]:
    with (
        closing(KafkaLog(kafka_connection(settings))) as log,
        open_redis(redis_connection(settings)) as redis,
    ):

        def trim(retention: Mapping[Topic, timedelta], now: datetime) -> Mapping[Topic, int]:
            redis.trim(retention, now)  # it does not count, and Kafka trims its topics by itself
            return {}

        yield Backend(
            log=log,
            leases=redis.leases,
            feed_states=redis.feed_states,
            partition_states=redis.partition_states,
            history=redis.history,
            deliveries=redis.deliveries,
            owner=_new_owner(),
            trim=trim,
        )
