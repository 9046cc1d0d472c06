"""Where the cluster is, what our things are called on it, and the clients' settings. Starts nothing at import.

Settings that carry a promise stand here with their reason; what is not here is kafka-python's default.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaTimeoutError
from kafka.net.compat import KafkaNetClient

from monitor.core.errors import StoreError
from monitor.core.record import Topic
from monitor.storage.kafka.access import KafkaAccess
from monitor.storage.kafka.refusal import NotReachedError, watched_client
from monitor.storage.kafka.translate import translating
from monitor.storage.kafka.workarounds import keep_id

MAX_RECORD_BYTES = 4 * 1024 * 1024  # an article and its `previous`, each with a body of 256 kB, as JSON
REQUEST_SECONDS = 10.0
DELIVERY_SECONDS = 20.0  # for a batch, with all its retries; over the election of a leader that died
SESSION_SECONDS = 15.0  # a dead member's partitions move after this: well under the 30 s that we promise
HEARTBEAT_SECONDS = 0.5  # how soon a member hears that others come or go; a hand-over takes two rounds
READ_WAIT_SECONDS = 0.1  # a seek or a resume takes effect when the fetch under way has ended


@dataclass(frozen=True)
class KafkaConnection:
    """A cluster and our place on it.

    Attributes:
        bootstrap: `host:port` of one or more brokers.
        prefix: The tenant: starts the name of every topic and group.
        bootstrap_seconds: How long a client looks for the cluster; loops try again.
        access: How it lets us in.
    """

    bootstrap: tuple[str, ...]
    prefix: str
    bootstrap_seconds: float = 5.0
    access: KafkaAccess = field(default_factory=KafkaAccess)

    def topic(self, topic: Topic) -> str:
        """What the topic is called on the cluster."""
        return f"{self.prefix}.{topic}"

    def group(self, group: str) -> str:
        """What the group is called on the cluster; the prefix is added where it is not there yet."""
        return group if group.startswith((f"{self.prefix}-", f"{self.prefix}.")) else f"{self.prefix}.{group}"

    def __str__(self) -> str:
        return ",".join(self.bootstrap)


def check_libraries() -> None:
    """Refuse to work without the C checksum: reading and writing would take four times as long and more.

    Raises:
        StoreError: It is not installed.
    """
    if importlib.util.find_spec("crc32c") is None:
        raise StoreError("cannot use Kafka: the package crc32c is missing; install kafka-python[crc32c]")


def make_producer(connection: KafkaConnection) -> KafkaProducer:
    """A started producer; safe for several threads. Blocks up to `bootstrap_seconds`.

    Raises:
        StoreUnavailableError: No broker answered.
        StoreError: The cluster does not let us in, or is not to be trusted.
    """
    with translating(f"reach Kafka at {connection}"), _cleaning_up() as make_client:
        producer = KafkaProducer(
            **_common(connection),
            kafka_client=make_client,
            acks="all",  # an appended record is on every replica that is in step
            enable_idempotence=True,  # a retry inside the client doubles nothing and keeps the order
            delivery_timeout_ms=_ms(DELIVERY_SECONDS),
            max_block_ms=_ms(REQUEST_SECONDS),
            max_request_size=MAX_RECORD_BYTES,
            linger_ms=5,  # the records of one append, and of appends at the same time, share a request
            batch_size=128 * 1024,
            compression_type="zstd",
            metrics_enabled=False,
            allow_auto_create_topics=False,
        )
    keep_id(producer)
    return producer


def make_member(
    connection: KafkaConnection, topic: Topic, group: str, listener: ConsumerRebalanceListener
) -> KafkaConsumer:
    """A consumer that joins the group with its first poll; for one thread. Blocks and raises as `make_producer`."""
    with translating(f"reach Kafka at {connection}"), _cleaning_up() as make_client:
        consumer = KafkaConsumer(
            **_reading(connection),
            kafka_client=make_client,
            group_id=connection.group(group),
            auto_offset_reset="earliest",  # a new group reads everything there is
            enable_auto_commit=False,  # done is what the stage says is done
            # Members keep their partitions when others come and go, so that heads stay in memory (KIP-429).
            partition_assignment_strategy=[CooperativeStickyAssignor],
            session_timeout_ms=_ms(SESSION_SECONDS),
            heartbeat_interval_ms=_ms(HEARTBEAT_SECONDS),
            fetch_max_wait_ms=_ms(READ_WAIT_SECONDS),
        )
    with _closing_on_error(consumer), translating(f"find topic {connection.topic(topic)}"):
        consumer.subscribe(topics=[connection.topic(topic)], listener=listener)
        # A member that joins before it knows the topic is given nothing, and joins a second time.
        consumer.end_offsets([TopicPartition(connection.topic(topic), 0)], timeout_ms=_ms(REQUEST_SECONDS))
    return consumer


def make_reader(connection: KafkaConnection) -> KafkaConsumer:
    """A consumer outside any group; for one thread at a time. Blocks and raises as `make_producer`."""
    with translating(f"reach Kafka at {connection}"), _cleaning_up() as make_client:
        return KafkaConsumer(
            **_reading(connection),
            kafka_client=make_client,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # what retention took while we looked is passed over
            fetch_max_wait_ms=10,  # it never waits for records to come
        )


def make_admin(connection: KafkaConnection) -> KafkaAdminClient:
    """A client that looks at topics and makes them. Blocks and raises as `make_producer`."""
    with translating(f"reach Kafka at {connection}"), _cleaning_up() as make_client:
        return KafkaAdminClient(**_common(connection), kafka_client=make_client)


@contextmanager
def _cleaning_up() -> Iterator[Callable[..., KafkaNetClient]]:
    """Gives what makes the inner client of another; when that fails, the library leaves its thread and its sockets.

    And it says that its time is over, but not what it met in that time.
    """
    made: list[KafkaNetClient] = []

    def make(**config: object) -> KafkaNetClient:
        made.append(watched_client(**config))
        return made[-1]

    try:
        yield make
    except BaseException as error:
        for client in made:
            client.close()
        causes = [client._manager.failure for client in made if client._manager.failure]
        if isinstance(error, KafkaTimeoutError) and causes:
            raise NotReachedError(causes[-1]) from error
        raise


@contextmanager
def _closing_on_error(consumer: KafkaConsumer) -> Iterator[None]:
    try:
        yield
    except BaseException:
        consumer.close(autocommit=False, timeout_ms=0)
        raise


def _reading(connection: KafkaConnection) -> dict[str, object]:
    return {
        **_common(connection),
        "metrics_enabled": False,  # we count ourselves
        "allow_auto_create_topics": False,  # it would have the wrong number of partitions
        "max_partition_fetch_bytes": MAX_RECORD_BYTES,
    }


def _common(connection: KafkaConnection) -> dict[str, object]:
    return {
        **connection.access.arguments(),
        "bootstrap_servers": list(connection.bootstrap),
        "client_id": connection.prefix,
        "bootstrap_timeout_ms": _ms(connection.bootstrap_seconds),
        "request_timeout_ms": _ms(REQUEST_SECONDS),
        "reconnect_backoff_max_ms": 1000,  # brokers that restart are found again within a second
    }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
