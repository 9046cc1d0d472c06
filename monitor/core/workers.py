"""Worker processes for work on hostile input: each task has a deadline and can be killed.

Why pebble: the executors of the standard library cannot kill one task; a thread cannot be killed at all.
Pebble gives a whole pool up when a worker dies without a task in hand (the system short of memory kills any process,
not only one at work) or when no process can be started; so such a pool is replaced here.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.core.errors import WorkerDiedError, WorkFailedError, WorkTimedOutError

_log = logging.getLogger(__name__)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MAX_MEMORY_BYTES = 2 * 1024**3  # address space of one worker: a hostile document must not take the machine
MAX_TASKS = 5_000  # then a worker is replaced, so that leaks in parsers stay small


class WorkerPool:
    """A fixed number of killable worker processes. Whoever made it closes it.

    Functions and arguments must be picklable. Workers end by themselves when this process dies.
    """

    def __init__(
        self, count: int, *, prepare: Callable[..., None] | None = None, prepare_with: tuple[Any, ...] = ()
    ) -> None:
        """Start lazily.

        Args:
            prepare: Run once in each new worker before its first task (load rules, warm up imports).
        """
        self._count = count
        self._prepare = (prepare, prepare_with)
        self._lock = threading.Lock()
        self._closed = False
        self._pool = self._new_pool()

    def submit(
        self,
        deadline_seconds: float,
        function: Callable[_Arguments, _Result],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> Future[_Result]:
        """Run `function` in a worker; the future ends with its result or its error.

        Past the deadline (counted from when a worker takes it up) the worker is killed. Pass the future's outcome
        through `result_of` to get our errors.

        Raises:
            RuntimeError: The pool is closed.
        """
        with self._lock:
            try:
                return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=deadline_seconds)
            except RuntimeError:  # pebble's word for a pool that takes nothing any more
                if self._closed:
                    raise
            _log.warning("worker processes replaced: they died, or none could be started")
            _end(self._pool)
            self._pool = self._new_pool()
            try:
                return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=deadline_seconds)
            except BrokenProcessPool as error:  # no process can be started now
                failed: Future[_Result] = Future()
                failed.set_exception(error)
                return failed

    def close(self) -> None:
        """Kill what still runs and wait for the processes to end; safe to call twice."""
        with self._lock:
            self._closed = True
            _end(self._pool)

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._count,
            max_tasks=MAX_TASKS,
            initializer=_start_worker,
            initargs=self._prepare,
            # Threads run in this process: a forked copy could hold their locks for ever.
            context=multiprocessing.get_context("spawn"),
        )


def result_of(future: Future[_Result]) -> _Result:
    """Wait for a future of a `WorkerPool`.

    Raises:
        WorkTimedOutError: It ran past its deadline.
        WorkerDiedError: Its worker died (memory, a crash in native code).
        WorkFailedError: It raised.
    """
    try:
        return future.result()
    except (TimeoutError, FutureTimeoutError) as error:
        raise WorkTimedOutError("took longer than its deadline") from error
    except ProcessExpired as error:
        raise WorkerDiedError(f"its worker process died (exit code {error.exitcode})") from error
    except BrokenProcessPool as error:
        raise WorkerDiedError("its worker process died, or could not be started") from error
    except Exception as error:
        raise WorkFailedError(f"{type(error).__name__}: {error}") from error


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _start_worker(prepare: Callable[..., None] | None, prepare_with: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    threading.Thread(target=_die_with_parent, name="die-with-parent", daemon=True).start()
    if prepare is not None:
        prepare(*prepare_with)


def _die_with_parent() -> None:
    """After `kill -9` of the daemon no worker may stay behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
