"""The log against a model of it: lists per partition, however appends, reads, trims and consumers alternate."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.core.ids import partition_of
from monitor.core.record import NewRecord, Polled, Topic
from monitor.storage.sqlite import open_embedded
from monitor.storage.sqlite.consumer import SqliteLogConsumer

PARTITIONS = 3
KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
START = datetime(2030, 5, 1, tzinfo=UTC)


class LogModel(RuleBasedStateMachine):
    """One topic, one group of up to three members that commit all they read."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.store = open_embedded(None, prefix="test", article_partitions=PARTITIONS, clock=lambda: self.now)
        self.appended: list[list[bytes]] = [[] for _ in range(PARTITIONS)]
        self.consumed: list[list[bytes]] = [[] for _ in range(PARTITIONS)]
        self.members: list[SqliteLogConsumer] = []
        self.store.log.consumer(Topic.ARTICLES, "group").close()  # retention waits for it from the start

    @rule(keys=st.lists(KEYS, max_size=5), seconds=st.integers(0, 5))
    def append(self, keys: list[str], seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        records = []
        for key in keys:
            partition = partition_of(key, PARTITIONS)
            value = b"%d@%d" % (len(self.appended[partition]), partition)
            self.appended[partition].append(value)
            records.append(NewRecord(Topic.ARTICLES, key, value))
        positions = self.store.log.append(records)
        assert [b"%d@%d" % (at.offset, at.partition) for at in positions] == [record.value for record in records]

    @precondition(lambda self: len(self.members) < 3)
    @rule()
    def join(self) -> None:
        self.members.append(self.store.log.consumer(Topic.ARTICLES, "group"))

    @precondition(lambda self: self.members)
    @rule(pick=st.integers(0, 2))
    def leave(self, pick: int) -> None:
        self.members.pop(pick % len(self.members)).close()

    @precondition(lambda self: self.members)
    @rule(pick=st.integers(0, 2), limit=st.integers(1, 6))
    def consume(self, pick: int, limit: int) -> None:
        member = self.members[pick % len(self.members)]
        records = member.poll(max_records=limit, timeout_seconds=0).records
        assert len(records) <= limit
        for record in records:
            self.consumed[record.position.partition].append(record.value)
        member.commit({record.position.partition: record.position.offset + 1 for record in records})

    @rule(age=st.integers(0, 10))
    def trim(self, age: int) -> None:
        self.store.log.trim(Topic.ARTICLES, self.now - timedelta(seconds=age))

    @invariant()
    def every_record_is_consumed_once_in_order(self) -> None:
        for appended, consumed in zip(self.appended, self.consumed, strict=True):
            assert consumed == appended[: len(consumed)]

    @invariant()
    def what_stands_there_is_a_tail_of_what_was_appended(self) -> None:
        for partition, appended in enumerate(self.appended):
            first, end = self.store.log.bounds(Topic.ARTICLES, partition)
            records = self.store.log.read(Topic.ARTICLES, partition, 0, 1000)
            assert end == len(appended)
            assert [record.value for record in records] == appended[first:]
            assert [record.position.offset for record in records] == list(range(first, end))

    def teardown(self) -> None:
        for member in self.members:
            member.close()
        with closing(self.store), closing(self.store.log.consumer(Topic.ARTICLES, "group")) as last:
            while (polled := last.poll(max_records=100, timeout_seconds=0)) != Polled():
                for record in polled.records:
                    self.consumed[record.position.partition].append(record.value)
            assert self.consumed == self.appended


LogModel.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLog = LogModel.TestCase
