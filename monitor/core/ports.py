"""The ports: what the stages need of a back end. Each has one contract suite in `tests/contract`.

All methods may block (a disk, a network); none may be called on an event loop's thread. All adapters are safe to
use from several threads but for `LogConsumer`, which belongs to one. Every method may raise `StoreUnavailableError`
(retriable) beside the errors it names. Whoever opened an adapter closes it; closing twice is safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.core.alert import Alert
from monitor.core.feed import EntryState, FeedChange, FeedState
from monitor.core.ids import ArticleId, FeedId
from monitor.core.record import NewRecord, Polled, Position, Record, Topic
from monitor.core.stream import StreamId


class LogConsumer(Protocol):
    """One member of a consumer group on one topic; used from one thread.

    Starts each partition at the group's committed offset, else at the first record there is.
    """

    def poll(self, *, max_records: int, timeout_seconds: float) -> Polled:
        """Wait up to `timeout_seconds` for records of assigned, unpaused partitions, or a change of assignment."""

    def assigned(self) -> frozenset[int]:
        """The partitions that are this consumer's now."""

    def pause(self, partitions: frozenset[int]) -> None:
        """Bring no records of these until resumed."""

    def resume(self, partitions: frozenset[int]) -> None:
        """Bring records of these again."""

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset` (the next record to read); past the ends means the nearest end."""

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Say that everything before each offset is done.

        Raises:
            CommitRefusedError: One of the partitions is another consumer's by now; nothing was committed.
        """

    def committed(self, partition: int) -> int | None:
        """The group's committed offset; None when it never committed."""

    def lag(self) -> Mapping[int, int]:
        """Records between the next one to read and the end, per assigned partition; 0 is the end."""

    def close(self) -> None:
        """Leave the group; partitions go to the other members."""


class Log(Protocol):
    """Ordered records in partitions, kept for a time: Kafka, or a file that behaves like it."""

    def partitions(self, topic: Topic) -> int:
        """How many partitions the topic has."""

    def append(self, records: Sequence[NewRecord]) -> list[Position]:
        """Append and wait until all are durable; the positions, in order of the arguments."""

    def consumer(self, topic: Topic, group: str) -> LogConsumer:
        """Join the group; partitions come with the first polls."""

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """The first offset that is still there, and the offset of the next record to come."""

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """Up to `limit` records from `offset` on, outside any group."""

    def close(self) -> None:
        """Close; consumers of it must be closed before."""


@dataclass(frozen=True)
class Lease:
    """The right to write for a time; a later holder's token is higher, so a late write is recognised."""

    name: str
    owner: str
    token: int


class Leases(Protocol):
    """Who may do what for a while, so that two processes do not do it both."""

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        """The lease, when it is free, run out or already this owner's; else None. Each grant raises the token."""

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        """Hold it longer; False when somebody else has it by now."""

    def release(self, lease: Lease) -> None:
        """Give it up; nothing happens when somebody else has it."""

    def holders(self, prefix: str, now: datetime) -> Mapping[str, str]:
        """The owner of each lease that is held at that time, of those whose name starts with `prefix`, by name."""


class FeedStates(Protocol):
    """What is remembered of feeds."""

    def load(self, feed_id: FeedId) -> FeedState | None:
        """One feed's state; None when it was never polled."""

    def load_all(self) -> Mapping[FeedId, FeedState]:
        """Every feed's state (schedule at start, pages)."""

    def load_entries(self, feed_id: FeedId) -> Mapping[ArticleId, EntryState]:
        """The remembered entries of one feed."""

    def save(self, change: FeedChange, lease: Lease) -> None:
        """Save in one step.

        Raises:
            LeaseLostError: Somebody else took the lease; nothing was saved.
        """

    def forget(self, feed_id: FeedId, lease: Lease) -> None:
        """Forget a feed and its entries, in one step; nothing happens when there is none. Raises as `save`."""


@dataclass(frozen=True)
class Head:
    """How far a partition's decisions have got.

    Attributes:
        offset: The next record to read: the truth, over what the group committed.
        version: One more with every save: the fence against a second owner.
        clock: Stream time: the greatest seen, never going back; None before the first record.
    """

    offset: int
    version: int
    clock: datetime | None


@dataclass(frozen=True)
class PartitionState:
    """A partition's head and its entries (stories, remembered articles, outbox), by key."""

    head: Head
    entries: Mapping[str, bytes]


@dataclass(frozen=True)
class PartitionChange:
    """One atomic save: a head whose `version` is one above the stored one (1 for the first), and entries."""

    partition: int
    head: Head
    put: Mapping[str, bytes] = field(default_factory=dict)
    delete: frozenset[str] = field(default_factory=frozenset)


class PartitionStates(Protocol):
    """The state of the alert stage, per partition of `matches`, fenced by a version."""

    def heads(self) -> Mapping[int, Head]:
        """The heads there are, by partition."""

    def load(self, partition: int) -> PartitionState | None:
        """Everything of one partition; None when it has no head."""

    def save(self, changes: Sequence[PartitionChange]) -> frozenset[int]:
        """Save each partition's change in one atomic step of its own, durably.

        Returns:
            The partitions refused because their stored version was not `head.version - 1`: another owner was
            here. Nothing of those was saved.
        """

    def entries(self, prefix: str) -> Iterator[tuple[int, str, bytes]]:
        """Partition, key and value of every entry whose key starts with `prefix` (pages, `why`)."""


class AlertHistory(Protocol):
    """Every alert revision, once, in order: what subscribers follow."""

    def append(self, alerts: Sequence[Alert], *, now: datetime) -> list[Alert | None]:
        """Append each alert whose revision is newer than the last one of its alert id, in one step, durably.

        Returns:
            For each argument the alert as published, with `streamid`, `epoch` and `previous`; None where its
            revision was not newer (a repeat).
        """

    def restore(self, alerts: Sequence[tuple[datetime, Alert]]) -> list[Alert | None]:
        """Append alerts that were published before, each as of its moment, without a word to who listens.

        As `append` otherwise, but in a step for each alert; for the time while nobody publishes.
        """

    def begin_anew(self) -> None:
        """Forget everything, revisions too, and begin another epoch, in one step."""

    def read(self, after: StreamId, *, limit: int) -> list[Alert]:
        """Up to `limit` alerts after that place, oldest first."""

    def latest(self, limit: int) -> list[Alert]:
        """The newest `limit` alerts, oldest first."""

    def bounds(self) -> tuple[StreamId, StreamId] | None:
        """The first and the last place; None while the history is empty."""

    def epoch(self) -> str:
        """The life of this history; another one means that a history was lost."""

    def wait(self, after: StreamId, *, timeout_seconds: float) -> bool:
        """Block until something stands after that place: True; False when the time is up."""

    def trim(self, before: datetime) -> int:
        """Forget what was appended earlier; how many."""


@dataclass(frozen=True)
class DeadDelivery:
    """An alert that a channel refused for good, with the reason."""

    id: int
    channel: str
    subscription: str
    alert: Alert
    reason: str
    attempts: int
    failed_at: datetime


class Deliveries(Protocol):
    """How far each subscription's channel has got, and what it could not deliver."""

    def cursor(self, name: str) -> StreamId | None:
        """The place up to which everything was dealt with; None before the first."""

    def save_cursor(self, name: str, cursor: StreamId, lease: Lease) -> None:
        """Move on.

        Raises:
            LeaseLostError: Somebody else sends for it by now; nothing was saved.
        """

    def add_dead(
        self,
        *,
        name: str,
        channel: str,
        subscription: str,
        alert: Alert,
        reason: str,
        attempts: int,
        now: datetime,
        lease: Lease,
    ) -> None:
        """Keep an alert that could not be delivered and move the cursor past it, in one step; raises as above."""

    def dead(self, limit: int) -> list[DeadDelivery]:
        """The newest dead deliveries first."""
