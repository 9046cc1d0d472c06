"""The polls under way: one at a time per host, and which of them may be dropped. Decides nothing about when."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime

from monitor.core.errors import LeaseLostError
from monitor.core.feed import Feed
from monitor.core.ids import FeedId
from monitor.core.ports import Lease
from monitor.feeds.domains import polite_key
from monitor.feeds.poll import PollOutcome

_log = logging.getLogger(__name__)

DRAIN_SECONDS = 1.5  # appends and saves under way at a stop; the rest is dropped and fetched again


@dataclass(eq=False)
class RunningPoll:
    """A poll of a feed under the lease of its shard.

    Attributes:
        due_at: When it was due.
        storing: Its second half, once that has begun: appending and saving, which are not to be parted.
    """

    feed: Feed
    shard: int
    lease: Lease
    due_at: datetime
    storing: asyncio.Task[PollOutcome] | None = None


@dataclass(frozen=True)
class Ended:
    """A poll that is over, and those that waited for its host.

    Attributes:
        task: Done: has a result, an error, or was cancelled.
    """

    poll: RunningPoll
    task: asyncio.Task[PollOutcome]
    waiting: tuple[RunningPoll, ...]


class RunningPolls:
    """Starts, drops and drains polls. For the event loop's thread."""

    def __init__(self, *, on_end: Callable[[], None]) -> None:
        """`on_end` is called when a poll is over: it can be taken out then."""
        self._on_end = on_end
        self._tasks: dict[asyncio.Task[PollOutcome], RunningPoll] = {}
        self._waiting: dict[str, deque[RunningPoll]] = {}  # by host, for each that is busy
        self._freed_at: dict[str, datetime] = {}  # by host, for each that feeds have waited for

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def shards(self) -> frozenset[int]:
        """The shards with a poll under way."""
        return frozenset(poll.shard for poll in self._tasks.values())

    def has(self, feed_id: FeedId) -> bool:
        """Whether this feed is being polled."""
        return any(poll.feed.id == feed_id for poll in self._tasks.values())

    def start(self, poll: RunningPoll, work: Callable[[RunningPoll], Coroutine[None, None, PollOutcome]]) -> bool:
        """Do the work of a poll, unless its host is busy: then it waits, and is given back with `Ended`.

        Returns:
            Whether it has begun.
        """
        key = polite_key(poll.feed.url)
        if key in self._waiting:
            self._waiting[key].append(poll)
            return False
        self._waiting[key] = deque()
        task = asyncio.create_task(work(poll), name=f"poll {poll.feed.id}")
        task.add_done_callback(lambda _: self._on_end())
        self._tasks[task] = poll
        return True

    def seconds_late(self, poll: RunningPoll, now: datetime) -> float:
        """How long a poll that starts now could have started before: it was due, and its host's turn had come."""
        freed_at = self._freed_at.get(polite_key(poll.feed.url), poll.due_at)
        return (now - max(poll.due_at, freed_at)).total_seconds()

    def take_ended(self, now: datetime) -> list[Ended]:
        """Take out those that are over."""
        return [self._ended(task, now) for task in tuple(self._tasks) if task.done()]

    def drop_fetches(self, is_dropped: Callable[[RunningPoll], bool] = lambda _: True) -> None:
        """Drop these polls, but those that store already: their token tells whether they may."""
        for task, poll in self._tasks.items():
            if poll.storing is None and is_dropped(poll):
                task.cancel()

    def _ended(self, task: asyncio.Task[PollOutcome], now: datetime) -> Ended:
        poll = self._tasks.pop(task)
        key = polite_key(poll.feed.url)
        waiting = tuple(self._waiting.pop(key))
        if waiting:
            self._freed_at[key] = now
        else:
            self._freed_at.pop(key, None)
        return Ended(poll, task, waiting)

    async def drain(self) -> None:
        """Drop all fetches, and give what is being stored `DRAIN_SECONDS`; raises what that raised."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        storing = [poll.storing for poll in self._tasks.values() if poll.storing is not None]
        self._tasks.clear()
        if not storing:
            return
        done, late = await asyncio.wait(storing, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            try:
                task.result()
            except LeaseLostError as error:  # it is another's by now, who polls again
                _log.debug("late write refused", extra={"error": str(error)})
