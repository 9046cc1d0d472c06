"""Whether a producer gets anywhere: the decision of the watchdog. Knows no clock and no producer.

Why a watchdog: with a leader that is named but not listed, kafka-python 3.0 loops without asking for the metadata
again, and the records never leave. That was seen against a mock. Three real brokers (Kafka 4.3) name no leader until
there is a new one, so there a producer finds it by itself. One that gave its id up was found stuck by it too, which is
mended in `workarounds`; what is left for the watchdog are faults not met yet.
"""

from __future__ import annotations

STUCK_SECONDS = 60.0  # far over an election; under the patience of whoever waits for news


class Progress:
    """Counts records on their way; not safe for several threads by itself."""

    def __init__(self, limit_seconds: float = STUCK_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._pending = 0
        self._waiting_since: float | None = None

    def sent(self, count: int, now: float) -> None:
        """Records were handed to the producer."""
        self._pending += count
        if self._waiting_since is None:
            self._waiting_since = now

    def delivered(self, now: float) -> None:
        """One of them is on the log."""
        self._pending -= 1
        self._waiting_since = now if self._pending else None

    def failed(self, count: int) -> None:
        """Some were given up. The wait goes on: giving up is no progress."""
        self._pending -= count

    def is_stuck(self, now: float) -> bool:
        """Whether nothing was delivered for too long since records began to wait."""
        return self._waiting_since is not None and now - self._waiting_since >= self._limit_seconds
