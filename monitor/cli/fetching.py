"""Builds what fetches and parses feeds, for the daemon and for `feeds check`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from monitor.core.clock import Clock
from monitor.core.settings import PollSettings
from monitor.core.workers import WorkerPool
from monitor.feeds.document_parser import PooledParser, prepare_worker
from monitor.feeds.fetch import Fetcher


@dataclass(frozen=True)
class Fetching:
    """A fetcher, and a parser in worker processes."""

    fetcher: Fetcher
    parser: PooledParser


@asynccontextmanager
async def open_fetching(settings: PollSettings, clock: Clock) -> AsyncIterator[Fetching]:
    """Both, closed at the end; parses that still run are killed."""
    pool = WorkerPool(settings.workers, prepare=prepare_worker)
    try:
        async with Fetcher(settings, version=version("tocsin"), clock=clock) as fetcher:
            yield Fetching(fetcher, PooledParser(pool, deadline_seconds=settings.parse_deadline.total_seconds()))
    finally:
        pool.close()
