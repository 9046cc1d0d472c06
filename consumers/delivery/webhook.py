"""One attempt at a webhook: sign, send, say how it ended. Knows no retries and no subscriptions.

The body is the alert as a CloudEvent in structured mode, so that what is signed is the whole of it. A receiver checks
`Tocsin-Signature` with `verify_signature`, and drops repeats by `Idempotency-Key`: delivery is at least once.
Response bodies are never read: the status says all, and a receiver may be hostile or drip.

Source: CloudEvents 1.0.2, HTTP protocol binding section 3.2; draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from consumers.delivery.subscriptions import Channel
from monitor.core.addresses import BlockedAddressError, guarded_socket_factory
from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.names import ThreadResolver
from monitor.core.settings import DeliverSettings

TIMESTAMP_HEADER = "Tocsin-Timestamp"
SIGNATURE_HEADER = "Tocsin-Signature"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
USER_AGENT = "Tocsin-Webhook/1"  # the version of the headers and the signature

MAX_RETRY_AFTER_SECONDS = 86_400.0  # a receiver that names more is down, not busy
_RETRIED_STATUSES = frozenset({408, 425, 429})  # and every 5xx
_READ_BUFFER_BYTES = 4096  # of a response body that nobody reads


@dataclass(frozen=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True)
class Retry:
    """It did not work this time; `after_seconds` is the receiver's wish, if it has one."""

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True)
class Refused:
    """Trying again cannot help."""

    reason: str


Outcome = Delivered | Retry | Refused
Sender = Callable[[Channel, Alert, datetime], Awaitable[Outcome]]


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `Tocsin-Signature`: `v1=` and hex HMAC-SHA256 over `timestamp.body`."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verify_signature(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime, tolerance_seconds: float = 300
) -> bool:
    """Whether this request is from whoever knows the secret, and recent. For receivers; takes constant time.

    Args:
        headers: Of the request; letter case does not matter.
        body: As received, byte for byte.
        tolerance_seconds: How far the sender's clock and the way may be off; older requests may be replays.
    """
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get(TIMESTAMP_HEADER.lower(), "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    signature = given.get(SIGNATURE_HEADER.lower(), "").encode("utf-8", "replace")
    is_genuine = hmac.compare_digest(signature, sign(secret, timestamp, body).encode())
    return is_genuine and abs(now.timestamp() - int(timestamp)) <= tolerance_seconds


@asynccontextmanager
async def webhook_sender(settings: DeliverSettings) -> AsyncIterator[Sender]:
    """A sender over connections of its own, which close with the context."""
    connector = aiohttp.TCPConnector(
        limit=0,  # a limit would let receivers that hang hold up the others; lines bound the number
        resolver=ThreadResolver(),
        socket_factory=guarded_socket_factory(allow_private=settings.allow_private_addresses),
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=settings.timeout.total_seconds()),
        trust_env=False,  # through a proxy, the address check would see only the proxy
        auto_decompress=False,
        read_bufsize=_READ_BUFFER_BYTES,
    ) as session:

        async def send(channel: Channel, alert: Alert, now: datetime) -> Outcome:
            return await send_webhook(session, channel, alert, now)

        yield send


async def send_webhook(session: aiohttp.ClientSession, channel: Channel, alert: Alert, now: datetime) -> Outcome:
    """Send one alert once, within the session's time limit. Redirects are not followed.

    Raises: nothing but on a bug.
    """
    body = encode(alert)
    try:
        async with session.post(
            channel.url, data=body, headers=_headers(channel, alert, body, now), allow_redirects=False
        ) as response:
            return judge(response.status, response.headers.get("Retry-After"), now)
    except TimeoutError:
        return Retry("timed out")
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, BlockedAddressError):
            return Refused("not a public address (allowed with deliver.allow_private_addresses)")
        return Retry(f"cannot connect: {_cause(error.os_error)}")
    except ValueError:  # aiohttp.InvalidURL among them; its text would show the URL
        return Refused("not a URL that can be sent to")
    except (aiohttp.ClientError, OSError) as error:
        return Retry(f"connection failed: {type(error).__name__}")


def _cause(error: OSError) -> str:
    """What the system calls it: without addresses, of which a host may have many."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or type(error).__name__


def judge(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """What a response means."""
    if 200 <= status < 300:
        return Delivered()
    if status in _RETRIED_STATUSES or status >= 500:
        return Retry(f"HTTP status {status}", retry_after_seconds(retry_after, now))
    if 300 <= status < 400:
        return Refused(f"HTTP status {status}: redirects are not followed")
    return Refused(f"HTTP status {status}")


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, at most a day; None when it is absent or makes no sense.

    Source: RFC 9110 section 10.2.3.
    """
    text = (value or "").strip()[:100]
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER_SECONDS)
    try:
        wait = (parsedate_to_datetime(text) - now) / timedelta(seconds=1)
    except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
        return None
    return min(max(0.0, wait), MAX_RETRY_AFTER_SECONDS) if math.isfinite(wait) else None


def _headers(channel: Channel, alert: Alert, body: bytes, now: datetime) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": CONTENT_TYPE,
        "User-Agent": USER_AGENT,
        "Idempotency-Key": alert.id,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: sign(channel.secret.get_secret_value(), timestamp, body),
    }
