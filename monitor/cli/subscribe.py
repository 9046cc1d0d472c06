"""`tocsin subscribe`: follow alerts of a running service, each revision once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from monitor.cli.configuration import CONFIG_VARIABLE, config_option, find_config
from monitor.cli.console import print_alert
from monitor.client.follow import Gap, follow_alerts
from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.durations import parse_duration
from monitor.core.errors import UsageError
from monitor.core.settings import load_settings
from monitor.core.stream import BEGINNING, StreamId


@click.command(
    short_help="Follow alerts of a running service.",
    epilog="Example: tocsin subscribe --since 2h --rule 'us-russia-*' --json | jq .data.headline",
)
@config_option
@click.option("--url", help="Address of the service. [default: from the settings file]")
@click.option("--since", help="Begin there: a duration back (2h), a time (2026-11-23T10:00Z), a stream id, or 'all'.")
@click.option("--rule", help="Only rules whose id matches this pattern.")
@click.option("--actor", help="Only alerts about the actor with this id, such as donald-trump.")
@click.option("--severity", type=click.Choice(["low", "medium", "high", "critical"]), help="Only this grave or graver.")
@click.option(
    "--cursor",
    "cursor_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that remembers how far you got, so that the next start misses nothing; --since is for the first.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (CloudEvents) a line.")
def subscribe(
    config_path: Path | None,
    url: str | None,
    since: str | None,
    rule: str | None,
    actor: str | None,
    severity: str | None,
    cursor_path: Path | None,
    as_json: bool,
) -> None:
    """Follow alerts as they come, through restarts of the service; Ctrl-C ends.

    The token, where the service asks for one, is read from the settings or from TOCSIN_WEB__TOKEN.
    """
    address, token = _service(config_path, url)
    now = datetime.now(UTC)
    after = _remembered(cursor_path) or (None if since is None else starting_point(since, now))
    if cursor_path is not None:
        # From the start, not from the first alert: what comes between two short runs must not be missed.
        after = after or StreamId.at(now)
        _remember(cursor_path, after)
    alerts = follow_alerts(address, token=token, after=after, rule=rule, actor=actor, severity=severity, on_state=_say)
    asyncio.run(_print_all(alerts, cursor_path, as_json=as_json))


def starting_point(since: str, now: datetime, *, option: str = "--since") -> StreamId:
    """The place that an option names.

    Raises:
        UsageError: It is none of the allowed forms.
    """
    if since == "all":
        return BEGINNING
    for read in (StreamId.parse, lambda text: StreamId.at(now - parse_duration(text)), _at_time):
        try:
            return read(since)
        except (ValueError, OverflowError):  # the latter: a time before all calendars
            continue
    raise UsageError(f"{option} {since!r}: allowed are 2h, 2026-11-23T10:00Z, a stream id such as 1795430400000-0, all")


def _at_time(text: str) -> StreamId:
    moment = datetime.fromisoformat(text)
    return StreamId.at(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _service(config_path: Path | None, url: str | None) -> tuple[str, str | None]:
    if url is not None:
        return url.rstrip("/"), os.environ.get("TOCSIN_WEB__TOKEN")
    web = load_settings(find_config(config_path)).web
    host = f"[{web.host}]" if ":" in web.host else web.host
    if not web.port:
        raise UsageError(f"web.port is 0 in the settings (${CONFIG_VARIABLE}): name the address with --url")
    return f"http://{host}:{web.port}", web.token.get_secret_value() if web.token else None


def _remembered(path: Path | None) -> StreamId | None:
    if path is None:
        return None
    try:
        return StreamId.parse(path.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"--cursor {path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"--cursor {path}: {error}") from error


def _remember(path: Path, place: StreamId | str) -> None:
    # Beside, then renamed: a crash leaves the old place or the new one, never half of it.
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(f"{place}\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"--cursor {path}: cannot be written: {error.strerror}") from error


async def _print_all(alerts: AsyncGenerator[Alert | Gap, None], cursor_path: Path | None, *, as_json: bool) -> None:
    console = Console()
    async with aclosing(alerts) as following:
        async for item in following:
            if isinstance(item, Gap):
                _say(f"some alerts are gone from the history: {item}")
                continue
            if as_json:
                print(encode(item).decode(), flush=True)
            else:
                print_alert(console, item)
            if cursor_path is not None and item.streamid is not None:
                _remember(cursor_path, item.streamid)


def _say(text: str) -> None:
    print(f"tocsin: {text}", file=sys.stderr)
