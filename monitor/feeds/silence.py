"""Which feeds have fallen silent: they fail, or answer and bring nothing new. Knows no network and no clock.

Why the time from when we first heard of a feed counts where nothing else is known: a feed that never answered, or one
that was empty from the beginning, has no last time of which it could be long ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.feed import FeedState
from monitor.core.ids import FeedId


@dataclass(frozen=True)
class _Heard:
    since: datetime
    success_at: datetime
    news_at: datetime


class SilenceWatch:
    """Remembers when feeds last answered and last brought something; `count` may be asked in any thread."""

    def __init__(self, silent_after: timedelta) -> None:
        self._silent_after = silent_after
        self._heard: dict[FeedId, _Heard] = {}

    def note(self, feed_id: FeedId, state: FeedState, now: datetime) -> None:
        """Take over what the state of a feed says."""
        before = self._heard.get(feed_id)
        since = before.since if before else now
        self._heard[feed_id] = _Heard(since, state.last_success_at or since, state.last_new_at or since)

    def forget(self, feed_id: FeedId) -> None:
        """It is watched no more, or not by us."""
        self._heard.pop(feed_id, None)

    def count(self, now: datetime) -> int:
        """How many of the feeds are silent."""
        heard = tuple(self._heard.values())  # in one step: another thread may add to them
        return sum(is_silent(one.success_at, one.news_at, silent_after=self._silent_after, now=now) for one in heard)


def is_silent(success_at: datetime, news_at: datetime, *, silent_after: timedelta, now: datetime) -> bool:
    """Whether for so long no poll of the feed succeeded, or none brought a new or changed article."""
    return now - min(success_at, news_at) >= silent_after
