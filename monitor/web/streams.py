"""Event streams: every alert revision to everybody who listens, once per stream. Knows no routes and no pages.

Why each stream reads the history with its own cursor, and there is no queue per stream: a queue overflows when its
reader is slow, and then revisions are lost or memory grows. One follower waits for the store and wakes the streams;
what a stream sends next comes from its cursor alone, so nothing is sent twice and a slow reader delays only itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from monitor.core import codec
from monitor.core.alert import Alert
from monitor.core.errors import StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.places import place_of
from monitor.core.ports import AlertHistory
from monitor.core.retries import Trouble
from monitor.core.stopping import is_set_within
from monitor.core.stream import BEGINNING, StreamId
from monitor.web.history import BATCH
from monitor.web.query import AlertFilter

_log = logging.getLogger(__name__)

ABORT_EXTENSION = "tocsin.abort"  # in the ASGI scope: drops the connection with what it still holds
KEEP_ALIVE_SECONDS = 15
_WAIT_SECONDS = 0.25  # how long the follower asks the store at a time: bounds how late it sees the stop


@dataclass(frozen=True)
class StreamLimits:
    """What event streams may cost.

    Attributes:
        send_timeout_seconds: A reader who takes nothing for so long is disconnected; it resumes with its last id.
    """

    max_streams: int = 500
    send_timeout_seconds: float = 20.0


@dataclass(frozen=True)
class _Start:
    """Where a stream begins: its cursor, the end of the history, its life, and whether it is not the asked place."""

    cursor: StreamId
    first: StreamId | None
    last: StreamId
    epoch: str
    is_elsewhere: bool


class EventStreams:
    """All open event streams of one server, on one event loop. `run` must run for them to hear of new alerts."""

    def __init__(self, history: AlertHistory, metrics: Metrics, *, retry: timedelta, limits: StreamLimits) -> None:
        self._history = history
        self._metrics = metrics
        self._retry = retry
        self._limits = limits
        self._last = BEGINNING
        self._moved = asyncio.Event()
        self._ended = False
        self._open = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Wake the streams when the history has grown, until `stop`; then end them all.

        Raises:
            Exception: Whatever the history raises that is not retriable.
        """
        # A thread of its own: it waits most of its life, and the shared ones are few.
        thread = ThreadPoolExecutor(1, thread_name_prefix="web-follow")
        try:
            await self._follow(stop, thread)
        finally:
            thread.shutdown(wait=False)
            self.end()

    def end(self) -> None:
        """End all streams now and refuse new ones."""
        self._ended = True
        self._wake()

    async def open(self, after: StreamId | None, epoch: str | None, wanted: AlertFilter) -> Response:
        """The response that streams what stands after that place; without one, what comes from now on.

        Raises:
            StoreUnavailableError: The history cannot be read for now.
        """
        if self._ended or self._open >= self._limits.max_streams:
            return Response("too many event streams; try again\n", 503, {"Retry-After": "5"})
        start = await asyncio.to_thread(self._start, after, epoch)
        return _EventStream(
            self._events(start, wanted),
            sep="\n",
            ping=KEEP_ALIVE_SECONDS,
            ping_message_factory=lambda: ServerSentEvent(comment="keep-alive", sep="\n"),
            send_timeout=self._limits.send_timeout_seconds,
        )

    async def _follow(self, stop: asyncio.Event, thread: ThreadPoolExecutor) -> None:
        trouble = Trouble(_log, "cannot follow the alert history")
        while not stop.is_set():
            try:
                last = await asyncio.get_running_loop().run_in_executor(thread, self._wait_for_more)
            except StoreUnavailableError as error:
                trouble.failed(str(error))
                await is_set_within(stop, self._retry.total_seconds())
                continue
            trouble.ended()
            if last > self._last:
                self._last = last
                self._wake()

    def _wait_for_more(self) -> StreamId:
        if not self._history.wait(self._last, timeout_seconds=_WAIT_SECONDS):
            return self._last
        bounds = self._history.bounds()
        return bounds[1] if bounds else self._last

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def _wait_beyond(self, place: StreamId) -> None:
        while self._last <= place and not self._ended:
            await self._moved.wait()

    def _start(self, after: StreamId | None, epoch: str | None) -> _Start:
        ours = self._history.epoch()
        bounds = self._history.bounds()
        first, last = bounds or (None, after or BEGINNING)
        # A cursor of another history says nothing here: begin at the beginning.
        is_elsewhere = epoch is not None and epoch != ours
        cursor = BEGINNING if is_elsewhere else last if after is None else after
        return _Start(cursor, first, last, ours, is_elsewhere)

    async def _events(self, start: _Start, wanted: AlertFilter) -> AsyncIterator[ServerSentEvent]:
        self._open += 1
        self._metrics.event_streams.set(self._open)
        try:
            yield self._hello(start)
            if start.is_elsewhere:
                yield _gap("new_epoch", start.cursor, start.first, start.epoch)
            async for event in self._alerts(start, wanted):
                yield event
        except StoreUnavailableError as error:
            # The follower warns; the client comes back with its last id.
            _log.debug("event stream closed", extra={"reason": "store", "error": str(error)})
        finally:
            self._open -= 1
            self._metrics.event_streams.set(self._open)

    async def _alerts(self, start: _Start, wanted: AlertFilter) -> AsyncIterator[ServerSentEvent]:
        cursor = told = start.cursor
        while not self._ended:
            seen = self._last
            batch = await asyncio.to_thread(self._history.read, cursor, limit=BATCH)
            for alert in batch:
                behind = _hole_before(alert, cursor)
                if behind is not None:
                    yield _gap("trimmed", behind, place_of(alert), start.epoch)
                cursor = place_of(alert)
                if wanted.passes(alert):
                    told = cursor
                    yield _event("alert", alert, cursor)
            if told != cursor:
                # A client that wants few alerts must not come back with a cursor from long ago.
                told = cursor
                yield _event("cursor", {"after": str(cursor)}, cursor)
            if len(batch) < BATCH:
                await self._wait_beyond(max(cursor, seen))

    def _hello(self, start: _Start) -> ServerSentEvent:
        hello = {
            "epoch": start.epoch,
            "after": str(start.cursor),
            "first": str(start.first) if start.first else None,
            "last": str(start.last),
        }
        return _event("hello", hello, start.cursor, retry=self._retry)


class _EventStream(EventSourceResponse):
    """An event stream that drops a connection whose reader takes nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _log.info("event stream closed", extra={"reason": "its reader is too slow"})
            abort = scope.get("extensions", {}).get(ABORT_EXTENSION)
            if abort is not None:
                await abort()


def _hole_before(alert: Alert, cursor: StreamId) -> StreamId | None:
    """The end of what stood between the cursor and this alert and is there no more; None when nothing did."""
    previous = StreamId.parse(alert.previous) if alert.previous else BEGINNING
    return previous if previous > cursor else None


def _gap(
    reason: Literal["trimmed", "new_epoch"], behind: StreamId, first: StreamId | None, epoch: str
) -> ServerSentEvent:
    """A gap; its id is the place behind it, so that a client who comes back is not told again."""
    return _event("gap", {"reason": reason, "first": str(first) if first else None, "epoch": epoch}, behind)


def _event(kind: str, value: object, place: StreamId, *, retry: timedelta | None = None) -> ServerSentEvent:
    # JSON escapes line breaks in texts, so that none can end the event early.
    return ServerSentEvent(
        codec.encode(value).decode(),
        event=kind,
        id=str(place),
        retry=int(retry.total_seconds() * 1000) if retry else None,
        sep="\n",
    )
