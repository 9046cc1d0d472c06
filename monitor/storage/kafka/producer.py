"""Appending with a producer that is made when needed and made anew when it is stuck. Knows no topics of ours.

A producer is given up when it ended itself (its id was forgotten, its order broken) or when the watchdog finds that it
gets nowhere. What was on its way may have arrived or not: the caller appends again, and repeats are recognised.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from monitor.core.errors import StoreUnavailableError
from monitor.storage.kafka.connection import DELIVERY_SECONDS
from monitor.storage.kafka.progress import STUCK_SECONDS, Progress
from monitor.storage.kafka.refusal import refusal_of
from monitor.storage.kafka.translate import has_ended_producer, translated
from monitor.storage.kafka.workarounds import end

_log = logging.getLogger(__name__)

APPEND_SECONDS = DELIVERY_SECONDS + 5.0  # the producer gives a record up before we do
CLOSE_SECONDS = 5.0


class Acknowledgement(Protocol):
    """Where a record came to stand, once it does."""

    offset: int


class Pending(Protocol):
    """A record on its way."""

    def get(self, timeout: float | None = None) -> Acknowledgement:
        """Wait for it."""


class RawProducer(Protocol):
    """What we use of kafka-python's producer."""

    def partitions_for(self, topic: str) -> set[int]:
        """The partitions of a topic; waits for the metadata the first time."""

    def send(self, topic: str, value: bytes, key: bytes, *, partition: int) -> Pending:
        """Hand a record over."""

    def close(self, timeout: float | None = None) -> None:
        """Send what is left, up to the timeout."""


@dataclass(frozen=True)
class RawRecord:
    """A record as the cluster sees it."""

    topic: str
    partition: int
    key: bytes
    value: bytes


class Appender:
    """Appends and waits; safe for several threads. Makes producers by `make` and closes them."""

    def __init__(
        self,
        make: Callable[[], RawProducer],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        append_seconds: float = APPEND_SECONDS,
        stuck_seconds: float = STUCK_SECONDS,
    ) -> None:
        """`make` raises StoreUnavailableError when it cannot."""
        self._make = make
        self._monotonic = monotonic
        self._append_seconds = append_seconds
        self._lock = threading.Lock()  # held while a producer is made, so that there is one
        self._producer: RawProducer | None = None
        self._stuck_seconds = stuck_seconds
        self._progress = Progress(stuck_seconds)
        self._closed = False

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has.

        Raises:
            StoreUnavailableError: The cluster cannot be asked, or does not know the topic.
        """
        producer = self._current()[0]
        try:
            return len(producer.partitions_for(topic))
        except KafkaTimeoutError as error:
            raise StoreUnavailableError(
                f"cannot find {topic}: no broker told of it in time; `tocsin topics check` tells whether it is there"
            ) from error
        except KafkaError as error:
            raise self._failure(producer, error, f"find {topic}") from error

    def append(self, records: Sequence[RawRecord]) -> list[int]:
        """The offsets, in the order of the records, once all are durable. Blocks up to `append_seconds`.

        Raises:
            StoreUnavailableError: Not all are; some may be.
            StoreError: A record can never be appended: it is too large, or not allowed.
        """
        producer, progress = self._current()
        with self._lock:
            progress.sent(len(records), self._monotonic())
        deadline = self._monotonic() + self._append_seconds
        pending, failure = _send(producer, records)
        offsets: list[int] = []
        for one in pending:
            try:
                offsets.append(one.get(timeout=max(0.0, deadline - self._monotonic())).offset)
            except KafkaError as error:
                failure = failure or error
            else:
                with self._lock:
                    progress.delivered(self._monotonic())
        if failure is not None:
            with self._lock:
                progress.failed(len(records) - len(offsets))
            raise self._failure(producer, failure, f"append to {_places(records)}") from failure
        return offsets

    def close(self) -> None:
        """Let what is on its way go out, for a bounded time; safe to call twice."""
        with self._lock:
            producer, self._producer = self._producer, None
            self._closed = True
        if producer is not None:
            _close(producer, CLOSE_SECONDS)

    def _current(self) -> tuple[RawProducer, Progress]:
        with self._lock:
            if self._closed:
                raise StoreUnavailableError("cannot append: the log is closed")
            if self._producer is None:
                self._producer = self._make()
                self._progress = Progress(self._stuck_seconds)
            return self._producer, self._progress

    def _failure(self, producer: RawProducer, error: KafkaError, doing: str) -> Exception:
        with self._lock:
            is_stuck = self._progress.is_stuck(self._monotonic())
            is_ours = self._producer is producer
            if gives_up := is_ours and (is_stuck or has_ended_producer(error)):
                self._producer = None
        if gives_up:
            _log.warning("producer given up", extra={"reason": "stuck" if is_stuck else "ended", "error": str(error)})
            _close(producer, 0.0)
        return translated(refusal_of(producer) or error, doing)


def _send(producer: RawProducer, records: Sequence[RawRecord]) -> tuple[list[Pending], KafkaError | None]:
    """Those that were handed over, and what stopped the others."""
    pending: list[Pending] = []
    try:
        for one in records:
            pending.append(producer.send(one.topic, one.value, one.key, partition=one.partition))  # noqa: PERF401 (those sent before an error count)
    except KafkaError as error:
        return pending, error
    return pending, None


def _places(records: Sequence[RawRecord]) -> str:
    return ", ".join(sorted({f"{one.topic}[{one.partition}]" for one in records})[:5])


def _close(producer: RawProducer, seconds: float) -> None:
    try:
        producer.close(timeout=seconds)
    except KafkaError as error:
        _log.warning("producer closed with records on their way", extra={"error": str(error)})
        if isinstance(producer, KafkaProducer):
            end(producer)
