"""Work that is waited for until the stop."""

from __future__ import annotations

import asyncio

import pytest

from monitor.core.stopping import is_set_within, unless_stopped


async def answer() -> str:
    return "done"


async def never() -> str:
    await asyncio.Event().wait()
    return "never"


async def fail() -> str:
    raise ZeroDivisionError("of our own")


async def test_work_that_ends_first_gives_its_result() -> None:
    assert await unless_stopped(asyncio.Event(), answer()) == "done"


async def test_work_that_fails_first_raises_its_error() -> None:
    with pytest.raises(ZeroDivisionError):
        await unless_stopped(asyncio.Event(), fail())


async def test_stop_that_comes_first_cancels_the_work() -> None:
    stop = asyncio.Event()
    before = asyncio.all_tasks()
    asyncio.get_running_loop().call_soon(stop.set)

    assert await unless_stopped(stop, never()) is None
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_waiting_for_an_event_tells_whether_it_came() -> None:
    event = asyncio.Event()
    before = await is_set_within(event, 0.001)
    event.set()

    assert not before
    assert await is_set_within(event, 60)
