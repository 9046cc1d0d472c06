"""How long to wait before trying again, and when to say what went wrong. Knows no clock."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from monitor.core.errors import CommitRefusedError, MonitorError

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Backoff:
    """Waits that double from `first_seconds` up to `longest_seconds`."""

    first_seconds: float
    longest_seconds: float

    def wait_seconds(self, failures: int, *, draw: float, wish_seconds: float | None = None) -> float:
        """The wait after so many failures in a row.

        Args:
            failures: One or more.
            draw: 0.0 to 1.0, drawn by the caller: takes up to half of the wait off, so that many do not come at once.
            wish_seconds: What the other side asked for: may lengthen the wait, up to the longest.
        """
        doubled = self.first_seconds * 2.0 ** min(failures - 1, 64)
        jittered = min(doubled, self.longest_seconds) * (1 - draw / 2)
        return max(jittered, min(wish_seconds or 0.0, self.longest_seconds))


# For stores and logs, which come back by themselves.
STORE_BACKOFF = Backoff(first_seconds=0.2, longest_seconds=10.0)


class Trouble:
    """What is wrong with one thing at present: logged when it changes, not each time."""

    def __init__(self, log: logging.Logger, event: str, **fields: str) -> None:
        self._log = log
        self._event = event
        self._fields = fields
        self._error: str | None = None
        self.failures = 0

    def failed(self, error: str) -> None:
        """It failed (again)."""
        self.failures += 1
        if error != self._error:
            self._log.warning(self._event, extra={**self._fields, "error": error})
        self._error = error

    def ended(self) -> None:
        """It works (again)."""
        if self._error is not None:
            self._log.info("works again", extra={**self._fields, "after": self._event, "failures": self.failures})
        self._error = None
        self.failures = 0


class Stopped(Exception):  # noqa: N818 - no error: unwinds what a loop was at when it was told to stop
    """The stop came while something was under way; what came of it is dropped."""


class Patience:
    """Waits out the failures that may pass, in the thread of one loop; says each once."""

    def __init__(self, log: logging.Logger, event: str, *, backoff: Backoff = STORE_BACKOFF, **fields: str) -> None:
        self._trouble = Trouble(log, event, **fields)
        self._backoff = backoff

    def call(self, stop: threading.Event, step: Callable[[], _Result]) -> _Result:
        """The step's result, tried until it works; the step must bear being run again.

        Raises:
            Stopped: The stop came first.
            CommitRefusedError: Trying the same commit again cannot help.
            MonitorError: One that does not pass.
        """
        while True:
            try:
                result = step()
            except CommitRefusedError:
                raise
            except MonitorError as error:
                if not error.retriable:
                    raise
                if self.wait(stop, error):
                    raise Stopped from error
            else:
                self.ended()
                return result

    def wait(self, stop: threading.Event, error: MonitorError) -> bool:
        """Wait after a failure, the longer the more there were in a row; whether the stop came."""
        self._trouble.failed(str(error))
        return stop.wait(self._backoff.wait_seconds(self._trouble.failures, draw=random.random()))

    def ended(self) -> None:
        """It works (again)."""
        self._trouble.ended()
