"""Host names to addresses for aiohttp, by the system's resolver. Knows no URLs and judges no address.

Why not aiohttp's own: it asks in the event loop's few shared threads. When no name server answers, each question
takes up to half a minute; so the threads are gone, whatever else needs one waits (the store, the page), and the
process cannot end before the last question has.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

MAX_AT_ONCE = 64  # threads that ask; questions that nobody waits for any more go on in them for a while

_AddressInfos = list[tuple[Any, ...]]


class ThreadResolver(AbstractResolver):
    """Asks each question in a thread of its own that keeps neither the event loop nor the process from ending."""

    def __init__(self, *, at_once: int = MAX_AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host.

        Raises:
            OSError: There are none, or nobody answers.
        """
        await self._free.acquire()
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found_family, _, protocol, _, address in await self._asked(host, port, family)
        ]

    async def close(self) -> None:
        """Nothing is held."""

    def _asked(self, host: str, port: int, family: socket.AddressFamily) -> asyncio.Future[_AddressInfos]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_AddressInfos] = loop.create_future()

        def settle(infos: _AddressInfos, error: Exception | None) -> None:
            self._free.release()
            if answer.cancelled():
                return
            if error is None:
                answer.set_result(infos)
            else:
                answer.set_exception(error)

        def ask() -> None:
            infos: _AddressInfos = []
            failed: Exception | None = None
            try:
                infos = [*socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)]
            except (OSError, UnicodeError) as error:  # UnicodeError: no name that could be asked for
                failed = error if isinstance(error, OSError) else OSError(f"not a host name: {error}")
            with suppress(RuntimeError):  # the event loop has ended meanwhile
                loop.call_soon_threadsafe(settle, infos, failed)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        return answer
