"""Where Redis is and how its clients behave: addresses, secrets, time limits, retries. Knows no keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
import redis.asyncio
from redis.asyncio import connection as async_connection
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.connection import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from monitor.core.errors import StoreError

# Bridge a restart of the server or a closed idle connection; longer waits are the loops', which can be stopped.
# A command is repeated only when its connection broke, and every script bears that: see each adapter.
RETRIES = 2
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 0.05, 0.2


class _HangsUp(async_connection.AbstractConnection):
    """Closes without a farewell: with TLS that waits for the other side, up to half a minute when it is frozen."""

    async def disconnect(self, *arguments: Any, **options: Any) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        await super().disconnect(*arguments, **options)


class _AsyncConnection(_HangsUp, async_connection.Connection):
    pass


class _AsyncTlsConnection(_HangsUp, async_connection.SSLConnection):
    pass


class _AsyncUnixConnection(_HangsUp, async_connection.UnixDomainSocketConnection):
    pass


_ASYNC_CLASSES = {
    Connection: _AsyncConnection,
    SSLConnection: _AsyncTlsConnection,
    UnixDomainSocketConnection: _AsyncUnixConnection,
}

_URL_OPTIONS = frozenset({"host", "port", "path", "db", "username", "password", "connection_class"})
_URL_FORMS = "redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:///PATH?db=DB; a user and password before HOST"


@dataclass(frozen=True)
class RedisConnection:
    """How to reach Redis, and what may be found there.

    Attributes:
        url: `redis://`, `rediss://` (TLS, always verified) or `unix://`; it may hold a user and password.
        prefix: The tenant: starts every key and channel.
        username: An ACL user, when the URL names none.
        password: Its password.
        ca_file: Who signed the server's certificate, when the system's authorities did not.
        certificate_file: Our certificate, for servers that ask for one; with `key_file`.
        allow_volatile: Also go on when the server keeps nothing over a restart.
        timeout_seconds: Longest wait for a connection, and for one answer.
        keep_alerts: The history forgets older alerts as new ones come; None leaves that to `trim`.
    """

    url: str = field(repr=False)  # may hold a password
    prefix: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_volatile: bool = False
    timeout_seconds: float = 5.0
    keep_alerts: timedelta | None = None

    @property
    def address(self) -> str:
        """The URL without user, password and options: for logs and errors."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def command_client(connection: RedisConnection) -> redis.Redis:
    """A client for commands, safe to use from several threads; whoever asked closes it.

    Raises:
        StoreError: The URL is not of a form that is allowed.
    """
    retry = Retry(ExponentialBackoff(cap=MAX_RETRY_SECONDS, base=FIRST_RETRY_SECONDS), RETRIES, (RedisConnectionError,))
    return _client(connection, retry)


def subscriber_client(connection: RedisConnection) -> redis.Redis:
    """A client for one subscriber, who is told when its connection breaks; whoever asked closes it.

    Its time limit is for connecting and sending: `get_message` waits as long as it is told, however quiet the channel.

    Raises:
        StoreError: As `command_client`.
    """
    # A retry would subscribe again in silence, and what was published meanwhile would be missed unseen.
    return _client(connection, Retry(NoBackoff(), 0, (RedisConnectionError,)))


def async_client(connection: RedisConnection) -> redis.asyncio.Redis:
    """A client for asyncio that retries nothing, neither commands nor subscriptions; whoever asked closes it.

    Raises:
        StoreError: As `command_client`.
    """
    options = _options(connection)
    options["connection_class"] = _ASYNC_CLASSES[options.get("connection_class", Connection)]
    pool = redis.asyncio.ConnectionPool(**options, retry=AsyncRetry(NoBackoff(), 0))
    return redis.asyncio.Redis.from_pool(pool)


def _client(connection: RedisConnection, retry: Retry) -> redis.Redis:
    return redis.Redis.from_pool(ConnectionPool(**_options(connection), retry=retry))


def _options(connection: RedisConnection) -> dict[str, Any]:
    return {
        **_address_options(connection),
        "socket_connect_timeout": connection.timeout_seconds,
        "socket_timeout": connection.timeout_seconds,
        "protocol": 2,  # no handshake that an ACL would have to allow
        "driver_info": None,  # likewise
    }


def _address_options(connection: RedisConnection) -> dict[str, Any]:
    options = _parsed(connection)
    if connection.username is not None:
        options.setdefault("username", connection.username)
    if connection.password is not None:
        options.setdefault("password", connection.password)
    if "path" not in options:
        options["socket_keepalive"] = True
    if options.get("connection_class") is SSLConnection:
        options |= {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
        options |= _certificates(connection)
    return options


def _certificates(connection: RedisConnection) -> dict[str, Any]:
    files = {
        "ssl_ca_certs": connection.ca_file,
        "ssl_certfile": connection.certificate_file,
        "ssl_keyfile": connection.key_file,
    }
    for path in files.values():
        # The library would take a missing file for a server that is away.
        if path is not None and not path.is_file():
            raise StoreError(f"cannot open Redis: {connection.address}: there is no file {path}")
    return {name: str(path) for name, path in files.items() if path is not None}


def _parsed(connection: RedisConnection) -> dict[str, Any]:
    try:
        options: dict[str, Any] = parse_url(connection.url)  # type: ignore[no-untyped-call]  # the library's gap
        path = urlsplit(connection.url).path
    except ValueError:
        # The library's text may quote the URL, and the URL may hold a password.
        raise StoreError(f"cannot open Redis: its URL is malformed (allowed: {_URL_FORMS})") from None
    if unknown := sorted(set(options) - _URL_OPTIONS):
        raise StoreError(f"cannot open Redis: {connection.address}: unknown option {unknown[0]} (allowed: db)")
    # The library takes a database that is no number for database 0.
    if "path" not in options and path.strip("/") and not path.strip("/").isdecimal():
        raise StoreError(f"cannot open Redis: {connection.address}: no such database (allowed: a number)")
    return options
