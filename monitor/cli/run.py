"""`tocsin run`: the daemon, and what it prints on a terminal."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from monitor.cli.configuration import config_option, find_config, load_configuration
from monitor.cli.console import addresses_line, print_alert
from monitor.cli.daemon import Daemon, Running
from monitor.cli.serving import ignore_reloads, serve
from monitor.cli.supervision import end_process_in_time
from monitor.core.errors import StoreUnavailableError
from monitor.core.logs import set_up_logging
from monitor.core.places import end_of, place_of
from monitor.core.ports import AlertHistory
from monitor.core.stream import StreamId
from monitor.web.past_matches import read_past_matches
from monitor.web.words import past_matches_sentence

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_RETRY_SECONDS = 1.0
_SETTLE_SECONDS = 1.0  # past matches trickle in behind the first polls; say how many when they no longer grow


@click.command(
    short_help="The daemon: watch feeds until SIGTERM or Ctrl-C.", epilog="Example: tocsin init && tocsin run"
)
@config_option
def run(config_path: Path | None) -> None:
    """Watch the feeds until SIGTERM or Ctrl-C.

    Saved changes of rules, feeds and subscriptions take effect within seconds, or at once on SIGHUP.
    """
    ignore_reloads()
    path = find_config(config_path)
    configuration = load_configuration(path)
    set_up_logging(configuration.settings.logging)
    daemon = Daemon(configuration, load=partial(load_configuration, path), on_stopping=end_process_in_time)
    console = Console() if sys.stdout.isatty() else None
    feeds = len(configuration.enabled_feeds)
    serve(daemon, partial(_tell, console, feeds))


async def _tell(console: Console | None, feeds: int, running: Running, stop: asyncio.Event) -> None:
    _log.info("serving", extra={"url": running.url, "feeds": feeds})
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_tell_past_matches(console, feeds, running))]
        if console is not None:
            console.print(addresses_line(running.url), style="bold", soft_wrap=True)
            begin = await _read(partial(end_of, running.history))
            tasks.append(group.create_task(print_alerts(console, running.history, begin, stop)))
        await stop.wait()
        for task in tasks:
            task.cancel()


async def print_alerts(console: Console, history: AlertHistory, begin: StreamId, stop: asyncio.Event) -> None:
    """Print revisions after `begin` as they come, until `stop` is set."""
    place = begin
    while not stop.is_set():
        await _read(partial(history.wait, place, timeout_seconds=0.5))
        for alert in await _read(partial(history.read, place, limit=100)):
            print_alert(console, alert)
            place = place_of(alert)


async def _tell_past_matches(console: Console | None, feeds: int, running: Running) -> None:
    await running.first_round_done.wait()
    read = partial(read_past_matches, running.partition_states)
    before, now = -1, await _read(read)
    while before != len(now):
        await asyncio.sleep(_SETTLE_SECONDS)
        before, now = len(now), await _read(read)
    line = past_matches_sentence(now, feeds)
    if console is not None:
        console.print(line, style="dim", soft_wrap=True)
    _log.info("first polls done", extra={"past_matches": len(now), "feeds": feeds})


async def _read(query: Callable[[], _Result]) -> _Result:
    """A store's answer, asked for in a thread until the store is there: the loops tell of trouble, not the console."""
    while True:
        try:
            return await asyncio.to_thread(query)
        except StoreUnavailableError:
            await asyncio.sleep(_RETRY_SECONDS)
