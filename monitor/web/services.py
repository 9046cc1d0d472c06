"""What the web needs of the rest, handed in by the wiring. Knows no adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pydantic import SecretStr

from monitor.core.clock import Clock, utc_now
from monitor.core.feed import Feed
from monitor.core.metrics import Metrics
from monitor.core.ports import AlertHistory, FeedStates


class Why(Protocol):
    """Explains what became of an article."""

    def __call__(self, url: str, /) -> str:
        """Plain text for a person; may block for seconds (it matches again)."""


class Entries(Protocol):
    """The part of `PartitionStates` that pages need."""

    def entries(self, prefix: str) -> Iterator[tuple[int, str, bytes]]:
        """Partition, key and value of every entry whose key starts with `prefix`."""


@dataclass(frozen=True, kw_only=True)
class StatusServices:
    """What tells how a process is: metrics and health.

    Attributes:
        problems: What keeps the process from being ready, by name; empty when it is. May block.
        set_aside: Rules that this process evaluates no more until rules are loaded again, by id, and why.
        token: What callers must send; None serves everybody who can connect.
        host: The host in the settings: callers may name it in their Host header, beside loopback names.
    """

    metrics: Metrics
    problems: Callable[[], Mapping[str, str]]
    set_aside: Callable[[], Mapping[str, str]] = dict
    token: SecretStr | None = None
    host: str = "127.0.0.1"
    clock: Clock = utc_now


@dataclass(frozen=True, kw_only=True)
class WebServices(StatusServices):
    """Everything that the web shows or asks.

    Attributes:
        feeds: The feeds in force now; asked anew each time, so a reload shows.
        why: Explains an article's URL; may block.
        retry: How long clients are told to wait before they connect again, and we before asking a failed store again.
    """

    history: AlertHistory
    feeds: Callable[[], Sequence[Feed]]
    feed_states: FeedStates
    partition_states: Entries
    why: Why
    retry: timedelta = timedelta(seconds=1)
