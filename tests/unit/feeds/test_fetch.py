"""Fetching over a real server on loopback: what comes back, and what cannot hurt."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.core.feed import PollStatus, Validators
from monitor.core.settings import PollSettings
from monitor.feeds.fetch import Fetcher, failure_of, retry_after, user_agent
from monitor.feeds.results import Fetched, FetchFailed, FetchResult, NotModified
from tests.unit.feeds.making import NOW

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SETTINGS = PollSettings(
    allow_private_addresses=True,
    timeout=timedelta(seconds=2),
    connect_timeout=timedelta(seconds=1),
    max_body_bytes=50_000,
    contact="https://desk.example/about",
)


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    running = TestServer(app)
    async with running:
        yield running


async def fetch(
    handler: Handler, *, settings: PollSettings = SETTINGS, validators: Validators | None = None
) -> FetchResult:
    async with server(handler) as running, Fetcher(settings, version="9.9", clock=lambda: NOW) as fetcher:
        return await fetcher.fetch(str(running.make_url("/feed")), validators or Validators())


async def fetched(handler: Handler, *, settings: PollSettings = SETTINGS) -> Fetched:
    result = await fetch(handler, settings=settings)
    assert isinstance(result, Fetched), result
    return result


async def failed(handler: Handler, *, settings: PollSettings = SETTINGS) -> FetchFailed:
    result = await fetch(handler, settings=settings)
    assert isinstance(result, FetchFailed), result
    return result


def answering(body: bytes = b"<rss/>", status: int = 200, **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


async def test_document_comes_with_its_type_and_validators() -> None:
    result = await fetched(
        answering(
            b"<rss>x</rss>",
            Content_Type="Application/RSS+XML; charset=ISO-8859-1",
            ETag='W/"abc"',
            Last_Modified="Mon, 23 Nov 2026 10:00:00 GMT",
        )
    )

    assert result.body == b"<rss>x</rss>"
    assert (result.content_type, result.charset) == ("application/rss+xml", "ISO-8859-1")
    assert result.validators == Validators(etag='W/"abc"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT")
    assert not result.is_delta
    assert result.exchange.redirects == ()


async def test_type_of_absurd_length_counts_as_none_named() -> None:
    result = await fetched(answering(Content_Type="text/xml;" + " charset=x;" * 500))

    assert (result.content_type, result.charset) == ("", "")


async def test_request_says_who_asks_and_what_it_knows() -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(status=304)

    result = await fetch(handler, validators=Validators(etag='"v1"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT"))

    assert isinstance(result, NotModified)
    assert asked[0].headers["If-None-Match"] == '"v1"'
    assert asked[0].headers["If-Modified-Since"] == "Mon, 23 Nov 2026 10:00:00 GMT"
    assert asked[0].headers["A-IM"] == "feed"
    assert asked[0].headers["User-Agent"] == "Tocsin/9.9 (+https://desk.example/about)"
    assert "Cookie" not in asked[0].headers


async def test_304_that_nobody_asked_for_is_a_failure() -> None:
    result = await failed(answering(status=304, body=b""))

    assert (result.status, result.http_status) == (PollStatus.HTTP_STATUS, 304)


async def test_delta_is_told_from_a_whole_document() -> None:
    assert (await fetched(answering(status=226))).is_delta


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 429, 500, 503])
async def test_other_status_is_a_failure_with_its_number(status: int) -> None:
    result = await failed(answering(status=status, body=b""))

    assert (result.status, result.http_status) == (PollStatus.HTTP_STATUS, status)


async def test_retry_after_is_handed_over() -> None:
    assert (await failed(answering(status=503, Retry_After="120"))).retry_after_seconds == 120


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 12:10:00 GMT", 600.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, 9_999_999_999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


async def test_validators_that_could_not_be_sent_back_or_cannot_be_trusted_are_dropped() -> None:
    assert (await fetched(answering(ETag='"é"'))).validators == Validators()
    assert (await fetched(answering(ETag='"' + "x" * 2_000 + '"'))).validators == Validators()
    assert (await fetched(answering(ETag='"a"', Expires="0"))).validators == Validators()


async def test_redirects_are_followed_and_told() -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path == "/feed":
            raise web.HTTPMovedPermanently("/moved")
        if request.path == "/moved":
            raise web.HTTPFound("/there")
        return web.Response(body=b"<rss/>")

    result = await fetched(handler)

    assert result.exchange.url.endswith("/there")
    assert result.exchange.redirects == ((301, "/moved"), (302, "/there"))


async def test_redirect_loop_ends() -> None:
    async def handler(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.path)

    assert (await failed(handler)).detail == "too many redirects"


@pytest.mark.parametrize("target", ["ftp://other.example/x", "file:///etc/passwd", "http://"])
async def test_redirect_to_what_is_no_web_address_is_a_failure(target: str) -> None:
    assert (await failed(answering(status=302, Location=target))).status is PollStatus.HTTP_STATUS


async def test_private_address_is_blocked() -> None:
    settings = SETTINGS.model_copy(update={"allow_private_addresses": False})
    result = await failed(answering(), settings=settings)

    assert (result.status, result.detail) == (PollStatus.BLOCKED_ADDRESS, "127.0.0.1 is not a public address")


@pytest.mark.parametrize("host", ["localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1"])
async def test_other_spellings_of_this_machine_are_blocked(host: str) -> None:
    settings = SETTINGS.model_copy(update={"allow_private_addresses": False})
    async with Fetcher(settings, version="1", clock=lambda: NOW) as fetcher:
        result = await fetcher.fetch(f"http://{host}:9/")

    assert isinstance(result, FetchFailed)
    assert result.status is PollStatus.BLOCKED_ADDRESS


async def test_document_larger_than_the_limit_is_dropped() -> None:
    assert (await failed(answering(b"x" * 50_001))).status is PollStatus.TOO_BIG
    assert len((await fetched(answering(b"x" * 50_000))).body) == 50_000


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_compression_bomb_is_stopped_at_the_limit(encoding: str) -> None:
    plain = b" " * 20_000_000
    body = {"gzip": gzip.compress, "br": lambda b: brotli.compress(b, quality=3), "deflate": zlib.compress}[encoding](
        plain
    )
    result = await failed(answering(body, Content_Encoding=encoding))

    assert result.status is PollStatus.TOO_BIG


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_compressed_document_is_decoded(encoding: str) -> None:
    body = {"gzip": gzip.compress, "br": brotli.compress}[encoding](b"<rss>1</rss>")

    assert (await fetched(answering(body, Content_Encoding=encoding))).body == b"<rss>1</rss>"


async def test_compression_that_cannot_be_undone_is_asked_for_again_plain() -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.headers["Accept-Encoding"] == "identity":
            return web.Response(body=b"<rss>plain</rss>")
        return web.Response(body=b"no gzip at all", headers={"Content-Encoding": "gzip"})

    assert (await fetched(handler)).body == b"<rss>plain</rss>"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"no gzip", "gzip"), (b"no brotli", "br"), (b"no zstd", "zstd")],
)
async def test_server_that_insists_on_broken_compression_is_a_failure(body: bytes, encoding: str) -> None:
    result = await failed(answering(body, Content_Encoding=encoding))

    assert (result.status, result.detail) == (PollStatus.BAD_CONTENT, "the answer cannot be decompressed")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd"])
async def test_compressed_answer_cut_short_raises_nothing(encoding: str) -> None:
    plain = bytes(n * 7919 % 251 for n in range(9_000))
    body = (
        brotli.compress(plain)
        if encoding == "br"
        else zlib.compress(plain)
        if encoding == "deflate"
        else gzip.compress(plain)
    )
    result = await fetch(answering(body[: len(body) // 2], Content_Encoding=encoding))

    assert isinstance(result, (Fetched, FetchFailed))


async def test_slow_answer_is_cut_off_in_time() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await response.write(b"x")
            await asyncio.sleep(0.02)
        return response

    settings = SETTINGS.model_copy(update={"timeout": timedelta(seconds=0.2)})
    result = await failed(handler, settings=settings)

    assert result.status is PollStatus.TIMEOUT
    assert result.exchange.duration_seconds < 1.5


async def test_headers_of_any_size_are_refused() -> None:
    result = await failed(answering(X_Padding="x" * 20_000))

    assert (result.status, result.detail) == (PollStatus.BAD_CONTENT, "the answer is not proper HTTP")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", PollStatus.NETWORK),
        (b"SSH-2.0-OpenSSH\r\n", PollStatus.BAD_CONTENT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", PollStatus.NETWORK),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", PollStatus.BAD_CONTENT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", PollStatus.BAD_CONTENT),
    ],
    ids=["hangs up", "another protocol", "body cut short", "bad chunk", "bad length"],
)
async def test_server_that_speaks_badly_is_a_failure(raw: bytes, status: PollStatus) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()
        await writer.wait_closed()

    running = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with running, Fetcher(SETTINGS, version="1", clock=lambda: NOW) as fetcher:
        port = running.sockets[0].getsockname()[1]
        result = await fetcher.fetch(f"http://127.0.0.1:{port}/")

    assert isinstance(result, FetchFailed)
    assert result.status is status


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://127.0.0.1:1/", PollStatus.NETWORK),
        ("http://no-such-host.invalid/", PollStatus.DNS),
        ("http://2130706433/", None),
        ("http://a..b/", None),
        ("http:///x", None),
        ("http://" + "a" * 300 + ".example/", None),
    ],
    ids=["nobody listens", "unknown host", "number", "empty label", "no host", "label too long"],
)
async def test_address_that_cannot_be_reached_is_a_failure(url: str, status: PollStatus | None) -> None:
    async with Fetcher(SETTINGS, version="1", clock=lambda: NOW) as fetcher:
        result = await fetcher.fetch(url)

    assert isinstance(result, FetchFailed)
    assert status is None or result.status is status


async def test_plain_server_asked_for_tls_is_a_tls_failure() -> None:
    async with server(answering()) as running, Fetcher(SETTINGS, version="1", clock=lambda: NOW) as fetcher:
        result = await fetcher.fetch(f"https://127.0.0.1:{running.port}/")

    assert isinstance(result, FetchFailed)
    assert result.status is PollStatus.TLS


def test_details_of_errors_hold_no_address() -> None:
    url_error = aiohttp.InvalidURL("http://me:secret@host.example/")

    assert "secret" not in failure_of(url_error)[1]
    assert failure_of(ssl.SSLError())[0] is PollStatus.NETWORK


def test_user_agent_is_honest_and_fit_for_a_header() -> None:
    assert user_agent("1.0", "") == "Tocsin/1.0 (news monitor)"
    assert user_agent("1.0", "desk@a.example\r\nX: y") == "Tocsin/1.0 (+desk@a.exampleX: y)"
