"""Calls into a store that may be unavailable for now: one call probes, the others wait. Knows no feed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from monitor.core.errors import StoreUnavailableError
from monitor.core.retries import Backoff, Trouble

_log = logging.getLogger(__name__)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

FIRST_DELAY_SECONDS = 0.5
MAX_DELAY_SECONDS = 30.0


class PatientCalls:
    """Runs blocking calls in threads, and repeats those that fail because the store is away."""

    def __init__(
        self, *, first_delay_seconds: float = FIRST_DELAY_SECONDS, event: str = "store unavailable, polling waits"
    ) -> None:
        self._backoff = Backoff(first_delay_seconds, MAX_DELAY_SECONDS)
        self._trouble = Trouble(_log, event)
        self._available = asyncio.Event()
        self._available.set()

    @property
    def is_down(self) -> bool:
        """Whether the store was away at the last call."""
        return not self._available.is_set()

    async def call(
        self, function: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        """The function's result, once the store is there; raises what it raises but `StoreUnavailableError`.

        The function must bear being run again: after an error nobody knows whether it had worked.
        """
        while True:
            await self._available.wait()
            try:
                return await asyncio.to_thread(function, *args, **kwargs)
            except StoreUnavailableError as error:
                if self.is_down:
                    continue  # another call probes already
                self._available.clear()
                self._trouble.failed(str(error))
                try:
                    return await self._probe(function, *args, **kwargs)
                finally:
                    self._available.set()

    async def _probe(
        self, function: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        while True:
            await asyncio.sleep(self._backoff.wait_seconds(self._trouble.failures, draw=random.random()))
            try:
                result = await asyncio.to_thread(function, *args, **kwargs)
            except StoreUnavailableError as error:
                self._trouble.failed(str(error))
                continue
            self._trouble.ended()
            return result
