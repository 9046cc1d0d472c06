"""Keys and records as Kafka has them, and as ours. Knows no clients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

from monitor.core.record import Position, Record, Topic


class FetchedRecord(Protocol):
    """What we use of kafka-python's record; `timestamp` is in milliseconds since 1970."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def key_bytes(key: str) -> bytes:
    """The key as it is hashed for its partition."""
    return key.encode("utf-8", "surrogatepass")


def to_record(topic: Topic, fetched: FetchedRecord) -> Record:
    """Ours of one of Kafka's. Another program's record without key or value becomes an empty one: a dead letter."""
    return Record(
        position=Position(topic, fetched.partition, fetched.offset),
        key=_key(fetched.key or b""),
        value=fetched.value or b"",
        appended_at=datetime.fromtimestamp(fetched.timestamp / 1000, UTC),
    )


def _key(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")  # not one of ours


def to_records(topic: Topic, fetched: Iterable[Iterable[FetchedRecord]]) -> list[Record]:
    """All of one poll, partition after partition."""
    return [to_record(topic, one) for batch in fetched for one in batch]
