"""Appending on Kafka: what the watchdog decides, and when a producer is given up. No broker, no sleeping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    OutOfOrderSequenceNumberError,
)

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.storage.kafka.producer import Appender, RawRecord
from monitor.storage.kafka.progress import STUCK_SECONDS, Progress


@dataclass
class Now:
    """A clock that goes when told."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Acknowledged:
    """Where a record came to stand."""

    offset: int


@dataclass
class Sent:
    """A record on its way: acknowledged with `offset`, or failing as told while the clock goes on."""

    offset: int
    error: KafkaError | None
    now: Now
    takes: float

    def get(self, timeout: float | None = None) -> Acknowledged:
        assert timeout is not None, "every wait is bounded"
        self.now.seconds += min(self.takes, timeout)
        if self.error is not None:
            raise self.error
        return Acknowledged(self.offset)


@dataclass
class FakeProducer:
    """A producer whose records all end the same way."""

    now: Now
    error: KafkaError | None = None
    takes: float = 0.0
    refuses_after: int | None = None
    sent: list[bytes] = field(default_factory=list)
    closed: list[float | None] = field(default_factory=list)

    def partitions_for(self, topic: str) -> set[int]:
        return {0, 1, 2}

    def send(self, topic: str, value: bytes, key: bytes, *, partition: int) -> Sent:
        if self.refuses_after is not None and len(self.sent) >= self.refuses_after:
            raise MessageSizeTooLargeError
        self.sent.append(value)
        return Sent(len(self.sent) - 1, self.error, self.now, self.takes)

    def close(self, timeout: float | None = None) -> None:
        self.closed.append(timeout)


def record(value: str = "x") -> RawRecord:
    return RawRecord("t.articles", 1, b"key", value.encode())


def appender(now: Now, *producers: FakeProducer) -> tuple[Appender, Callable[[], int]]:
    """One that makes these producers in turn, and how many it has made."""
    left = list(producers)

    def make() -> FakeProducer:
        return left.pop(0)

    return Appender(make, monotonic=now), lambda: len(producers) - len(left)


def test_offsets_come_in_the_order_of_the_records() -> None:
    now = Now()
    appending, _ = appender(now, FakeProducer(now))

    assert appending.append([record("a"), record("b")]) == [0, 1]
    assert appending.partitions("t.articles") == 3


def test_a_producer_is_made_with_the_first_append_and_kept() -> None:
    now = Now()
    appending, made = appender(now, FakeProducer(now))
    assert made() == 0

    appending.append([record()])
    appending.append([record()])

    assert made() == 1


def test_a_failure_that_can_pass_keeps_the_producer() -> None:
    now = Now()
    producer = FakeProducer(now, error=NotEnoughReplicasError())
    appending, made = appender(now, producer)

    with pytest.raises(StoreUnavailableError, match=r"t\.articles\[1\]"):
        appending.append([record()])
    producer.error = None
    assert appending.append([record()]) == [1]

    assert made() == 1
    assert producer.closed == []


def test_a_producer_without_progress_is_replaced_after_a_while() -> None:
    now = Now()
    stuck = FakeProducer(now, error=KafkaTimeoutError(), takes=20.0)
    appending, made = appender(now, stuck, FakeProducer(now))

    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            appending.append([record()])
    assert stuck.closed == []  # 40 seconds
    with pytest.raises(StoreUnavailableError):
        appending.append([record()])

    assert stuck.closed == [0.0]
    assert appending.append([record()]) == [0]
    assert made() == 2


def test_a_producer_that_delivers_now_and_then_is_kept() -> None:
    now = Now()
    producer = FakeProducer(now, takes=20.0)
    appending, made = appender(now, producer)

    for n in range(10):
        producer.error = KafkaTimeoutError() if n % 2 else None
        try:
            appending.append([record()])
        except StoreUnavailableError:
            assert n % 2

    assert made() == 1


def test_a_producer_that_lost_its_order_is_replaced_at_once() -> None:
    now = Now()
    broken = FakeProducer(now, error=OutOfOrderSequenceNumberError())
    appending, made = appender(now, broken, FakeProducer(now))

    with pytest.raises(StoreUnavailableError):
        appending.append([record()])

    assert broken.closed == [0.0]
    assert appending.append([record()]) == [0]
    assert made() == 2


def test_records_handed_over_before_a_refused_one_are_waited_for() -> None:
    now = Now()
    producer = FakeProducer(now, refuses_after=1, takes=3.0)
    appending, _ = appender(now, producer)

    with pytest.raises(StoreError) as refused:
        appending.append([record("a"), record("b")])

    assert not refused.value.retriable
    assert producer.sent == [b"a"]
    assert now.seconds == 1003.0


def test_the_whole_append_is_bounded_not_each_record() -> None:
    now = Now()
    producer = FakeProducer(now, error=KafkaTimeoutError(), takes=1000.0)
    appending = Appender(lambda: producer, monotonic=now, append_seconds=25.0)

    with pytest.raises(StoreUnavailableError):
        appending.append([record()] * 10)

    assert now.seconds == 1025.0


def test_closing_twice_closes_the_producer_once_and_ends_appending() -> None:
    now = Now()
    producer = FakeProducer(now)
    appending, _ = appender(now, producer)
    appending.append([record()])

    appending.close()
    appending.close()

    assert len(producer.closed) == 1
    with pytest.raises(StoreUnavailableError):
        appending.append([record()])


def test_nothing_waiting_is_never_stuck() -> None:
    progress = Progress()
    progress.sent(1, 0.0)
    progress.delivered(1.0)

    assert not progress.is_stuck(1.0 + 10 * STUCK_SECONDS)


def test_giving_up_is_no_progress() -> None:
    progress = Progress()
    progress.sent(2, 0.0)
    progress.failed(2)
    progress.sent(1, STUCK_SECONDS - 1)

    assert not progress.is_stuck(STUCK_SECONDS - 1)
    assert progress.is_stuck(STUCK_SECONDS)


def test_a_delivery_starts_the_wait_of_the_others_anew() -> None:
    progress = Progress()
    progress.sent(2, 0.0)
    progress.delivered(50.0)

    assert not progress.is_stuck(50.0 + STUCK_SECONDS - 1)
    assert progress.is_stuck(50.0 + STUCK_SECONDS)
