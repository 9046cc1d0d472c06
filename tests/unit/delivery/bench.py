"""A bench for the sending parts: the embedded store, receivers that do as they are told, a clock that stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from consumers.delivery.follow import HistoryEnd
from consumers.delivery.line import Surroundings
from consumers.delivery.send import SendLoop
from consumers.delivery.subscriptions import Channel, Scope, Subscription, Subscriptions
from consumers.delivery.webhook import Delivered, Outcome, Sender
from monitor.core.alert import Alert
from monitor.core.errors import StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.ports import DeadDelivery, Deliveries, Lease, Leases
from monitor.core.settings import DeliverSettings
from monitor.core.stream import StreamId
from monitor.storage.sqlite import EmbeddedStore
from tests.unit.delivery.samples import NOW

SETTINGS = DeliverSettings(
    max_attempts=3, first_retry=timedelta(seconds=5), max_retry=timedelta(minutes=1), allow_private_addresses=True
)
SECRET = "made-up-secret"
PATIENCE_SECONDS = 5  # for real threads; a test that passes waits milliseconds


class Hangs:
    """Says that a receiver never answers."""


Script = Outcome | Hangs | Exception | Callable[[], Outcome]


@dataclass
class Receivers:
    """Receivers by channel name, each with what it will answer, in order; after that, it takes everything."""

    scripts: dict[str, list[Script]] = field(default_factory=dict)
    attempts: list[tuple[str, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def at(self, channel: str) -> list[str]:
        """The alerts that were tried at a channel."""
        return [alert for name, alert in self.attempts if name == channel]

    @asynccontextmanager
    async def sender(self, settings: DeliverSettings) -> AsyncIterator[Sender]:
        """A sender to these."""
        yield self._send

    async def sleep(self, seconds: float) -> None:
        """Waits no time."""
        self.waits.append(seconds)
        await asyncio.sleep(0)

    async def _send(self, channel: Channel, alert: Alert, now: datetime) -> Outcome:
        self.attempts.append((channel.name, alert.id))
        script = self.scripts.get(channel.name)
        answer = script.pop(0) if script else Delivered()
        if isinstance(answer, Hangs):
            await asyncio.Event().wait()
            raise AssertionError
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer


class FlakyDeliveries:
    """Deliveries whose first saves of a cursor beyond the first fail."""

    def __init__(self, deliveries: Deliveries, failures: int) -> None:
        self._deliveries = deliveries
        self.failures = failures

    def cursor(self, name: str) -> StreamId | None:
        return self._deliveries.cursor(name)

    def save_cursor(self, name: str, cursor: StreamId, lease: Lease) -> None:
        if self._deliveries.cursor(name) is not None and self.failures:
            self.failures -= 1
            raise StoreUnavailableError("cannot write: disk is full")
        self._deliveries.save_cursor(name, cursor, lease)

    def add_dead(
        self,
        *,
        name: str,
        channel: str,
        subscription: str,
        alert: Alert,
        reason: str,
        attempts: int,
        now: datetime,
        lease: Lease,
    ) -> None:
        self._deliveries.add_dead(
            name=name,
            channel=channel,
            subscription=subscription,
            alert=alert,
            reason=reason,
            attempts=attempts,
            now=now,
            lease=lease,
        )

    def dead(self, limit: int) -> list[DeadDelivery]:
        return self._deliveries.dead(limit)


class AwayAtFirst:
    """Leases whose first calls fail as if the store were away."""

    def __init__(self, leases: Leases, failures: int) -> None:
        self._leases = leases
        self.failures = failures

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("cannot reach the store")
        return self._leases.acquire(name, owner, seconds=seconds, now=now)

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        return self._leases.renew(lease, seconds=seconds, now=now)

    def release(self, lease: Lease) -> None:
        self._leases.release(lease)

    def holders(self, prefix: str, now: datetime) -> Mapping[str, str]:
        return self._leases.holders(prefix, now)


@dataclass
class Bench:
    """Everything around a loop; the clock stands still until a test moves it."""

    store: EmbeddedStore
    now: datetime = NOW
    receivers: Receivers = field(default_factory=Receivers)
    metrics: Metrics = field(default_factory=Metrics)

    def loop(
        self,
        subscriptions: Subscriptions,
        *,
        deliveries: Deliveries | None = None,
        sender: Callable[[DeliverSettings], AbstractAsyncContextManager[Sender]] | None = None,
        leases: Leases | None = None,
        owner: str = "tester",
    ) -> SendLoop:
        """A loop over this bench's store; to this bench's receivers, unless to others."""
        return SendLoop(
            subscriptions,
            self.store.history,
            deliveries or self.store.deliveries,
            leases or self.store.leases,
            SETTINGS,
            self.metrics,
            lambda: self.now,
            owner,
            sender=sender or self.receivers.sender,
            sleep=self.receivers.sleep,
            look_seconds=0.005,
        )

    def surroundings(self, end: HistoryEnd, send: Sender) -> Surroundings:
        """What a line of this bench needs."""
        return Surroundings(
            history=self.store.history,
            end=end,
            deliveries=self.store.deliveries,
            leases=self.store.leases,
            send=send,
            settings=SETTINGS,
            metrics=self.metrics,
            clock=lambda: self.now,
            owner="tester",
            sleep=self.receivers.sleep,
        )

    def publish(self, *alerts: Alert) -> None:
        """Append to the history."""
        self.store.history.append(alerts, now=self.now)

    def has_begun(self, *names: str) -> bool:
        """Whether these lines know where they are."""
        return all(self.store.deliveries.cursor(name) is not None for name in names)

    def is_through(self, name: str) -> bool:
        """Whether a line has dealt with the whole history."""
        bounds = self.store.history.bounds()
        return bounds is not None and self.store.deliveries.cursor(name) == bounds[1]

    def deliveries_total(self, status: str) -> float | None:
        """The metric."""
        return self.metrics.registry.get_sample_value("tocsin_deliveries_total", {"status": status})

    def held_back_total(self, reason: str) -> float | None:
        """The metric."""
        return self.metrics.registry.get_sample_value("tocsin_alerts_held_back_total", {"reason": reason})


def a_subscription(name: str = "desk", *channels: str, scope: Scope | None = None) -> Subscription:
    return Subscription(name=name, rules=("*",), scope=scope or Scope(), channels=channels or ("hook",))


def subscribed(*subscriptions: Subscription, url: str = "https://example.org/hook") -> Subscriptions:
    names = {name for subscription in subscriptions for name in subscription.channels}
    return Subscriptions(subscriptions, {name: Channel(name, url, SecretStr(SECRET)) for name in names})


DESK = subscribed(a_subscription())


def eventually(fact: Callable[[], bool]) -> None:
    """Wait for something that a loop does in another thread."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.002)  # a real loop runs in another thread
