"""What is remembered of feeds, on Redis: one hash of all states, and a hash of entries per feed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from monitor.core.errors import LeaseLostError
from monitor.core.feed import EntryState, FeedChange, FeedState
from monitor.core.ids import ArticleId, FeedId
from monitor.core.ports import Lease
from monitor.storage.packing import pack, unpack
from monitor.storage.redis.leases import HOLDS_LEASE, lease_key
from monitor.storage.redis.link import Argument, Link, Script

_states = msgspec.json.Decoder(FeedState)
_entries = msgspec.json.Decoder(EntryState)

# Arguments: owner, token, feed, state, number of entries to put, those with their values, entries to delete.
_SAVE = Script(
    HOLDS_LEASE
    + """
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
local puts_end = 5 + 2 * tonumber(ARGV[5])
for i = 6, puts_end, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
for i = puts_end + 1, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
return 1
"""
)

_FORGET = Script(HOLDS_LEASE + "redis.call('HDEL', KEYS[2], ARGV[3]) redis.call('UNLINK', KEYS[3]) return 1")


class RedisFeedStates:
    """See `FeedStates`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._states_key = link.key("feeds")

    def load(self, feed_id: FeedId) -> FeedState | None:
        """See `FeedStates`."""
        value = self._link.call("HGET", self._states_key, feed_id)
        return None if value is None else _state(feed_id, value)

    def load_all(self) -> Mapping[FeedId, FeedState]:
        """See `FeedStates`."""
        values: dict[bytes, bytes] = self._link.call("HGETALL", self._states_key)
        ids = {FeedId(key.decode()): value for key, value in values.items()}
        return {feed_id: _state(feed_id, ids[feed_id]) for feed_id in sorted(ids)}

    def load_entries(self, feed_id: FeedId) -> Mapping[ArticleId, EntryState]:
        """See `FeedStates`."""
        values: dict[bytes, bytes] = self._link.call("HGETALL", self._entries_key(feed_id))
        ids = {ArticleId(key.decode()): value for key, value in values.items()}
        return {one: unpack(ids[one], _entries, f"entry {one} of feed {feed_id}") for one in sorted(ids)}

    def save(self, change: FeedChange, lease: Lease) -> None:
        """See `FeedStates`."""
        puts: list[Argument] = []
        for article_id, entry in change.put.items():
            puts += [article_id, pack(entry)]
        self._run(_SAVE, change.feed_id, lease, pack(change.state), len(change.put), *puts, *change.delete)

    def forget(self, feed_id: FeedId, lease: Lease) -> None:
        """See `FeedStates`."""
        self._run(_FORGET, feed_id, lease)

    def _run(self, script: Script, feed_id: FeedId, lease: Lease, *arguments: Argument) -> None:
        keys = [lease_key(self._link, lease.name), self._states_key, self._entries_key(feed_id)]
        if not self._link.run(script, keys, lease.owner, lease.token, feed_id, *arguments):
            raise LeaseLostError(lease.name)

    def _entries_key(self, feed_id: FeedId) -> str:
        return self._link.key("entries", feed_id)


def _state(feed_id: FeedId, value: bytes) -> FeedState:
    return unpack(value, _states, f"state of feed {feed_id}")
