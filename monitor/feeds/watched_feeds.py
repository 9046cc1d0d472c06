"""The feeds of the shards in hand: their schedule, and what is remembered of them. Knows no network and no store.

What is remembered of a feed lives as long as the hold on its shard: another poller may have polled it meanwhile, so who
takes a shard begins from what is saved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from monitor.core.feed import Feed, FeedState
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.ports import Lease
from monitor.core.settings import PollSettings
from monitor.feeds.conditions import Conditions
from monitor.feeds.poll import FULL_FETCH_EVERY
from monitor.feeds.schedule import Schedule, due_again_at, first_due_times
from monitor.feeds.shards import shard_of
from monitor.feeds.silence import SilenceWatch


class WatchedFeeds:
    """Which feeds there are, and which of them are ours. For the event loop's thread.

    Attributes:
        mine: The shards in hand, each with the lease under which its feeds are polled.
        schedule: When our feeds are due.
        silence: Which of them have fallen silent.
    """

    def __init__(self, feeds: Sequence[Feed], *, shards: int, settings: PollSettings, metrics: Metrics) -> None:
        """No feed is ours before `begin`."""
        self.mine: dict[int, Lease] = {}
        self.schedule = Schedule()
        self.silence = SilenceWatch(settings.silent_after)
        self._shards = shards
        self._settings = settings
        self._metrics = metrics
        self._conditions = Conditions(metrics)
        self._ours: dict[FeedId, Feed] = {}
        self._unseen: set[FeedId] = set()
        self._asked_in_full: dict[FeedId, datetime] = {}
        self._wish_for(feeds)

    def set_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """There are these from now on; new and changed ones of ours are due soon."""
        before = self._ours
        self._wish_for(feeds)
        self._ours = {feed.id: feed for feed in self._enabled_of(self.mine)}
        self._forget(before.keys() - self._ours.keys())
        changed = [feed for feed in self._ours.values() if before.get(feed.id) != feed]
        self._make_due(first_due_times(changed, {}, self._settings, now))
        for feed_id in self._ours.keys() - before.keys():
            self._conditions.set(feed_id, None)
            self._unseen.add(feed_id)
        self._show()

    def begin(self, gained: Mapping[int, Lease], states: Mapping[FeedId, FeedState], now: datetime) -> None:
        """These shards are ours: each of their feeds is due as its state says, which was loaded since."""
        self.mine.update(gained)
        feeds = self._enabled_of(gained)
        self._make_due(first_due_times(feeds, states, self._settings, now))
        for feed in feeds:
            state = states.get(feed.id)
            self._ours[feed.id] = feed
            self._conditions.set(feed.id, state)
            self._asked_in_full[feed.id] = now
            if state is not None:
                self.silence.note(feed.id, state, now)
            if state is None or state.last_poll_at is None:
                self._unseen.add(feed.id)
        self._show()

    def drop(self, shards: Collection[int]) -> list[FeedId]:
        """These shards are ours no more; their feeds."""
        if not shards:
            return []
        for shard in tuple(shards):
            del self.mine[shard]
        dropped = [feed_id for feed_id in self._ours if self._shard_of[feed_id] not in self.mine]
        self._forget(dropped)
        self._show()
        return dropped

    def get(self, feed_id: FeedId) -> Feed | None:
        """A feed that is ours to poll; None for any other."""
        return self._ours.get(feed_id)

    def is_wished(self, feed_id: FeedId) -> bool:
        """Whether there is such a feed, ours or not."""
        return feed_id in self._wished

    def shard(self, feed: Feed) -> int:
        """The shard of a feed that is ours."""
        return self._shard_of[feed.id]

    def lease_at(self, url: str) -> Lease | None:
        """The lease for what stands at this address; None when that is another's."""
        return self.mine.get(shard_of(url, self._shards))

    def is_full_due(self, feed: Feed, now: datetime) -> bool:
        """Whether to ask this time as if nothing were known."""
        return now - self._asked_in_full.setdefault(feed.id, now) >= FULL_FETCH_EVERY

    def asked_in_full(self, feed: Feed, at: datetime) -> None:
        """It was."""
        self._asked_in_full[feed.id] = at

    def polled(self, feed_id: FeedId, state: FeedState, now: datetime) -> None:
        """Take in what a poll of a feed of ours left behind."""
        self.silence.note(feed_id, state, now)
        self._conditions.set(feed_id, state)
        self._conditions.show()
        self._unseen.discard(feed_id)

    def schedule_next(self, feed_id: FeedId, state: FeedState | None, now: datetime) -> None:
        """Make a feed due by its state, or now; nothing happens when it is due already, or not ours."""
        due_at = None if state is None else due_again_at(state, now)
        self.schedule_at(feed_id, due_at or now)

    def schedule_at(self, feed_id: FeedId, due_at: datetime) -> None:
        """Make a feed due then, which may be past; nothing happens when it is due already, or not ours."""
        if feed_id in self._ours and feed_id not in self.schedule:
            self.schedule.add(feed_id, due_at)

    @property
    def was_each_polled(self) -> bool:
        """Whether we have feeds, and each was polled at least once, by whomever."""
        return bool(self.mine) and not self._unseen

    def __len__(self) -> int:
        return len(self._ours)

    def _wish_for(self, feeds: Iterable[Feed]) -> None:
        self._wished = {feed.id: feed for feed in feeds}
        self._shard_of = {feed.id: shard_of(feed.url, self._shards) for feed in self._wished.values()}

    def _enabled_of(self, shards: Collection[int]) -> list[Feed]:
        return [feed for feed in self._wished.values() if feed.enabled and self._shard_of[feed.id] in shards]

    def _make_due(self, times: Mapping[FeedId, datetime]) -> None:
        for feed_id, due_at in times.items():
            self.schedule.add(feed_id, due_at)

    def _forget(self, feed_ids: Collection[FeedId]) -> None:
        for feed_id in feed_ids:
            self.schedule.remove(feed_id)
            self._ours.pop(feed_id, None)
            self._unseen.discard(feed_id)
            self.silence.forget(feed_id)
            self._asked_in_full.pop(feed_id, None)
        self._conditions.forget(feed_ids)

    def _show(self) -> None:
        disabled = (feed for feed in self._wished.values() if not feed.enabled)
        self._conditions.set_disabled(sum(self._shard_of[feed.id] in self.mine for feed in disabled))
        self._conditions.show()
        self._metrics.poll_shards.set(len(self.mine))
