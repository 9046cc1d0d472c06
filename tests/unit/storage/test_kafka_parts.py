"""The small parts of the log on Kafka: names, errors, records, what a rebalance tells. No broker."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from kafka import TopicPartition, errors

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.core.record import Position, Record, Topic
from monitor.storage.kafka import KafkaConnection, KafkaLog, topic_plans
from monitor.storage.kafka.assignment import Assignment
from monitor.storage.kafka.records import key_bytes, to_record
from monitor.storage.kafka.translate import translated, translating


@dataclass
class Fetched:
    """A record as the library gives it."""

    partition: int = 3
    offset: int = 17
    timestamp: int = 1_900_000_000_250
    key: bytes | None = b"feed"
    value: bytes | None = b"\x00value"


def places(*partitions: int) -> set[TopicPartition]:
    return {TopicPartition("t.articles", partition) for partition in partitions}


@pytest.mark.parametrize(
    ("group", "name"), [("match", "desk.match"), ("desk-match", "desk-match"), ("desk.match", "desk.match")]
)
def test_a_group_has_the_prefix_once(group: str, name: str) -> None:
    connection = KafkaConnection(("127.0.0.1:9092",), prefix="desk")

    assert connection.group(group) == name
    assert connection.topic(Topic.ALERTS) == "desk.alerts"


@pytest.mark.parametrize(
    "error",
    [
        errors.KafkaTimeoutError(),
        errors.KafkaConnectionError(),
        errors.NotLeaderForPartitionError(),
        errors.NotEnoughReplicasError(),
        errors.UnknownBrokerIdError(),
        errors.OutOfOrderSequenceNumberError(),
        errors.UnknownMemberIdError(),
        ConnectionResetError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_can_pass_is_retriable(error: Exception) -> None:
    assert isinstance(translated(error, "read"), StoreUnavailableError)


@pytest.mark.parametrize(
    "error",
    [
        errors.TopicAuthorizationFailedError(),
        errors.SaslAuthenticationFailedError(),
        errors.MessageSizeTooLargeError(),
        errors.UnsupportedVersionError(),
        errors.KafkaConfigurationError("no"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_cannot_pass_is_not(error: Exception) -> None:
    assert not translated(error, "read").retriable


def test_errors_leave_the_edge_as_ours_with_their_cause() -> None:
    with pytest.raises(StoreError, match=r"^cannot poll t\.articles: ") as raised, translating("poll t.articles"):
        raise errors.CorruptRecordError

    assert isinstance(raised.value.__cause__, errors.CorruptRecordError)


def test_a_record_keeps_its_place_key_value_and_time() -> None:
    assert to_record(Topic.MATCHES, Fetched(key=key_bytes("schlüssel\ud800"))) == Record(
        position=Position(Topic.MATCHES, 3, 17),
        key="schlüssel\ud800",
        value=b"\x00value",
        appended_at=datetime.fromtimestamp(1_900_000_000, UTC) + timedelta(milliseconds=250),
    )


@pytest.mark.parametrize("key", [None, b"\xff\xfe"], ids=["none", "no-text"])
def test_another_programs_record_can_be_read(key: bytes | None) -> None:
    record = to_record(Topic.ARTICLES, Fetched(key=key, value=None))

    assert record.value == b""
    assert isinstance(record.key, str)


def test_new_partitions_are_held_before_they_are_told() -> None:
    held: list[Iterable[TopicPartition]] = []
    assignment = Assignment(held.append)

    assignment.on_partitions_assigned(places(1, 2))

    assert held == [places(1, 2)]
    assert assignment.told() == frozenset()
    assert assignment.take() == (frozenset({1, 2}), frozenset())
    assert assignment.told() == {1, 2}
    assert assignment.take() == (frozenset(), frozenset())


def test_a_partition_that_went_and_came_back_is_told_as_both() -> None:
    assignment = Assignment(lambda _: None)
    assignment.on_partitions_assigned(places(1, 2))
    assignment.take()

    assignment.on_partitions_lost(places(1, 2))
    assignment.on_partitions_assigned(places(2, 3))

    assert assignment.take() == (frozenset({2, 3}), frozenset({1, 2}))
    assert assignment.told() == {2, 3}


def test_a_partition_that_came_and_went_between_two_looks_is_not_told() -> None:
    assignment = Assignment(lambda _: None)
    assignment.on_partitions_assigned(places(1))
    assignment.on_partitions_revoked(places(1))

    assert assignment.take() == (frozenset(), frozenset())
    assert assignment.told() == frozenset()


def test_every_topic_has_a_plan() -> None:
    plans = topic_plans(article_partitions=8, retention=dict.fromkeys(Topic, timedelta(days=7)), replication=3)

    assert {topic: plan.partitions for topic, plan in plans.items()} == {
        Topic.ARTICLES: 8,
        Topic.MATCHES: 32,
        Topic.ALERTS: 32,
        Topic.DEADLETTERS: 1,
    }


def test_a_closed_log_without_clients_can_be_closed_again() -> None:
    log = KafkaLog(KafkaConnection(("127.0.0.1:1",), prefix="desk"))

    log.close()
    log.close()

    with pytest.raises(StoreUnavailableError):
        log.bounds(Topic.ARTICLES, 0)


def test_a_closed_consumer_is_told_to_be_closed() -> None:
    consumer = KafkaLog(KafkaConnection(("127.0.0.1:1",), prefix="desk")).consumer(Topic.ARTICLES, "match")
    consumer.close()
    consumer.close()

    assert consumer.assigned() == frozenset()
    with pytest.raises(StoreError, match="closed"):
        consumer.poll(max_records=1, timeout_seconds=0)


def test_a_missing_checksum_package_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crc32c", None)

    with pytest.raises(StoreError, match=r"kafka-python\[crc32c\]"):
        KafkaLog(KafkaConnection(("127.0.0.1:1",), prefix="desk"))
