"""Wake-ups from a Redis channel: one thread with one connection, built anew whenever it may be dead.

Why a heartbeat: a connection that died without a word looks quiet, so the thread asks and expects the answer.
Why waits are bounded all the same: what was published while no connection stood is never heard.
"""

from __future__ import annotations

import logging
import threading
import time

import redis
from redis.client import PubSub
from redis.exceptions import RedisError

from monitor.storage.wakeup import Signal

log = logging.getLogger(__name__)

RECHECK_SECONDS = 1.0  # how late something may be noticed whose wake-up was lost
HEARTBEAT_SECONDS = 5.0
SILENT_HEARTBEATS = 3  # unanswered in a row: the connection is dead
RETRY_SECONDS = 0.5
_STOP_SECONDS = 0.2  # how late the thread notices that it should end


class _SilenceError(RedisError):
    """The connection stands but nothing comes."""


class Subscriber:
    """A `Wakeup` that hears one channel. Owns neither the client nor what the messages say; to be closed."""

    def __init__(self, client: redis.Redis, channel: str, *, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        """Given a client that does not retry by itself; it connects with the first `count`."""
        self._client = client
        self._channel = channel
        self._heartbeat_seconds = heartbeat_seconds
        self._signal = Signal()
        self._stop = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def count(self) -> int:
        """See `Wakeup`."""
        with self._start:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="redis-subscriber", daemon=True)
                self._thread.start()
        return self._signal.count()

    def wait(self, seen: int, timeout_seconds: float) -> None:
        """See `Wakeup`; at most `RECHECK_SECONDS`."""
        self._signal.wait(seen, min(timeout_seconds, RECHECK_SECONDS))

    def close(self) -> None:
        """End the thread; who still waits does so by the clock. Safe to call twice."""
        self._stop.set()
        with self._start:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        trouble: str | None = None
        while not self._stop.is_set():
            try:
                with self._client.pubsub() as pubsub:  # type: ignore[no-untyped-call]  # the library's gap
                    pubsub.subscribe(self._channel)
                    self._listen(pubsub)
            except RedisError as error:
                if str(error) != trouble:
                    trouble = str(error)
                    log.warning("subscriber lost", extra={"channel": self._channel, "error": trouble})
                self._stop.wait(RETRY_SECONDS)

    def _listen(self, pubsub: PubSub) -> None:
        asked_at, unanswered = time.monotonic(), 0
        while not self._stop.is_set():
            message = pubsub.get_message(timeout=_STOP_SECONDS)
            if message is not None:
                unanswered = 0
                # A new subscription counts too: something may have come before it stood.
                if message["type"] in {"message", "subscribe"}:
                    self._signal.notify()
            if time.monotonic() - asked_at >= self._heartbeat_seconds:
                if unanswered == SILENT_HEARTBEATS:
                    raise _SilenceError(f"no answer to {unanswered} heartbeats")
                pubsub.ping()  # answered on this connection, among the messages
                asked_at, unanswered = time.monotonic(), unanswered + 1
