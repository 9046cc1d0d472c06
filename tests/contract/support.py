"""Values and steps that several contract suites share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.core.alert import Alert, AlertData, AlertStory, Change, event_id
from monitor.core.ids import AlertId, StoryId, partition_of
from monitor.core.ports import (
    AlertHistory,
    Deliveries,
    FeedStates,
    Lease,
    Leases,
    Log,
    LogConsumer,
    PartitionStates,
)
from monitor.core.record import NewRecord, Record, Topic

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
ARTICLE_PARTITIONS = 4
DEADLINE_SECONDS = 30.0  # a remote back end takes its time to hand out partitions
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Stores:
    """Every port of one back end."""

    log: Log
    leases: Leases
    feed_states: FeedStates
    partition_states: PartitionStates
    history: AlertHistory
    deliveries: Deliveries

    def lease(self, name: str, owner: str = "me") -> Lease:
        """A lease that is free."""
        lease = self.leases.acquire(name, owner, seconds=60, now=NOW)
        assert lease is not None
        return lease

    @contextmanager
    def members(self, count: int, topic: Topic = Topic.ARTICLES, group: str = "readers") -> Iterator[list[LogConsumer]]:
        """Members of one group, closed afterwards; partitions come with their polls."""
        with ExitStack() as stack:
            consumers = [self.log.consumer(topic, group) for _ in range(count)]
            for consumer in consumers:
                stack.callback(consumer.close)
            yield consumers


def article(key: str, value: str) -> NewRecord:
    """A record on `articles`; values mean nothing to the log."""
    return NewRecord(Topic.ARTICLES, key, value.encode())


def key_for(partition: int, count: int = ARTICLE_PARTITIONS) -> str:
    """A key that falls into that partition."""
    return next(key for key in (f"key-{n}" for n in range(10_000)) if partition_of(key, count) == partition)


def settle(consumers: Sequence[LogConsumer], partitions: int = ARTICLE_PARTITIONS) -> list[Record]:
    """Poll in turn until every partition has one of these as its owner, in even shares; the records met meanwhile."""
    records: list[Record] = []

    def is_settled() -> bool:
        for consumer in consumers:
            records.extend(consumer.poll(max_records=100, timeout_seconds=POLL_SECONDS).records)
        shares = [len(consumer.assigned()) for consumer in consumers]
        return sum(shares) == partitions and max(shares) - min(shares) <= 1

    until(is_settled)
    return records


def take(consumer: LogConsumer, count: int) -> list[Record]:
    """Poll until at least `count` records came."""
    records: list[Record] = []

    def is_enough() -> bool:
        records.extend(consumer.poll(max_records=100, timeout_seconds=POLL_SECONDS).records)
        return len(records) >= count

    until(is_enough)
    return records


def values(records: Sequence[Record]) -> list[str]:
    """What the records hold."""
    return [record.value.decode() for record in records]


def until(happens: Callable[[], bool]) -> None:
    """Try again until it happens; each try must itself wait a little."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "did not happen in time"


def alert(alert_id: str = "a1", revision: int = 1, headline: str = "Bridge closed after storm") -> Alert:
    """A revision of an alert, not yet in any history."""
    return Alert(
        id=event_id(AlertId(alert_id), revision),
        type="tocsin.alert.opened",
        subject="bridges",
        time=NOW,
        data=AlertData(
            alert_id=AlertId(alert_id),
            revision=revision,
            change=Change(kind="opened", reason="first_report", text="First report."),
            rule="bridges",
            rule_title="Bridges",
            rule_version="1",
            severity="high",
            headline=headline,
            summary="One voice.",
            confidence="single_source",
            quote="The bridge is closed.",
            story=AlertStory(id=StoryId("s1"), articles=(), voices=1, first_seen_at=NOW),
            evidence=(),
        ),
    )
