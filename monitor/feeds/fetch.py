"""One feed document over HTTP, with limits; the only importer of aiohttp among the feeds. Knows no feed format.

What can go wrong on the way is a value (`FetchFailed`), translated here once. A publisher's server is hostile input:
its address, size, speed, redirects and compression are bounded.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Protocol

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError, ContentLengthError, TransferEncodingError

from monitor.core.addresses import BlockedAddressError, guarded_socket_factory
from monitor.core.clock import Clock
from monitor.core.feed import PollStatus, Validators
from monitor.core.names import ThreadResolver
from monitor.core.settings import PollSettings
from monitor.feeds.results import Exchange, Fetched, FetchFailed, FetchResult, NotModified

_CHUNK_BYTES = 64 * 1024
_CONNECTIONS_PER_HOST = 2  # the poller asks a host for one thing at a time; a redirect may need a second
_MAX_VALIDATOR_CHARACTERS = 1_000
_MAX_CONTENT_TYPE_CHARACTERS = 300
_READ_TIMEOUT_SECONDS = 15.0  # between two pieces of a response
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)


class DocumentFetcher(Protocol):
    """What the poller needs of a fetcher."""

    async def fetch(self, url: str, validators: Validators = ..., /) -> FetchResult:
        """The document at `url`, unless it is the one that the validators name; failures are values."""


class Fetcher:
    """Fetches feeds over one pool of connections. An async context manager; leaving it closes the pool."""

    def __init__(self, settings: PollSettings, *, version: str, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._agent = user_agent(version, settings.contact)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Fetcher:
        total = self._settings.timeout.total_seconds()
        connect = self._settings.connect_timeout.total_seconds()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._settings.concurrency,
                limit_per_host=_CONNECTIONS_PER_HOST,
                resolver=ThreadResolver(),
                socket_factory=guarded_socket_factory(allow_private=self._settings.allow_private_addresses),
            ),
            timeout=aiohttp.ClientTimeout(
                total=total, sock_connect=connect, sock_read=min(_READ_TIMEOUT_SECONDS, total)
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # nothing of one feed goes to another
            trust_env=False,  # behind a proxy the address check would see only the proxy
            headers={"User-Agent": self._agent, "Accept": _ACCEPT, "A-IM": "feed"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(self, url: str, validators: Validators = Validators()) -> FetchResult:  # noqa: B008 - frozen
        """The document at `url`, unless it is the one that the validators name. Raises nothing of the network's."""
        result = await self._try(url, validators, identity=False)
        if isinstance(result, _BadEncoding):
            result = await self._try(url, validators, identity=True)
        return result.failure if isinstance(result, _BadEncoding) else result

    async def _try(self, url: str, validators: Validators, *, identity: bool) -> FetchResult | _BadEncoding:
        assert self._session is not None, "the fetcher is not open"  # noqa: S101 - our own impossibility
        started = time.monotonic()
        headers = _conditional(validators)
        if identity:
            headers["Accept-Encoding"] = "identity"
        try:
            async with self._session.get(url, headers=headers, max_redirects=self._settings.max_redirects) as response:
                return await self._read(response, started, is_conditional=bool(_conditional(validators)))
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            status, detail = failure_of(error)
            failed = FetchFailed(Exchange(url, time.monotonic() - started), status, detail)
            return _BadEncoding(failed) if _is_bad_encoding(error) else failed

    async def _read(self, response: aiohttp.ClientResponse, started: float, *, is_conditional: bool) -> FetchResult:
        redirects = tuple((step.status, step.headers.get("Location", "")) for step in response.history)

        def exchange() -> Exchange:
            return Exchange(str(response.url), time.monotonic() - started, redirects)

        if response.status == 304 and is_conditional:
            return NotModified(exchange())
        if response.status not in {200, 203, 226}:
            return FetchFailed(
                exchange(),
                PollStatus.HTTP_STATUS,
                f"the server answered {response.status}",
                http_status=response.status,
                retry_after_seconds=retry_after(response.headers.get("Retry-After", ""), self._clock()),
            )
        body = await _read_bounded(response.content, self._settings.max_body_bytes)
        if body is None:
            detail = f"the document is larger than {self._settings.max_body_bytes} bytes"
            return FetchFailed(exchange(), PollStatus.TOO_BIG, detail, http_status=response.status)
        # aiohttp parses this header in quadratic time; a proper one is short.
        names_type = 0 < len(response.headers.get("Content-Type", "")) <= _MAX_CONTENT_TYPE_CHARACTERS
        return Fetched(
            exchange(),
            body=body,
            content_type=response.content_type.lower() if names_type else "",
            charset=(response.charset or "") if names_type else "",
            validators=_validators(response),
            is_delta=response.status == 226,
        )


