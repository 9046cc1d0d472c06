"""Leases on Redis: a hash per name, kept for good so that tokens only rise, and one index of names by their end.

The index is written in the same step as the hash, so that who holds what is known without a walk over all keys. Names
leave it a while after they ran out: clocks differ, and one that is ahead must not take a lease off that is still held.

Why no expiring keys: they would take the token with them, and would run out by the server's clock, not by `now`.
A repeated `acquire` after a lost answer raises the token once more and returns that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.core.ports import Lease
from monitor.storage.redis.link import Link, Script

_FORGET_AFTER = timedelta(hours=1)  # more than clocks differ

# For all three scripts, keys: the lease and the index.
_ACQUIRE = Script("""
local held = redis.call('HMGET', KEYS[1], 'owner', 'expires_at')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > tonumber(ARGV[2]) then return false end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'expires_at', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[5])
return redis.call('HINCRBY', KEYS[1], 'token', 1)
""")

# For scripts whose first key is a lease's, and whose first two arguments are its owner and token.
HOLDS_LEASE = """
local lease = redis.call('HMGET', KEYS[1], 'owner', 'token')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] then return 0 end
"""

_RENEW = Script(
    HOLDS_LEASE
    + """
redis.call('HSET', KEYS[1], 'expires_at', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
return 1
"""
)

_RELEASE = Script(
    HOLDS_LEASE
    + """
redis.call('ZREM', KEYS[2], ARGV[3])
return redis.call('HDEL', KEYS[1], 'owner', 'expires_at')
"""
)


class RedisLeases:
    """See `Leases`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._index = link.key("leases")

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        """See `Leases`."""
        forget = _moment(now - _FORGET_AFTER)
        token = self._link.run(_ACQUIRE, self._keys(name), owner, _moment(now), _end(now, seconds), name, forget)
        return None if token is None else Lease(name, owner, token)

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        """See `Leases`; one that ran out can still be renewed while nobody took it."""
        keys = self._keys(lease.name)
        return bool(self._link.run(_RENEW, keys, lease.owner, lease.token, _end(now, seconds), lease.name))

    def release(self, lease: Lease) -> None:
        """See `Leases`."""
        self._link.run(_RELEASE, self._keys(lease.name), lease.owner, lease.token, lease.name)

    def holders(self, prefix: str, now: datetime) -> Mapping[str, str]:
        """See `Leases`; one given up or taken over while we ask shows as it is then."""
        live: list[bytes] = self._link.call("ZRANGEBYSCORE", self._index, f"({_moment(now)}", "+inf")
        names = sorted(name for name in map(bytes.decode, live) if name.startswith(prefix))
        if not names:
            return {}
        owners = self._link.together(*(("HGET", lease_key(self._link, name), "owner") for name in names))
        return {name: owner.decode() for name, owner in zip(names, owners, strict=True) if owner is not None}

    def _keys(self, name: str) -> list[str]:
        return [lease_key(self._link, name), self._index]


def lease_key(link: Link, name: str) -> str:
    """Where a lease is kept."""
    return link.key("lease", name)


def _moment(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"  # microseconds, of which a number in Lua holds all until the year 2255


def _end(now: datetime, seconds: float) -> str:
    return _moment(now + timedelta(seconds=seconds))
