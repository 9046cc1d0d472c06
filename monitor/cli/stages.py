"""`tocsin poll | match | alert | deliver | web`: one stage of the service as a process of its own, on a cluster."""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial
from pathlib import Path

import click

from monitor.cli.configuration import config_option, find_config, load_configuration
from monitor.cli.daemon import Daemon, Running
from monitor.cli.parts import Stage, files_of
from monitor.cli.serving import ignore_reloads, serve
from monitor.cli.supervision import end_process_in_time
from monitor.core.errors import UsageError
from monitor.core.logs import set_up_logging
from monitor.core.settings import load_settings

_log = logging.getLogger(__name__)

_port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Where metrics and health are; 0 takes a free port. [default: from the settings]",
)


@click.command(
    short_help="Stage: feeds to articles.", epilog="Example: tocsin poll --config tocsin/tocsin.yaml --port 0"
)
@config_option
@_port_option
def poll(config_path: Path | None, port: int | None) -> None:
    """Fetch feeds and append new and changed articles to the log.

    Several share the feeds: each site is polled by one of them. Needs `backend: cluster`, as all stages do.
    """
    _run(Stage.POLL, config_path, port)


@click.command(short_help="Stage: articles to matches.", epilog="Example: tocsin match --config tocsin/tocsin.yaml")
@config_option
@_port_option
def match(config_path: Path | None, port: int | None) -> None:
    """Match articles against the rules. Several share the partitions of the topic `articles`."""
    _run(Stage.MATCH, config_path, port)


@click.command(short_help="Stage: matches to alerts.", epilog="Example: tocsin alert --config tocsin/tocsin.yaml")
@config_option
@_port_option
def alert(config_path: Path | None, port: int | None) -> None:
    """Keep stories, decide on alerts. Several share the partitions of the topic `matches`."""
    _run(Stage.ALERT, config_path, port)


@click.command(short_help="Stage: alerts to subscribers.", epilog="Example: tocsin deliver --config tocsin/tocsin.yaml")
@config_option
@_port_option
def deliver(config_path: Path | None, port: int | None) -> None:
    """Publish alerts to the history and to Redis channels, and send them to the channels of subscriptions.

    Several share the partitions of the topic `alerts`, and the subscriptions.
    """
    _run(Stage.DELIVER, config_path, port)


@click.command(
    short_help="Stage: the live page, the API and the event stream.",
    epilog="Example: tocsin web --config tocsin/tocsin.yaml",
)
@config_option
@_port_option
def web(config_path: Path | None, port: int | None) -> None:
    """Serve the live page, the API and the event stream. Any number may run."""
    _run(Stage.WEB, config_path, port)


def _run(stage: Stage, config_path: Path | None, port: int | None) -> None:
    ignore_reloads()
    path = find_config(config_path)
    if load_settings(path).backend != "cluster":
        raise UsageError(
            f"tocsin {stage} by itself needs backend: cluster; on the embedded back end `tocsin run` does it all"
        )
    load = partial(load_configuration, path, files=files_of([stage]))
    configuration = load()
    set_up_logging(configuration.settings.logging)
    daemon = Daemon(configuration, load=load, stages=frozenset({stage}), port=port, on_stopping=end_process_in_time)
    serve(daemon, partial(_tell, stage))


async def _tell(stage: Stage, running: Running, stop: asyncio.Event) -> None:
    _log.info("serving", extra={"stage": stage.value, "url": running.url})
    if sys.stdout.isatty():
        where = running.url if stage is Stage.WEB else f"metrics {running.url}/metrics"
        print(f"tocsin {stage}: {where}  ·  Ctrl-C ends", flush=True)
    await stop.wait()
