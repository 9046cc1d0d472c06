"""What a long command holds while it reads and writes: leases, renewed as its reading goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from monitor.core.clock import Clock
from monitor.core.errors import LeaseLostError, StoreInUseError
from monitor.core.ports import Lease, Leases, Log
from monitor.core.record import Record, Topic

LEASE_SECONDS = 60.0
_RENEW_SECONDS = 10.0


class HeldLeases:
    """Leases that are held while records are read and written, however long that takes."""

    def __init__(self, leases: Leases, owner: str, clock: Clock) -> None:
        self._leases = leases
        self._owner = owner
        self._clock = clock
        self._by_name: dict[str, Lease] = {}
        self._renewed = time.monotonic()

    @contextmanager
    def all_of(self, names: Sequence[str]) -> Iterator[None]:
        """Hold these.

        Raises:
            StoreInUseError: Somebody else holds one.
        """
        with ExitStack() as stack:
            for name in names:
                lease = self._leases.acquire(name, self._owner, seconds=LEASE_SECONDS, now=self._clock())
                if lease is None:
                    raise _in_use(name, "another process")
                self._by_name[name] = lease
                stack.callback(self._leases.release, lease)
            yield

    def refuse_others(self) -> None:
        """Refuse to begin while anybody else holds any lease.

        Raises:
            StoreInUseError: Somebody does.
        """
        for name, owner in self._leases.holders("", self._clock()).items():
            if owner != self._owner:
                raise _in_use(name, owner)

    def lease(self, name: str) -> Lease:
        """One of those that are held."""
        return self._by_name[name]

    def keep(self) -> None:
        """Hold on to them; to be called again and again.

        Raises:
            LeaseLostError: Somebody else took one.
        """
        if time.monotonic() - self._renewed < _RENEW_SECONDS:
            return
        self._renewed = time.monotonic()
        for lease in self._by_name.values():
            if not self._leases.renew(lease, seconds=LEASE_SECONDS, now=self._clock()):
                raise LeaseLostError(lease.name)


def _in_use(name: str, owner: str) -> StoreInUseError:
    killed = f"a process that was killed holds it for up to {LEASE_SECONDS:g} s"
    return StoreInUseError("the state", f"{owner}, which holds the lease {name} ({killed})")


class WatchedLog:
    """The log, with a word on how far reading has got."""

    def __init__(self, log: Log, held: HeldLeases, progress: Callable[[int], None]) -> None:
        self._log = log
        self._held = held
        self._progress = progress
        self._records = 0

    def partitions(self, topic: Topic) -> int:
        """See `Log`."""
        return self._log.partitions(topic)

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        """See `Log`."""
        return self._log.bounds(topic, partition)

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        """See `Log`."""
        self._held.keep()
        records = self._log.read(topic, partition, offset, limit)
        self._records += len(records)
        self._progress(self._records)
        return records
