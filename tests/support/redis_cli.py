"""`redis-cli SUBSCRIBE` in a process of its own: what somebody sees who only has Redis's own client."""

from __future__ import annotations

import threading
import time

from tests.support.printing import PrintingProcess
from tests.support.redis_server import RedisServer


class RedisCli(PrintingProcess):
    """Subscribes to one channel; `received` grows as messages come, with the time of arrival."""

    def __init__(self, server: RedisServer, channel: str) -> None:
        self.received: list[tuple[float, str]] = []
        self._subscribed = threading.Event()
        self._reply: list[str] = []
        super().__init__(["redis-cli", "-h", "127.0.0.1", "-p", str(server.port), "SUBSCRIBE", channel])

    def wait_subscribed(self) -> None:
        """Wait until it hears the channel."""
        if not self._subscribed.wait(10):
            raise TimeoutError("redis-cli did not subscribe")

    def _take(self, line: str) -> None:
        """A reply is three lines: `message`, the channel, and what was published; or `subscribe`, at first."""
        self._reply.append(line)
        if len(self._reply) < 3:
            return
        (kind, _, value), self._reply = self._reply, []
        if kind == "message":
            self.received.append((time.time(), value))
        else:
            self._subscribed.set()
