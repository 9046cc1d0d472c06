"""The watch on the end of the history."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from consumers.delivery.follow import HistoryEnd
from monitor.core.errors import StoreUnavailableError
from monitor.core.ports import AlertHistory
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.sqlite import EmbeddedStore
from tests.unit.delivery.bench import PATIENCE_SECONDS
from tests.unit.delivery.samples import NOW, an_alert


async def no_wait(_: float) -> None:
    await asyncio.sleep(0)


class FlakyWaits:
    """A history whose first waits fail."""

    def __init__(self, history: AlertHistory, failures: int) -> None:
        self._history = history
        self._failures = failures
        self.append = history.append
        self.restore = history.restore
        self.begin_anew = history.begin_anew
        self.read = history.read
        self.latest = history.latest
        self.bounds = history.bounds
        self.epoch = history.epoch

    def wait(self, after: StreamId, *, timeout_seconds: float) -> bool:
        self._failures -= 1
        if self._failures >= 0:
            raise StoreUnavailableError("cannot read: disk is gone")
        return self._history.wait(after, timeout_seconds=timeout_seconds)

    def trim(self, before: datetime) -> int:
        return self._history.trim(before)


@asynccontextmanager
async def watching(history: AlertHistory) -> AsyncIterator[HistoryEnd]:
    end = HistoryEnd(history, no_wait)
    task = asyncio.create_task(end.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        yield end
    task.cancel()
    await asyncio.wait([task])


async def test_all_that_wait_learn_of_the_new_end(store: EmbeddedStore) -> None:
    async with watching(store.history) as end:
        waiting = [asyncio.create_task(end.beyond(BEGINNING)) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)

        (published,) = store.history.append([an_alert()], now=NOW)

        ends = await asyncio.gather(*waiting)
    assert published is not None
    assert [str(place) for place in ends] == [published.streamid] * 3


async def test_history_that_fails_for_a_time_is_followed_again(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    store.history.append([an_alert()], now=NOW)

    async with watching(FlakyWaits(store.history, failures=3)) as end:
        assert await end.beyond(BEGINNING) > BEGINNING

    assert caplog.messages.count("alert history cannot be followed") == 1
