"""Which shard a feed is in, and which shards a poller should have. Knows no leases and no clock.

A shard is a share of registrable domains: whoever holds it polls all feeds of each of its hosts, and nobody else does.
"""

from __future__ import annotations

from collections.abc import Collection

from monitor.core.ids import partition_of
from monitor.core.sharing import holder_of
from monitor.feeds.domains import polite_key

# On a cluster; for good, as the partitions of `matches` are: pollers that count differently would poll one host at a
# time each, and both be right. Enough for a dozen pollers to get about equal shares, few enough to lease one by one.
POLL_SHARDS = 64

LEASES = "poll/"  # what the names of all shards' leases begin with


def shard_of(feed_url: str, shards: int) -> int:
    """The shard of a feed by its address: all feeds that `polite_key` fetches one at a time are in one."""
    return partition_of(polite_key(feed_url), shards)


def shards_of(member: str, members: Collection[str], shards: int) -> frozenset[int]:
    """The shards that this one of the members should have."""
    return frozenset(shard for shard in range(shards) if holder_of(lease_name(shard), members) == member)


def lease_name(shard: int) -> str:
    """The lease of a shard: who holds it polls its feeds and saves their states."""
    return f"{LEASES}{shard}"
