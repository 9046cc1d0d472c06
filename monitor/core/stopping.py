"""Waiting for work on an event loop, but no longer than until the service stops. Knows no work."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

_Result = TypeVar("_Result")


async def unless_stopped(stop: asyncio.Event, work: Coroutine[None, None, _Result]) -> _Result | None:
    """What the work gives or raises; None when the stop comes first, and then the work is cancelled.

    A blocking call that the work waits for in a thread is not ended by that; what comes of it is dropped.
    """
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        stopping.cancel()
        working.cancel()


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, so long at the most; whether it is set."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
