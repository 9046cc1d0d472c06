"""A dead letter: a record that could not be dealt with, kept with the reason and the place it stood in."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitor.core.clock import Clock
from monitor.core.codec import encode
from monitor.core.errors import TooManyDeadLettersError
from monitor.core.metrics import Metrics
from monitor.core.record import NewRecord, Record, Topic

_log = logging.getLogger(__name__)

DEAD_LETTER_SCHEMA = 1
MAX_DEAD_LETTERS_IN_A_ROW = 50  # more than this in a row, and the fault is probably ours: the consumer stops
_MAX_REASON_CHARACTERS = 500


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One record put aside.

    Attributes:
        topic, partition, offset: Where it stood.
        key: Its key, so that a retry keeps its order.
        reason: Why it was put aside, for a person.
        failed_at: Wall clock, aware UTC.
        value: The record's bytes as they were (base64 in JSON).
    """

    schema: int = DEAD_LETTER_SCHEMA
    topic: Topic
    partition: int
    offset: int
    key: str
    reason: str
    failed_at: datetime
    value: bytes

    @classmethod
    def of(cls, record: Record, reason: str, *, now: datetime) -> DeadLetter:
        """The dead letter for a record."""
        position = record.position
        return cls(
            topic=position.topic,
            partition=position.partition,
            offset=position.offset,
            key=record.key,
            reason=reason[:_MAX_REASON_CHARACTERS],
            failed_at=now,
            value=record.value,
        )

    def to_record(self) -> NewRecord:
        """The record that keeps it."""
        return NewRecord(Topic.DEADLETTERS, f"{self.topic}/{self.partition}", encode(self))


class DeadLetters:
    """Makes, counts and tells of the dead letters of one consumer, which appends them itself."""

    def __init__(self, topic: Topic, metrics: Metrics, clock: Clock) -> None:
        self._topic = topic
        self._metrics = metrics
        self._clock = clock
        self._in_a_row = 0

    def make(self, record: Record, reason: str) -> DeadLetter:
        """The dead letter for a bad record.

        Raises:
            TooManyDeadLettersError: So many records in a row were bad that the fault is probably ours.
        """
        self._in_a_row += 1
        if self._in_a_row > MAX_DEAD_LETTERS_IN_A_ROW:
            raise TooManyDeadLettersError(self._topic, self._in_a_row)
        return DeadLetter.of(record, reason, now=self._clock())

    def end_row(self) -> None:
        """Begin to count anew: a record was good, or those that were bad will be read again."""
        self._in_a_row = 0

    def tell(self, letters: Iterable[DeadLetter]) -> None:
        """Count and log dead letters that are on the log."""
        for letter in letters:
            self._metrics.dead_letters.labels(self._topic).inc()
            place = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
            _log.warning("record put aside", extra=place | {"reason": letter.reason})
