"""The one thread that writes: many callers, few commits. Knows no tables and no ports.

Why a thread: a durable commit waits milliseconds for the disk whatever it holds, so callers who wait at the same
time share one. Dropped: a lock around one connection (a commit per caller), a fixed window (a lone caller would wait
for nothing).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from monitor.core.errors import StoreError
from monitor.storage.sqlite.translate import translated

_Result = TypeVar("_Result")
Unit = Callable[[sqlite3.Connection], _Result]

MAX_GROUP = 256  # units in one commit, so that the first of them does not wait long
MAX_GATHER_SECONDS = 0.01  # however slow the disk


class Writer:
    """Runs units of work, each atomic, all durable once they return. Closes the connection it was given."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        name: str,
        *,
        after_commit: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> None:
        """Take over the connection.

        Args:
            after_commit: Called in the writer's thread once a group's callers have their answers.
        """
        self._connection = connection
        self._name = name
        self._after_commit = after_commit
        self._changed = threading.Condition()
        self._queue: deque[tuple[Unit[Any], Future[Any]]] = deque()
        self._closing = False
        self._last_group = 1  # units in the last commit
        self._last_seconds = 0.0  # what it took
        self._commits = 0
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    @property
    def commits(self) -> int:
        """Commits made so far."""
        return self._commits

    @property
    def waiting(self) -> int:
        """Units that wait for their turn."""
        return len(self._queue)

    def run(self, unit: Unit[_Result]) -> _Result:
        """Run `unit` on the writing connection and wait until its work is durable.

        A unit that raises leaves nothing behind; units beside it in the group are not touched.

        Raises:
            StoreUnavailableError: The file is locked, the disk is full or fails; nothing was written.
            StoreError: Closed, or SQLite refuses for another reason.
            Exception: Whatever the unit raised.
        """
        # Our own impossibility: a unit that waits for another would wait for ever.
        assert threading.current_thread() is not self._thread  # noqa: S101 - never for input
        future: Future[_Result] = Future()
        with self._changed:
            if self._closing:
                raise StoreError(f"cannot use {self._name}: it is closed")
            self._queue.append((unit, future))
            self._changed.notify()
        return future.result()

    def close(self) -> None:
        """Finish what was handed in, then close; safe to call twice."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while group := self._take():
                started = time.perf_counter()
                self._commit(group)
                self._last_group, self._last_seconds = len(group), time.perf_counter() - started
                self._after_commit(self._connection)
        finally:
            self._stop()

    def _take(self) -> list[tuple[Unit[Any], Future[Any]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            if 1 < self._last_group > len(self._queue):
                # The callers of one group come back together. Waiting for them is worth no more than a commit costs.
                self._changed.wait_for(
                    lambda: len(self._queue) >= self._last_group or self._closing,
                    timeout=min(self._last_seconds, MAX_GATHER_SECONDS),
                )
            return [self._queue.popleft() for _ in range(min(len(self._queue), MAX_GROUP))]

    def _commit(self, group: list[tuple[Unit[Any], Future[Any]]]) -> None:
        outcomes: list[tuple[Any, Exception | None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes.extend(self._attempt(unit) for unit, _ in group)
            self._connection.execute("COMMIT")
            self._commits += 1
        except sqlite3.Error as error:
            # No unit of the group is durable, whatever it returned.
            outcomes = [(None, error)] * len(group)
            with suppress(sqlite3.Error):  # then the next BEGIN fails, and tells its callers
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        except BaseException as error:
            for _, future in group:
                future.set_exception(error)
            raise
        for (_, future), (result, failure) in zip(group, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(self._ours(failure))

    def _attempt(self, unit: Unit[Any]) -> tuple[Any, Exception | None]:
        self._connection.execute("SAVEPOINT unit")
        try:
            result = unit(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:
                raise  # a full disk or the like: SQLite has undone the whole group
            self._connection.execute("ROLLBACK TO unit")
            self._connection.execute("RELEASE unit")
            return None, error
        self._connection.execute("RELEASE unit")
        return result, None

    def _ours(self, error: Exception) -> Exception:
        if not isinstance(error, sqlite3.Error):
            return error
        ours = translated(error, f"write {self._name}")
        ours.__cause__ = error
        return ours

    def _stop(self) -> None:
        with self._changed:
            self._closing = True
            left = list(self._queue)
            self._queue.clear()
        for _, future in left:
            future.set_exception(StoreError(f"cannot write {self._name}: its writer has stopped"))
        self._connection.close()
