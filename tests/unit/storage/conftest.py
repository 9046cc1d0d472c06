"""Stores on Redis for the tests of its adapters, a prefix per test; and order behind kafka-python."""

from __future__ import annotations

import gc
import logging
import uuid
from collections.abc import Iterator

import pytest

from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from tests.support.redis_server import RedisServer


@pytest.fixture
def connection(redis_server: RedisServer) -> RedisConnection:
    """The way to it, as a tenant that nobody was before."""
    return RedisConnection(redis_server.url, prefix=f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def stores(connection: RedisConnection) -> Iterator[RedisStores]:
    """Empty stores there."""
    with open_redis(connection) as opened:
        yield opened


@pytest.fixture
def swept(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Collect garbage afterwards, the sockets that kafka-python leaves to it; captured log records would keep them."""
    caplog.set_level(logging.CRITICAL, logger="kafka")
    yield
    gc.collect()
