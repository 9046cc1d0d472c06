"""Running the loops of one process until it is stopped or one of them fails; ending in time. Knows no stage."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Mapping

from monitor.core.errors import MonitorError

_log = logging.getLogger(__name__)

DRAIN_SECONDS = 3.5  # for the loops to end
EXIT_SECONDS = 4.5  # for all, closing included: from SIGTERM to the end of the process it stays under 5 s


class DrainTimeoutError(MonitorError):
    """Parts that did not stop in time; the process must end the hard way."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(f"did not stop within {DRAIN_SECONDS:g} s: {', '.join(names)}")


async def supervise(
    loops: Mapping[str, Awaitable[None]], stop: asyncio.Event, *, on_stopping: Callable[[], None]
) -> None:
    """Wait for `stop` or the first loop that fails; then stop all and wait for them, `DRAIN_SECONDS` at most.

    Args:
        on_stopping: Called once when the loops are told to end.

    Raises:
        MonitorError: A loop failed, or did not stop in time (`DrainTimeoutError`).
    """
    tasks = {asyncio.ensure_future(_named(name, run)): name for name, run in loops.items()}
    stopping = asyncio.ensure_future(stop.wait())
    pending = {*tasks, stopping}
    while not stop.is_set():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if any(task is not stopping and task.exception() for task in done):
            stop.set()
    on_stopping()
    stopping.cancel()
    _log.info("stopping")
    _, hanging = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    failures = [task.exception() for task in tasks if task.done() and task.exception()]
    if hanging:
        _log.error("did not stop in time", extra={"parts": [tasks[task] for task in hanging if task in tasks]})
    for failure in failures:
        if failure is not None:
            raise failure
    if hanging:
        raise DrainTimeoutError(sorted(tasks[task] for task in hanging if task in tasks))


async def in_thread(name: str, run: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Run a blocking loop in a thread of its own; end and fail as it does."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if ended.done():
            return
        if error is None:
            ended.set_result(None)
        else:
            ended.set_exception(error)

    def body() -> None:
        error: BaseException | None = None
        try:
            run(stop)
        except BaseException as caught:  # noqa: BLE001 (carried over to the event loop, which raises it)
            error = caught
        loop.call_soon_threadsafe(settle, error)

    # A daemon thread: one that hangs must not keep the process from ending.
    threading.Thread(target=body, name=name, daemon=True).start()
    await ended


def end_process_in_time() -> None:
    """From now on the process has `EXIT_SECONDS` to end by itself.

    The loops are timed as they drain; but closing, too, waits for whoever is reading, and an event loop for all of
    its threads, of which one may ask a name server that does not answer.
    """
    timer = threading.Timer(EXIT_SECONDS, exit_hard, [DrainTimeoutError(["closing"])])
    timer.daemon = True
    timer.start()


def exit_hard(error: DrainTimeoutError) -> None:
    """End the process although threads hang; nothing is lost, everything is repeated at the next start."""
    _log.critical("ending the hard way", extra={"error": str(error)})
    logging.shutdown()
    os._exit(1)


async def _named(name: str, run: Awaitable[None]) -> None:
    """Run a loop; what ends it is told under its name, and raised without the groups that tasks wrap it in."""
    try:
        await run
    except Exception as caught:
        error = _first_cause(caught)
        if isinstance(error, MonitorError):
            _log.error("stage failed", extra={"stage": name, "error": str(error)})
        else:
            _log.exception("stage failed by a bug", extra={"stage": name})
        if error is caught:
            raise
        raise error from None


def _first_cause(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
