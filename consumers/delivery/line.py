"""One channel of one subscription: sends what it asked for, in order, and moves its cursor. Knows no other line.

The cursor moves after each alert dealt with, so a crash repeats one alert at most: at least once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from consumers.delivery.follow import HistoryEnd, Sleep
from consumers.delivery.routing import HeldBack, route
from consumers.delivery.subscriptions import Channel, Subscription, Subscriptions
from consumers.delivery.webhook import Delivered, Refused, Sender
from monitor.core.alert import Alert
from monitor.core.clock import Clock
from monitor.core.errors import LeaseLostError, StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.places import end_of, place_of
from monitor.core.ports import AlertHistory, Deliveries, Lease, Leases
from monitor.core.retries import STORE_BACKOFF, Backoff, Trouble
from monitor.core.settings import DeliverSettings
from monitor.core.sharing import LEASE_SECONDS, LOOK_SECONDS
from monitor.core.stream import StreamId

log = logging.getLogger(__name__)

_LEASE_RETRY_SECONDS = LOOK_SECONDS  # how soon a line looks again whether another process gave it up
_READ_LIMIT = 100
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class LineSpec:
    """What a line sends and where; another spec under the same name is another line."""

    subscription: Subscription
    channel: Channel

    @property
    def name(self) -> str:
        """Names its cursor and its dead deliveries."""
        return f"{self.subscription.name}/{self.channel.name}"

    @property
    def lease_name(self) -> str:
        """Names the right to send for it."""
        return f"send/{self.name}"


@dataclass(frozen=True)
class Surroundings:
    """What all lines of a process share."""

    history: AlertHistory
    end: HistoryEnd
    deliveries: Deliveries
    leases: Leases
    send: Sender
    settings: DeliverSettings
    metrics: Metrics
    clock: Clock
    owner: str
    sleep: Sleep


@dataclass(frozen=True)
class _Dead:
    reason: str
    attempts: int


def line_specs(subscriptions: Subscriptions) -> dict[str, LineSpec]:
    """The lines there should be, by name."""
    specs = [
        LineSpec(subscription, subscriptions.channels[channel])
        for subscription in subscriptions.subscriptions
        for channel in subscription.channels
    ]
    return {spec.name: spec for spec in specs}


class Line:
    """Follows the history for one channel of one subscription."""

    def __init__(self, spec: LineSpec, around: Surroundings, *, begin: StreamId | None = None) -> None:
        """Nothing is sent before `run`.

        Args:
            begin: Where to begin when the line has no cursor yet; None: at the end of the history as it stands then.
        """
        self.spec = spec
        self._begin = begin
        self._around = around
        self._lease: Lease | None = None
        fields = {"subscription": spec.subscription.name, "channel": spec.channel.name}
        self._fields = fields
        self._receiver_trouble = Trouble(log, "delivery failed", **fields)
        self._store_trouble = Trouble(log, "delivery waits for its store", **fields)

    async def run(self) -> None:
        """Send until cancelled; what is being sent then is sent again later."""
        while True:
            lease = await self._acquire()
            try:
                await self._follow(lease)
            except LeaseLostError as error:
                log.warning("lease lost", extra={**self._fields, "error": str(error)})
                await self._around.sleep(_LEASE_RETRY_SECONDS)
            finally:
                self._lease = None
                await self._release(lease)

    async def renew(self) -> None:
        """Hold the lease longer; without it, the line stops before its next attempt. Called from time to time."""
        lease, around = self._lease, self._around
        if lease is None:
            return
        is_held = await self._stored(
            lambda: around.leases.renew(lease, seconds=LEASE_SECONDS, now=around.clock()),
        )
        if not is_held and self._lease is lease:
            self._lease = None

    async def _acquire(self) -> Lease:
        around = self._around
        while True:
            lease = await self._stored(
                lambda: around.leases.acquire(
                    self.spec.lease_name, around.owner, seconds=LEASE_SECONDS, now=around.clock()
                )
            )
            if lease is not None:
                self._lease = lease
                return lease
            await around.sleep(_LEASE_RETRY_SECONDS)

    async def _release(self, lease: Lease) -> None:
        try:
            await asyncio.to_thread(self._around.leases.release, lease)
        except StoreUnavailableError as error:  # it runs out by itself
            log.debug("lease not released", extra={**self._fields, "error": str(error)})

    async def _follow(self, lease: Lease) -> None:
        cursor = await self._cursor(lease)
        while True:
            end = await self._around.end.beyond(cursor)
            cursor = await self._send_after(cursor, end, lease)

    async def _cursor(self, lease: Lease) -> StreamId:
        """Where to go on. A new line begins at an end: it does not send the past."""
        around = self._around
        cursor = await self._stored(lambda: around.deliveries.cursor(self.spec.name))
        if cursor is None:
            cursor = await self._stored(lambda: end_of(around.history)) if self._begin is None else self._begin
            await self._save_cursor(cursor, lease)
            log.info("subscription begins", extra={**self._fields, "cursor": str(cursor)})
        return cursor

    async def _send_after(self, cursor: StreamId, end: StreamId, lease: Lease) -> StreamId:
        """Deal with the next alerts; the new cursor."""
        alerts = await self._stored(lambda: self._around.history.read(cursor, limit=_READ_LIMIT))
        if not alerts:  # the history has forgotten what stood there
            return end
        saved = cursor
        for alert in alerts:
            cursor = place_of(alert)
            routed = route(self.spec.subscription, alert)
            if isinstance(routed, HeldBack):
                self._around.metrics.held_back.labels(routed.reason).inc()
                log.debug("alert held back", extra={**self._fields, "alert": alert.id, "reason": routed.reason})
                continue
            await self._deal_with(alert, cursor, lease)
            saved = cursor
        if saved != cursor:
            await self._save_cursor(cursor, lease)
        return cursor

    async def _deal_with(self, alert: Alert, place: StreamId, lease: Lease) -> None:
        dead = await self._deliver(alert)
        if dead is None:
            waited = self._around.clock().timestamp() - place.milliseconds / 1000
            self._around.metrics.deliver_latency.observe(max(0.0, waited))
            log.info("alert delivered", extra={**self._fields, "alert": alert.id})
            await self._save_cursor(place, lease)
            return
        await self._stored(
            lambda: self._around.deliveries.add_dead(
                name=self.spec.name,
                channel=self.spec.channel.name,
                subscription=self.spec.subscription.name,
                alert=alert,
                reason=dead.reason,
                attempts=dead.attempts,
                now=self._around.clock(),
                lease=lease,
            )
        )
        self._around.metrics.deliveries.labels("dead").inc()
        log.warning(
            "alert not delivered",
            extra={**self._fields, "alert": alert.id, "reason": dead.reason, "attempt": dead.attempts},
        )

    async def _deliver(self, alert: Alert) -> _Dead | None:
        """Attempt until delivered: None; else why it is given up."""
        around = self._around
        settings = around.settings
        backoff = Backoff(settings.first_retry.total_seconds(), settings.max_retry.total_seconds())
        attempt = 1
        while True:
            if self._lease is None:
                raise LeaseLostError(self.spec.lease_name)
            outcome = await around.send(self.spec.channel, alert, around.clock())
            if isinstance(outcome, Delivered):
                around.metrics.deliveries.labels("delivered").inc()
                self._receiver_trouble.ended()
                return None
            if isinstance(outcome, Refused) or attempt >= around.settings.max_attempts:
                return _Dead(outcome.reason, attempt)
            around.metrics.deliveries.labels("retried").inc()
            self._receiver_trouble.failed(outcome.reason)
            await around.sleep(backoff.wait_seconds(attempt, draw=random.random(), wish_seconds=outcome.after_seconds))
            attempt += 1

    async def _save_cursor(self, cursor: StreamId, lease: Lease) -> None:
        await self._stored(lambda: self._around.deliveries.save_cursor(self.spec.name, cursor, lease))

    async def _stored(self, step: Callable[[], _Result]) -> _Result:
        """A store's answer, asked for in a thread until the store is there."""
        while True:
            try:
                result = await asyncio.to_thread(step)
            except StoreUnavailableError as error:
                self._store_trouble.failed(str(error))
                failures = self._store_trouble.failures
                await self._around.sleep(STORE_BACKOFF.wait_seconds(failures, draw=random.random()))
            else:
                self._store_trouble.ended()
                return result
