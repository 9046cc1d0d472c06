"""What holds for every test: those that need a server are skipped aloud, never silently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from tests.support.kafka_server import KafkaServer, why_no_kafka
from tests.support.redis_server import RedisServer, why_no_redis, with_users
from tests.support.skips import count_skipped, last_line, must_not_skip

_SKIPPED = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """One broker for the whole run, on free loopback ports; tests keep apart by the prefix of their topics."""
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with KafkaServer(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for the whole run; whoever stops or changes one takes a server of its own."""
    if (reason := why_no_redis()) is not None:
        pytest.skip(reason)
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server_with_users(
    redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    """Another one, with the users of `deploy/redis/users.conf`."""
    folder = tmp_path_factory.mktemp("redis-users")
    with RedisServer(folder, options=with_users(folder)) as server:
        yield server


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped server is a failure where servers must be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = count_skipped(cast("pytest.TerminalReporter", reporter).stats.get("skipped", [])) if reporter else 0
    session.config.stash[_SKIPPED] = skipped
    if skipped and must_not_skip() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    """The count is the very last line."""
    if skipped := config.stash.get(_SKIPPED, 0):
        print(last_line(skipped, is_failure=must_not_skip()))
