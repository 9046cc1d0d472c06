"""Work that several processes share: who is there, and whose each piece is. Knows no work.

Why no coordinator and no plan that is written down: each process sees the same members, so each computes the same
shares; what they still see differently for a moment is settled by the lease of each piece. Why rendezvous hashing: when
a member comes or goes, only pieces move that it gets or had, and nothing has to be remembered for that.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.core.clock import Clock
from monitor.core.ids import partition_of
from monitor.core.ports import Lease, Leases

LEASE_SECONDS = 20.0  # with one look, and some time to begin: what a dead process did goes on elsewhere within 30 s
LOOK_SECONDS = 2.0  # with the time it takes to stop: what a stopped process gave up goes on elsewhere within 5 s
RENEW_SECONDS = LEASE_SECONDS / 2  # early enough for several tries, late enough to cost nothing

_HASHES = 1 << 64


def holder_of(piece: str, members: Collection[str]) -> str | None:
    """The member who should have a piece of work; None when there is none. Members are told apart by their names."""
    # As many partitions as there are hashes: the hash itself, the same on every machine.
    return max(members, key=lambda member: (partition_of(f"{member} {piece}", _HASHES), member), default=None)


def is_renewal_due(renewed_at: datetime | None, now: datetime) -> bool:
    """Whether to renew a lease; also when the clock was set back, for the lease ends by the clock."""
    return renewed_at is None or not timedelta(0) <= now - renewed_at < timedelta(seconds=RENEW_SECONDS)


class Membership:
    """A process's place among those that share some work: a lease under its own name, which the others see.

    Its methods block as `Leases` does and raise the same; for one thread at a time.
    """

    def __init__(self, leases: Leases, group: str, owner: str, *, clock: Clock) -> None:
        """Join nothing before `look`.

        Args:
            group: Names the work; the lease is `<group>/<owner>`.
            owner: Who we are; no two processes may have one name.
        """
        self._leases = leases
        self._group = group
        self._owner = owner
        self._clock = clock
        self._lease: Lease | None = None
        self._renewed_at: datetime | None = None

    def look(self) -> frozenset[str]:
        """Be a member for longer; all who are now, this one among them. Call it every `LOOK_SECONDS`."""
        now = self._clock()
        if is_renewal_due(self._renewed_at, now):
            self._stay(now)
            self._renewed_at = now
        return frozenset(self._leases.holders(f"{self._group}/", now).values()) | {self._owner}

    def leave(self) -> None:
        """Be a member no longer; safe to call twice."""
        lease, self._lease, self._renewed_at = self._lease, None, None
        if lease is not None:
            self._leases.release(lease)

    def _stay(self, now: datetime) -> None:
        if self._lease is None or not self._leases.renew(self._lease, seconds=LEASE_SECONDS, now=now):
            name = f"{self._group}/{self._owner}"
            self._lease = self._leases.acquire(name, self._owner, seconds=LEASE_SECONDS, now=now)
