"""Leases on Redis: a hash per name, kept for good so that tokens only rise.

Why no expiring keys: they would take the token with them, and would run out by the server's clock, not by `now`.
A repeated `acquire` after a lost answer raises the token once more and returns that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.ports import Lease
from monitor.storage.redis.link import Link, Script

_ACQUIRE = Script("""
local held = redis.call('HMGET', KEYS[1], 'owner', 'expires_at')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > tonumber(ARGV[2]) then return false end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'expires_at', ARGV[3])
return redis.call('HINCRBY', KEYS[1], 'token', 1)
""")

# For scripts whose first key is a lease's, and whose first two arguments are its owner and token.
HOLDS_LEASE = """
local lease = redis.call('HMGET', KEYS[1], 'owner', 'token')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] then return 0 end
"""

_RENEW = Script(HOLDS_LEASE + "redis.call('HSET', KEYS[1], 'expires_at', ARGV[3]) return 1")

_RELEASE = Script(HOLDS_LEASE + "return redis.call('HDEL', KEYS[1], 'owner', 'expires_at')")


class RedisLeases:
    """See `Leases`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def acquire(self, name: str, owner: str, *, seconds: float, now: datetime) -> Lease | None:
        """See `Leases`."""
        token = self._link.run(_ACQUIRE, [lease_key(self._link, name)], owner, _moment(now), _end(now, seconds))
        return None if token is None else Lease(name, owner, token)

    def renew(self, lease: Lease, *, seconds: float, now: datetime) -> bool:
        """See `Leases`; one that ran out can still be renewed while nobody took it."""
        key = lease_key(self._link, lease.name)
        return bool(self._link.run(_RENEW, [key], lease.owner, lease.token, _end(now, seconds)))

    def release(self, lease: Lease) -> None:
        """See `Leases`."""
        self._link.run(_RELEASE, [lease_key(self._link, lease.name)], lease.owner, lease.token)


def lease_key(link: Link, name: str) -> str:
    """Where a lease is kept."""
    return link.key("lease", name)


def _moment(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"  # microseconds, of which a number in Lua holds all until the year 2255


def _end(now: datetime, seconds: float) -> str:
    return _moment(now + timedelta(seconds=seconds))
