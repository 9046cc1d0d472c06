"""How a waiting thread learns that there may be something new. Knows no tables."""

from __future__ import annotations

import threading
import time
from typing import Protocol

INTERVAL_SECONDS = 0.1  # how late a reader in another process may notice


class Wakeup(Protocol):
    """Look at `count`, then at the store, then `wait` with that count: nothing slips through in between."""

    def count(self) -> int:
        """A number that moves on with every change."""

    def wait(self, seen: int, timeout_seconds: float) -> None:
        """Block until the count is no longer `seen`, at most that long; may return earlier."""


class Signal:
    """A wake-up within one process: `notify` ends every wait at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def count(self) -> int:
        """See `Wakeup`."""
        with self._changed:
            return self._count

    def notify(self) -> None:
        """Something changed, and is durable."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, seen: int, timeout_seconds: float) -> None:
        """See `Wakeup`."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, timeout_seconds)


class Interval:
    """For a reader beside the process that writes: look again every tenth of a second."""

    def count(self) -> int:
        """See `Wakeup`."""
        return 0

    def wait(self, seen: int, timeout_seconds: float) -> None:  # noqa: ARG002 - the protocol's shape
        """See `Wakeup`."""
        time.sleep(min(timeout_seconds, INTERVAL_SECONDS))
