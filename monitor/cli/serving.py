"""A daemon and the signals of its process: SIGTERM and Ctrl-C stop it, SIGHUP and changed files
reload. Knows no stage."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine

from monitor.cli.daemon import Daemon, Running
from monitor.cli.file_watch import LOOK_SECONDS, FileWatch, look_at
from monitor.cli.supervision import DrainTimeoutError, exit_hard


def ignore_reloads() -> None:
    """Let SIGHUP pass while starting: what there is to reload is being loaded."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def serve(daemon: Daemon, on_started: Callable[[Running, asyncio.Event], Coroutine[None, None, None]]) -> None:
    """Run a daemon in this process until a signal; ends the process when a part hangs."""
    try:
        asyncio.run(_serve(daemon, on_started))
    except DrainTimeoutError as error:
        exit_hard(error)


async def _serve(daemon: Daemon, on_started: Callable[[Running, asyncio.Event], Coroutine[None, None, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reload = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, reload.set)

    async def attend(running: Running) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(on_started(running, stop))
            reloading = [group.create_task(_reload_when_set(reload, daemon))]
            if daemon.configuration.settings.watch_files:
                reloading.append(group.create_task(_watch(daemon, reload)))
            await stop.wait()
            for task in reloading:
                task.cancel()

    await daemon.run(stop, attend)


async def _reload_when_set(reload: asyncio.Event, daemon: Daemon) -> None:
    """One reload at a time; signals that come meanwhile become one more."""
    while True:
        await reload.wait()
        reload.clear()
        await daemon.reload()


async def _watch(daemon: Daemon, reload: asyncio.Event) -> None:
    """Ask for a reload whenever the files have changed and whoever saves them is done."""
    watch = FileWatch()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = await asyncio.to_thread(look_at, daemon.configuration.paths)
        if watch.has_settled_change(now, daemon.configuration.look):
            reload.set()
