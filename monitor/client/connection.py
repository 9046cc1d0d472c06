"""One connection to the event stream of a service: asked for, checked, read. The client's one door to aiohttp."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import aiohttp

from monitor.client.events import EventParser, ServerEvent
from monitor.core.errors import MonitorError, UsageError
from monitor.core.escape import one_line
from monitor.core.stream import StreamId

SILENCE_SECONDS = 45.0  # the service says something every 15; three misses mean a dead connection
CONNECT_TIMEOUT_SECONDS = 10.0
_MAX_SHOWN_BYTES = 1_000
_TRY_AGAIN = frozenset({408, 425, 429})  # beside 5xx: the service, or what stands before it, asks for patience


class ConnectionLostError(MonitorError):
    """The connection ended, or could not be had; another attempt may go better."""

    retriable = True


@dataclass(frozen=True)
class Place:
    """How far a follower got: the last place, in which history; None before the service told."""

    last: StreamId | None
    epoch: str | None


class EventConnection:
    """Asks one service for one kind of alerts. The session stays its owner's."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        token: str | None,
        rule: str | None,
        actor: str | None,
        severity: str | None,
        silence_seconds: float,
    ) -> None:
        self._session = session
        self._url = url.rstrip("/")
        asked = (("rule", rule), ("actor", actor), ("severity", severity))
        self._filter = {name: value for name, value in asked if value}
        self._token = token
        self._silence_seconds = silence_seconds

    async def events(self, place: Place) -> AsyncGenerator[ServerEvent, None]:
        """The events behind that place, until the connection ends.

        Raises:
            ConnectionLostError: It broke, was silent for too long, or could not be had.
            UsageError: The service refuses, or is none of ours.
        """
        parser = EventParser()
        try:
            async with self._session.get(
                f"{self._url}/events",
                params=self._filter | ({"epoch": place.epoch} if place.epoch else {}),
                headers=self._headers(place),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=CONNECT_TIMEOUT_SECONDS, sock_read=self._silence_seconds
                ),
                allow_redirects=False,  # the token is for this service only
            ) as response:
                await self._check(response)
                async for chunk in response.content.iter_any():
                    for event in parser.feed(chunk):
                        yield event
        except aiohttp.InvalidURL as error:
            raise UsageError(f"cannot follow {self._url}: not the address of a service") from error
        except TimeoutError as error:
            raise ConnectionLostError(f"{self._url} does not answer, or has fallen silent") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionLostError(f"{self._url}: {error or type(error).__name__}") from error

    def _headers(self, place: Place) -> dict[str, str]:
        headers = {"Accept": "text/event-stream"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if place.last is not None:
            headers["Last-Event-ID"] = str(place.last)
        return headers

    async def _check(self, response: aiohttp.ClientResponse) -> None:
        if response.status == 200 and response.content_type == "text/event-stream":
            return
        if response.status >= 500 or response.status in _TRY_AGAIN:
            raise ConnectionLostError(f"{self._url} answers with status {response.status}")
        if response.status in {401, 403}:
            problem = "refuses the token" if self._token else "asks for a token"
            raise UsageError(f"cannot follow {self._url}: it {problem}; give the one in its settings (web.token)")
        body = await response.content.read(_MAX_SHOWN_BYTES)
        said = one_line(body.decode("utf-8", "replace"), 300) if response.status == 400 else "is that a Tocsin service?"
        raise UsageError(f"cannot follow {self._url}: status {response.status}: {said}")
