"""What stands on a log: topics, positions, records. Values are bytes here and nowhere else but in the codec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Topic(StrEnum):
    """The topics, without the prefix that an adapter puts before them."""

    ARTICLES = "articles"
    MATCHES = "matches"
    ALERTS = "alerts"
    DEADLETTERS = "deadletters"


# `matches` and `alerts` keep this count for good: state is kept per partition (DESIGN 4).
FIXED_PARTITIONS: Mapping[Topic, int] = {Topic.MATCHES: 32, Topic.ALERTS: 32}


@dataclass(frozen=True)
class NewRecord:
    """A record to append; records of one key keep their order."""

    topic: Topic
    key: str
    value: bytes


@dataclass(frozen=True)
class Position:
    """Where a record stands."""

    topic: Topic
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True)
class Record:
    """A record as read."""

    position: Position
    key: str
    value: bytes
    appended_at: datetime


@dataclass(frozen=True)
class Polled:
    """What one poll of a consumer brought.

    Attributes:
        records: In order within each partition. Never of a partition in `assigned`: the caller can pause or seek
            those before their first record comes.
        assigned: Partitions that are newly this consumer's.
        revoked: Partitions that are this consumer's no more; drop what is in memory for them.
    """

    records: tuple[Record, ...] = ()
    assigned: frozenset[int] = field(default_factory=frozenset)
    revoked: frozenset[int] = field(default_factory=frozenset)


def next_offsets(records: Iterable[Record]) -> dict[int, int]:
    """The next offset to read in each partition, once these are done; records are in order within each."""
    return {record.position.partition: record.position.offset + 1 for record in records}
