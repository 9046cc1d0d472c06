"""`tocsin recover`: what a lost state store held, rebuilt from the log."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.backend import kafka_connection, open_any_backend
from monitor.cli.configuration import config_option, find_config, load_configuration
from monitor.cli.main import FAILED, FINE
from monitor.cli.parts import gates_of
from monitor.cli.recovery import Plan, Recovery
from monitor.cli.subscribe import starting_point
from monitor.core.clock import utc_now
from monitor.core.errors import StoreInUseError
from monitor.core.settings import Settings
from monitor.storage.kafka import group_members
from monitor.web.words import counted

_GROUPS = ("match", "alert", "publish")


@click.command(
    short_help="Rebuild from the log what a lost state store held.",
    epilog="Example: tocsin recover --dry-run; tocsin recover && tocsin run",
)
@config_option
@click.option(
    "--dry-run", is_flag=True, help="Say what would be done and change nothing; exits 1 when there is something."
)
@click.option(
    "--resend-since",
    help="Send to subscriptions again what was published since: a duration back (2h), a time (2026-11-23T10:00Z), "
    "or 'all'.",
)
def recover(config_path: Path | None, dry_run: bool, resend_since: str | None) -> int:
    """Rebuild the alert history, feeds, subscriptions and stories from the log, after Redis lost them.

    To be run while no stage runs. Nothing is sent, what is there and fits stays, and it can be run again at any time.
    """
    configuration = load_configuration(find_config(config_path))
    settings = configuration.settings
    plan = Plan(
        prefix=settings.prefix,
        feeds=configuration.feeds,
        gates=gates_of(configuration.rules),
        subscriptions=configuration.subscriptions,
        keep_articles=settings.log.articles,
        keep_alerts=settings.log.alerts,
        resend=None if resend_since is None else starting_point(resend_since, utc_now(), option="--resend-since"),
        is_dry=dry_run,
    )
    _refuse_beside_stages(settings)
    with open_any_backend(settings, utc_now) as store:
        is_work = Recovery(plan, store, utc_now, tell=_tell, progress=_show_progress).run()
    if dry_run:
        _tell("nothing was changed" if is_work else "nothing is missing")
        return FAILED if is_work else FINE
    _refuse_beside_stages(settings)  # one that began meanwhile may have saved over what was rebuilt
    _tell("dead deliveries are on no log: those that were lost stay lost" if is_work else "nothing was missing")
    return FINE


def _refuse_beside_stages(settings: Settings) -> None:
    """On a cluster, what no lock tells: after the loss of Redis a process may run on without its leases."""
    if settings.backend != "cluster":
        return
    connection = kafka_connection(settings)
    members = group_members(connection, [f"{settings.prefix}-{group}" for group in _GROUPS])
    for group, count in members.items():
        if count:
            raise StoreInUseError(
                f"{settings.prefix} on {connection}",
                f"{counted(count, 'member')} of group {group} (a process that was killed leaves within 15 s)",
            )


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    print(line, flush=True)


def _show_progress(records: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{records:,} records read", end="", file=sys.stderr, flush=True)
