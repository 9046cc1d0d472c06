"""The loop that sends canary articles. Decides nothing about where they come out.

Why a lease that is never renewed in between: it lasts a little longer than one turn, so whoever sent takes it again for
the next turn in time; once that process is gone, another one's next try is granted.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from monitor.core.canary import canary_article, canary_key, canary_turn
from monitor.core.clock import Clock
from monitor.core.codec import encode
from monitor.core.errors import StoreUnavailableError
from monitor.core.ports import Lease, Leases, Log
from monitor.core.record import NewRecord, Topic
from monitor.core.stopping import is_set_within, unless_stopped
from monitor.feeds.patience import PatientCalls

_log = logging.getLogger(__name__)

LEASE_NAME = "canary"
_LEASE_TURNS = 1.25  # a turn, and time to take it again
_RETRY_TURNS = 0.25  # how soon others look whether it is free


class Canary:
    """Sends one canary each turn, from one process of all. Closes nothing of what it was given."""

    def __init__(
        self,
        log: Log,
        leases: Leases,
        clock: Clock,
        owner: str,
        every: timedelta,
        *,
        calls: PatientCalls | None = None,
    ) -> None:
        """Send nothing before `run`.

        Args:
            owner: Names this process in the lease.
            every: The length of a turn; nothing is ever sent when it is 0.
        """
        self._destination = log
        self._leases = leases
        self._clock = clock
        self._owner = owner
        self._every = every
        self._calls = calls or PatientCalls(event="canary waits for the store")
        self._lease: Lease | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set, the first at once; a store that is away is waited out, and turns missed are gone.

        Raises: what is wrong for good with the log or the leases.
        """
        if not self._every:
            return
        try:
            while not stop.is_set():
                is_sent = await unless_stopped(stop, self.send())
                await is_set_within(stop, self._every.total_seconds() * (1 if is_sent else _RETRY_TURNS))
        finally:
            await self._release()

    async def send(self) -> bool:
        """Send this turn's canary, if no other process sends them: whether it did."""
        self._lease = await self._calls.call(self._acquire)
        if self._lease is None:
            return False
        await self._calls.call(self._append)
        return True

    def _acquire(self) -> Lease | None:
        seconds = self._every.total_seconds() * _LEASE_TURNS
        return self._leases.acquire(LEASE_NAME, self._owner, seconds=seconds, now=self._clock())

    def _append(self) -> None:
        """Append a canary of now: one that waited for an hour would tell of that hour only."""
        now = self._clock()
        turn = canary_turn(now, self._every)
        key = canary_key(turn, self._destination.partitions(Topic.ARTICLES))
        self._destination.append([NewRecord(Topic.ARTICLES, key, encode(canary_article(turn, now)))])
        _log.debug("canary sent", extra={"article": key})

    async def _release(self) -> None:
        if self._lease is None:
            return
        try:
            await asyncio.to_thread(self._leases.release, self._lease)
        except StoreUnavailableError as error:  # it runs out by itself
            _log.debug("lease not released", extra={"error": str(error)})
