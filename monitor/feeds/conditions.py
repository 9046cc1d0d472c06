"""How the feeds of this process are, counted for the metric. Knows no schedule and no stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from monitor.core.feed import FeedState
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics


class Conditions:
    """The condition of each watched feed. Each process shows its own feeds: the sum over all processes is right."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._of: dict[FeedId, str] = {}
        self._counts = Counter[str]()

    def set(self, feed_id: FeedId, state: FeedState | None) -> None:
        """A feed is as its state says; None: it was never polled."""
        self.forget([feed_id])
        self._of[feed_id] = condition = _condition(state)
        self._counts[condition] += 1

    def set_disabled(self, count: int) -> None:
        """So many feeds are not watched because their user does not wish it now."""
        self._counts["disabled"] = count

    def forget(self, feed_ids: Iterable[FeedId]) -> None:
        """These are watched no more, or not by us."""
        for feed_id in feed_ids:
            condition = self._of.pop(feed_id, None)
            if condition is not None:
                self._counts[condition] -= 1

    def show(self) -> None:
        """Set the metric."""
        for condition in ("ok", "failing", "new", "disabled"):
            self._metrics.feeds.labels(condition).set(self._counts[condition])


def _condition(state: FeedState | None) -> str:
    if state is None or state.status is None:
        return "new"
    return "failing" if state.status.is_failure else "ok"
