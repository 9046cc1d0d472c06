"""How Redis wakes who waits, and what remains when its wake-ups get lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.stream import BEGINNING
from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from monitor.storage.redis.connection import subscriber_client
from monitor.storage.redis.subscriber import RECHECK_SECONDS, Subscriber
from tests.contract.support import DEADLINE_SECONDS, NOW, alert, until
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.external_service

SLACK_SECONDS = 1.5  # for a busy machine


@contextmanager
def subscriber(connection: RedisConnection, heartbeat_seconds: float = 60) -> Iterator[Subscriber]:
    with (
        closing(subscriber_client(connection)) as client,
        closing(Subscriber(client, channel(connection), heartbeat_seconds=heartbeat_seconds)) as opened,
    ):
        yield opened


def channel(connection: RedisConnection) -> str:
    return f"{connection.prefix}:history"


def until_subscribed(server: RedisServer, connection: RedisConnection) -> None:
    def is_subscribed() -> bool:
        time.sleep(0.01)
        [_, count] = server.command("PUBSUB", "NUMSUB", channel(connection))
        return int(count) > 0

    until(is_subscribed)


def until_moved(one: Subscriber, seen: int) -> None:
    def has_moved() -> bool:
        one.wait(seen, 0.05)
        return one.count() != seen

    until(has_moved)


def until_logged(caplog: pytest.LogCaptureFixture, phrase: str) -> None:
    def is_logged() -> bool:
        time.sleep(0.01)
        return phrase in caplog.messages

    until(is_logged)


@contextmanager
def somebody_waiting(stores: RedisStores) -> Iterator[list[float]]:
    """Somebody waits for a first alert; at the end the list holds when it was noticed."""
    noticed_at: list[float] = []

    def wait() -> None:
        if stores.history.wait(BEGINNING, timeout_seconds=DEADLINE_SECONDS):
            noticed_at.append(time.monotonic())

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield noticed_at
    finally:
        thread.join()


def test_a_message_moves_the_count(redis_server: RedisServer, connection: RedisConnection) -> None:
    with subscriber(connection) as one:
        until_moved(one, 0)  # the new subscription itself
        seen = one.count()

        assert redis_server.command("PUBLISH", channel(connection), "5-0") == 1
        until_moved(one, seen)


def test_a_quiet_channel_outlasts_every_time_limit(
    redis_server: RedisServer, connection: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    with subscriber(replace(connection, timeout_seconds=0.1), heartbeat_seconds=0.1) as one:
        until_moved(one, 0)
        seen = one.count()
        for _ in range(2):  # six heartbeats: as soon as one is due and the thread looks
            one.wait(seen, 0.6)

        assert one.count() == seen
        assert caplog.messages == []


def test_a_subscriber_whose_connection_was_cut_says_so_and_stands_again(
    redis_server: RedisServer, connection: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    with subscriber(connection) as one:
        until_moved(one, 0)
        seen = one.count()

        redis_server.command("CLIENT", "KILL", "TYPE", "pubsub")

        until_logged(caplog, "subscriber lost")
        until_moved(one, seen)
        seen = one.count()
        assert redis_server.command("PUBLISH", channel(connection), "5-0") == 1
        until_moved(one, seen)


def test_an_alert_published_while_the_subscriber_was_cut_is_noticed_in_time(
    redis_server: RedisServer, connection: RedisConnection, stores: RedisStores
) -> None:
    with somebody_waiting(stores) as noticed_at:
        until_subscribed(redis_server, connection)
        redis_server.command("CLIENT", "KILL", "TYPE", "pubsub")
        stores.history.append([alert()], now=NOW)
        appended_at = time.monotonic()

    assert noticed_at[0] - appended_at < RECHECK_SECONDS + SLACK_SECONDS


def test_who_may_no_longer_subscribe_notices_all_the_same(
    redis_server: RedisServer, connection: RedisConnection, stores: RedisStores, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.command("ACL", "SETUSER", "deaf", "on", ">hush", "~*", "&*", "+@all")
    with ExitStack() as stack:
        deaf = stack.enter_context(open_redis(replace(connection, username="deaf", password="hush")))
        redis_server.command("ACL", "SETUSER", "deaf", "resetchannels")  # it was let in before
        noticed_at = stack.enter_context(somebody_waiting(deaf))
        until_logged(caplog, "subscriber lost")
        stores.history.append([alert()], now=NOW)
        appended_at = time.monotonic()
    redis_server.command("ACL", "DELUSER", "deaf")

    assert noticed_at[0] - appended_at < RECHECK_SECONDS + SLACK_SECONDS
    assert caplog.messages == ["subscriber lost"]


def test_a_connection_that_fell_silent_is_built_anew(
    redis_server: RedisServer, connection: RedisConnection, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with (
        RedisServer(tmp_path) as server,
        subscriber(replace(connection, url=server.url), heartbeat_seconds=0.1) as one,
    ):
        until_moved(one, 0)
        server.pause()
        until_logged(caplog, "subscriber lost")
        seen = one.count()
        server.resume()

        until_moved(one, seen)


def test_closing_ends_soon_though_the_server_says_nothing_to_our_password(
    redis_server: RedisServer, connection: RedisConnection, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with RedisServer(tmp_path, options=["--requirepass", "hush"]) as server:
        frozen = replace(connection, url=server.url, password="hush", timeout_seconds=0.3)
        server.pause()
        with subscriber(frozen) as one:
            one.count()
            until_logged(caplog, "subscriber lost")
            started_at = time.monotonic()
        closed_at = time.monotonic()
        server.resume()

    assert closed_at - started_at < 2


def test_closing_twice_is_safe_and_a_closed_one_stays_quiet(
    connection: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with subscriber(connection) as one:
        one.close()
        one.close()
        before = threading.active_count()

        assert one.count() == 0
        assert threading.active_count() == before
