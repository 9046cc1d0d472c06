"""Signatures, and attempts at a real receiver on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from consumers.delivery.subscriptions import Channel
from consumers.delivery.webhook import (
    Delivered,
    Outcome,
    Refused,
    Retry,
    retry_after_seconds,
    sign,
    verify_signature,
    webhook_sender,
)
from monitor.core.codec import decode_alert
from monitor.core.settings import DeliverSettings
from tests.unit.delivery.samples import NOW, an_alert

SECRET = "made-up-secret"
BODY = b'{"id":"a1-1"}'
TIMESTAMP = str(int(NOW.timestamp()))
HEADERS = {"Tocsin-Timestamp": TIMESTAMP, "Tocsin-Signature": sign(SECRET, TIMESTAMP, BODY)}
LOOPBACK = DeliverSettings(allow_private_addresses=True)


@dataclass
class Seen:
    """What a receiver got."""

    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


Answer = Callable[[int], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def receiver(answer: Answer) -> AsyncIterator[tuple[str, Seen]]:
    """A receiver that answers the n-th request (from 0) with `answer(n)`: its URL, and what it got."""
    seen = Seen()

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.requests.append((dict(request.headers), await request.read()))
        return await answer(len(seen.requests) - 1)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}/hook", seen
    finally:
        await runner.cleanup()


def always(status: int, headers: dict[str, str] | None = None, text: str = "") -> Answer:
    async def answer(_: int) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text=text)

    return answer


def a_channel(url: str) -> Channel:
    return Channel("hook", url, SecretStr(SECRET))


async def attempt(url: str, settings: DeliverSettings = LOOPBACK) -> Outcome:
    async with webhook_sender(settings) as send:
        return await send(a_channel(url), an_alert(), NOW)


def test_signature_has_a_fixed_form() -> None:
    # Worked out with: printf '1700000000.{}' | openssl dgst -sha256 -hmac key
    assert sign("key", "1700000000", b"{}") == "v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"


def test_signature_is_verified() -> None:
    assert verify_signature(SECRET, HEADERS, BODY, now=NOW)


def test_letter_case_of_header_names_does_not_matter() -> None:
    assert verify_signature(SECRET, {name.lower(): value for name, value in HEADERS.items()}, BODY, now=NOW)


@pytest.mark.parametrize(
    ("secret", "headers", "body"),
    [
        pytest.param(SECRET, HEADERS, BODY + b" ", id="another body"),
        pytest.param("other", HEADERS, BODY, id="another secret"),
        pytest.param(SECRET, HEADERS | {"Tocsin-Timestamp": str(int(TIMESTAMP) + 1)}, BODY, id="another timestamp"),
        pytest.param(SECRET, HEADERS | {"Tocsin-Signature": "v1="}, BODY, id="empty signature"),
        pytest.param(SECRET, HEADERS | {"Tocsin-Signature": "v1=é\udc80"}, BODY, id="signature not in ASCII"),
        pytest.param(SECRET, HEADERS | {"Tocsin-Timestamp": "-1"}, BODY, id="timestamp below zero"),
        pytest.param(SECRET, HEADERS | {"Tocsin-Timestamp": "٣"}, BODY, id="timestamp in other digits"),
        pytest.param(SECRET, HEADERS | {"Tocsin-Timestamp": "9" * 5000}, BODY, id="timestamp without end"),
        pytest.param(SECRET, {}, BODY, id="no headers"),
    ],
)
def test_tampered_request_is_not_verified(secret: str, headers: dict[str, str], body: bytes) -> None:
    assert not verify_signature(secret, headers, body, now=NOW)


@pytest.mark.parametrize(
    ("off_seconds", "expected"),
    [(0, True), (300, True), (301, False), (-300, True), (-301, False)],
)
def test_old_and_future_timestamps_are_not_verified(off_seconds: int, expected: bool) -> None:
    assert verify_signature(SECRET, HEADERS, BODY, now=NOW + timedelta(seconds=off_seconds)) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 90, 86_400.0),
        ("-5", None),
        ("soon", None),
        ("Mon, 06 May 2024 12:01:00 GMT", 60.0),
        ("Mon, 06 May 2024 11:00:00 GMT", 0.0),
        ("Tue, 06 May 2025 12:00:00 GMT", 86_400.0),
        ("Mon, 06 May 2024 12:01:00", None),
        ("Mon, 99 May 2024 12:01:00 GMT", None),
    ],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    assert retry_after_seconds(value, NOW) == expected


async def test_receiver_gets_a_signed_cloudevent() -> None:
    async with receiver(always(200, text="thanks")) as (url, seen):
        outcome = await attempt(url)

    assert outcome == Delivered()
    ((headers, body),) = seen.requests
    assert decode_alert(body, "request") == an_alert()
    assert headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert headers["Idempotency-Key"] == "a1-1"
    assert headers["User-Agent"] == "Tocsin-Webhook/1"
    assert verify_signature(SECRET, headers, body, now=NOW)


async def test_repeat_carries_the_same_key_and_body() -> None:
    async def fail_first(number: int) -> web.StreamResponse:
        return web.Response(status=500 if number == 0 else 200)

    async with receiver(fail_first) as (url, seen), webhook_sender(LOOPBACK) as send:
        first = await send(a_channel(url), an_alert(), NOW)
        second = await send(a_channel(url), an_alert(), NOW + timedelta(seconds=5))

    assert (first, second) == (Retry("HTTP status 500"), Delivered())
    (first_headers, first_body), (second_headers, second_body) = seen.requests
    assert first_body == second_body
    assert first_headers["Idempotency-Key"] == second_headers["Idempotency-Key"]
    assert first_headers["Tocsin-Signature"] != second_headers["Tocsin-Signature"]


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (201, {}, Delivered()),
        (204, {}, Delivered()),
        (408, {}, Retry("HTTP status 408")),
        (425, {}, Retry("HTTP status 425")),
        (429, {"Retry-After": "17"}, Retry("HTTP status 429", 17.0)),
        (503, {"Retry-After": "Mon, 06 May 2024 12:00:30 GMT"}, Retry("HTTP status 503", 30.0)),
        (599, {}, Retry("HTTP status 599")),
        (400, {}, Refused("HTTP status 400")),
        (404, {"Retry-After": "17"}, Refused("HTTP status 404")),
        (410, {}, Refused("HTTP status 410")),
        (304, {}, Refused("HTTP status 304: redirects are not followed")),
    ],
)
async def test_status(status: int, headers: dict[str, str], expected: Outcome) -> None:
    async with receiver(always(status, headers)) as (url, _):
        assert await attempt(url) == expected


async def test_redirect_is_not_followed() -> None:
    async with (
        receiver(always(200)) as (other, reached),
        receiver(always(307, {"Location": other})) as (url, _),
    ):
        outcome = await attempt(url)

    assert outcome == Refused("HTTP status 307: redirects are not followed")
    assert reached.requests == []


async def test_receiver_that_does_not_answer_times_out() -> None:
    async def hang(_: int) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise AssertionError

    settings = DeliverSettings(allow_private_addresses=True, timeout=timedelta(milliseconds=50))
    async with receiver(hang) as (url, _):
        assert await attempt(url, settings) == Retry("timed out")


async def test_body_without_end_is_not_waited_for() -> None:
    async with endless_receiver() as url:
        assert await attempt(url) == Delivered()


@asynccontextmanager
async def endless_receiver() -> AsyncIterator[str]:
    """Answers 200 and a body that never ends."""

    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 1000)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await ended.wait()


async def test_receiver_that_is_not_there_is_tried_again() -> None:
    async with receiver(always(200)) as (url, _):
        pass

    assert await attempt(url) == Retry("cannot connect: Connection refused")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
async def test_private_address_is_refused_and_not_connected_to(host: str) -> None:
    async with receiver(always(200)) as (url, seen):
        outcome = await attempt(url.replace("127.0.0.1", host), DeliverSettings())

    assert outcome == Refused("not a public address (allowed with deliver.allow_private_addresses)")
    assert seen.requests == []


async def test_url_that_cannot_be_sent_to_is_refused_without_showing_it() -> None:
    assert await attempt("http://2130706433/secret-part") == Refused("not a URL that can be sent to")


async def test_connection_that_breaks_is_tried_again() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        outcome = await attempt(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert outcome == Retry("connection failed: ServerDisconnectedError")


async def test_cookies_are_not_kept() -> None:
    async with receiver(always(200, {"Set-Cookie": "a=b"})) as (url, seen), webhook_sender(LOOPBACK) as send:
        channel = a_channel(url.replace("127.0.0.1", "localhost"))  # jars drop cookies of bare addresses
        await send(channel, an_alert(), NOW)
        await send(channel, an_alert(), NOW)

    assert len(seen.requests) == 2
    assert "Cookie" not in seen.requests[1][0]
