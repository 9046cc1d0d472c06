"""The age of the newest canary that came through. Knows no topic and no history."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.clock import Clock


class CanaryAge:
    """Counts from its making until the first canary comes, so that one that never comes is told as well.

    Written by one thread, read by any.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest = clock()

    def came(self, sent_at: datetime) -> None:
        """A canary came through. A sender's clock that is ahead must not hide what comes after."""
        self._newest = max(self._newest, min(sent_at, self._clock()))

    def seconds(self) -> float:
        """The age now; never negative, even when the clock was set back."""
        return max(0.0, (self._clock() - self._newest) / timedelta(seconds=1))
