"""When to poll a feed next, and which feeds are due. Knows no network and no clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from monitor.core.feed import Feed, FeedState
from monitor.core.ids import FeedId
from monitor.core.settings import PollSettings

MAX_RETRY_AFTER = timedelta(hours=24)  # some servers wish for days; we look once a day
START_WINDOW = timedelta(seconds=30)  # feeds long due at a start are spread over this
AT_ONCE = 10  # of those, so that something shows soon


def next_poll_at(
    now: datetime,
    feed: Feed,
    settings: PollSettings,
    *,
    failures: int,
    retry_after_seconds: float | None,
    jitter: float,
) -> datetime:
    """When this feed is due again.

    Never earlier than `settings.min_interval` from now. Failures in a row double the wait up to
    `settings.max_backoff` (a longer interval stays as it is); the server's wish may only lengthen it, up to a day.

    Args:
        now: Aware UTC, taken after the response arrived.
        failures: Failed polls in a row, this one included.
        jitter: 0.0 to 1.0, the share of the settings' spread to add; the caller draws it.

    Source: Retry-After, RFC 9110 section 10.2.3.
    """
    interval = max(interval_of(feed, settings), settings.min_interval)
    wait = max(interval, min(interval * 2 ** min(failures, 20), settings.max_backoff)) if failures else interval
    if retry_after_seconds is not None:
        wait = max(wait, min(timedelta(seconds=min(retry_after_seconds, 1e9)), MAX_RETRY_AFTER))
    return now + wait * (1 + settings.jitter * jitter)


def interval_of(feed: Feed, settings: PollSettings) -> timedelta:
    """How often a feed is polled: as its user wishes, else as all are."""
    return settings.interval if feed.interval_seconds is None else timedelta(seconds=feed.interval_seconds)


def due_again_at(state: FeedState, now: datetime) -> datetime | None:
    """When a feed is due by its state, None when that does not say; a clock set back does not lengthen the wait."""
    if state.next_poll_at is None or state.last_poll_at is None:
        return state.next_poll_at
    return state.next_poll_at - max(timedelta(0), state.last_poll_at - now)


def first_due_times(
    feeds: Iterable[Feed], states: Mapping[FeedId, FeedState], settings: PollSettings, now: datetime
) -> dict[FeedId, datetime]:
    """When each feed is due after a start, or when it was another process's: as saved.

    What was due longer ago than `START_WINDOW` is spread over such a window, at most a second apart; what became due
    since is polled at once, as it would have been: that much is never a stampede. A time saved for another address
    does not count, nor one further off than any wait could be.
    """
    due: dict[FeedId, datetime] = {}
    overdue: list[Feed] = []
    farthest = now + 2 * max(settings.max_backoff, MAX_RETRY_AFTER)
    for feed in feeds:
        state = states.get(feed.id)
        saved = due_again_at(state, now) if state and state.url in {feed.url, ""} else None
        if saved is not None and now - START_WINDOW < saved <= max(farthest, now + 2 * interval_of(feed, settings)):
            due[feed.id] = saved
        else:
            overdue.append(feed)
    apart = min(timedelta(seconds=1), START_WINDOW / max(1, len(overdue) - AT_ONCE))
    for index, feed in enumerate(overdue):
        due[feed.id] = now + apart * max(0, index + 1 - AT_ONCE)
    return due


class Schedule:
    """Feeds by due time. Not for use from several threads."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, FeedId]] = []
        self._due: dict[FeedId, datetime] = {}

    def add(self, feed_id: FeedId, due_at: datetime) -> None:
        """Make the feed due then, and at no other time."""
        self._due[feed_id] = due_at
        heapq.heappush(self._heap, (due_at, feed_id))
        if len(self._heap) > 64 + 4 * len(self._due):
            self._heap = [(due_at, feed_id) for feed_id, due_at in self._due.items()]
            heapq.heapify(self._heap)

    def shift(self, by: timedelta) -> None:
        """Move every due time: the clock did."""
        self._due = {feed_id: due + by for feed_id, due in self._due.items()}
        self._heap = [(due, feed_id) for feed_id, due in self._due.items()]
        heapq.heapify(self._heap)

    def remove(self, feed_id: FeedId) -> None:
        """Make it due no more; nothing happens when it was not."""
        self._due.pop(feed_id, None)

    def due(self, now: datetime, limit: int) -> list[FeedId]:
        """Take out up to `limit` feeds that are due, longest due first."""
        taken: list[FeedId] = []
        while len(taken) < limit and (first := self.next_due()) is not None and first <= now:
            _, feed_id = heapq.heappop(self._heap)
            del self._due[feed_id]
            taken.append(feed_id)
        return taken

    def next_due(self) -> datetime | None:
        """When the next feed is due; None when there is none."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)  # removed or moved since
        return self._heap[0][0] if self._heap else None

    def __contains__(self, feed_id: FeedId) -> bool:
        return feed_id in self._due

    def __len__(self) -> int:
        return len(self._due)
