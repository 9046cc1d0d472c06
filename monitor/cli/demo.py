"""`tocsin demo`: the real daemon on the sample news that ships with the project."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from monitor.cli.configuration import load_configuration
from monitor.cli.console import addresses_line
from monitor.cli.daemon import Daemon, Running
from monitor.cli.main import FAILED, FINE
from monitor.cli.run import print_alerts
from monitor.cli.supervision import DrainTimeoutError, end_process_in_time, exit_hard
from monitor.core.clock import utc_now
from monitor.core.logs import set_up_logging
from monitor.core.ports import AlertHistory
from monitor.core.settings import LoggingSettings, WebSettings
from monitor.core.stream import BEGINNING
from monitor.demo.configuration import write_demo_configuration
from monitor.demo.expectations import missing
from monitor.demo.news import SampleNews, load_sample_news
from monitor.demo.server import DemoFeedServer

_GRACE_SECONDS = 20.0  # after the last sample article: slow machines
_CHECK_EVERY_SECONDS = 0.5


@click.command(
    short_help="The real daemon on a minute of invented news.",
    epilog="Example: ONCE=1 tocsin demo && echo all sample alerts arrived",
)
@click.option("--once", is_flag=True, help="End after the sample; also with ONCE=1 or without a terminal.")
@click.option("--port", default=WebSettings().port, show_default=True, help="Port of the page; a free one if busy.")
def demo(once: bool, port: int) -> int:
    """Watch a minute of invented news and see the alerts come; Ctrl-C ends.

    With --once the exit code is 0 when every expected sample alert arrived, else 1.
    """
    set_up_logging(LoggingSettings(level="WARNING"))
    ends = once or os.environ.get("ONCE") == "1" or not sys.stdout.isatty()
    try:
        return asyncio.run(_demo(port, ends=ends))
    except DrainTimeoutError as error:
        exit_hard(error)
        return FAILED


async def _demo(port: int, *, ends: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    news = load_sample_news()
    show = _Show(Console(), news, ends=ends, stop=stop)
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        async with DemoFeedServer(news, clock=utc_now) as server:
            path = write_demo_configuration(Path(folder), server.url, web_port=port)
            load = partial(load_configuration, path)
            daemon = Daemon(load(), load=load, fall_back_port=True, on_stopping=end_process_in_time)
            await daemon.run(stop, show.run)
    return show.code


class _Show:
    """What a person sees of the demo, and whether the sample went as expected."""

    def __init__(self, console: Console, news: SampleNews, *, ends: bool, stop: asyncio.Event) -> None:
        self._console = console
        self._news = news
        self._ends = ends
        self._stop = stop
        self.code = FINE

    async def run(self, running: Running) -> None:
        """Print where things are, then alerts, then how it went."""
        self._say(addresses_line(running.url), "bold")
        self._say("Invented sample news from ten made-up outlets, for about a minute; first alerts in seconds.", "dim")
        async with asyncio.TaskGroup() as group:
            printing = group.create_task(print_alerts(self._console, running.history, BEGINNING, self._stop))
            await self._wait_for_the_sample(running)
            if self._ends:
                self._stop.set()
            await self._stop.wait()
            printing.cancel()

    async def _wait_for_the_sample(self, running: Running) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        lacking = ["the sample was cut short"]
        while loop.time() - began < self._news.duration_seconds + _GRACE_SECONDS and not self._stop.is_set():
            await asyncio.sleep(_CHECK_EVERY_SECONDS)
            if loop.time() - began < self._news.duration_seconds:
                continue
            lacking = await asyncio.to_thread(self._missing, running.history)
            if not lacking:
                break
        if self._stop.is_set() and not self._ends:
            return  # Ctrl-C is how a person ends it, sooner or later
        if lacking:
            self.code = FAILED
            for line in lacking:
                self._say(f"missing: {line}", "bold red")
        else:
            self._say(f"All {len(self._news.expected)} expected sample alerts arrived.", "bold green")
        self._say(addresses_line(running.url) + ("" if self._ends else "  ·  Ctrl-C ends"), "bold")

    def _missing(self, history: AlertHistory) -> list[str]:
        return missing(self._news.expected, history.read(BEGINNING, limit=10_000))

    def _say(self, text: str, style: str) -> None:
        self._console.print(text, style=style, soft_wrap=True, highlight=False, markup=False)
