"""The topics on the cluster: what they must be, what is wrong with them, making those that are missing.

Never alters: more partitions of `articles`, another retention are for the cluster's operator to set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from kafka import KafkaAdminClient
from kafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError

from monitor.core.errors import StoreError
from monitor.core.record import FIXED_PARTITIONS, Topic
from monitor.storage.kafka.connection import MAX_RECORD_BYTES, KafkaConnection, make_admin
from monitor.storage.kafka.translate import translating

_CREATE_MS = 30_000


@dataclass(frozen=True)
class TopicPlan:
    """What a topic is to be.

    Attributes:
        replication: Copies of each partition; None leaves it to the cluster.
    """

    partitions: int
    retention: timedelta
    replication: int | None = None


@dataclass(frozen=True)
class TopicReport:
    """How the cluster's topics stand to the plans.

    Attributes:
        missing: Not there; `create_topics` makes them.
        problems: What is there and cannot be used as it is, a sentence each.
        differences: What works but is not as planned, a sentence each.
    """

    missing: frozenset[Topic]
    problems: tuple[str, ...]
    differences: tuple[str, ...]


def topic_plans(
    *, article_partitions: int, retention: Mapping[Topic, timedelta], replication: int | None = None
) -> dict[Topic, TopicPlan]:
    """The plan of every topic; `retention` names them all."""
    counts = {Topic.ARTICLES: article_partitions, Topic.DEADLETTERS: 1, **FIXED_PARTITIONS}
    return {topic: TopicPlan(counts[topic], retention[topic], replication) for topic in Topic}


def check_topics(connection: KafkaConnection, plans: Mapping[Topic, TopicPlan]) -> TopicReport:
    """Compare; changes nothing.

    Raises:
        StoreUnavailableError: The cluster cannot be asked.
        StoreError: It does not let us ask.
    """
    with _admin(connection) as admin, translating(f"look at the topics of {connection}"):
        found = _counts(admin, connection, plans)
    problems: list[str] = []
    differences: list[str] = []
    for topic, plan in plans.items():
        count = found.get(topic)
        if count is None or count == plan.partitions:
            continue
        text = f"{connection.topic(topic)} has {count} partitions instead of {plan.partitions}"
        # State is kept per partition of the fixed ones; keys of the others only move.
        (problems if topic in FIXED_PARTITIONS else differences).append(text)
    return TopicReport(frozenset(plans.keys() - found.keys()), tuple(problems), tuple(differences))


def create_topics(connection: KafkaConnection, plans: Mapping[Topic, TopicPlan]) -> frozenset[Topic]:
    """Make what is missing and wait until it can be used; what was made. Two that do it at once do no harm.

    Raises:
        StoreUnavailableError: The cluster cannot be reached, or is not ready in time.
        StoreError: It refuses; the sentence says why.
    """
    with _admin(connection) as admin, translating(f"create topics on {connection}"):
        missing = [topic for topic in plans if topic not in _counts(admin, connection, plans)]
        if not missing:
            return frozenset()
        answer = admin.create_topics(
            {connection.topic(topic): _wanted(plans[topic]) for topic in missing},
            timeout_ms=_CREATE_MS,
            raise_errors=False,
        )
        refused = [one for one in answer["topics"] if one["error_code"] not in _FINE]
        if refused:
            causes = "; ".join(f"{one['name']}: {one['error_message'] or one['error_code']}" for one in refused)
            raise StoreError(f"cannot create topics on {connection}: {causes}")
        admin.wait_for_topics([connection.topic(topic) for topic in missing], timeout_ms=_CREATE_MS)
    return frozenset(missing)


_FINE = (NoError.errno, TopicAlreadyExistsError.errno)


def _wanted(plan: TopicPlan) -> dict[str, object]:
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(round(plan.retention.total_seconds() * 1000)),
        "max.message.bytes": str(MAX_RECORD_BYTES),
        # Retention counts from the append, whatever the clock of the machine that appended.
        "message.timestamp.type": "LogAppendTime",
    }
    if plan.replication is not None and plan.replication >= 3:
        configs["min.insync.replicas"] = "2"  # an acknowledged record outlives any one broker
    return {"num_partitions": plan.partitions, "replication_factor": plan.replication or -1, "configs": configs}


def _counts(admin: KafkaAdminClient, connection: KafkaConnection, plans: Mapping[Topic, TopicPlan]) -> dict[Topic, int]:
    """The partitions of those that are there."""
    by_name = {connection.topic(topic): topic for topic in plans}
    counts: dict[Topic, int] = {}
    for found in admin.describe_topics(list(by_name)):
        code = found["error_code"]
        if code == NoError.errno:
            counts[by_name[found["name"]]] = len(found["partitions"])
        elif code != UnknownTopicOrPartitionError.errno:
            raise StoreError(f"cannot look at topic {found['name']}: the cluster answers with error {code}")
    return counts


@contextmanager
def _admin(connection: KafkaConnection) -> Iterator[KafkaAdminClient]:
    admin = make_admin(connection)
    try:
        yield admin
    finally:
        admin.close()
