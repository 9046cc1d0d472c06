"""Following alerts: each revision once, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from pydantic import SecretStr

from monitor.client.follow import Gap, follow_alerts
from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.errors import NewerSchemaError, UsageError
from monitor.core.stream import BEGINNING, StreamId
from tests.unit.web.support import DEADLINE_SECONDS, a_site, an_alert, serving, until


async def at_once(_: float) -> None:
    """No waiting between attempts."""
    await asyncio.sleep(0)


async def take(following: AsyncGenerator[Alert | Gap, None], count: int) -> list[Alert | Gap]:
    """The first items; closes."""
    items: list[Alert | Gap] = []
    async with asyncio.timeout(DEADLINE_SECONDS), aclosing(following):
        async for item in following:
            items.append(item)
            if len(items) == count:
                break
    return items


async def test_every_revision_comes_once_over_fifty_lost_connections() -> None:
    rng = random.Random(7)
    with a_site() as site:
        async with serving(site) as url, _cutting(url, rng, cuts=50) as (proxy, lost):
            following = follow_alerts(proxy, after=BEGINNING, sleep=at_once)
            taking = asyncio.create_task(take(following, 300))
            published: list[Alert] = []
            for number in range(300):
                published += site.append(an_alert(number % 40, number // 40 + 1))
                await asyncio.sleep(0.002)
            items = await taking

    assert items == published
    assert lost() == 50


async def test_alert_published_while_disconnected_before_the_first_one_is_not_missed() -> None:
    with a_site() as site:
        site.append(an_alert(1))
        states: list[str] = []
        async with serving(site) as url:
            port = urlsplit(url).port or 0
            taking = asyncio.create_task(take(follow_alerts(url, sleep=at_once_but_slowly, on_state=states.append), 1))
            await until(lambda: states == ["connected"])
        published = site.append(an_alert(2))
        async with serving(site, port=port):
            items = await taking

    assert items == published
    assert states[-1] == "connected"
    assert all(state.startswith("not connected, trying again: ") for state in states[1:-1])


async def at_once_but_slowly(_: float) -> None:
    await asyncio.sleep(0.01)


async def test_filters_are_the_services() -> None:
    with a_site() as site:
        published = site.append(
            an_alert(1, rule="bridges", severity="critical"),
            an_alert(2, rule="cable-cut", severity="low"),
            an_alert(3, rule="cable-cut", severity="high"),
        )
        async with serving(site) as url:
            items = await take(follow_alerts(url, after=BEGINNING, rule="cable-*", severity="medium"), 1)

    assert items == [published[2]]


async def test_alerts_about_one_actor() -> None:
    with a_site() as site:
        published = site.append(an_alert(1), an_alert(2, actors=("mayor",)))
        async with serving(site) as url:
            items = await take(follow_alerts(url, after=BEGINNING, actor="mayor"), 1)

    assert items == [published[1]]


async def test_alerts_that_the_history_forgot_are_told_as_a_gap() -> None:
    with a_site() as site:
        published = site.append(*(an_alert(number) for number in range(3)))
        epoch = site.store.history.epoch()
        site.trim(2)
        async with serving(site) as url:
            items = await take(follow_alerts(url, after=place(published[0])), 2)

    assert items == [Gap("trimmed", place(published[2]), epoch), published[2]]


async def test_lost_history_is_told_and_the_new_one_followed_from_its_beginning() -> None:
    with a_site() as old, a_site() as new:
        port = 0
        before = old.append(an_alert(1), an_alert(2))
        (after,) = new.append(an_alert(1))
        async with serving(old) as url:
            port = urlsplit(url).port or 0
            following = follow_alerts(url, after=BEGINNING, sleep=at_once_but_slowly)
            first = [await anext(following), await anext(following)]
        async with serving(new, port=port):
            rest = await take(following, 2)

    assert first == before
    assert rest == [Gap("new_epoch", place(after), str(after.epoch)), after]


async def test_right_token_is_let_in() -> None:
    with a_site(options={"token": SecretStr("a long enough token")}) as site:
        published = site.append(an_alert(1))
        async with serving(site) as url:
            items = await take(follow_alerts(url, token="a long enough token", after=BEGINNING), 1)

    assert items == published


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({}, "asks for a token", id="no token"),
        pytest.param({"token": "another token"}, "refuses the token", id="wrong token"),
        pytest.param({"token": "a long enough token", "severity": "dire"}, "not a severity", id="bad filter"),
    ],
)
async def test_refusal_is_told_and_not_tried_again(asked: dict[str, Any], said: str) -> None:
    with a_site(options={"token": SecretStr("a long enough token")}) as site:
        async with serving(site) as url:
            with pytest.raises(UsageError, match=said):
                await take(follow_alerts(url, **asked), 1)


async def test_address_of_something_else_is_told() -> None:
    with a_site() as site:
        async with serving(site) as url:
            with pytest.raises(UsageError, match="status 404: is that a Tocsin service"):
                await take(follow_alerts(f"{url}/elsewhere"), 1)


async def test_silent_connection_is_given_up() -> None:
    alert = an_alert(1)
    connections = 0

    async def answer(stream: web.StreamResponse) -> None:
        nonlocal connections
        connections += 1
        await stream.write(_hello())
        if connections > 1:
            await stream.write(_alert_event(encode(alert)))
        await asyncio.sleep(DEADLINE_SECONDS)

    async with _answering(answer) as url:
        items = await take(follow_alerts(url, sleep=at_once, silence_seconds=0.2), 1)

    assert items == [alert]
    assert connections == 2


async def test_repeated_alert_comes_once() -> None:
    alert, another = an_alert(1), an_alert(2)

    async def answer(stream: web.StreamResponse) -> None:
        await stream.write(_hello() + _alert_event(encode(alert), "5-0") * 2 + _alert_event(encode(another), "6-0"))
        await asyncio.sleep(DEADLINE_SECONDS)

    async with _answering(answer) as url:
        items = await take(follow_alerts(url), 2)

    assert items == [alert, another]


async def test_unreadable_alert_is_told_as_a_gap_and_passed() -> None:
    alert = an_alert(1)

    async def answer(stream: web.StreamResponse) -> None:
        await stream.write(_hello() + _alert_event(b'{"schema":1}', "5-0") + _alert_event(encode(alert), "6-0"))
        await asyncio.sleep(DEADLINE_SECONDS)

    async with _answering(answer) as url:
        items = await take(follow_alerts(url), 2)

    assert items == [Gap("unreadable", StreamId(5, 0), "e"), alert]


async def test_alert_of_a_newer_service_says_upgrade() -> None:
    async def answer(stream: web.StreamResponse) -> None:
        await stream.write(_hello() + _alert_event(b'{"schema":99}'))

    async with _answering(answer) as url:
        with pytest.raises(NewerSchemaError, match="upgrade"):
            await take(follow_alerts(url), 1)


async def test_waits_grow_to_five_seconds_and_are_told_once() -> None:
    waits: list[float] = []
    states: list[str] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 12:
            raise asyncio.CancelledError

    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=503)

    async with _serving_http(refuse) as url:
        with pytest.raises(asyncio.CancelledError):
            await take(follow_alerts(url, sleep=note, on_state=states.append), 1)

    assert 0.1 <= waits[0] <= 0.2
    assert all(2.5 <= wait <= 5.0 for wait in waits[5:])
    assert states == [f"not connected, trying again: {url} answers with status 503"]


def place(alert: Alert) -> StreamId:
    return StreamId.parse(str(alert.streamid))


def _hello() -> bytes:
    return b'id: 1-0\nevent: hello\ndata: {"epoch":"e","after":"1-0"}\n\n'


def _alert_event(data: bytes, event_id: str = "5-0") -> bytes:
    return b"id: " + event_id.encode() + b"\nevent: alert\ndata: " + data + b"\n\n"


@asynccontextmanager
async def _answering(answer: Callable[[web.StreamResponse], Awaitable[None]]) -> AsyncIterator[str]:
    """A service whose event stream says what the test says."""

    async def handle(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await answer(stream)
        return stream

    async with _serving_http(handle) as url:
        yield url


@asynccontextmanager
async def _serving_http(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/events", handle)
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _cutting(url: str, rng: random.Random, *, cuts: int) -> AsyncIterator[tuple[str, Callable[[], int]]]:
    """A proxy that loses its first connections after a random number of bytes; its address, and how many it lost."""
    service = urlsplit(url)
    lost = 0

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal lost
        left = rng.randrange(200, 12_000) if lost < cuts else None
        to_service = await asyncio.open_connection(service.hostname, service.port)
        try:
            to_service[1].write(await reader.readuntil(b"\r\n\r\n"))
            while chunk := await to_service[0].read(1_000 if left is None else min(left, 1_000)):
                writer.write(chunk)
                await writer.drain()
                left = None if left is None else left - len(chunk)
                if left == 0:
                    lost += 1
                    break
        except ConnectionError:
            pass  # the client left first
        finally:
            to_service[1].transport.abort()
            writer.transport.abort()

    proxy = await asyncio.start_server(carry, "127.0.0.1", 0)
    async with proxy:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}", lambda: lost
