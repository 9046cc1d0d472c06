"""`tocsin feeds`: the feeds in the configuration, how they are, and whether they answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from monitor.cli.backend import open_view
from monitor.cli.configuration import config_option, find_config
from monitor.cli.feeds_file import with_disabled
from monitor.cli.fetching import open_fetching
from monitor.cli.main import FAILED, FINE
from monitor.core.clock import utc_now
from monitor.core.errors import StoreError
from monitor.core.escape import one_line
from monitor.core.feed import Feed, FeedState, PollStatus
from monitor.core.ids import FeedId
from monitor.core.settings import PollSettings, Settings, load_settings
from monitor.feeds.check import FeedCheck, check_feed
from monitor.feeds.feed_list import load_feeds
from monitor.web.words import ago, feed_rows

_AT_ONE_TIME = 16
_WIDTH_IN_FILES = 200  # characters; on a terminal its own width

_HEALTH_STYLES = {"failing": "red", "new": "dim", "ok": "green", "disabled": "dim"}

# Answers that say "there is no feed here", as against a network that is away just now.
_DEAD = frozenset({PollStatus.DNS, PollStatus.HTTP_STATUS, PollStatus.NOT_A_FEED, PollStatus.TLS, PollStatus.NETWORK})


@click.group(epilog="Example: tocsin feeds check && tocsin feeds list")
def feeds() -> None:
    """Work on the feeds in the configuration."""


@feeds.command(
    "list",
    short_help="The feeds and how their last polls went.",
    epilog="Example: tocsin feeds list --json | jq '.[] | select(.state.failures > 0)'",
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def list_feeds(config_path: Path | None, as_json: bool) -> None:
    """List the feeds and how their last polls went."""
    settings = load_settings(find_config(config_path))
    rows = feed_rows(load_feeds(settings.feeds), _states(settings), utc_now())
    if as_json:
        _print_json([{**msgspec.to_builtins(row.feed), "state": msgspec.to_builtins(row.state)} for row in rows])
        return
    table = _table("feed", "state", "articles", "address")
    for row in rows:
        table.add_row(
            one_line(row.feed.id, 40),
            Text(row.words, _HEALTH_STYLES[row.health]),
            str(row.state.articles_total) if row.state else "–",
            Text(one_line(row.feed.url, 80)),
        )
    Console(width=None if sys.stdout.isatty() else _WIDTH_IN_FILES).print(table)


@feeds.command(
    "check",
    short_help="Fetch each feed once; offer to disable the dead.",
    epilog="Example: tocsin feeds check --disable-dead",
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.option("--disable-dead", is_flag=True, help="Disable feeds that do not answer, without asking.")
def check_feeds(config_path: Path | None, as_json: bool, disable_dead: bool) -> int:
    """Fetch each enabled feed once; offer to disable the dead ones. Exits 1 when one fails."""
    settings = load_settings(find_config(config_path))
    enabled = [feed for feed in load_feeds(settings.feeds) if feed.enabled]
    checks = asyncio.run(_check_all(enabled, settings.poll, progress=sys.stderr.isatty()))
    if as_json:
        _print_json([msgspec.to_builtins(check) for check in checks])
    else:
        _print_checks(checks)
    dead = [feed for feed, check in zip(enabled, checks, strict=True) if check.status in _DEAD]
    if dead and len(dead) == len(enabled) > 1:
        print("No feed answers: is the network down? Nothing is disabled.", file=sys.stderr)
    elif dead and (disable_dead or _agrees(len(dead), settings.feeds)):
        _disable(settings.feeds, dead)
    return FAILED if any(check.status.is_failure for check in checks) else FINE


async def _check_all(feeds: Sequence[Feed], settings: PollSettings, *, progress: bool) -> list[FeedCheck]:
    slots = asyncio.Semaphore(_AT_ONE_TIME)
    with Progress(console=Console(stderr=True), disable=not progress, transient=True) as bar:
        task = bar.add_task("checking feeds", total=len(feeds))
        async with open_fetching(settings, utc_now) as fetching:

            async def check(feed: Feed) -> FeedCheck:
                async with slots:
                    done = await check_feed(feed, fetcher=fetching.fetcher, parser=fetching.parser, clock=utc_now)
                bar.advance(task)
                return done

            return await asyncio.gather(*(check(feed) for feed in feeds))


def _print_checks(checks: Sequence[FeedCheck]) -> None:
    table = _table("feed", "answer", "entries", "newest", "lang", "seconds", "remarks")
    now = utc_now()
    for check in checks:
        remarks = f"moved to {check.moved_to}" if check.moved_to else check.detail
        style = "red" if check.status.is_failure else "green"
        table.add_row(
            one_line(check.feed_id, 40),
            Text(check.status, style),
            str(check.entries),
            ago(check.newest_at, now) if check.newest_at else "–",
            check.lang,
            f"{check.duration_seconds:.1f}",
            Text(one_line(remarks, 100)),
        )
    Console(width=None if sys.stdout.isatty() else _WIDTH_IN_FILES).print(table)
    fine = sum(not check.status.is_failure for check in checks)
    print(f"{fine} of {len(checks)} feeds answer as they should")


def _agrees(count: int, path: Path) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return click.confirm(f"Disable the {count} dead feeds in {path}?")


def _disable(path: Path, dead: Sequence[Feed]) -> None:
    changed = with_disabled(path.read_text(encoding="utf-8"), {feed.url for feed in dead})
    beside = path.with_name(path.name + ".new")
    beside.write_text(changed, encoding="utf-8")
    beside.replace(path)
    print(f"{len(dead)} feeds disabled in {path}", file=sys.stderr)


def _states(settings: Settings) -> Mapping[FeedId, FeedState]:
    """What is remembered of feeds; nothing before the first `tocsin run`."""
    if settings.backend == "embedded" and not settings.data.exists():
        return {}
    try:
        with open_view(settings) as view:
            return dict(view.feed_states.load_all())
    except StoreError as error:
        print(f"tocsin: states are not shown: {error}", file=sys.stderr)
        return {}


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table


def _print_json(value: object) -> None:
    print(msgspec.json.encode(value).decode())