class _BadEncoding:
    """A response whose compression could not be undone; asking without any may help."""

    def __init__(self, failure: FetchFailed) -> None:
        self.failure = failure


def user_agent(version: str, contact: str) -> str:
    """An honest name, with where to complain."""
    where = "".join(character for character in contact if character.isascii() and character.isprintable())
    return f"Tocsin/{version} (+{where})" if where else f"Tocsin/{version} (news monitor)"


def failure_of(error: Exception) -> tuple[PollStatus, str]:  # noqa: PLR0912 - one table, read from top to bottom
    """What an error of aiohttp's means for a feed, in words without URLs."""
    match error:
        case aiohttp.TooManyRedirects():
            return PollStatus.HTTP_STATUS, "too many redirects"
        case aiohttp.RedirectClientError():
            return PollStatus.HTTP_STATUS, "a redirect to something that is no web address"
        case aiohttp.InvalidURL():
            return PollStatus.DNS, "the address is no URL that can be asked"
        case aiohttp.ClientConnectorDNSError():
            return PollStatus.DNS, "the host name is not known"
        case aiohttp.ClientConnectorCertificateError():
            return PollStatus.TLS, "the server's certificate is not valid"
        case aiohttp.ClientSSLError():
            return PollStatus.TLS, "no secure connection could be agreed"
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, BlockedAddressError):
            return PollStatus.BLOCKED_ADDRESS, f"{error.os_error.address} is not a public address"
        case aiohttp.ConnectionTimeoutError():
            return PollStatus.TIMEOUT, "no connection in time"
        case TimeoutError():
            return PollStatus.TIMEOUT, "no complete answer in time"
        case aiohttp.ClientConnectorError():
            return PollStatus.NETWORK, f"no connection: {error.os_error.strerror or 'unknown cause'}"
        case aiohttp.ClientResponseError():
            return PollStatus.BAD_CONTENT, "the answer is not proper HTTP"
        case aiohttp.ClientPayloadError() if _is_bad_encoding(error):
            return PollStatus.BAD_CONTENT, "the answer cannot be decompressed"
        case aiohttp.ClientPayloadError():
            return PollStatus.NETWORK, "the connection broke within the answer"
        case aiohttp.ServerDisconnectedError():
            return PollStatus.NETWORK, "the server closed the connection"
        case aiohttp.ClientError() | OSError():
            return PollStatus.NETWORK, f"the connection failed ({type(error).__name__})"
    return PollStatus.DNS, "the address is no URL that can be asked"  # yarl and idna raise ValueError


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks to wait; None when it asks for nothing readable.

    Source: RFC 9110 section 10.2.3.
    """
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:10])
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError):
        return None


async def _read_bounded(content: aiohttp.StreamReader, limit: int) -> bytes | None:
    """The decoded body; None as soon as it exceeds the limit."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in content.iter_chunked(_CHUNK_BYTES):
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
        await asyncio.sleep(0)  # a fast server must not keep the loop from the other fetches
    return b"".join(chunks)


def _is_bad_encoding(error: BaseException | None) -> bool:
    """Whether an error comes from undoing compression; aiohttp wraps these once or twice."""
    for _ in range(4):
        if isinstance(error, ContentEncodingError):
            return True
        if error is None or isinstance(error, (TransferEncodingError, ContentLengthError)):
            return False
        error = error.__cause__ or error.__context__
    return False


def _conditional(validators: Validators) -> dict[str, str]:
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _validators(response: aiohttp.ClientResponse) -> Validators:
    if response.headers.get("Expires", "").strip() == "0":
        return Validators()  # such servers keep an old ETag while the document changes
    return Validators(
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
    )


def _header(response: aiohttp.ClientResponse, name: str) -> str | None:
    """A header fit to be sent back: printable ASCII of a sensible length."""
    value = response.headers.get(name, "").strip()
    is_fit = value.isascii() and value.isprintable() and 0 < len(value) <= _MAX_VALIDATOR_CHARACTERS
    return value if is_fit else None
