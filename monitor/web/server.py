"""The web server: binds its address, serves an application, stops in time. Knows no routes.

Why the socket is bound before anything runs: a busy port is then a clear error at start, or replaced, and the
address can be told before the first request.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, cast

import h11
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.core.errors import UsageError
from monitor.web.streams import ABORT_EXTENSION, EventStreams

_log = logging.getLogger(__name__)

_BACKLOG = 128
_GRACE_SECONDS = 1  # for answers under way; all in all a stop takes less than two
_DEAD_READER_MILLISECONDS = 20_000  # the kernel drops a connection that takes nothing for so long


@dataclass(frozen=True)
class ConnectionLimits:
    """What connections may cost, before anybody knows who calls.

    Attributes:
        max_connections: More are dropped unheard; event streams count too. Below the 1,024 files that a process may
            usually open, since stores and fetches need theirs.
        request_seconds: A request must be here whole, head and body, so long after its connection or the answer before
            it; so long an idle connection is kept, too.
    """

    max_connections: int = 700
    request_seconds: int = 10


class WebServer:
    """Serves an application of `monitor.web.app` on a socket from `bind`, which is closed when `run` ends."""

    def __init__(self, app: Starlette, listener: socket.socket, *, limits: ConnectionLimits | None = None) -> None:
        self._app = app
        self._limits = limits or ConnectionLimits()
        self._socket = listener
        self._address, self._port = listener.getsockname()[:2]

    @property
    def url(self) -> str:
        """The address for a browser on this machine, without a slash at the end."""
        if ip_address(self._address).is_unspecified:
            return f"http://localhost:{self._port}"
        return (
            f"http://[{self._address}]:{self._port}" if ":" in self._address else f"http://{self._address}:{self._port}"
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`, then end event streams and finish answers, in under two seconds.

        Raises:
            Exception: Whatever the alert history raises, while it is followed, that is not retriable.
        """
        server = _Server(
            uvicorn.Config(
                self._app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=_BACKLOG,
                limit_concurrency=self._limits.max_connections,
                timeout_keep_alive=self._limits.request_seconds,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        streams: EventStreams | None = getattr(self._app.state, "streams", None)
        follower = asyncio.create_task(_follow(streams, stop), name="web-follow")
        stopping = asyncio.create_task(stop.wait(), name="web-stop")

        def end(_: object) -> None:
            if streams is not None:
                streams.end()
            server.end()

        # The follower ends by itself only with an error; then the server ends too, and raises it.
        for task in (follower, stopping):
            task.add_done_callback(end)
        _log.info("web server started", extra={"url": self.url})
        try:
            await server.serve(sockets=[self._socket])
            await follower
        finally:
            follower.cancel()
            stopping.cancel()
            self._socket.close()
        _log.info("web server stopped")


async def _follow(streams: EventStreams | None, stop: asyncio.Event) -> None:
    """Feed the event streams until `stop`; an application without them has nothing to follow."""
    if streams is None:
        await stop.wait()
    else:
        await streams.run(stop)


def bind(host: str, port: int, *, fall_back: bool) -> socket.socket:
    """A listening socket on that address; with `fall_back` on any free port when that one is in use.

    Raises:
        UsageError: The port is in use and `fall_back` is off, or the address is not this machine's.
    """
    try:
        return _bind(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise UsageError(
                f"cannot listen: {host} port {port}: {error.strerror}; set web.host and web.port"
            ) from error
        if not fall_back:
            raise UsageError(f"port {port} on {host} is in use; set web.port") from error
    return _bind(host, 0)


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted connections inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_READER_MILLISECONDS)
        listener.bind(address)
        listener.listen(_BACKLOG)  # now, so that two servers cannot both think the port theirs
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers, and without connections left behind."""

    def end(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            if isinstance(connection, H11Protocol):
                connection.transport.abort()


class _Protocol(H11Protocol):
    """HTTP/1.1 that bears callers who never finish a request, and with a way to drop those who read no answer.

    Uvicorn gives a request all the time there is once its first byte has come. Closing the connection of a reader who
    takes nothing politely would wait for that reader for ever.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app = self._offering_abort(self.app)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection, or drop it when there are too many."""
        super().connection_made(cast(asyncio.Transport, transport))
        if self.limit_concurrency is not None and len(self.connections) > self.limit_concurrency:
            self.transport.abort()
            return
        self._expect_request()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the waiting."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _expect_request(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(self.timeout_keep_alive, self._drop_unfinished_request)

    def _drop_unfinished_request(self) -> None:
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            self.transport.abort()

    def _offering_abort(self, app: ASGIApp) -> Any:
        async def abort() -> None:
            self.transport.abort()
            await asyncio.sleep(0)  # the connection is told of its loss on the loop's next turn
            await asyncio.sleep(0)

        async def app_with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[ABORT_EXTENSION] = abort
            await app(scope, receive, send)

        return app_with_abort
