"""What retention deletes, and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.alert import Alert
from monitor.core.record import NewRecord, Topic
from monitor.core.stream import BEGINNING
from monitor.storage.sqlite import EmbeddedStore, open_embedded
from monitor.storage.sqlite.log import TRIM_BATCH
from tests.contract.support import alert

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOPIC = Topic.DEADLETTERS  # one partition, so that offsets are easy to see


class SettableClock:
    """The present, as the test says."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SettableClock:
    """Stands at NOW until it is set."""
    return SettableClock()


@pytest.fixture
def store(clock: SettableClock) -> Iterator[EmbeddedStore]:
    """An empty store in memory."""
    with open_embedded(None, prefix="test", article_partitions=4, clock=clock) as embedded:
        yield embedded


def append(store: EmbeddedStore, count: int) -> None:
    store.log.append([NewRecord(TOPIC, "k", b"%d" % n) for n in range(count)])


def commit(store: EmbeddedStore, group: str, offset: int) -> None:
    consumer = store.log.consumer(TOPIC, group)
    consumer.poll(max_records=1, timeout_seconds=0)
    consumer.commit({0: offset})
    consumer.close()


def test_old_records_go_and_offsets_go_on(store: EmbeddedStore, clock: SettableClock) -> None:
    append(store, 5)
    clock.now = NOW + DAY
    append(store, 2)

    assert store.log.trim(TOPIC, NOW + DAY) == 5
    assert store.log.bounds(TOPIC, 0) == (5, 7)
    assert [record.position.offset for record in store.log.read(TOPIC, 0, 0, 10)] == [5, 6]
    append(store, 1)
    assert store.log.bounds(TOPIC, 0) == (5, 8)


def test_a_partition_trimmed_bare_keeps_its_offsets(store: EmbeddedStore) -> None:
    append(store, 5)
    store.log.trim(TOPIC, NOW + DAY)
    append(store, 1)

    assert store.log.bounds(TOPIC, 0) == (5, 6)
    assert store.log.trim(TOPIC, NOW) == 0


def test_more_than_one_batch_goes(store: EmbeddedStore) -> None:
    append(store, 2 * TRIM_BATCH + 1)

    assert store.log.trim(TOPIC, NOW + DAY) == 2 * TRIM_BATCH + 1


def test_a_record_that_looks_old_behind_a_younger_one_stays(store: EmbeddedStore, clock: SettableClock) -> None:
    append(store, 1)
    clock.now = NOW - DAY  # the clock stepped back
    append(store, 1)

    assert store.log.trim(TOPIC, NOW) == 0


def test_nothing_goes_that_the_slowest_group_has_not_done(store: EmbeddedStore) -> None:
    append(store, 10)
    commit(store, "fast", 9)
    commit(store, "slow", 4)

    assert store.log.trim(TOPIC, NOW + DAY) == 4
    assert store.log.bounds(TOPIC, 0) == (4, 10)


def test_a_group_that_never_committed_holds_everything(store: EmbeddedStore) -> None:
    append(store, 10)
    commit(store, "fast", 9)
    store.log.consumer(TOPIC, "new").close()

    assert store.log.trim(TOPIC, NOW + DAY) == 0


def test_a_group_of_another_topic_holds_nothing(store: EmbeddedStore) -> None:
    append(store, 10)
    store.log.consumer(Topic.ARTICLES, "match").close()

    assert store.log.trim(TOPIC, NOW + DAY) == 10


def test_a_position_that_retention_passed_goes_on_at_the_first_record_left(store: EmbeddedStore) -> None:
    append(store, 10)
    consumer = store.log.consumer(TOPIC, "readers")
    consumer.poll(max_records=10, timeout_seconds=0)
    consumer.commit({0: 6})
    consumer.seek(0, 2)
    store.log.trim(TOPIC, NOW + DAY)

    records = consumer.poll(max_records=10, timeout_seconds=0).records
    assert [record.position.offset for record in records] == [6, 7, 8, 9]
    consumer.seek(0, 0)
    assert consumer.lag() == {0: 4}
    consumer.close()


def test_each_topic_has_its_own_retention(store: EmbeddedStore) -> None:
    store.log.append([NewRecord(topic, "k", b"") for topic in Topic])

    deleted = store.trim({Topic.ARTICLES: 3 * DAY, Topic.MATCHES: DAY}, NOW + 2 * DAY)

    assert deleted == {Topic.ARTICLES: 0, Topic.MATCHES: 1}
    assert store.log.trim(Topic.ALERTS, NOW + DAY) == 1


def test_the_history_is_trimmed_with_the_alerts_and_knows_repeats_for_as_long_again(store: EmbeddedStore) -> None:
    def trim_after(age: timedelta) -> None:
        store.trim({Topic.ALERTS: 90 * DAY}, NOW + age)

    def append_again(age: timedelta) -> Alert | None:
        return store.history.append([alert("a1")], now=NOW + age)[0]

    append_again(timedelta())
    trim_after(89 * DAY)
    assert len(store.history.read(BEGINNING, limit=10)) == 1

    trim_after(91 * DAY)
    assert store.history.read(BEGINNING, limit=10) == []
    assert append_again(91 * DAY) is None

    trim_after(181 * DAY)
    assert append_again(181 * DAY) is not None


def test_dead_deliveries_go_with_the_dead_letters(store: EmbeddedStore) -> None:
    [one] = store.history.append([alert()], now=NOW)
    lease = store.leases.acquire("desk", "me", seconds=1, now=NOW)
    assert one is not None
    assert lease is not None
    store.deliveries.add_dead(
        name="desk", channel="hook", subscription="desk", alert=one, reason="gone", attempts=1, now=NOW, lease=lease
    )

    store.trim({Topic.DEADLETTERS: DAY}, NOW + DAY)
    assert len(store.deliveries.dead(10)) == 1
    store.trim({Topic.DEADLETTERS: DAY}, NOW + 2 * DAY)
    assert store.deliveries.dead(10) == []
