"""A poller's hold on its shards: what it takes, keeps, gives up and loses."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from monitor.core.errors import StoreUnavailableError
from monitor.core.ports import Lease
from monitor.core.sharing import LEASE_SECONDS
from monitor.feeds.shard_leases import ShardLeases
from monitor.feeds.shards import POLL_SHARDS, lease_name, shards_of
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.leases import SqliteLeases
from tests.unit.feeds.fakes import FakeClock
from tests.unit.feeds.making import NOW

ALL = frozenset(range(POLL_SHARDS))
A_OF_TWO = shards_of("a", ["a", "b"], POLL_SHARDS)
B_OF_TWO = ALL - A_OF_TWO


class FailingLeases(SqliteLeases):
    """Fails at the n-th call from now on, when told so; before or after it has done what was asked."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database)
        self.fails_at = 0
        self.is_done_nevertheless = False
        self.calls = 0

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        self._fail(is_before=True)
        lease = super().acquire(name, owner, seconds=seconds, now=now)
        self._fail(is_before=False)
        return lease

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        self._fail(is_before=True)
        is_held = super().renew(lease, seconds=seconds, now=now)
        self._fail(is_before=False)
        return is_held

    def release(self, lease: Lease) -> None:
        self._fail(is_before=True)
        super().release(lease)
        self._fail(is_before=False)

    def _fail(self, *, is_before: bool) -> None:
        self.calls += is_before
        if self.fails_at and is_before is not self.is_done_nevertheless:
            self.fails_at -= 1
            if not self.fails_at:
                raise StoreUnavailableError("cannot reach the store")


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.database = MemoryDatabase("test")
        self.leases = FailingLeases(self.database)

    def shares(self, owner: str) -> ShardLeases:
        return ShardLeases(self.leases, owner=owner, shards=POLL_SHARDS, clock=self.clock)

    def holders(self) -> set[str]:
        return set(self.leases.holders("poll/", self.clock()).values())


def share_out(shares: ShardLeases, busy: frozenset[int] = frozenset()) -> frozenset[int]:
    """One round; the shards that are held after it."""
    shares.look()
    shares.exchange(shares.leaving - busy)
    return frozenset(shares.held)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.database.close()


def test_poller_that_is_alone_takes_all(bench: Bench) -> None:
    assert share_out(bench.shares("a")) == ALL


def test_second_poller_gets_its_share_once_the_first_gave_it_up(bench: Bench) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(a)

    assert share_out(b) == frozenset()
    assert share_out(a) == A_OF_TWO
    assert share_out(b) == B_OF_TWO
    assert share_out(a) == A_OF_TWO


def test_shard_with_a_poll_under_way_is_not_given_up(bench: Bench) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(a)
    share_out(b)
    busy = frozenset(sorted(B_OF_TWO)[:3])

    assert share_out(a, busy) == A_OF_TWO
    assert a.leaving == busy
    assert share_out(b) == B_OF_TWO - busy
    share_out(a)
    assert share_out(b) == B_OF_TWO


def test_shard_that_was_leaving_is_held_again_when_the_other_went(bench: Bench) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(a)
    lease = a.held[min(B_OF_TWO)]
    share_out(b)
    share_out(a, ALL)
    b.release_all()

    assert share_out(a) == ALL
    assert a.held[min(B_OF_TWO)] == lease


def test_all_is_free_for_others_at_once_after_a_release(bench: Bench) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(a)
    share_out(b)
    a.release_all()
    a.release_all()

    assert share_out(b) == ALL


def test_release_leaves_nothing_behind(bench: Bench) -> None:
    a = bench.shares("a")
    share_out(a)
    a.release_all()

    assert bench.leases.holders("", NOW) == {}


def test_what_a_dead_poller_held_moves_when_its_leases_ran_out(bench: Bench) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(b)
    share_out(a)
    share_out(b)
    share_out(a)
    for _ in range(int(LEASE_SECONDS / 2)):
        assert share_out(b) == B_OF_TWO
        bench.clock.now += timedelta(seconds=2)

    assert share_out(b) == ALL


