"""The daemon in this process: how it fails, reloads, trims and ends. The whole service is tested in `tests/e2e`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from monitor.cli.configuration import Configuration, load_configuration
from monitor.cli.daemon import Daemon, Running
from monitor.core.errors import StoreError

SETTINGS = "{rules: rules.yaml, web: {port: 0}, poll: {allow_private_addresses: true}}"
RULES = "rules: [{id: truce, when: {query: truce}}]"


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    for name, text in {"tocsin.yaml": SETTINGS, "feeds.yaml": "feeds: []", "rules.yaml": RULES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_configuration(tmp_path / "tocsin.yaml", {})


class Bench:
    """A daemon that stops once what is run beside it has ended."""

    def __init__(self, configuration: Configuration, load: Callable[[], Configuration] | None = None) -> None:
        self.stopping = 0
        self.daemon = Daemon(configuration, load=load or (lambda: configuration), on_stopping=self._count)

    async def run(self, beside: Callable[[Running], Awaitable[None]]) -> None:
        stop = asyncio.Event()

        async def and_stop(running: Running) -> None:
            await beside(running)
            stop.set()

        await asyncio.wait_for(self.daemon.run(stop, and_stop), 20)

    def _count(self) -> None:
        self.stopping += 1


async def nothing(_: Running) -> None:
    """End at once."""


async def test_daemon_that_is_stopped_ends_and_says_once_that_it_stops(configuration: Configuration) -> None:
    bench = Bench(configuration)
    await bench.run(nothing)

    assert bench.stopping == 1


async def test_error_within_a_group_of_tasks_comes_out_by_itself_and_is_told_without_traceback(
    configuration: Configuration, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise StoreError("cannot read the file: damaged")

    async def fail_in_groups(_: Running) -> None:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(_in_a_group(fail))

    bench = Bench(configuration)
    with pytest.raises(StoreError, match="cannot read the file: damaged"):
        await bench.run(fail_in_groups)
    [told] = [record for record in caplog.records if record.levelno >= logging.ERROR]

    assert (told.message, told.exc_info) == ("stage failed", None)
    assert bench.stopping == 1


async def test_disabled_feeds_are_counted_and_stay_known(configuration: Configuration, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(
        "feeds: [{id: quiet, url: 'https://quiet.example/feed', enabled: false}]", encoding="utf-8"
    )
    bench = Bench(load_configuration(tmp_path / "tocsin.yaml", {}))

    metrics = ""

    async def read_metrics(running: Running) -> None:
        nonlocal metrics
        await running.first_round_done.wait()
        async with aiohttp.ClientSession() as session, session.get(f"{running.url}/metrics") as answer:
            metrics = await answer.text()

    await bench.run(read_metrics)

    assert 'tocsin_feeds{state="disabled"} 1.0' in metrics.splitlines()


async def test_reload_that_fails_by_a_bug_leaves_the_service_running(
    configuration: Configuration, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble() -> Configuration:
        raise RecursionError("a bug")

    bench = Bench(configuration, stumble)

    async def reload(_: Running) -> None:
        await bench.daemon.reload()

    await bench.run(reload)

    assert "reload failed by a bug, the last good configuration stays" in caplog.messages


async def _in_a_group(work: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_run(work))


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
