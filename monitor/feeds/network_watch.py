"""Whether feeds fail or the network does: when no feed answers, that is said once. Knows no network and no clock."""

from __future__ import annotations

from enum import Enum

from monitor.core.feed import PollStatus
from monitor.core.ids import FeedId

FEEDS_THAT_MAKE_AN_OUTAGE = 5  # in a row and different ones, with no answer from anybody between

_SILENT = frozenset({PollStatus.NETWORK, PollStatus.DNS, PollStatus.TIMEOUT})


class NetworkChange(Enum):
    """What a poll changed in the picture."""

    NONE = "none"
    DOWN = "down"
    BACK = "back"


class NetworkWatch:
    """Counts the feeds that did not answer since one last did.

    Attributes:
        silent: Those feeds, in the order they fell silent.
        was_silent: They, as of the last answer.
    """

    def __init__(self) -> None:
        self.is_down = False
        self.silent: dict[FeedId, None] = {}
        self.was_silent: tuple[FeedId, ...] = ()

    def record(self, feed_id: FeedId, status: PollStatus, *, feeds: int) -> NetworkChange:
        """Take in how a poll ended.

        Args:
            feeds: How many are watched: with fewer than five, all of them must be silent.
        """
        if status in _SILENT:
            self.silent[feed_id] = None
            if self.is_down or len(self.silent) < min(feeds, FEEDS_THAT_MAKE_AN_OUTAGE):
                return NetworkChange.NONE
            self.is_down = True
            return NetworkChange.DOWN
        was_down, self.is_down = self.is_down, False
        self.was_silent = tuple(self.silent)
        self.silent.clear()
        return NetworkChange.BACK if was_down else NetworkChange.NONE

    def forget(self, feed_id: FeedId) -> None:
        """This feed is watched by another process now."""
        self.silent.pop(feed_id, None)

    def excuses(self, status: PollStatus) -> bool:
        """Whether a failure is the network's and not the feed's."""
        return self.is_down and status in _SILENT
