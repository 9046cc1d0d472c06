"""One watch on the end of the alert history, shared by all that follow it. Knows no subscription."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from monitor.core.errors import StoreUnavailableError
from monitor.core.ports import AlertHistory
from monitor.core.retries import STORE_BACKOFF, Trouble
from monitor.core.stream import BEGINNING, StreamId

log = logging.getLogger(__name__)

_WAIT_SECONDS = 0.2  # the longest that a stop waits for the thread that waits here

Sleep = Callable[[float], Awaitable[None]]


class HistoryEnd:
    """Where the history ends, and a way to wait until it has grown: one waiting thread, however many follow."""

    def __init__(self, history: AlertHistory, sleep: Sleep) -> None:
        self._history = history
        self._sleep = sleep
        self._end = BEGINNING
        self._moved = asyncio.Condition()
        self._trouble = Trouble(log, "alert history cannot be followed")

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._watch()
                self._trouble.ended()
            except StoreUnavailableError as error:
                self._trouble.failed(str(error))
                await self._sleep(STORE_BACKOFF.wait_seconds(self._trouble.failures, draw=random.random()))

    async def beyond(self, place: StreamId) -> StreamId:
        """Wait until the history goes on after `place`; its end."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._end > place)
            return self._end

    async def _watch(self) -> None:
        if not await asyncio.to_thread(self._history.wait, self._end, timeout_seconds=_WAIT_SECONDS):
            return
        bounds = await asyncio.to_thread(self._history.bounds)
        if bounds is None or bounds[1] <= self._end:
            await self._sleep(_WAIT_SECONDS)  # what came was forgotten at once
            return
        async with self._moved:
            self._end = bounds[1]
            self._moved.notify_all()
