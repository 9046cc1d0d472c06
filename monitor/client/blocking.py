"""An asynchronous follower for programs without asyncio: it runs on a loop of its own, in a thread of its own.

Why not a second follower with blocking sockets: one that waits for a server cannot be closed by another thread, and
all that the first one knows of lost connections would stand here again.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from types import TracebackType
from typing import Generic, Self, TypeVar

_Item = TypeVar("_Item")

_JOIN_SECONDS = 0.8  # closing waits no longer for the thread, which ends by itself


class BlockingIterator(Generic[_Item]):
    """Gives what the batches hold, one by one; an iterator for one thread, and a context manager that closes it.

    Starts at once, and is one batch ahead: so its connection stands also while an item is dealt with. Whoever drops it
    closes it too.
    """

    def __init__(self, batches: Callable[[], AsyncGenerator[Sequence[_Item], None]]) -> None:
        """Given what makes the batches, called in the thread."""
        self._items: deque[_Item] = deque()
        self._lock = threading.Lock()
        self._thread = _LoopThread(batches)
        self._pending = self._thread.next_batch()
        self._is_closed = False
        weakref.finalize(self, self._thread.ask_to_end)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Item:
        """The next item; blocks until there is one, or until it is closed."""
        while not self._is_closed:
            if self._items:
                return self._items.popleft()
            try:
                batch = self._pending.result()  # one that Ctrl-C interrupts goes on, and is waited for again
            except CancelledError:
                break
            except Exception:
                self.close()
                raise
            if batch is None:
                self.close()
            else:
                self._take(batch)
        raise StopIteration

    def close(self) -> None:
        """End it, from any thread: whoever waits for an item gets the end. Safe to call twice."""
        with self._lock:
            self._is_closed = True
        self._pending.cancel()
        self._thread.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, batch: Sequence[_Item]) -> None:
        with self._lock:
            if not self._is_closed:
                self._pending = self._thread.next_batch()
                self._items.extend(batch)


class _LoopThread(Generic[_Item]):
    """Runs one asynchronous generator on an event loop, in a thread."""

    def __init__(self, batches: Callable[[], AsyncGenerator[Sequence[_Item], None]]) -> None:
        self._loop = asyncio.new_event_loop()
        self._generator = batches()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="follow-alerts", daemon=True)
        self._thread.start()

    def next_batch(self) -> Future[Sequence[_Item] | None]:
        """The next batch, when it comes; None at the end."""
        return asyncio.run_coroutine_threadsafe(self._next(), self._loop)

    def ask_to_end(self) -> None:
        """End soon."""
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._stop.set)

    def end(self) -> None:
        """End, and wait a little for it."""
        self.ask_to_end()
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN_SECONDS)

    async def _next(self) -> Sequence[_Item] | None:
        return await anext(self._generator, None)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._stop.wait())
            self._loop.run_until_complete(self._finish())
        finally:
            self._loop.close()

    async def _finish(self) -> None:
        """Cancel what runs, so that nobody waits for it any more, then close the generator."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._generator.aclose()
        await asyncio.sleep(0)  # its transports close their sockets in the loop's next round
