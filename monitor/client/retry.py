"""Connecting again: waits between attempts, and what is told of them. Knows no connection."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

FIRST_RETRY_SECONDS = 0.2
MAX_RETRY_SECONDS = 5.0

Sleep = Callable[[float], Awaitable[None]]


class Retry:
    """Waits between attempts, longer each time, and tells what changed."""

    def __init__(self, sleep: Sleep, on_state: Callable[[str], None] | None) -> None:
        self._sleep = sleep
        self._tell = on_state or (lambda _: None)
        self._attempt = 0
        self._cause: str | None = None
        self._stands = False

    def connected(self) -> None:
        """The connection stands."""
        if self._stands:
            return
        self._stands, self._attempt, self._cause = True, 0, None
        self._tell("connected")

    async def wait(self, cause: str) -> None:
        """Wait before the next attempt."""
        self._stands = False
        if cause != self._cause:
            self._cause = cause
            self._tell(f"not connected, trying again: {cause}")
        longest = min(MAX_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(self._attempt, 10))
        self._attempt += 1
        await self._sleep(longest * random.uniform(0.5, 1.0))
