"""Following alerts on a real Redis: each revision once, whatever happens to connections and servers."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

import monitor.client
from monitor.client import Gap, follow_redis, follow_redis_async
from monitor.client.blocking import BlockingIterator
from monitor.core.alert import Alert
from monitor.core.clock import utc_now
from monitor.core.errors import StoreError, StoreUnavailableError, UsageError
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from tests.contract.support import DEADLINE_SECONDS, alert, until
from tests.support.certificates import Authority
from tests.support.redis_server import USERS_PASSWORD, RedisServer
from tests.support.tcp_proxy import TcpProxy

pytestmark = pytest.mark.external_service

Follower = BlockingIterator[Alert | Gap]
SOON_SECONDS = 1.0  # within which a follower that is closed has ended


@pytest.fixture
def connection(redis_server: RedisServer) -> RedisConnection:
    """The shared server, as a tenant that nobody was before."""
    return RedisConnection(redis_server.url, prefix=f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def stores(connection: RedisConnection) -> Iterator[RedisStores]:
    with open_redis(connection) as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path, redis_server: RedisServer) -> Iterator[RedisServer]:
    """A server of our own, to be hurt. What it acknowledged is on disk, as a crash may else take the last moment."""
    with RedisServer(tmp_path / "own", options=["--appendfsync", "always"]) as own:
        yield own


def revision(
    name: str, *, rule: str = "bridges", shadow: bool = False, actor: str = "", severity: str = "high"
) -> Alert:
    one = alert(name)
    changes = {"rule": rule, "shadow": shadow, "severity": severity, "actors": (actor,) if actor else ()}
    return msgspec.structs.replace(one, data=msgspec.structs.replace(one.data, **changes))


def publish(stores: RedisStores, *alerts: Alert) -> list[Alert]:
    published = stores.history.append(alerts, now=utc_now())
    assert None not in published
    return [one for one in published if one is not None]


def ids(items: list[Alert | Gap]) -> list[str]:
    """The alerts, in order; a gap shows as its reason."""
    return [item.reason if isinstance(item, Gap) else str(item.data.alert_id) for item in items]


def take(following: Follower, count: int) -> list[Alert | Gap]:
    """The next items; fails, and ends the follower, when they do not come."""
    timer = threading.Timer(DEADLINE_SECONDS, following.close)
    timer.start()
    items = list(itertools.islice(following, count))
    timer.cancel()
    assert len(items) == count, f"only {ids(items)} came"
    return items


@contextmanager
def standing(connection: RedisConnection, **asked: object) -> Iterator[Follower]:
    """A follower that hears what comes from now on."""
    stands = threading.Event()
    with follow_redis(connection, on_state=lambda _: stands.set(), **asked) as following:  # type: ignore[arg-type]
        assert stands.wait(DEADLINE_SECONDS)
        yield following


class Publisher:
    """Publishes without a pause until it is stopped, each alert until it is acknowledged."""

    def __init__(self, stores: RedisStores, pause_seconds: float = 0.002) -> None:
        self._stores = stores
        self._pause_seconds = pause_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.count = 0

    def __enter__(self) -> Publisher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._pause_seconds):
            try:
                self._stores.history.append([revision(f"a{self.count}")], now=utc_now())
            except StoreUnavailableError:
                continue
            self.count += 1

    def reaches(self, count: int) -> bool:
        """Whether it got so far; waits a little."""
        return self.idle() or self.count >= count

    def idle(self) -> bool:
        """Wait a little; False, as nothing came of it."""
        time.sleep(0.01)
        return False


def crash(server: RedisServer) -> None:
    server.kill()
    server.start()


def collecting(following: Follower) -> tuple[threading.Thread, list[Alert | Gap]]:
    """Takes all that comes, in a thread, until the follower is closed."""
    items: list[Alert | Gap] = []
    thread = threading.Thread(target=lambda: items.extend(following))
    thread.start()
    return thread, items


def test_alerts_come_as_they_are_published(stores: RedisStores, connection: RedisConnection) -> None:
    publish(stores, revision("before"))
    with standing(connection) as following:
        published = publish(stores, revision("a1"), revision("a2"))

        assert take(following, 2) == published


def test_who_keeps_the_cursor_misses_nothing_while_away(stores: RedisStores, connection: RedisConnection) -> None:
    publish(stores, *(revision(f"a{n}") for n in range(250)))
    after, epoch, seen = BEGINNING, None, []
    for _ in range(6):  # six runs of the program, and something is published between them
        with follow_redis(connection, after=after, epoch=epoch) as following:
            items = take(following, 42)
        seen += items
        last = items[-1]
        assert isinstance(last, Alert)
        after, epoch = StreamId.parse(last.streamid or ""), last.epoch
        publish(stores, revision(f"b{after}"))

    assert ids(seen) == [one.data.alert_id for one in stores.history.read(BEGINNING, limit=252)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["a1", "a2", "a3", "end"]),
        ({"rule": "floods"}, ["a2", "end"]),
        ({"actor": "mayor"}, ["a1", "end"]),
        ({"severity": "low"}, ["a3", "end"]),
    ],
    ids=["all", "rule", "actor", "severity"],
)
@pytest.mark.parametrize("live", [True, False], ids=["live", "read back"])
def test_a_channel_carries_its_alerts_alone(
    stores: RedisStores, connection: RedisConnection, asked: dict[str, str], expected: list[str], live: bool
) -> None:
    alerts = [
        revision("trial", rule="floods", shadow=True, actor="mayor", severity="low"),
        revision("a1", actor="mayor"),
        revision("a2", rule="floods"),
        revision("a3", severity="low"),
        revision("end", rule="floods", actor="mayor", severity="low"),
    ]
    if not live:
        publish(stores, *alerts)
    with standing(connection, after=BEGINNING, **asked) as following:
        if live:
            publish(stores, *alerts)

        assert ids(take(following, len(expected))) == expected


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"rule": "bridges", "actor": "mayor"}, "cannot follow rule and actor at once"),
        ({"severity": "dire"}, r"cannot follow severity 'dire' \(allowed: low, medium, high, critical\)"),
    ],
    ids=["two channels", "no such severity"],
)
def test_what_cannot_be_followed_is_told_at_once(connection: RedisConnection, asked: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        follow_redis(connection, **asked)  # type: ignore[arg-type]


def test_killed_connections_under_load_lose_and_double_nothing(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    with (
        follow_redis(connection, after=BEGINNING) as following,
        Publisher(stores) as publisher,
    ):
        thread, items = collecting(following)
        for n in range(1, 16):
            until(partial(publisher.reaches, 40 * n))
            redis_server.command("CLIENT", "KILL", "TYPE", "pubsub" if n % 2 else "normal")
        until(partial(publisher.reaches, 700))
        publisher.stop()
        until(lambda: len(items) >= publisher.count or publisher.idle())
        following.close()
        thread.join()

    assert ids(items) == [f"a{n}" for n in range(publisher.count)]


def test_crashes_of_the_server_under_load_lose_and_double_nothing(server: RedisServer) -> None:
    connection = RedisConnection(server.url, prefix="test")
    with (
        open_redis(connection) as stores,
        follow_redis(connection, after=BEGINNING) as following,
        Publisher(stores) as publisher,
    ):
        thread, items = collecting(following)
        for n in range(1, 5):
            until(partial(publisher.reaches, 100 * n))
            crash(server)
        until(partial(publisher.reaches, 500))
        publisher.stop()
        until(lambda: len(items) >= publisher.count or publisher.idle())
        following.close()
        thread.join()

    assert ids(items) == [f"a{n}" for n in range(publisher.count)]


def test_an_emptied_server_is_told_and_its_next_history_followed_from_the_beginning(server: RedisServer) -> None:
    connection = RedisConnection(server.url, prefix="test")
    with open_redis(connection) as stores, standing(connection) as following:
        publish(stores, revision("a1"))
        assert ids(take(following, 1)) == ["a1"]

        server.command("FLUSHALL")
        [first, second] = publish(stores, revision("a2"), revision("a3"))

        assert take(following, 3) == [
            Gap("new_epoch", StreamId.parse(first.streamid or ""), first.epoch or ""),
            first,
            second,
        ]


def test_alerts_that_were_trimmed_while_away_are_told(stores: RedisStores, connection: RedisConnection) -> None:
    [first, _, _] = publish(stores, revision("a1"), revision("a2"), revision("a3"))
    stores.history.trim(utc_now() + timedelta(seconds=1))
    [last] = publish(stores, revision("a4"))

    with follow_redis(connection, after=StreamId.parse(first.streamid or "")) as following:
        items = take(following, 2)

    assert items == [Gap("trimmed", StreamId.parse(last.streamid or ""), last.epoch or ""), last]


def test_a_lost_message_that_none_follows_is_noticed_by_looking(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    twin = f"{connection.prefix}-twin"
    publish(stores, revision("a1"))
    with (
        standing(connection, heartbeat_seconds=0.3) as following,
        open_redis(replace(connection, prefix=twin)) as other,
    ):
        # What a second history of the same life appends is put in place here, and nobody publishes it.
        for part in ("", ":meta", ":revisions"):
            redis_server.command("COPY", f"{connection.prefix}:history{part}", f"{twin}:history{part}")
        [lost] = publish(other, revision("a2"))
        for part in ("", ":meta"):
            redis_server.command("COPY", f"{twin}:history{part}", f"{connection.prefix}:history{part}", "REPLACE")
        channels = f"{connection.prefix}:history:channels"
        redis_server.command("HSET", channels, f"{connection.prefix}:alerts", lost.streamid or "")

        assert take(following, 1) == [lost]


def test_a_connection_that_died_without_a_word_is_built_anew(server: RedisServer) -> None:
    with open_redis(RedisConnection(server.url, prefix="test")) as stores, TcpProxy(server.port) as proxy:
        through = RedisConnection(f"redis://127.0.0.1:{proxy.port}/0", prefix="test", timeout_seconds=0.5)
        states: list[str] = []
        with follow_redis(through, after=BEGINNING, on_state=states.append, heartbeat_seconds=0.2) as following:
            publish(stores, revision("a1"))
            assert ids(take(following, 1)) == ["a1"]
            proxy.deaden()
            publish(stores, revision("a2"))

            assert ids(take(following, 1)) == ["a2"]
    assert states[0] == states[-1] == "connected"
    assert states[1].startswith("not connected, trying again: ")


def test_a_subscription_alone_that_died_without_a_word_is_noticed_by_its_heartbeats(server: RedisServer) -> None:
    with open_redis(RedisConnection(server.url, prefix="test")) as stores, TcpProxy(server.port) as proxy:
        through = RedisConnection(f"redis://127.0.0.1:{proxy.port}/0", prefix="test", timeout_seconds=0.5)
        lost = threading.Event()

        def tell(state: str) -> None:
            if "no answer to 3 heartbeats" in state:
                lost.set()

        with follow_redis(through, after=BEGINNING, on_state=tell, heartbeat_seconds=0.1) as following:
            publish(stores, revision("a1"))
            assert ids(take(following, 1)) == ["a1"]
            proxy.deaden(first=1)  # the one that listens; the other one goes on
            assert lost.wait(DEADLINE_SECONDS)
            publish(stores, revision("a2"))
            assert ids(take(following, 1)) == ["a2"]


def test_a_server_that_is_away_at_the_start_is_awaited(server: RedisServer) -> None:
    connection = RedisConnection(server.url, prefix="test")
    server.kill()
    states: list[str] = []
    away = threading.Event()

    def tell(state: str) -> None:
        states.append(state)
        away.set()

    with follow_redis(connection, after=BEGINNING, on_state=tell) as following:
        assert away.wait(DEADLINE_SECONDS)
        server.start()
        with open_redis(connection) as stores:
            publish(stores, revision("a1"))
        assert ids(take(following, 1)) == ["a1"]
    assert states[-1] == "connected"


def test_the_reader_that_operators_get_from_us_may_follow_and_no_more(redis_server_with_users: RedisServer) -> None:
    service = RedisConnection(redis_server_with_users.url, prefix="tocsin", username="tocsin", password=USERS_PASSWORD)
    reader = replace(service, username="tocsin-reader")
    with open_redis(service) as stores, standing(reader, actor="mayor") as following:
        publish(stores, revision(uuid.uuid4().hex), revision("of the mayor", actor="mayor"))
        assert ids(take(following, 1)) == ["of the mayor"]

    with pytest.raises(StoreError, match="no permissions to run the 'info' command"), open_redis(reader):
        pass


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "loud loud"}, "invalid username-password pair"),
        ({"username": "tocsin-reader", "prefix": "another"}, "no permissions to access one of the channels"),
        ({"url": "http://nowhere"}, "its URL is malformed"),
    ],
    ids=["password", "rights", "URL"],
)
def test_a_refusal_is_told_and_not_tried_again(
    redis_server_with_users: RedisServer, change: dict[str, str], said: str
) -> None:
    connection = RedisConnection(
        redis_server_with_users.url, prefix="tocsin", username="tocsin", password=USERS_PASSWORD
    )

    with follow_redis(replace(connection, **change)) as following:  # type: ignore[arg-type]
        with pytest.raises(StoreError, match=said) as refused:
            next(following)
        assert list(following) == []
    assert not refused.value.retriable
    assert "loud" not in str(refused.value)


def test_alerts_come_over_tls(redis_server: RedisServer, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with RedisServer(tmp_path / "tls", tls=authority.server(), ca_file=authority.ca_file) as server:
        connection = RedisConnection(server.tls_url, prefix="test", ca_file=authority.ca_file)
        with open_redis(connection) as stores, standing(connection) as following:
            published = publish(stores, revision("a1"))
            assert take(following, 1) == published
        with follow_redis(replace(connection, ca_file=None)) as following:
            with pytest.raises(StoreError, match="certificate verify failed") as refused:
                next(following)
            assert not refused.value.retriable


@pytest.mark.parametrize("trouble", ["none", "frozen", "away"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_closing_from_another_thread_ends_the_iteration_soon(
    redis_server: RedisServer, tmp_path: Path, trouble: str, tls: bool
) -> None:
    authority = Authority(tmp_path)
    with RedisServer(tmp_path / "own", tls=authority.server(), ca_file=authority.ca_file) as server:
        url = server.tls_url if tls else server.url
        connection = RedisConnection(url, prefix="test", ca_file=authority.ca_file)
        with standing(connection, heartbeat_seconds=0.1) as following:
            thread, items = collecting(following)
            if trouble == "frozen":
                server.pause()
            if trouble == "away":
                server.kill()
            time.sleep(0.5)  # so that it is in the middle of its trouble
            closed_at = time.monotonic()
            following.close()
            thread.join(DEADLINE_SECONDS)
            ended_after = time.monotonic() - closed_at
            following.close()  # twice is safe
        server.resume()

    assert ended_after < SOON_SECONDS
    assert items == []
    until(lambda: not follower_threads())


def follower_threads() -> list[threading.Thread]:
    """The threads of followers that have not ended; waits a little."""
    time.sleep(0.01)
    return [thread for thread in threading.enumerate() if thread.name == "follow-alerts"]


def test_a_follower_that_is_dropped_ends_too(stores: RedisStores, connection: RedisConnection) -> None:
    publish(stores, revision("a1"))
    for item in follow_redis(connection, after=BEGINNING):
        assert ids([item]) == ["a1"]
        break
    gc.collect()

    until(lambda: not follower_threads())


def test_an_interrupted_wait_loses_nothing(
    stores: RedisStores, connection: RedisConnection, request: pytest.FixtureRequest
) -> None:
    main = threading.main_thread().ident
    assert main is not None
    # A shell's background job starts with the signal ignored; then the wait would never end.
    request.addfinalizer(partial(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT)))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with standing(connection) as following:
        timer = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            next(following)
        timer.join()
        published = publish(stores, revision("a1"), revision("a2"))

        assert take(following, 2) == published


async def test_alerts_come_to_asyncio_and_the_cursor_resumes(stores: RedisStores, connection: RedisConnection) -> None:
    published = publish(stores, *(revision(f"a{n}", actor="mayor") for n in range(120)))
    after = BEGINNING
    seen: list[Alert | Gap] = []
    for _ in range(4):
        async with (
            asyncio.timeout(DEADLINE_SECONDS),
            aclosing(follow_redis_async(connection, after=after, actor="mayor")) as following,
        ):
            async for item in following:
                seen.append(item)
                if len(seen) % 30 == 0:
                    break
        after = StreamId.parse(published[len(seen) - 1].streamid or "")

    assert ids(seen) == [one.data.alert_id for one in published]


async def test_asyncio_survives_killed_connections_and_a_crash(server: RedisServer) -> None:
    connection = RedisConnection(server.url, prefix="test")
    seen: list[Alert | Gap] = []

    async def follow(is_done: Callable[[], bool]) -> None:
        async with aclosing(follow_redis_async(connection, after=BEGINNING)) as following:
            async for item in following:
                seen.append(item)
                if is_done():
                    break

    with open_redis(connection) as stores, Publisher(stores) as publisher:
        stopped = threading.Event()
        task = asyncio.create_task(follow(lambda: stopped.is_set() and len(seen) >= publisher.count))
        for n in range(1, 6):
            await asyncio.to_thread(until, partial(publisher.reaches, 60 * n))
            if n == 3:
                await asyncio.to_thread(crash, server)
            else:
                server.command("CLIENT", "KILL", "TYPE", "pubsub")
        stopped.set()
        async with asyncio.timeout(DEADLINE_SECONDS):
            await task

    assert ids(seen)[:300] == [f"a{n}" for n in range(300)]
    assert ids(seen) == [f"a{n}" for n in range(len(seen))]


@pytest.mark.parametrize("trouble", ["none", "frozen", "away"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
async def test_cancelling_ends_soon(redis_server: RedisServer, tmp_path: Path, trouble: str, tls: bool) -> None:
    authority = Authority(tmp_path)
    with RedisServer(tmp_path / "own", tls=authority.server(), ca_file=authority.ca_file) as server:
        url = server.tls_url if tls else server.url
        connection = RedisConnection(url, prefix="test", ca_file=authority.ca_file)
        stands = asyncio.Event()
        following = follow_redis_async(connection, on_state=lambda _: stands.set(), heartbeat_seconds=0.1)
        task = asyncio.ensure_future(anext(following))
        await stands.wait()
        if trouble == "frozen":
            server.pause()
        if trouble == "away":
            server.kill()
        await asyncio.sleep(0.5)  # so that it is in the middle of its trouble
        cancelled_at = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ended_after = time.monotonic() - cancelled_at
        server.resume()

    assert ended_after < SOON_SECONDS


def test_the_lines_of_the_documentation_run(server: RedisServer, tmp_path: Path) -> None:
    lines = textwrap.dedent((monitor.client.__doc__ or "").partition("away:\n\n")[2])
    assert lines.count("\n") <= 13
    program = [sys.executable, "-c", lines.replace("redis://127.0.0.1:6379/0", server.url)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    place = tmp_path / "cursor.txt"
    place.write_text("0-0", encoding="utf-8")

    def said(count: int) -> list[str]:
        with subprocess.Popen(program, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            printed = [process.stdout.readline().strip() for _ in range(count)]
            until(has_caught_up)
            process.terminate()
        return printed

    def has_caught_up() -> bool:
        time.sleep(0.01)
        return place.read_text(encoding="utf-8") == stores.history.latest(1)[0].streamid

    with open_redis(RedisConnection(server.url, prefix="tocsin")) as stores:
        publish(stores, revision("a1"), revision("a2", severity="low"))
        assert said(2) == ["high Bridge closed after storm", "low Bridge closed after storm"]
        publish(stores, revision("a3", severity="critical"))
        assert said(1) == ["critical Bridge closed after storm"]
