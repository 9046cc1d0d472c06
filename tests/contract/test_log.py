"""The contract of `Log` and `LogConsumer`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.core.clock import utc_now
from monitor.core.errors import CommitRefusedError
from monitor.core.ids import partition_of
from monitor.core.record import NewRecord, Polled, Position, Record, Topic
from tests.contract.support import (
    ARTICLE_PARTITIONS,
    DEADLINE_SECONDS,
    Stores,
    article,
    key_for,
    settle,
    take,
    values,
)


@pytest.mark.parametrize(
    ("topic", "count"),
    [(Topic.ARTICLES, ARTICLE_PARTITIONS), (Topic.MATCHES, 32), (Topic.ALERTS, 32), (Topic.DEADLETTERS, 1)],
)
def test_topics_have_their_partitions(stores: Stores, topic: Topic, count: int) -> None:
    assert stores.log.partitions(topic) == count


def test_records_come_back_as_appended(stores: Stores) -> None:
    [position] = stores.log.append([NewRecord(Topic.MATCHES, "schlüssel", b"\x00\xffvalue")])

    [record] = stores.log.read(position.topic, position.partition, position.offset, 10)

    assert position == Position(Topic.MATCHES, partition_of("schlüssel", 32), 0)
    assert (record.position, record.key, record.value) == (position, "schlüssel", b"\x00\xffvalue")
    assert abs(record.appended_at - utc_now()) < timedelta(minutes=1)


def test_offsets_are_dense_per_partition(stores: Stores) -> None:
    records = [article(f"feed-{n % 7}", str(n)) for n in range(60)]

    positions = stores.log.append(records[:20]) + stores.log.append(records[20:])

    by_partition: dict[int, list[int]] = {}
    for position, record in zip(positions, records, strict=True):
        assert position.partition == partition_of(record.key, ARTICLE_PARTITIONS)
        by_partition.setdefault(position.partition, []).append(position.offset)
    assert all(offsets == list(range(len(offsets))) for offsets in by_partition.values())
    assert all(stores.log.bounds(Topic.ARTICLES, p) == (0, len(by_partition.get(p, []))) for p in range(4))


def test_appending_nothing_gives_no_positions(stores: Stores) -> None:
    assert stores.log.append([]) == []


def test_one_append_may_span_topics(stores: Stores) -> None:
    positions = stores.log.append([NewRecord(Topic.DEADLETTERS, "a", b"1"), NewRecord(Topic.ALERTS, "a", b"2")])

    assert [position.topic for position in positions] == [Topic.DEADLETTERS, Topic.ALERTS]
    assert [stores.log.read(at.topic, at.partition, 0, 5)[0].value for at in positions] == [b"1", b"2"]


def test_reading_is_limited_and_starts_where_asked(stores: Stores) -> None:
    stores.log.append([article(key_for(2), str(n)) for n in range(10)])

    assert values(stores.log.read(Topic.ARTICLES, 2, 3, 4)) == ["3", "4", "5", "6"]
    assert stores.log.read(Topic.ARTICLES, 2, 10, 4) == []
    assert stores.log.read(Topic.ARTICLES, 1, 0, 4) == []


def test_records_of_a_key_keep_their_order_when_threads_append(stores: Stores) -> None:
    def append(thread: int) -> None:
        for n in range(20):
            stores.log.append([article(f"feed-{thread}", f"{thread}:{n}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(append, range(6)))

    seen: dict[str, list[str]] = {}
    for partition in range(ARTICLE_PARTITIONS):
        for record in stores.log.read(Topic.ARTICLES, partition, 0, 1000):
            seen.setdefault(record.key, []).append(record.value.decode())
    assert seen == {f"feed-{thread}": [f"{thread}:{n}" for n in range(20)] for thread in range(6)}


def test_a_lone_member_gets_every_partition_and_every_record(stores: Stores) -> None:
    stores.log.append([article(f"feed-{n}", str(n)) for n in range(20)])

    with stores.members(1) as [consumer]:
        records = take(consumer, 20)

        assert consumer.assigned() == frozenset(range(ARTICLE_PARTITIONS))
        assert sorted(values(records), key=int) == [str(n) for n in range(20)]
        _assert_in_order(records)


def test_the_poll_that_assigns_partitions_brings_none_of_their_records(stores: Stores) -> None:
    stores.log.append([article(f"feed-{n}", str(n)) for n in range(20)])

    with stores.members(1) as [consumer]:
        assigned: set[int] = set()
        while len(assigned) < ARTICLE_PARTITIONS:
            polled = consumer.poll(max_records=100, timeout_seconds=DEADLINE_SECONDS)
            assert not {record.position.partition for record in polled.records} & polled.assigned
            assert polled.assigned <= consumer.assigned()
            assigned |= polled.assigned


def test_a_poll_brings_no_more_than_asked(stores: Stores) -> None:
    stores.log.append([article(f"feed-{n}", str(n)) for n in range(50)])

    with stores.members(1) as [consumer]:
        settle([consumer])

        assert all(len(consumer.poll(max_records=7, timeout_seconds=0.05).records) <= 7 for _ in range(10))


def test_a_poll_without_records_ends_when_its_time_is_up(stores: Stores) -> None:
    with stores.members(1) as [consumer]:
        settle([consumer])

        assert consumer.poll(max_records=10, timeout_seconds=0.01) == Polled()


def test_an_append_wakes_a_waiting_poll(stores: Stores) -> None:
    waiting = threading.Event()
    got: list[Record] = []

    def consume() -> None:
        with stores.members(1) as [consumer]:
            settle([consumer])
            waiting.set()
            got.extend(consumer.poll(max_records=10, timeout_seconds=DEADLINE_SECONDS).records)

    thread = threading.Thread(target=consume)
    thread.start()
    assert waiting.wait(DEADLINE_SECONDS)
    stores.log.append([article("feed", "news")])
    thread.join(DEADLINE_SECONDS / 2)

    assert not thread.is_alive()
    assert values(got) == ["news"]


def test_a_busy_partition_does_not_starve_the_others(stores: Stores) -> None:
    stores.log.append([article(key_for(0), f"busy-{n}") for n in range(300)])
    stores.log.append([article(key_for(p), "quiet") for p in (1, 2, 3)])

    with stores.members(1) as [consumer]:
        settle_records = settle([consumer])
        first = settle_records + take(consumer, 150 - len(settle_records))

        assert values(first).count("quiet") == 3


def test_a_group_goes_on_where_it_committed(stores: Stores) -> None:
    key = key_for(1)
    stores.log.append([article(key, str(n)) for n in range(10)])
    with stores.members(1) as [consumer]:
        assert len(take(consumer, 10)) == 10
        assert consumer.committed(1) is None
        consumer.commit({1: 6})
        assert consumer.committed(1) == 6

    with stores.members(1) as [consumer]:
        assert values(take(consumer, 4)) == ["6", "7", "8", "9"]
        assert consumer.committed(1) == 6


def test_groups_read_independently(stores: Stores) -> None:
    stores.log.append([article(key_for(1), str(n)) for n in range(3)])
    with stores.members(1, group="one") as [consumer]:
        take(consumer, 3)
        consumer.commit({1: 3})

    with stores.members(1, group="two") as [consumer]:
        assert values(take(consumer, 3)) == ["0", "1", "2"]
        assert consumer.committed(1) is None


def test_two_members_share_and_the_one_that_stays_takes_over(stores: Stores) -> None:
    key = key_for(0)
    with stores.members(2) as [first, second]:
        settle([first, second])
        assert not first.assigned() & second.assigned()
        assert first.assigned() | second.assigned() == frozenset(range(ARTICLE_PARTITIONS))
        leaving, staying = (first, second) if 0 in first.assigned() else (second, first)
        stores.log.append([article(key, str(n)) for n in range(4)])
        take(leaving, 4)
        leaving.commit({0: 3})

        leaving.close()
        records = settle([staying])
        records += take(staying, 1 - len(records))

        assert staying.assigned() == frozenset(range(ARTICLE_PARTITIONS))
        assert values(records) == ["3"]


def test_a_partition_goes_on_only_after_its_owner_saw_it_revoked(stores: Stores) -> None:
    with stores.members(1) as [first]:
        settle([first])
        with stores.members(1) as [second]:
            given_up: set[int] = set()
            taken: set[int] = set()
            while len(taken) < 2:
                given_up |= first.poll(max_records=10, timeout_seconds=0.05).revoked
                polled = second.poll(max_records=10, timeout_seconds=0.05)
                taken |= polled.assigned
                assert taken <= given_up

            assert first.assigned() == frozenset(range(ARTICLE_PARTITIONS)) - taken


def test_a_commit_for_a_partition_that_moved_on_is_refused_as_a_whole(stores: Stores) -> None:
    stores.log.append([article(key_for(p), "x") for p in range(ARTICLE_PARTITIONS)])
    with stores.members(1) as [first]:
        take(first, ARTICLE_PARTITIONS)
        with stores.members(1) as [second]:
            settle([first, second])
            moved, kept = min(second.assigned()), min(first.assigned())

            with pytest.raises(CommitRefusedError) as refused:
                first.commit({moved: 1, kept: 1})

            assert moved in refused.value.partitions
            assert second.committed(moved) is None
            assert first.committed(kept) is None


def test_a_paused_partition_brings_nothing_until_resumed(stores: Stores) -> None:
    with stores.members(1) as [consumer]:
        settle([consumer])
        consumer.pause(frozenset({1}))
        stores.log.append([article(key_for(1), "held"), article(key_for(2), "free")])

        assert values(take(consumer, 1)) == ["free"]
        assert consumer.poll(max_records=10, timeout_seconds=0.05).records == ()
        assert consumer.lag()[1] == 1
        consumer.resume(frozenset({1}))
        assert values(take(consumer, 1)) == ["held"]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(2, ["2", "3", "4", "new"]), (0, ["0", "1", "2", "3", "4", "new"]), (99, ["new"])],
    ids=["back", "to-the-start", "past-the-end"],
)
def test_seeking_moves_the_next_record(stores: Stores, offset: int, expected: list[str]) -> None:
    stores.log.append([article(key_for(3), str(n)) for n in range(5)])
    with stores.members(1) as [consumer]:
        take(consumer, 5)

        consumer.seek(3, offset)
        stores.log.append([article(key_for(3), "new")])

        assert values(take(consumer, len(expected))) == expected


def test_seeking_while_paused_holds_for_the_resumed_partition(stores: Stores) -> None:
    stores.log.append([article(key_for(3), str(n)) for n in range(5)])
    with stores.members(1) as [consumer]:
        while not consumer.assigned():
            polled = consumer.poll(max_records=10, timeout_seconds=0.05)
            consumer.pause(polled.assigned)
        consumer.seek(3, 4)
        consumer.resume(frozenset({3}))

        assert values(take(consumer, 1)) == ["4"]


def test_lag_counts_what_is_still_to_read(stores: Stores) -> None:
    stores.log.append([article(key_for(1), str(n)) for n in range(5)])
    with stores.members(1) as [consumer]:
        take(consumer, 5)
        assert consumer.lag() == {0: 0, 1: 0, 2: 0, 3: 0}

        consumer.seek(1, 2)

        assert consumer.lag() == {0: 0, 1: 3, 2: 0, 3: 0}


def test_closing_a_consumer_twice_is_safe(stores: Stores) -> None:
    with stores.members(1) as [consumer]:
        consumer.close()

        assert consumer.assigned() == frozenset()


def _assert_in_order(records: list[Record]) -> None:
    for partition in range(ARTICLE_PARTITIONS):
        offsets = [record.position.offset for record in records if record.position.partition == partition]
        assert offsets == list(range(len(offsets)))
