"""The log on a real broker, where it does more than the contract: topics, large records, crashes, paused backlogs."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.core.record import NewRecord, Topic
from monitor.storage.kafka import KafkaConnection, KafkaLog, check_topics, create_topics, topic_plans
from monitor.storage.kafka.connection import make_producer
from monitor.storage.kafka.topics import TopicPlan
from tests.contract.support import ARTICLE_PARTITIONS, article, key_for, settle, take, until, values
from tests.support.free_ports import free_ports
from tests.support.kafka_server import KafkaServer, why_no_kafka

pytestmark = pytest.mark.external_service

PLANS = topic_plans(
    article_partitions=ARTICLE_PARTITIONS, retention=dict.fromkeys(Topic, timedelta(days=1)), replication=1
)
ARTICLES_ONLY = {Topic.ARTICLES: PLANS[Topic.ARTICLES]}


def connection_to(server: KafkaServer) -> KafkaConnection:
    """As a tenant that nobody was before."""
    return KafkaConnection((server.bootstrap,), prefix=f"test-{uuid.uuid4().hex[:12]}")


# kafka-python leaves the sockets of refused connections to the garbage collector: swept before the mark ends.
refused_connections = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture
def connection(kafka_server: KafkaServer) -> KafkaConnection:
    return connection_to(kafka_server)


@pytest.fixture
def log(connection: KafkaConnection) -> Iterator[KafkaLog]:
    """A log with `articles` only."""
    create_topics(connection, ARTICLES_ONLY)
    opened = KafkaLog(connection)
    yield opened
    opened.close()


def test_topics_that_are_missing_are_made_once(connection: KafkaConnection) -> None:
    assert check_topics(connection, PLANS).missing == set(Topic)

    assert create_topics(connection, ARTICLES_ONLY) == {Topic.ARTICLES}
    assert create_topics(connection, PLANS) == set(Topic) - {Topic.ARTICLES}
    assert create_topics(connection, PLANS) == set()

    report = check_topics(connection, PLANS)
    assert (report.missing, report.problems, report.differences) == (frozenset(), (), ())


def test_another_number_of_partitions_is_told_and_refused_where_it_is_fixed(connection: KafkaConnection) -> None:
    day = timedelta(days=1)
    create_topics(connection, {Topic.ARTICLES: TopicPlan(2, day, 1), Topic.MATCHES: TopicPlan(3, day, 1)})

    report = check_topics(connection, PLANS)

    assert report.missing == {Topic.ALERTS, Topic.DEADLETTERS}
    assert report.problems == (f"{connection.prefix}.matches has 3 partitions instead of 32",)
    assert report.differences == (f"{connection.prefix}.articles has 2 partitions instead of {ARTICLE_PARTITIONS}",)
    log = KafkaLog(connection)
    with pytest.raises(StoreError, match="32"):
        log.append([NewRecord(Topic.MATCHES, "a", b"x")])
    log.close()


def test_more_copies_than_brokers_are_refused_with_the_reason(connection: KafkaConnection) -> None:
    with pytest.raises(StoreError, match="replication"):
        create_topics(connection, {Topic.ARTICLES: TopicPlan(2, timedelta(days=1), 3)})


def test_a_record_of_two_megabytes_goes_through(log: KafkaLog) -> None:
    # Incompressible enough: the limits are about bytes on the wire.
    value = b"".join(uuid.uuid4().bytes for _ in range(125_000))

    [position] = log.append([NewRecord(Topic.ARTICLES, "large", value)])

    assert log.read(Topic.ARTICLES, position.partition, position.offset, 1)[0].value == value


def test_a_producer_waits_for_every_replica_and_doubles_nothing(connection: KafkaConnection) -> None:
    producer = make_producer(connection)
    settings = {name: producer.config[name] for name in ("acks", "enable_idempotence")}
    producer.close()

    assert settings == {"acks": -1, "enable_idempotence": True}  # -1: all


def test_a_consumer_is_of_use_to_one_thread_only(log: KafkaLog) -> None:
    consumer = log.consumer(Topic.ARTICLES, "readers")
    settle([consumer])
    with ThreadPoolExecutor(1) as other:
        for call in (lambda: consumer.poll(max_records=1, timeout_seconds=0), lambda: consumer.commit({0: 0})):
            with pytest.raises(StoreError, match="it is another thread's"):
                other.submit(call).result()

    assert consumer.poll(max_records=1, timeout_seconds=0).records == ()
    consumer.close()


def test_a_paused_partition_with_records_at_hand_comes_back_whole(log: KafkaLog) -> None:
    log.append([article(key_for(0), f"{n}") for n in range(300)])
    consumer = log.consumer(Topic.ARTICLES, "readers")
    settle([consumer])
    records = take(consumer, 1)

    consumer.pause(frozenset({0}))
    log.append([article(key_for(1), "meanwhile")])
    assert values(take(consumer, 1)) == ["meanwhile"]
    consumer.resume(frozenset({0}))
    records += take(consumer, 300 - len(records))

    assert values(records) == [str(n) for n in range(300)]
    consumer.close()


@refused_connections
@pytest.mark.usefixtures("swept")
def test_a_cluster_that_is_away_is_retriable_and_leaves_no_threads() -> None:
    before = set(threading.enumerate())
    [port] = free_ports(1)
    log = KafkaLog(KafkaConnection((f"127.0.0.1:{port}",), prefix="desk", bootstrap_seconds=1.0))
    consumer = log.consumer(Topic.ARTICLES, "readers")

    with pytest.raises(StoreUnavailableError, match=str(port)):
        log.append([article("a", "x")])
    with pytest.raises(StoreUnavailableError, match=str(port)):
        consumer.poll(max_records=1, timeout_seconds=0)
    consumer.close()
    log.close()

    assert set(threading.enumerate()) <= before


@refused_connections
@pytest.mark.usefixtures("swept")
def test_a_broker_that_crashes_loses_nothing_and_the_same_clients_go_on(tmp_path: Path) -> None:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with KafkaServer(tmp_path) as server:
        connection = connection_to(server)
        create_topics(connection, ARTICLES_ONLY)
        log = KafkaLog(connection)
        consumer = log.consumer(Topic.ARTICLES, "readers")
        seen: list[str] = []
        for n in range(4):
            log.append([article(f"feed-{n}", f"before-{n}")])
        seen += values(take(consumer, 4))
        consumer.commit({p: log.bounds(Topic.ARTICLES, p)[1] for p in range(ARTICLE_PARTITIONS)})

        server.kill()
        server.start()
        _append_in_the_end(log, "after")

        def has_come() -> bool:
            try:
                seen.extend(values(consumer.poll(max_records=100, timeout_seconds=0.2).records))
            except StoreUnavailableError:
                return False
            return "after" in seen

        until(has_come)
        consumer.close()
        log.close()

    assert set(seen) == {*(f"before-{n}" for n in range(4)), "after"}


def _append_in_the_end(log: KafkaLog, value: str) -> None:
    def is_appended() -> bool:
        try:
            log.append([article("feed", value)])
        except StoreUnavailableError:
            return False
        return True

    until(is_appended)
