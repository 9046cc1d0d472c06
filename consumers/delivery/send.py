"""The loop from the alert history to the channels: starts, watches and ends one line per subscription and channel.

Why a task per line: order holds within a line, and a receiver that is slow or dead holds up nobody else. Several
processes share the lines: each runs those that it should by who else is there, and a line's lease settles the rest.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from consumers.delivery.follow import HistoryEnd, Sleep
from consumers.delivery.line import Line, LineSpec, Surroundings, line_specs
from consumers.delivery.subscriptions import Subscriptions
from consumers.delivery.webhook import Sender, webhook_sender
from monitor.core.clock import Clock
from monitor.core.errors import StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.places import end_of
from monitor.core.ports import AlertHistory, Deliveries, Leases
from monitor.core.retries import Trouble
from monitor.core.settings import DeliverSettings
from monitor.core.sharing import LOOK_SECONDS, RENEW_SECONDS, Membership, holder_of
from monitor.core.stream import StreamId

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1  # how soon a stop, a reload or a failure is seen
_END_SECONDS = 1.0  # for lines to give up their leases when they end


@dataclass(frozen=True)
class _Running:
    line: Line
    task: asyncio.Task[None]


class SendLoop:
    """Send each revision to each subscription that asked for it, at least once, in order."""

    def __init__(  # noqa: PLR0917 - the wiring calls it once, and no two are of one type
        self,
        subscriptions: Subscriptions,
        history: AlertHistory,
        deliveries: Deliveries,
        leases: Leases,
        settings: DeliverSettings,
        metrics: Metrics,
        clock: Clock,
        owner: str,
        *,
        sender: Callable[[DeliverSettings], AbstractAsyncContextManager[Sender]] = webhook_sender,
        sleep: Sleep = asyncio.sleep,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Nothing is sent before `run`, but new subscriptions get what is published from now on; reads the history.

        Args:
            owner: Names this process in leases; no two may have one name.
            sender: Opens what makes one attempt.
            sleep: Waits between attempts.
            look_seconds: How often to look who else sends.
        """
        self._wanted = line_specs(subscriptions)
        # Publishing may be quicker to start than the first lines are: what it brings is not the past.
        self._begin: StreamId | None = end_of(history)
        self._history = history
        self._deliveries = deliveries
        self._leases = leases
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._owner = owner
        self._sender = sender
        self._sleep = sleep
        self._membership = Membership(leases, "sender", owner, clock=clock)
        self._members = frozenset[str]()
        self._look_seconds = look_seconds
        self._running: dict[str, _Running] = {}

    def set_subscriptions(self, subscriptions: Subscriptions) -> None:
        """Send by these from now on; safe from any thread. Lines that stay as they are go on undisturbed."""
        self._wanted = line_specs(subscriptions)

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set; then end within two seconds, dropping attempts under way.

        Raises: what a bug in a line or in a store raises.
        """
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        async with self._sender(self._settings) as send:
            end = HistoryEnd(self._history, self._sleep)
            around = Surroundings(
                history=self._history,
                end=end,
                deliveries=self._deliveries,
                leases=self._leases,
                send=send,
                settings=self._settings,
                metrics=self._metrics,
                clock=self._clock,
                owner=self._owner,
                sleep=self._sleep,
            )
            helpers = [
                asyncio.create_task(end.run()),
                asyncio.create_task(self._keep_leases()),
                asyncio.create_task(self._keep_looking()),
            ]
            try:
                while not stop.is_set() and not any(task.done() for task in self._tasks(helpers)):
                    await self._reconcile(around)
                    await asyncio.sleep(_TICK_SECONDS)
            finally:
                tasks = self._tasks(helpers)
                self._running.clear()
                await _end(tasks)
                await self._leave()

    def _tasks(self, helpers: Iterable[asyncio.Task[None]]) -> list[asyncio.Task[None]]:
        return [*helpers, *(running.task for running in self._running.values())]

    async def _reconcile(self, around: Surroundings) -> None:
        """End the lines that nobody wants any more of us, start those that are missing."""
        if not self._members:  # not even we: we have not looked yet
            return
        wanted = {
            name: spec
            for name, spec in self._wanted.items()
            if holder_of(spec.lease_name, self._members) == self._owner
        }
        gone = {name for name, running in self._running.items() if wanted.get(name) != running.line.spec}
        await _end([self._running.pop(name).task for name in gone])
        for name, spec in wanted.items():
            if name not in self._running:
                self._start(name, spec, around)
        self._begin = None

    def _start(self, name: str, spec: LineSpec, around: Surroundings) -> None:
        line = Line(spec, around, begin=self._begin)
        self._running[name] = _Running(line, asyncio.create_task(line.run(), name=f"send {name}"))

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await asyncio.gather(*(running.line.renew() for running in self._running.values()))

    async def _keep_looking(self) -> None:
        trouble = Trouble(log, "sharing of deliveries waits for its store")
        while True:
            try:
                self._members = await asyncio.to_thread(self._membership.look)
            except StoreUnavailableError as error:  # the lines wait for it as well; those that run are ours meanwhile
                trouble.failed(str(error))
            else:
                trouble.ended()
            await asyncio.sleep(self._look_seconds)

    async def _leave(self) -> None:
        try:
            await asyncio.to_thread(self._membership.leave)
        except StoreUnavailableError as error:  # it runs out by itself
            log.debug("membership not released", extra={"error": str(error)})


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for them, but not for ever; raises what one of them failed with before."""
    for task in tasks:
        task.cancel()
    if not tasks:
        return
    done, late = await asyncio.wait(tasks, timeout=_END_SECONDS)
    if late:
        log.warning("lines end late", extra={"tasks": len(late)})
    errors = [error for error in (task.exception() for task in done if not task.cancelled()) if error is not None]
    for error in errors[:1]:
        raise error
