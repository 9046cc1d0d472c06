"""The contract of `Leases`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.contract.support import NOW, Stores


def test_a_held_lease_is_given_to_nobody_else(stores: Stores) -> None:
    lease = stores.leases.acquire("shard", "a", seconds=30, now=NOW)

    assert lease is not None
    assert (lease.name, lease.owner) == ("shard", "a")
    assert stores.leases.acquire("shard", "b", seconds=30, now=NOW + timedelta(seconds=29)) is None
    assert stores.leases.acquire("another shard", "b", seconds=30, now=NOW) is not None


def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_token(stores: Stores) -> None:
    first = stores.leases.acquire("shard", "a", seconds=30, now=NOW)
    second = stores.leases.acquire("shard", "b", seconds=30, now=NOW + timedelta(seconds=31))

    assert first is not None
    assert second is not None
    assert second.token > first.token


def test_an_owner_acquiring_its_own_lease_again_gets_a_higher_token(stores: Stores) -> None:
    first = stores.leases.acquire("shard", "a", seconds=30, now=NOW)
    second = stores.leases.acquire("shard", "a", seconds=30, now=NOW)

    assert first is not None
    assert second is not None
    assert second.token > first.token
    assert not stores.leases.renew(first, seconds=30, now=NOW)


def test_renewing_holds_a_lease_longer(stores: Stores) -> None:
    lease = stores.leases.acquire("shard", "a", seconds=30, now=NOW)
    assert lease is not None

    assert stores.leases.renew(lease, seconds=30, now=NOW + timedelta(seconds=20))
    assert stores.leases.acquire("shard", "b", seconds=30, now=NOW + timedelta(seconds=45)) is None


def test_renewing_a_lease_that_was_taken_over_fails(stores: Stores) -> None:
    lease = stores.leases.acquire("shard", "a", seconds=30, now=NOW)
    assert lease is not None
    later = NOW + timedelta(seconds=31)
    assert stores.leases.acquire("shard", "b", seconds=30, now=later) is not None

    assert not stores.leases.renew(lease, seconds=30, now=later)


def test_a_released_lease_is_free_and_its_token_never_comes_again(stores: Stores) -> None:
    lease = stores.leases.acquire("shard", "a", seconds=30, now=NOW)
    assert lease is not None
    stores.leases.release(lease)

    again = stores.leases.acquire("shard", "b", seconds=30, now=NOW)

    assert again is not None
    assert again.token > lease.token
    assert not stores.leases.renew(lease, seconds=30, now=NOW)


def test_releasing_a_lease_that_was_taken_over_changes_nothing(stores: Stores) -> None:
    lease = stores.leases.acquire("shard", "a", seconds=30, now=NOW)
    assert lease is not None
    later = NOW + timedelta(seconds=31)
    taken = stores.leases.acquire("shard", "b", seconds=30, now=later)
    assert taken is not None

    stores.leases.release(lease)

    assert stores.leases.renew(taken, seconds=30, now=later)


def test_of_many_who_ask_at_once_one_gets_it(stores: Stores) -> None:
    with ThreadPoolExecutor(8) as pool:
        grants = list(pool.map(lambda n: stores.leases.acquire("shard", f"owner-{n}", seconds=30, now=NOW), range(8)))

    assert len([grant for grant in grants if grant is not None]) == 1


def test_holders_are_the_owners_of_leases_held_under_a_prefix(stores: Stores) -> None:
    for name, owner in (("poll/1", "a"), ("poll/2", "b"), ("poller/a", "a"), ("send/desk", "a")):
        assert stores.leases.acquire(name, owner, seconds=30, now=NOW) is not None

    assert stores.leases.holders("poll/", NOW) == {"poll/1": "a", "poll/2": "b"}
    assert stores.leases.holders("poller/", NOW) == {"poller/a": "a"}
    assert stores.leases.holders("deliver/", NOW) == {}
    assert set(stores.leases.holders("", NOW)) == {"poll/1", "poll/2", "poller/a", "send/desk"}


def test_prefix_of_holders_is_taken_as_it_is_written(stores: Stores) -> None:
    for name in ("a_b/1", "aXb/1", "A_b/1", "a_b", "a%/é"):
        assert stores.leases.acquire(name, "me", seconds=30, now=NOW) is not None

    assert set(stores.leases.holders("a_b", NOW)) == {"a_b/1", "a_b"}
    assert set(stores.leases.holders("a%/é", NOW)) == {"a%/é"}


def test_lease_that_ran_out_or_was_released_has_no_holder(stores: Stores) -> None:
    stores.leases.release(stores.lease("poll/1"))
    stores.lease("poll/2")

    assert stores.leases.holders("poll/", NOW + timedelta(seconds=59)) == {"poll/2": "me"}
    assert stores.leases.holders("poll/", NOW + timedelta(seconds=60)) == {}


def test_holder_of_a_lease_that_moved_on_is_the_one_who_has_it_now(stores: Stores) -> None:
    first = stores.lease("poll/1", "a")
    later = NOW + timedelta(seconds=61)
    assert stores.leases.acquire("poll/1", "b", seconds=30, now=later) is not None
    stores.leases.release(first)

    assert stores.leases.holders("poll/", later) == {"poll/1": "b"}


def test_renewed_lease_has_its_holder_for_longer(stores: Stores) -> None:
    lease = stores.lease("poll/1")
    assert stores.leases.renew(lease, seconds=60, now=NOW + timedelta(hours=5))

    assert stores.leases.holders("poll/", NOW + timedelta(hours=5, seconds=30)) == {"poll/1": "me"}


def test_token_rises_over_a_lease_that_ran_out_long_ago(stores: Stores) -> None:
    first = stores.lease("poll/1", "a")
    much_later = NOW + timedelta(days=30)
    assert stores.leases.acquire("poll/2", "b", seconds=30, now=much_later) is not None
    second = stores.leases.acquire("poll/1", "b", seconds=30, now=much_later)

    assert second is not None
    assert second.token > first.token
    assert stores.leases.holders("poll/", much_later) == {"poll/1": "b", "poll/2": "b"}
