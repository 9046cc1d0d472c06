"""Addresses, secrets and errors of Redis connections, without a server."""

from __future__ import annotations

import pytest
from redis import exceptions

from monitor.core.errors import StoreError
from monitor.storage.redis import RedisConnection
from monitor.storage.redis.connection import command_client
from monitor.storage.redis.translate import translated, translating


def test_neither_text_nor_address_shows_a_secret() -> None:
    connection = RedisConnection("rediss://desk:hush@redis.example:6380/2?db=3", prefix="test", password="hush")

    assert "hush" not in repr(connection)
    assert connection.address == "rediss://redis.example:6380/2"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://redis.example", "malformed"),
        ("redis://:hush/hush@redis.example:6379", "malformed"),
        ("redis://desk:hush@redis.example?decode_responses=true", "unknown option decode_responses"),
        ("rediss://desk:hush@redis.example?ssl_cert_reqs=none", "unknown option ssl_cert_reqs"),
        ("redis://desk:hush@redis.example/news", "no such database"),
    ],
    ids=["scheme", "unescaped password", "option", "unverified TLS", "database"],
)
def test_a_url_that_means_something_else_is_refused_without_its_secret(url: str, complaint: str) -> None:
    with pytest.raises(StoreError, match=complaint) as refused:
        command_client(RedisConnection(url, prefix="test"))

    assert "hush" not in str(refused.value)
    assert not refused.value.retriable


@pytest.mark.parametrize(
    ("error", "is_retriable"),
    [
        (exceptions.ConnectionError("refused"), True),
        (exceptions.TimeoutError("no answer"), True),
        (exceptions.BusyLoadingError("reading its files"), True),
        (exceptions.OutOfMemoryError("full"), True),
        (exceptions.ReadOnlyError("a replica by now"), True),
        (exceptions.ResponseError("MISCONF cannot write its files"), True),
        (exceptions.AuthenticationError("wrong password"), False),
        (exceptions.NoPermissionError("not yours"), False),
        (exceptions.ResponseError("WRONGTYPE not a hash"), False),
        (exceptions.DataError("not text"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_errors_say_whether_trying_again_can_help(error: exceptions.RedisError, is_retriable: bool) -> None:
    ours = translated(error, "redis://redis.example")

    assert ours.retriable == is_retriable
    assert str(ours).startswith("cannot use Redis at redis://redis.example: ")


def test_an_error_of_the_library_leaves_as_ours_with_its_cause() -> None:
    cause = exceptions.ResponseError("WRONGTYPE")

    with pytest.raises(StoreError) as caught, translating("redis://redis.example"):
        raise cause

    assert caught.value.__cause__ is cause
