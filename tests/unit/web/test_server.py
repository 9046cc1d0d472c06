"""The server's address, and callers who never finish."""

from __future__ import annotations

import asyncio
import socket
import time
from urllib.parse import urlsplit

import aiohttp
import pytest

from monitor.core.errors import UsageError
from monitor.web.app import build_app
from monitor.web.server import ConnectionLimits, WebServer, bind
from tests.unit.web.support import DEADLINE_SECONDS, a_site, ask, serving


def test_busy_port_is_an_error_that_names_the_setting() -> None:
    with bind("127.0.0.1", 0, fall_back=False) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"^port {port} on 127\.0\.0\.1 is in use; set web\.port$"):
            bind("127.0.0.1", port, fall_back=False)


def test_busy_port_is_replaced_where_that_is_wished() -> None:
    with (
        bind("127.0.0.1", 0, fall_back=False) as taken,
        bind("127.0.0.1", taken.getsockname()[1], fall_back=True) as free,
    ):
        assert free.getsockname()[1] != taken.getsockname()[1]


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_address_that_is_not_ours_is_an_error_that_names_the_setting(host: str) -> None:
    with pytest.raises(UsageError, match=r"set web\.host and web\.port"):
        bind(host, 0, fall_back=True)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:{}"),
        ("0.0.0.0", "http://localhost:{}"),  # noqa: S104 - not listened on
    ],
    ids=["one", "all"],
)
def test_url_is_for_a_browser_on_this_machine(address: str, url: str) -> None:
    with a_site() as site, socket.socket() as listener:
        listener.bind((address, 0))

        assert WebServer(build_app(site.services()), listener).url == url.format(listener.getsockname()[1])


HEAD = b"Host: localhost\r\n"


@pytest.mark.parametrize(
    ("beginning", "drip"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n" + HEAD, b"A: b\r\n"),
        (b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 9999\r\n\r\n", b"x"),
        (b"GET /events HTTP/1.1\r\n" + HEAD + b"Content-Length: 9999\r\n\r\n", b"x"),
        (b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n", b"G"),
    ],
    ids=["says nothing", "endless head", "endless body", "endless body of a stream", "endless second request"],
)
async def test_caller_who_never_finishes_a_request_is_dropped(beginning: bytes, drip: bytes) -> None:
    with a_site() as site:
        async with serving(site, limits=ConnectionLimits(request_seconds=1)) as url:
            place = urlsplit(url)
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            began = time.monotonic()
            writer.write(beginning)
            dripping = asyncio.create_task(_drip(writer, drip))
            try:
                async with asyncio.timeout(DEADLINE_SECONDS):
                    while await reader.read(65_536):
                        pass
            except ConnectionError:
                pass  # dropped as well
            finally:
                dripping.cancel()
                writer.close()

    assert time.monotonic() - began < 3


async def test_event_stream_outlives_the_time_for_a_request() -> None:
    with a_site() as site:
        async with (
            serving(site, limits=ConnectionLimits(request_seconds=1)) as url,
            aiohttp.ClientSession() as session,
            session.get(f"{url}/events") as answer,
        ):
            await asyncio.sleep(1.5)
            first = await answer.content.readline()
            is_open = not answer.content.at_eof()

    assert first
    assert is_open


async def test_connections_beyond_the_limit_are_dropped_and_the_others_served() -> None:
    with a_site() as site:
        async with serving(site, limits=ConnectionLimits(max_connections=20)) as url:
            place = urlsplit(url)
            opened = [await asyncio.open_connection(place.hostname, place.port) for _ in range(60)]
            await asyncio.sleep(0.2)
            dropped = sum(reader.at_eof() or reader.exception() is not None for reader, _ in opened)
            for _, writer in opened:
                writer.close()
            await asyncio.sleep(0.2)
            async with aiohttp.ClientSession() as session:
                served = await ask(session, f"{url}/healthz")

    assert dropped == 40
    assert served.status == 200


async def _drip(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while piece:
        writer.write(piece)
        await asyncio.sleep(0.2)
