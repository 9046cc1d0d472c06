"""Who is in the groups of a cluster, seen from outside."""

from __future__ import annotations

import uuid
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.core.record import Topic
from monitor.storage.kafka import KafkaConnection, KafkaLog, create_topics, group_members, topic_plans
from tests.contract.support import settle
from tests.support.kafka_server import KafkaServer

pytestmark = pytest.mark.external_service


def test_members_are_counted_and_asking_for_what_was_committed_makes_none(kafka_server: KafkaServer) -> None:
    connection = KafkaConnection((kafka_server.bootstrap,), prefix=f"t{uuid.uuid4().hex[:10]}")
    retention = dict.fromkeys(Topic, timedelta(days=1))
    create_topics(connection, topic_plans(article_partitions=2, retention=retention, replication=1))
    reading, other = f"{connection.prefix}-match", f"{connection.prefix}-alert"
    with closing(KafkaLog(connection)) as log:
        before = group_members(connection, [reading, other])
        with closing(log.consumer(Topic.ARTICLES, reading)) as member:
            settle([member], partitions=2)
            with closing(log.consumer(Topic.ARTICLES, reading)) as asking:
                committed = [asking.committed(number) for number in range(2)]
                during = group_members(connection, [reading, other])
        after = group_members(connection, [reading, other])

    assert committed == [None, None]
    assert before == after == {reading: 0, other: 0}
    assert during == {reading: 1, other: 0}
