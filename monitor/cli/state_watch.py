"""Notices that Redis lost its data while a process runs. Without that, a poller would begin all feeds anew: what came
last hour would be news a second time, what came before it past."""

from __future__ import annotations

import asyncio

from consumers.alerting.heads import check_heads
from monitor.cli.backend import Backend
from monitor.core.errors import StoreUnavailableError
from monitor.core.stopping import is_set_within, unless_stopped

LOOK_SECONDS = 5.0  # well under the time after which a poller takes shards again that it had lost with the rest


async def watch_state(store: Backend, group: str, stop: asyncio.Event, *, look_seconds: float = LOOK_SECONDS) -> None:
    """Look until `stop`; `group` is the alert stage's.

    Raises:
        StateMissingError: The history is another one now, and the alert stage's state is gone with the old one.
    """
    epoch: str | None = None
    while not stop.is_set():
        try:
            found = await unless_stopped(stop, asyncio.to_thread(store.history.epoch))
            if epoch is not None and found is not None and found != epoch:
                await asyncio.to_thread(check_heads, store.log, store.partition_states, group)
            epoch = found or epoch
        except StoreUnavailableError:
            pass  # the poller waits for it, too, and tells
        await is_set_within(stop, look_seconds)