def test_leases_are_renewed_before_they_run_out_and_not_at_every_look(bench: Bench) -> None:
    a = bench.shares("a")
    share_out(a)
    token = a.held[0].token
    bench.leases.calls = 0
    for _ in range(30):
        bench.clock.now += timedelta(seconds=2)
        look = a.look()
        a.exchange(frozenset())
        assert look.lost == frozenset()
        assert look.until > bench.clock()

    assert a.held[0].token == token
    assert bench.leases.calls == 6 * (POLL_SHARDS + 1)


def test_poller_that_slept_learns_what_it_lost(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(a)
    until = a.look().until
    bench.clock.now += timedelta(seconds=60)
    share_out(b)

    assert until < bench.clock()
    assert a.look().lost == ALL
    assert a.held == {}
    assert caplog.messages.count("shard lost to another poller") == POLL_SHARDS


def test_lease_that_ran_out_and_that_nobody_took_is_kept(bench: Bench) -> None:
    a = bench.shares("a")
    share_out(a)
    held = dict(a.held)
    bench.clock.now += timedelta(hours=1)

    assert a.look().lost == frozenset()
    assert a.held == held


def test_clock_set_back_does_not_leave_leases_unrenewed(bench: Bench) -> None:
    a = bench.shares("a")
    share_out(a)
    bench.clock.now -= timedelta(hours=3)
    until = a.look().until

    assert until == bench.clock() + timedelta(seconds=LEASE_SECONDS)


def test_doubt_about_one_shard_is_settled_by_the_next_look(bench: Bench) -> None:
    a = bench.shares("a")
    share_out(a)
    assert bench.leases.acquire(lease_name(5), "b", seconds=60, now=NOW + timedelta(hours=1)) is not None

    assert a.look().lost == frozenset()
    a.doubt(5)
    a.doubt(6)
    assert a.look().lost == {5}
    assert share_out(a) == ALL - {5}


def test_doubt_outlives_a_store_that_is_away(bench: Bench) -> None:
    a = bench.shares("a")
    share_out(a)
    assert bench.leases.acquire(lease_name(5), "b", seconds=60, now=NOW + timedelta(hours=1)) is not None
    a.doubt(5)
    bench.leases.fails_at = 1
    with pytest.raises(StoreUnavailableError):
        a.look()

    assert a.look().lost == {5}


@pytest.mark.parametrize("is_done", [False, True], ids=["not-done", "done-nevertheless"])
@pytest.mark.parametrize("call", [1, 2, 17, POLL_SHARDS + 1])
def test_store_that_fails_while_shards_are_taken_costs_none(bench: Bench, call: int, is_done: bool) -> None:
    a = bench.shares("a")
    bench.leases.fails_at, bench.leases.is_done_nevertheless = call, is_done
    with pytest.raises(StoreUnavailableError):
        share_out(a)

    assert share_out(a) == ALL
    assert bench.holders() == {"a"}
    bench.clock.now += timedelta(seconds=15)
    assert a.look().lost == frozenset()


@pytest.mark.parametrize("is_done", [False, True], ids=["not-done", "done-nevertheless"])
def test_store_that_fails_while_a_shard_is_given_up_does_not_keep_it_from_its_heir(bench: Bench, is_done: bool) -> None:
    a, b = bench.shares("a"), bench.shares("b")
    share_out(a)
    share_out(b)
    bench.leases.fails_at, bench.leases.is_done_nevertheless = 3, is_done
    with pytest.raises(StoreUnavailableError):
        share_out(a)
    share_out(a)

    assert share_out(b) == B_OF_TWO
    assert share_out(a) == A_OF_TWO


def test_poller_without_a_share_says_so_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for shard in ALL:
        bench.leases.acquire(lease_name(shard), "elsewhere", seconds=600, now=NOW)
    a = bench.shares("a")
    share_out(a)
    share_out(a)

    assert caplog.messages == ["other processes poll, waiting for a share"]
