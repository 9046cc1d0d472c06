"""`redis-cli SUBSCRIBE` in a process of its own: what somebody sees who only has Redis's own client."""

from __future__ import annotations

import subprocess
import threading
import time
from types import TracebackType

from tests.support.redis_server import RedisServer


class RedisCli:
    """Subscribes to one channel; `received` grows as messages come, with the time of arrival. A context manager."""

    def __init__(self, server: RedisServer, channel: str) -> None:
        self.received: list[tuple[float, str]] = []
        self._subscribed = threading.Event()
        self._process = subprocess.Popen(
            ["redis-cli", "-h", "127.0.0.1", "-p", str(server.port), "SUBSCRIBE", channel],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_subscribed(self) -> None:
        """Wait until it hears the channel."""
        if not self._subscribed.wait(10):
            raise TimeoutError("redis-cli did not subscribe")

    def __enter__(self) -> RedisCli:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        """Each message is three lines: `message`, the channel, and what was published."""
        assert self._process.stdout is not None
        lines = (line.rstrip("\n") for line in self._process.stdout)
        for kind, _, value in zip(lines, lines, lines, strict=False):
            if kind == "message":
                self.received.append((time.time(), value))
            else:
                self._subscribed.set()
