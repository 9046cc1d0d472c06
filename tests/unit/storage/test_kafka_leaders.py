"""The log on three real brokers, of which one dies or stands still while records are appended and consumed."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.core.errors import StoreUnavailableError
from monitor.core.ports import LogConsumer
from monitor.core.record import Topic
from monitor.storage.kafka import KafkaConnection, KafkaLog, create_topics, topic_plans
from monitor.storage.kafka.connection import make_producer
from monitor.storage.kafka.producer import Appender, RawProducer, RawRecord
from tests.contract.support import article, values
from tests.support.kafka_cluster import KafkaCluster, KafkaNode
from tests.support.kafka_server import why_no_kafka

pytestmark = [
    pytest.mark.external_service,
    pytest.mark.usefixtures("swept"),
    # kafka-python leaves the sockets of refused connections to the garbage collector: swept before the mark ends.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

PLANS = topic_plans(article_partitions=1, retention=dict.fromkeys(Topic, timedelta(days=1)), replication=3)
ARTICLES_ONLY = {Topic.ARTICLES: PLANS[Topic.ARTICLES]}
GOES_ON_SECONDS = 30.0  # what we promise: five for a dead leader, ten for one that stands still, on a quiet machine


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with KafkaCluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(autouse=True)
def running(cluster: KafkaCluster) -> Iterator[None]:
    """Whatever a test did with the nodes, the next finds all of them."""
    yield
    cluster.recover()


@pytest.fixture
def connection(cluster: KafkaCluster) -> KafkaConnection:
    """As a tenant that nobody was before, with a topic of one partition."""
    target = KafkaConnection(cluster.bootstrap, prefix=f"test-{uuid.uuid4().hex[:12]}")
    create_topics(target, ARTICLES_ONLY)
    return target


class Producers:
    """Makes producers for an appender and counts them."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self.made = 0

    def __call__(self) -> RawProducer:
        producer: RawProducer = make_producer(self._connection)
        self.made += 1
        return producer


class SteadyAppends:
    """Appends one record after the other in a thread, the same again after an error; a context manager.

    Attributes:
        acknowledged: The values that the log said it has.
        repeated: Those of them whose append failed before.
    """

    def __init__(self, appender: Appender, topic: str) -> None:
        self._appender = appender
        self._topic = topic
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.acknowledged: list[str] = []
        self.repeated: set[str] = set()

    def __enter__(self) -> SteadyAppends:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.wait(0.01):
            value = f"record-{len(self.acknowledged)}"
            try:
                self._appender.append([RawRecord(self._topic, 0, b"feed", value.encode())])
            except StoreUnavailableError:
                self.repeated.add(value)
            else:
                self.acknowledged.append(value)


def read_up_to(count: int, consumer: LogConsumer, seen: set[str]) -> None:
    """Consume until that many records were seen."""
    deadline = time.monotonic() + GOES_ON_SECONDS
    while len(seen) < count:
        assert time.monotonic() < deadline, f"appending or consuming did not go on: {len(seen)} of {count} records"
        try:
            seen.update(values(consumer.poll(max_records=500, timeout_seconds=0.1).records))
        except StoreUnavailableError:
            continue


def test_a_leader_that_dies_or_stands_still_loses_and_doubles_nothing(
    cluster: KafkaCluster, connection: KafkaConnection
) -> None:
    topic = connection.topic(Topic.ARTICLES)
    producers = Producers(connection)
    appender, log = Appender(producers), KafkaLog(connection)
    consumer = log.consumer(Topic.ARTICLES, "readers")
    seen: set[str] = set()

    def goes_on() -> None:
        read_up_to(len(appends.acknowledged) + 10, consumer, seen)

    def goes_on_after(trouble: Callable[[KafkaNode], None]) -> KafkaNode:
        leader = cluster.leader_of(topic, 0)
        trouble(leader)
        goes_on()
        assert cluster.leader_of(topic, 0) is not leader
        return leader

    with closing(log), closing(consumer), closing(appender):
        with SteadyAppends(appender, topic) as appends:
            goes_on()
            goes_on_after(KafkaNode.kill)
            cluster.recover()
            stalled = goes_on_after(KafkaNode.pause)
            stalled.resume()
            goes_on()
        read_up_to(len(appends.acknowledged), consumer, seen)
        end = log.bounds(Topic.ARTICLES, 0)[1]
        stored = [value for start in range(0, end, 500) for value in values(log.read(Topic.ARTICLES, 0, start, 500))]

    assert set(appends.acknowledged) <= set(stored)
    assert {value for value, count in Counter(stored).items() if count > 1} <= appends.repeated
    assert list(dict.fromkeys(stored)) == [f"record-{n}" for n in range(len(set(stored)))]
    assert set(appends.acknowledged) <= seen
    assert producers.made == 1


def test_a_member_gets_in_while_the_coordinator_stands_still(
    cluster: KafkaCluster, connection: KafkaConnection
) -> None:
    log = KafkaLog(connection)
    log.append([article("feed", "before")])
    with closing(log.consumer(Topic.ARTICLES, "readers")) as first:
        read_up_to(1, first, set())
    group = connection.group("readers")
    seen: set[str] = set()

    stalled = cluster.coordinator_of(group)
    stalled.pause()
    with closing(log), closing(log.consumer(Topic.ARTICLES, "readers")) as second:
        read_up_to(1, second, seen)

    assert cluster.coordinator_of(group) is not stalled
    assert seen == {"before"}


def test_a_leader_alone_acknowledges_nothing_and_goes_on_when_the_others_are_back(
    cluster: KafkaCluster, connection: KafkaConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.storage.kafka.connection.REQUEST_SECONDS", 1.0)
    monkeypatch.setattr("monitor.storage.kafka.connection.DELIVERY_SECONDS", 2.5)
    topic = connection.topic(Topic.ARTICLES)
    producers = Producers(connection)
    record = RawRecord(topic, 0, b"feed", b"value")
    with closing(Appender(producers)) as appender:
        appender.append([record])
        leader = cluster.leader_of(topic, 0)
        followers = [node for node in cluster.nodes if node is not leader]

        for node in followers:
            node.pause()
        with pytest.raises(StoreUnavailableError):
            appender.append([record])
        for node in followers:
            node.resume()
        _append_in_the_end(appender, record)

    assert producers.made == 1


def test_a_producer_that_gets_nowhere_is_replaced_and_the_next_one_appends(
    cluster: KafkaCluster, connection: KafkaConnection
) -> None:
    threads = set(threading.enumerate())
    producers = Producers(connection)
    record = RawRecord(connection.topic(Topic.ARTICLES), 0, b"feed", b"value")
    with closing(Appender(producers, append_seconds=3.0, stuck_seconds=2.5)) as appender:
        appender.append([record])

        for node in cluster.nodes:
            node.pause()
        with pytest.raises(StoreUnavailableError):
            appender.append([record])
        for node in cluster.nodes:
            node.resume()
        _append_in_the_end(appender, record)

    assert producers.made == 2
    assert set(threading.enumerate()) <= threads


def _append_in_the_end(appender: Appender, record: RawRecord) -> None:
    deadline = time.monotonic() + GOES_ON_SECONDS
    while True:
        try:
            appender.append([record])
        except StoreUnavailableError:
            assert time.monotonic() < deadline, "appending did not go on"
        else:
            return
