"""The contract of `PartitionStates`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from monitor.core.ports import Head, PartitionChange, PartitionState
from tests.contract.support import NOW, Stores


def head(version: int, offset: int = 0) -> Head:
    return Head(offset=offset, version=version, clock=NOW + timedelta(microseconds=version))


def test_a_partition_never_saved_has_no_state(stores: Stores) -> None:
    assert stores.partition_states.load(3) is None
    assert list(stores.partition_states.entries("")) == []


def test_a_saved_change_comes_back_whole(stores: Stores) -> None:
    put = {"story:1": b"\x00\xff", "outbox:1": b""}

    refused = stores.partition_states.save([PartitionChange(3, head(1, offset=7), put)])

    assert refused == frozenset()
    assert stores.partition_states.load(3) == PartitionState(head(1, offset=7), put)
    assert stores.partition_states.load(4) is None


def test_a_head_before_the_first_record_has_no_clock(stores: Stores) -> None:
    stores.partition_states.save([PartitionChange(3, Head(0, 1, None))])

    assert stores.partition_states.load(3) == PartitionState(Head(0, 1, None), {})


def test_a_later_change_touches_only_what_it_names(stores: Stores) -> None:
    stores.partition_states.save([PartitionChange(3, head(1), {"a": b"1", "b": b"1", "c": b"1"})])

    stores.partition_states.save([PartitionChange(3, head(2), {"b": b"2"}, frozenset({"c", "never there"}))])

    assert stores.partition_states.load(3) == PartitionState(head(2), {"a": b"1", "b": b"2"})


def test_a_change_whose_version_moved_is_refused_alone(stores: Stores) -> None:
    stores.partition_states.save([PartitionChange(3, head(1), {"a": b"old"})])

    refused = stores.partition_states.save(
        [PartitionChange(3, head(1), {"a": b"late"}, frozenset({"a"})), PartitionChange(4, head(1), {"a": b"new"})]
    )

    assert refused == {3}
    assert stores.partition_states.load(3) == PartitionState(head(1), {"a": b"old"})
    assert stores.partition_states.load(4) == PartitionState(head(1), {"a": b"new"})


def test_a_version_ahead_of_the_stored_one_is_refused(stores: Stores) -> None:
    assert stores.partition_states.save([PartitionChange(3, head(2))]) == {3}
    assert stores.partition_states.load(3) is None


def test_of_two_owners_saving_at_once_one_is_refused(stores: Stores) -> None:
    with ThreadPoolExecutor(2) as pool:
        refused = list(
            pool.map(lambda n: stores.partition_states.save([PartitionChange(3, head(1), {"by": b"%d" % n})]), (0, 1))
        )

    winner = refused.index(frozenset())
    assert sorted(map(len, refused)) == [0, 1]
    assert stores.partition_states.load(3) == PartitionState(head(1), {"by": b"%d" % winner})


def test_entries_are_found_by_prefix_over_all_partitions(stores: Stores) -> None:
    stores.partition_states.save(
        [
            PartitionChange(3, head(1), {"past:1": b"a", "past:2": b"b", "pasta": b"x", "pas": b"x"}),
            PartitionChange(9, head(1), {"past:\U0010ffff": b"c", "story:1": b"x"}),
        ]
    )

    found = sorted(stores.partition_states.entries("past:"))

    assert found == [(3, "past:1", b"a"), (3, "past:2", b"b"), (9, "past:\U0010ffff", b"c")]


def test_many_entries_all_come(stores: Stores) -> None:
    put = {f"past:{n:05}": b"%d" % n for n in range(1234)}
    stores.partition_states.save([PartitionChange(3, head(1), put)])

    assert {key: value for _, key, value in stores.partition_states.entries("past:")} == put


def test_heads_are_told_without_what_stands_beside_them(stores: Stores) -> None:
    assert stores.partition_states.heads() == {}
    stores.partition_states.save(
        [PartitionChange(11, head(1), {"story:1": b"x"}), PartitionChange(3, Head(offset=7, version=1, clock=None))]
    )

    assert stores.partition_states.heads() == {3: Head(offset=7, version=1, clock=None), 11: head(1)}
