"""Event streams, over real connections."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from monitor.client.events import EventParser, ServerEvent
from monitor.core.alert import Alert
from monitor.core.errors import StoreUnavailableError
from monitor.core.stream import StreamId
from monitor.web.app import StreamLimits, build_app
from monitor.web.server import WebServer, bind
from tests.unit.web.support import DEADLINE_SECONDS, HOSTILE, Site, a_site, an_alert, ask, serving, until


@asynccontextmanager
async def listening(url: str, headers: dict[str, str] | None = None) -> AsyncIterator[AsyncIterator[ServerEvent]]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status == 200
        yield _events(response)


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[ServerEvent]:
    parser = EventParser()
    async for chunk in response.content.iter_any():
        for event in parser.feed(chunk):
            yield event


async def first(count: int, url: str, headers: dict[str, str] | None = None) -> list[ServerEvent]:
    """The first events of a stream."""
    found: list[ServerEvent] = []
    async with asyncio.timeout(DEADLINE_SECONDS), listening(url, headers) as events:
        async for event in events:
            found.append(event)
            if len(found) == count:
                break
    return found


def kinds_and_ids(events: Sequence[ServerEvent]) -> list[tuple[str, str]]:
    return [(event.kind, event.id) for event in events]


def ids(alerts: Sequence[Alert]) -> list[str]:
    return [str(alert.streamid) for alert in alerts]


async def test_stream_from_the_beginning_brings_hello_and_every_alert() -> None:
    with a_site() as site:
        places = ids(site.append(an_alert(1), an_alert(2), an_alert(1, 2)))
        async with serving(site) as url:
            events = await first(4, f"{url}/events?after=0-0")

    assert kinds_and_ids(events) == [("hello", "0-0"), *(("alert", place) for place in places)]
    assert json.loads(events[3].data)["data"]["revision"] == 2
    assert json.loads(events[0].data).keys() == {"epoch", "after", "first", "last"}


async def test_stream_without_a_cursor_begins_at_the_end() -> None:
    with a_site() as site:
        (old,) = ids(site.append(an_alert(1)))
        async with serving(site) as url, asyncio.timeout(DEADLINE_SECONDS), listening(f"{url}/events") as events:
            hello = await anext(events)
            (new,) = ids(site.append(an_alert(2)))
            alert = await anext(events)

    assert kinds_and_ids([hello, alert]) == [("hello", old), ("alert", new)]


async def test_last_event_id_goes_before_the_address() -> None:
    with a_site() as site:
        places = ids(site.append(*(an_alert(number) for number in range(3))))
        async with serving(site) as url:
            events = await first(2, f"{url}/events?after=0-0", {"Last-Event-ID": places[1]})

    assert kinds_and_ids(events) == [("hello", places[1]), ("alert", places[2])]


async def test_filter_passes_wanted_alerts_and_moves_the_cursor_past_others() -> None:
    with a_site() as site:
        places = ids(
            site.append(
                an_alert(1, rule="cable-cut", severity="high"),
                an_alert(2, rule="cable-cut", severity="low"),
                an_alert(3, rule="bridges", severity="critical"),
                an_alert(4, rule="cable-cut", severity="critical", shadow=True),
            )
        )
        async with serving(site) as url:
            events = await first(3, f"{url}/events?after=0-0&rule=cable-*&severity=medium")

    assert kinds_and_ids(events) == [("hello", "0-0"), ("alert", places[0]), ("cursor", places[3])]


async def test_more_alerts_than_one_batch_come_once_and_in_order() -> None:
    with a_site() as site:
        places = ids(site.append(*(an_alert(number) for number in range(250))))
        async with serving(site) as url:
            events = await first(251, f"{url}/events?after=0-0")

    assert [event.id for event in events[1:]] == places


async def test_cursor_before_what_is_kept_gets_a_gap_first() -> None:
    with a_site() as site:
        places = ids(site.append(*(an_alert(number) for number in range(4))))
        site.trim(2)
        epoch = site.store.history.epoch()
        async with serving(site) as url:
            events = await first(3, f"{url}/events?after={places[0]}")

    assert kinds_and_ids(events) == [("hello", places[0]), ("gap", places[1]), ("alert", places[2])]
    assert json.loads(events[1].data) == {"reason": "trimmed", "first": places[2], "epoch": epoch}


async def test_cursor_at_the_end_of_what_was_forgotten_gets_no_gap() -> None:
    with a_site() as site:
        places = ids(site.append(*(an_alert(number) for number in range(4))))
        site.trim(2)
        async with serving(site) as url:
            events = await first(2, f"{url}/events?after={places[1]}")

    assert kinds_and_ids(events) == [("hello", places[1]), ("alert", places[2])]


async def test_cursor_of_another_history_gets_a_gap_and_everything_there_is() -> None:
    with a_site() as site:
        places = ids(site.append(an_alert(1)))
        async with serving(site) as url:
            events = await first(3, f"{url}/events?after=9999999999999-0&epoch=lost")

    assert kinds_and_ids(events) == [("hello", "0-0"), ("gap", "0-0"), ("alert", places[0])]
    assert json.loads(events[1].data)["reason"] == "new_epoch"


async def test_line_breaks_in_texts_stay_within_their_event() -> None:
    with a_site() as site:
        (place,) = ids(site.append(an_alert(1, headline=HOSTILE)))
        async with serving(site) as url:
            events = await first(2, f"{url}/events?after=0-0")

    assert events[1].id == place
    assert json.loads(events[1].data)["data"]["headline"] == HOSTILE


async def test_bad_cursor_is_refused_in_words() -> None:
    with a_site() as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            answer = await ask(session, f"{url}/events", headers={"Last-Event-ID": "yesterday"})
            body = await answer.json()

    assert (answer.status, body["where"]) == (400, "Last-Event-ID")


async def test_stream_ends_promptly_when_the_server_stops() -> None:
    with a_site() as site:
        async with asyncio.timeout(DEADLINE_SECONDS), aiohttp.ClientSession() as session:
            async with serving(site) as url:
                response = await session.get(f"{url}/events")
                await response.content.readuntil(b"\n\n")
                began = asyncio.get_running_loop().time()
            took = asyncio.get_running_loop().time() - began
            rest = await response.content.read()

    assert took < 2
    assert rest == b""


async def test_open_streams_are_counted_and_limited() -> None:
    with a_site(limits=StreamLimits(max_streams=1)) as site:
        async with serving(site) as url, aiohttp.ClientSession() as session:
            async with listening(f"{url}/events") as events:
                await anext(events)
                refused = await ask(session, f"{url}/events")
                counted = _open_streams(site)
            await until(lambda: _open_streams(site) == 0)

    assert (counted, refused.status, refused.headers["Retry-After"]) == (1, 503, "5")


async def test_reader_that_takes_nothing_is_dropped_and_delays_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with a_site(limits=StreamLimits(send_timeout_seconds=0.3)) as site:
        # More than the buffers of both ends hold.
        places = ids(site.append(*(an_alert(number, quote="closed " * 20_000) for number in range(80))))
        async with serving(site, on_bound=_keep_send_buffers_small) as url:
            with _connected_and_not_reading(url):
                await until(lambda: _open_streams(site) == 1)
                events = await first(81, f"{url}/events?after=0-0")
                await until(lambda: _open_streams(site) == 0)

    assert [event.id for event in events[1:]] == places
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_follower_goes_on_when_the_store_is_back() -> None:
    with a_site(options={"retry": timedelta(milliseconds=10)}) as site:
        history = _FailingHistory(site.store.history, StoreUnavailableError("the disk is away"), times=2)
        site.store.history = history  # type: ignore[assignment]  # a fake of the same port
        async with serving(site) as url, asyncio.timeout(DEADLINE_SECONDS), listening(f"{url}/events") as events:
            await anext(events)
            places = ids(site.append(an_alert(1)))
            received = [await anext(events)]
            await until(lambda: history.times == 0)
            places += ids(site.append(an_alert(2)))
            received.append(await anext(events))

    assert [event.id for event in received] == places


async def test_unexpected_error_of_the_store_stops_the_server_with_it() -> None:
    with a_site() as site:
        site.store.history = _FailingHistory(site.store.history, RuntimeError("a bug"), times=1)  # type: ignore[assignment]  # as above
        server = WebServer(build_app(site.services()), bind("127.0.0.1", 0, fall_back=False))
        with pytest.raises(RuntimeError, match="a bug"):
            await asyncio.wait_for(server.run(asyncio.Event()), DEADLINE_SECONDS)


class _FailingHistory:
    """A history whose `wait` fails some times."""

    def __init__(self, history: Any, error: Exception, *, times: int) -> None:
        self._history = history
        self._error = error
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._history, name)

    def wait(self, after: StreamId, *, timeout_seconds: float) -> bool:
        if self.times:
            self.times -= 1
            raise self._error
        return bool(self._history.wait(after, timeout_seconds=timeout_seconds))


def _open_streams(site: Site) -> float | None:
    return site.metrics.registry.get_sample_value("tocsin_event_streams")


def _keep_send_buffers_small(listener: socket.socket) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)


def _connected_and_not_reading(url: str) -> socket.socket:
    place = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    client.connect((place.hostname, place.port))
    client.sendall(f"GET /events?after=0-0 HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    return client
