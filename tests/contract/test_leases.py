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
