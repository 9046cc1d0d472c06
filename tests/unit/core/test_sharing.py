"""Whose each piece of shared work is, and who is there to share it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.errors import StoreUnavailableError
from monitor.core.ports import Lease
from monitor.core.sharing import LEASE_SECONDS, RENEW_SECONDS, Membership, holder_of
from monitor.storage.sqlite.database import MemoryDatabase
from monitor.storage.sqlite.leases import SqliteLeases

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
PIECES = [f"poll/{number}" for number in range(64)]
MEMBERS = st.sets(st.text(min_size=1, max_size=12), min_size=1, max_size=8)


class Bench:
    def __init__(self) -> None:
        self.now = NOW
        self.database = MemoryDatabase("test")
        self.leases = CountedLeases(self.database)

    def member(self, owner: str) -> Membership:
        return Membership(self.leases, "poller", owner, clock=lambda: self.now)


class CountedLeases(SqliteLeases):
    """Counts what costs a write; fails while told to."""

    def __init__(self, database: MemoryDatabase) -> None:
        super().__init__(database)
        self.writes = 0
        self.is_away = False

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        self._wrote()
        return super().acquire(name, owner, seconds=seconds, now=now)

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        self._wrote()
        return super().renew(lease, seconds=seconds, now=now)

    def _wrote(self) -> None:
        self.writes += 1
        if self.is_away:
            raise StoreUnavailableError("cannot write: the disk is full")


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.database.close()


@given(MEMBERS)
def test_each_piece_has_one_holder_whatever_the_order(members: set[str]) -> None:
    forwards = [holder_of(piece, sorted(members)) for piece in PIECES]

    assert set(forwards) <= members
    assert forwards == [holder_of(piece, sorted(members, reverse=True)) for piece in PIECES]


@given(MEMBERS, st.data())
def test_member_that_goes_moves_its_own_pieces_only(members: set[str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(members)))
    before = {piece: holder_of(piece, members) for piece in PIECES}
    after = {piece: holder_of(piece, members - {gone}) for piece in PIECES}

    assert {piece for piece in PIECES if after[piece] != before[piece]} == {
        piece for piece in PIECES if before[piece] == gone
    }


@given(MEMBERS, st.text(min_size=1, max_size=12))
def test_member_that_comes_takes_pieces_for_itself_only(members: set[str], newcomer: str) -> None:
    before = {piece: holder_of(piece, members) for piece in PIECES}
    after = {piece: holder_of(piece, members | {newcomer}) for piece in PIECES}

    assert {after[piece] for piece in PIECES if after[piece] != before[piece]} <= {newcomer}


def test_nobody_holds_what_nobody_is_there_for() -> None:
    assert holder_of("poll/1", []) is None


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_shares_are_about_equal(count: int) -> None:
    members = [f"host-{number}-4711" for number in range(count)]
    pieces = range(1000 * count)
    shares = [holder_of(f"poll/{piece}", members) for piece in pieces]

    assert all(900 <= shares.count(member) <= 1100 for member in members)


def test_holder_is_the_same_for_good() -> None:
    assert [holder_of(f"poll/{number}", ["a", "b", "c"]) for number in range(8)] == [
        "a",
        "c",
        "a",
        "c",
        "b",
        "a",
        "b",
        "c",
    ]


def test_members_see_one_another_until_they_leave(bench: Bench) -> None:
    a, b = bench.member("a"), bench.member("b")

    assert a.look() == {"a"}
    assert b.look() == {"a", "b"}
    assert a.look() == {"a", "b"}
    b.leave()
    b.leave()
    assert a.look() == {"a"}


def test_member_that_looks_no_more_is_gone_when_its_lease_ran_out(bench: Bench) -> None:
    a, b = bench.member("a"), bench.member("b")
    a.look()
    b.look()
    for _ in range(int(LEASE_SECONDS)):
        bench.now += timedelta(seconds=1)
        seen = a.look()

    assert seen == {"a"}
    assert b.look() == {"a", "b"}


def test_looking_often_writes_seldom(bench: Bench) -> None:
    a = bench.member("a")
    for second in range(60):
        bench.now = NOW + timedelta(seconds=second)
        a.look()

    assert bench.leases.writes == 60 / RENEW_SECONDS


def test_clock_set_back_does_not_leave_the_lease_unrenewed(bench: Bench) -> None:
    a, b = bench.member("a"), bench.member("b")
    a.look()
    bench.now -= timedelta(hours=3)
    a.look()
    bench.now += timedelta(seconds=LEASE_SECONDS - 1)

    assert b.look() == {"a", "b"}


def test_lease_that_was_lost_is_taken_anew(bench: Bench) -> None:
    a = bench.member("a")
    a.look()
    bench.now += timedelta(seconds=LEASE_SECONDS + 1)
    assert bench.leases.acquire("poller/a", "a", seconds=1, now=bench.now) is not None
    a.look()
    bench.now += timedelta(seconds=2)

    assert bench.member("b").look() == {"a", "b"}


def test_look_that_failed_is_made_up_for_by_the_next(bench: Bench) -> None:
    a = bench.member("a")
    bench.leases.is_away = True
    with pytest.raises(StoreUnavailableError):
        a.look()
    bench.leases.is_away = False
    a.look()

    assert bench.member("b").look() == {"a", "b"}
