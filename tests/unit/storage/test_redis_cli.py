"""What a person sees who types `redis-cli SUBSCRIBE`: each message whole, readable, and JSON but once encoded."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from monitor.core.alert import Alert, StoryArticle
from monitor.core.codec import decode_alert
from monitor.core.ids import ArticleId
from monitor.storage.redis import RedisConnection, RedisStores
from tests.contract.support import DEADLINE_SECONDS, NOW, alert
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.external_service

HEADLINE = 'Fähre "Łódź" gestrandet — 渡し船、Паром'


def large() -> Alert:
    """An alert with many articles: some 100 kB of JSON, in one line."""
    one = alert(headline=HEADLINE)
    articles = tuple(
        StoryArticle(
            id=ArticleId(f"{n:032}"),
            url=f"https://harbour.example/{n}",
            title=f"{HEADLINE} ({n})\n" + "ж" * 800,
            publisher="Harbour Post",
            lang="de",
            published_at=NOW,
        )
        for n in range(50)
    )
    story = msgspec.structs.replace(one.data.story, articles=articles)
    return msgspec.structs.replace(one, data=msgspec.structs.replace(one.data, story=story))


@contextmanager
def subscribed(server: RedisServer, channel: str, *options: str, terminal: bool) -> Iterator[Callable[[bytes], bytes]]:
    """`redis-cli` on that channel, ready: call with an end to read all that it prints up to there."""
    command = ["redis-cli", *options, "-p", str(server.port), "SUBSCRIBE", channel]
    read_end, write_end = pty.openpty() if terminal else os.pipe()
    printed = b""

    def until(end: bytes) -> bytes:
        nonlocal printed
        deadline = time.monotonic() + DEADLINE_SECONDS
        while end not in printed:
            ready, _, _ = select.select([read_end], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"redis-cli printed no {end!r}, but {printed[-300:]!r}"
            printed += os.read(read_end, 65_536)
        return printed

    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=write_end) as process:
        os.close(write_end)
        try:
            line_end = "\r\n" if terminal else "\n"
            until((f"{channel}{line_end}1{line_end}" if "--raw" in options or not terminal else "(integer) 1").encode())
            yield until
        finally:
            process.terminate()
    os.close(read_end)


def published(stores: RedisStores) -> Alert:
    [one] = stores.history.append([large()], now=NOW)
    assert one is not None
    return one


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_raw_output_is_the_json_of_the_alert_in_one_line_that_people_can_read(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer, terminal: bool
) -> None:
    channel = f"{connection.prefix}:alerts"
    with subscribed(redis_server, channel, "--raw", terminal=terminal) as until:
        one = published(stores)
        lines = until(b'"previous":null}').decode().splitlines()

    message = lines[-1]
    assert lines[-3:-1] == ["message", channel]
    assert decode_alert(message.encode(), "message") == one
    assert len(message) > 40_000
    assert message.startswith('{"type":"tocsin.alert.opened","time":')
    assert HEADLINE.replace('"', '\\"') in message[:300]


def test_what_a_terminal_shows_by_default_is_the_same_in_quotes(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    with subscribed(redis_server, f"{connection.prefix}:alerts", terminal=True) as until:
        one = published(stores)
        quoted = until(b'\\"previous\\":null}"').decode().splitlines()[-1].removeprefix('3) "').removesuffix('"')

    # redis-cli escapes quotes, backslashes and every byte that is not ASCII, once.
    raw = quoted.encode().decode("unicode_escape").encode("latin-1")
    assert decode_alert(raw, "message") == one
    assert quoted.startswith('{\\"type\\":\\"tocsin.alert.opened\\",')


def test_a_pipe_into_a_json_reader_needs_no_option(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    with subscribed(redis_server, f"{connection.prefix}:alerts", terminal=False) as until:
        one = published(stores)
        printed = until(b'"previous":null}').decode()

    found = [line for line in printed.splitlines() if line.startswith("{")]
    assert [msgspec.json.decode(line)["data"]["headline"] for line in found] == [one.data.headline]
