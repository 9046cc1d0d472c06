"""The shards that one poller holds, and those that it should. Knows no feeds.

A shard goes from one poller to the next in two steps: the one that should not have it any more gives it up once no poll
of it is under way, and the other takes it once it is free. So nobody polls a host that another still polls.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.clock import Clock
from monitor.core.ports import Lease, Leases
from monitor.core.sharing import LEASE_SECONDS, Membership, is_renewal_due
from monitor.feeds.shards import LEASES, lease_name, shards_of

_log = logging.getLogger(__name__)

MEMBERS = "poller"


@dataclass(frozen=True)
class Look:
    """What a look at the leases showed.

    Attributes:
        lost: Shards that were ours and are another's by now.
        until: All others are ours up to then, if they are not renewed.
    """

    lost: frozenset[int]
    until: datetime


class ShardLeases:
    """Holds shards for a poller: `look`, then `exchange`, again and again; `release_all` at the end.

    These block as `Leases` does and raise the same; they are for one thread. `held` and `leaving` may be asked for
    between them by another, and `doubt` may be called at any time.
    """

    def __init__(self, leases: Leases, *, owner: str, shards: int, clock: Clock) -> None:
        """Hold nothing before the first `look` and `exchange`."""
        self._leases = leases
        self._owner = owner
        self._shards = shards
        self._clock = clock
        self._membership = Membership(leases, MEMBERS, owner, clock=clock)
        self._all: dict[int, Lease] = {}
        self._wanted: frozenset[int] = frozenset()
        self._doubtful: set[int] = set()
        self._renewed_at: datetime | None = None
        self._until = clock()
        self._is_told = False

    @property
    def held(self) -> Mapping[int, Lease]:
        """The shards that are ours to poll."""
        return {shard: lease for shard, lease in self._all.items() if shard in self._wanted}

    @property
    def leaving(self) -> frozenset[int]:
        """The shards that are ours until what is under way there has ended."""
        return frozenset(self._all.keys() - self._wanted)

    def doubt(self, shard: int) -> None:
        """A write under this shard's lease was refused: the next look asks whose it is."""
        self._doubtful.add(shard)

    def look(self) -> Look:
        """Hold on to what is ours, see who else is there, and decide what we should have."""
        lost = self._renew()
        self._wanted = shards_of(self._owner, self._membership.look(), self._shards)
        return Look(lost, self._until)

    def exchange(self, idle: frozenset[int]) -> None:
        """Give up those of `leaving` that are idle, and take what we should have and nobody holds."""
        for shard in sorted(self.leaving & idle):
            self._leases.release(self._all[shard])
            del self._all[shard]
        if self._wanted - self._all.keys():
            self._take_free()

    def release_all(self) -> None:
        """Give up everything; safe to call twice."""
        for shard in sorted(self._all):
            self._leases.release(self._all.pop(shard))
        self._membership.leave()

    def _renew(self) -> frozenset[int]:
        """Renew what is due; the shards that were lost."""
        now = self._clock()
        doubtful = frozenset(self._doubtful)
        is_due = is_renewal_due(self._renewed_at, now)
        asked = self._all.keys() if is_due else self._all.keys() & doubtful
        lost = {shard for shard in asked if not self._leases.renew(self._all[shard], seconds=LEASE_SECONDS, now=now)}
        for shard in lost:
            _log.warning("shard lost to another poller", extra={"shard": shard})
            del self._all[shard]
        self._doubtful -= doubtful
        if is_due:
            self._renewed_at, self._until = now, now + timedelta(seconds=LEASE_SECONDS)
        return frozenset(lost)

    def _take_free(self) -> None:
        now = self._clock()
        holders = self._leases.holders(LEASES, now)
        taken = 0
        for shard in sorted(self._wanted - self._all.keys()):
            # One of our own that we do not know of: the answer to taking it was lost.
            if holders.get(lease_name(shard)) not in {None, self._owner}:
                continue
            lease = self._leases.acquire(lease_name(shard), self._owner, seconds=LEASE_SECONDS, now=now)
            if lease is not None:
                self._all[shard] = lease
                taken += 1
        self._tell(taken)

    def _tell(self, taken: int) -> None:
        if taken:
            _log.info("shards taken", extra={"shards": taken, "held": len(self._all)})
        elif not self._all and not self._is_told:
            _log.info("other processes poll, waiting for a share")
            self._is_told = True
