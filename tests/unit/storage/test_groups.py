"""Who reads which partition, and how many records of each."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.storage.sqlite.fairness import fair_shares
from monitor.storage.sqlite.groups import Group, Settlement, even_assignment


@given(
    st.integers(1, 40),
    st.lists(st.integers(1, 50), min_size=1, max_size=8, unique=True),
    st.dictionaries(st.integers(0, 39), st.integers(1, 60)),
)
def test_shares_are_even_and_no_member_takes_what_another_may_keep(
    partitions: int, members: list[int], owners: dict[int, int]
) -> None:
    assignment = even_assignment(partitions, members, owners)

    shares = Counter(assignment.values())
    assert set(assignment) == set(range(partitions))
    assert max(shares[member] for member in members) - min(shares[member] for member in members) <= 1
    held = Counter(owners[p] for p in range(partitions) if owners.get(p) in members)
    for member in members:
        kept = sum(1 for p in range(partitions) if owners.get(p) == member == assignment[p])
        assert kept == min(held[member], shares[member])


def test_a_group_without_members_assigns_nothing() -> None:
    assert even_assignment(8, [], {}) == {}


@given(st.integers(1, 12), st.lists(st.tuples(st.sampled_from(["join", "leave", "settle"]), st.integers(0, 5))))
def test_no_partition_has_two_owners_and_all_are_owned_once_settled(
    partitions: int, steps: list[tuple[str, int]]
) -> None:
    group = Group(partitions)
    members = [group.join()]
    for action, pick in steps:
        member = members[pick % len(members)]
        if action == "join":
            members.append(group.join())
        elif action == "leave" and len(members) > 1:
            members.remove(member)
            group.leave(member)
        else:
            group.settle(member)
        owned = [p for one in members for p in group.owned(one)]
        assert len(owned) == len(set(owned))

    for _ in range(2):  # one round gives up, the other takes
        for member in members:
            group.settle(member)

    assert sorted(p for one in members for p in group.owned(one)) == list(range(partitions))
    assert not any(group.settle(member) for member in members)


def test_a_partition_is_free_only_after_its_owner_settled() -> None:
    group = Group(2)
    first = group.join()
    group.settle(first)
    second = group.join()

    assert group.settle(second) == Settlement()
    given_up = group.settle(first).revoked
    assert len(given_up) == 1
    assert group.settle(second).assigned == given_up


def test_leaving_frees_at_once_and_twice_is_safe() -> None:
    group = Group(2)
    first, second = group.join(), group.join()
    group.settle(first)
    group.leave(first)
    group.leave(first)

    assert group.settle(second).assigned == {0, 1}


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 500)), st.integers(0, 300), st.integers(-1, 40))
def test_shares_spend_the_limit_and_differ_only_where_a_partition_is_empty(
    waiting: dict[int, int], limit: int, last: int
) -> None:
    shares = fair_shares(waiting, limit, last=last)

    assert sum(shares.values()) == min(limit, sum(waiting.values()))
    assert all(0 < share <= waiting[p] for p, share in shares.items())
    unfinished = [shares.get(p, 0) for p in waiting if shares.get(p, 0) < waiting[p]]
    if unfinished:
        assert max(shares.values(), default=0) <= min(unfinished) + 1


def test_partitions_that_got_nothing_come_first_in_the_next_round() -> None:
    waiting = dict.fromkeys(range(5), 100)

    first = fair_shares(waiting, 2, last=-1)
    second = fair_shares(waiting, 2, last=list(first)[-1])
    third = fair_shares(waiting, 2, last=list(second)[-1])

    assert [list(shares) for shares in (first, second, third)] == [[0, 1], [2, 3], [4, 0]]
