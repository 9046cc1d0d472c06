"""A dead letter: a record that could not be dealt with, kept with the reason and the place it stood in."""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor.core.codec import encode
from monitor.core.record import NewRecord, Record, Topic

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
