"""Which Redis servers are refused."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.storage.redis import RedisConnection, checks, open_redis
from tests.support.free_ports import free_ports
from tests.support.redis_server import RedisServer
from tests.support.redis_stores import write_and_read

pytestmark = pytest.mark.external_service


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_server_that_evicts_is_refused(tmp_path: Path, redis_server: RedisServer, policy: str) -> None:
    with RedisServer(tmp_path, options=["--maxmemory-policy", policy]) as server:
        connection = RedisConnection(server.url, prefix="test", allow_volatile=True)

        with (
            pytest.raises(StoreError, match=f"maxmemory-policy is {policy}.*allowed: noeviction"),
            open_redis(connection),
        ):
            pass


def test_a_server_that_keeps_nothing_is_refused_unless_that_is_allowed(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with RedisServer(tmp_path, options=["--appendonly", "no"]) as server:
        connection = RedisConnection(server.url, prefix="test")

        with (
            pytest.raises(StoreError, match=r"appendonly is no.*allowed: yes.*redis\.allow_volatile") as refused,
            open_redis(connection),
        ):
            pass
        assert not refused.value.retriable
        with open_redis(replace(connection, allow_volatile=True)) as stores:
            write_and_read(stores)


def test_a_server_that_is_away_is_unavailable_soon() -> None:
    [port] = free_ports(1)
    started_at = time.monotonic()

    with (
        pytest.raises(StoreUnavailableError, match=f"redis://127.0.0.1:{port}/0"),
        open_redis(RedisConnection(f"redis://127.0.0.1:{port}/0", prefix="test")),
    ):
        pass

    assert time.monotonic() - started_at < 5


def test_a_server_that_does_not_answer_is_unavailable_in_time(tmp_path: Path, redis_server: RedisServer) -> None:
    with RedisServer(tmp_path) as server:
        connection = RedisConnection(server.url, prefix="test", timeout_seconds=0.3)
        with open_redis(connection) as stores:
            server.pause()
            started_at = time.monotonic()
            with pytest.raises(StoreUnavailableError):
                stores.history.epoch()
            waited_seconds = time.monotonic() - started_at
            server.resume()

            assert waited_seconds < 2
            assert stores.history.epoch()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"redis_version": "6.2.0"}, []),
        ({"redis_version": "8.2.1"}, []),
        ({"redis_version": "6.0.16"}, ["version 6.0.16 is too old (allowed: 6.2 or newer)"]),
        ({"maxmemory_policy": "allkeys-lfu"}, ["maxmemory-policy is allkeys-lfu: it would forget state"]),
        ({"aof_enabled": 0}, ["appendonly is no: a restart would lose what was acknowledged"]),
        (
            {"redis_version": "5.0", "maxmemory_policy": "volatile-lru", "aof_enabled": 0},
            ["version 5.0", "maxmemory-policy is volatile-lru", "appendonly is no"],
        ),
    ],
    ids=["fine", "oldest", "newest", "too old", "evicts", "volatile", "everything"],
)
def test_all_that_is_wrong_with_a_server_is_found(change: dict[str, Any], said: list[str]) -> None:
    info = {"redis_version": "7.0.15", "maxmemory_policy": "noeviction", "aof_enabled": 1} | change

    found = checks._problems(info, allow_volatile=False)

    assert [problem.startswith(start) for problem, start in zip(found, said, strict=True)] == [True] * len(said)


def test_everything_wrong_with_a_server_is_told_at_once(tmp_path: Path, redis_server: RedisServer) -> None:
    with (
        RedisServer(tmp_path, options=["--maxmemory-policy", "allkeys-lru", "--appendonly", "no"]) as server,
        pytest.raises(StoreError, match=r"maxmemory-policy is allkeys-lru.*; appendonly is no"),
        open_redis(RedisConnection(server.url, prefix="test")),
    ):
        pass
