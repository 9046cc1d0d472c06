"""A process that runs while Redis loses its data: it ends before it takes old news for new."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.cli.backend import Backend, open_backend
from monitor.cli.state_watch import watch_state
from monitor.core.clock import utc_now
from monitor.core.errors import StateMissingError, StoreUnavailableError
from monitor.core.ports import AlertHistory, Head, PartitionChange
from monitor.core.record import NewRecord, Topic
from monitor.core.settings import Settings

GROUP = "tocsin-alert"
SOON = 0.01


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Backend]:
    """The alert stage has committed one match, whose partition has no head: that was lost."""
    with open_backend(Settings().resolved(tmp_path), utc_now) as backend:
        backend.log.append([NewRecord(Topic.MATCHES, "load", b"{}")])
        consumer = backend.log.consumer(Topic.MATCHES, GROUP)
        [record] = (
            consumer.poll(max_records=1, timeout_seconds=0).records
            or consumer.poll(max_records=1, timeout_seconds=1).records
        )
        consumer.commit({record.position.partition: 1})
        consumer.close()
        yield backend


class Epochs:
    """The history as far as it is watched; at first it is away for some questions."""

    def __init__(self, history: AlertHistory, away: int = 0) -> None:
        self._history = history
        self._away = away
        self._answered = threading.Semaphore(0)

    def epoch(self) -> str:
        if self._away:
            self._away -= 1
            raise StoreUnavailableError("away")
        found = self._history.epoch()
        self._answered.release()
        return found

    async def answered(self, times: int) -> None:
        for _ in range(times):
            assert await asyncio.to_thread(self._answered.acquire, timeout=10)


async def watch(store: Backend, epochs: Epochs) -> None:
    """Watch while the history begins anew, until its epoch was looked at twice again."""
    stop = asyncio.Event()
    watched = replace(store, history=epochs)  # type: ignore[arg-type] # all that is asked for
    watching = asyncio.create_task(watch_state(watched, GROUP, stop, look_seconds=SOON))
    await epochs.answered(1)
    await asyncio.to_thread(store.history.begin_anew)
    looking = asyncio.create_task(epochs.answered(3))  # one may have been under way
    await asyncio.wait({watching, looking}, return_when=asyncio.FIRST_COMPLETED)
    looking.cancel()
    stop.set()
    await watching


@pytest.mark.parametrize("away", [0, 2])
async def test_a_history_that_is_another_one_with_the_heads_gone_ends_it(store: Backend, away: int) -> None:
    with pytest.raises(StateMissingError, match="tocsin recover"):
        await watch(store, Epochs(store.history, away))


async def test_a_history_that_was_rebuilt_beside_whole_heads_is_no_loss(store: Backend) -> None:
    store.partition_states.save([PartitionChange(number, Head(1, 1, None)) for number in range(32)])
    await watch(store, Epochs(store.history))

    assert store.history.bounds() is None
