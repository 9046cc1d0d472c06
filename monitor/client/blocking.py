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

    The next batch is asked for when the one before is used up. Starts with the first `next`.
    """

    def __init__(self, batches: Callable[[], AsyncGenerator[Sequence[_Item], None]]) -> None:
        """Given what makes the batches, called in the thread."""
        self._batches = batches
        self._items: deque[_Item] = deque()
        self._lock = threading.Lock()
        self._thread: _LoopThread[_Item] | None = None
        self._pending: Future[Sequence[_Item] | None] | None = None
        self._is_closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Item:
        """The next item; blocks until there is one, or until it is closed."""
        while not self._is_closed:
            if self._items:
                return self._items.popleft()
            batch = self._next_batch()
            if batch is None:
                self.close()
            else:
                self._items.extend(batch)
        raise StopIteration

    def close(self) -> None:
        """End it, from any thread: whoever waits for an item gets the end. Safe to call twice."""
        with self._lock:
            self._is_closed = True
            thread, pending = self._thread, self._pending
        if pending is not None:
            pending.cancel()
        if thread is not None:
            thread.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next_batch(self) -> Sequence[_Item] | None:
        with self._lock:
            if self._is_closed:
                return None
            if self._thread is None:
                self._thread = _LoopThread(self._batches)
                weakref.finalize(self, self._thread.ask_to_end)  # for who drops it without closing it
            # One that Ctrl-C interrupted goes on: what it brings must not be lost.
            if self._pending is None:
                self._pending = self._thread.next_batch()
            pending = self._pending
        try:
            batch = pending.result()
        except CancelledError:
            return None
        except Exception:
            self.close()
            raise
        self._pending = None
        return batch


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
