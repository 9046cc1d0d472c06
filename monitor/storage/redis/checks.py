"""What a Redis server must promise before we keep state on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.core.errors import StoreError
from monitor.storage.redis.link import Link, Script

MIN_VERSION = (6, 2)  # the first with XTRIM MINID and open ends in XRANGE

# One call of each command that our scripts and adapters make; {} is a key or a channel of the tenant.
_CALLS = (
    *("hget {} x", "hmget {} x", "hset {} x x", "hsetnx {} x x", "hdel {} x", "hgetall {}", "hkeys {}", "hscan {} 0"),
    *("hincrby {} x 1", "incr {}", "unlink {}", "zadd {} 1 x", "zrem {} x"),
    *("zrangebyscore {} 0 1", "zremrangebyscore {} 0 1"),
    *("xadd {} 1-1 x x", "xdel {} 1-1", "xrange {} - +", "xrevrange {} + -", "xtrim {} MINID 1"),
    *("multi", "exec", "publish {} x", "subscribe {}", "unsubscribe {}", "ping"),
)

# Why before anything is written: a script that is refused in the middle has done its first half.
# Redis before 7.0 cannot say. Arguments: the calls. Answers those that are refused.
_REFUSED = Script("""
local refused = {}
if not redis.acl_check_cmd then return refused end
for _, call in ipairs(ARGV) do
  local words = {}
  for word in string.gmatch(call, '%S+') do words[#words + 1] = word end
  if not redis.acl_check_cmd(unpack(words)) then refused[#refused + 1] = call end
end
return refused
""")


def check_server(link: Link, *, allow_volatile: bool) -> None:
    """Refuse a server that would lose what we keep (one that evicts keys, or keeps nothing over a restart), or that
    refuses us a command later on.

    Raises:
        StoreError: It would, or it is too old; says which setting, its value and what is allowed, or which rights
            are missing.
        StoreUnavailableError: It cannot be asked for now.
    """
    # INFO tells it all; CONFIG is often forbidden.
    info: Mapping[str, Any] = {}
    for section in ("server", "memory", "persistence"):
        info = {**info, **link.call("INFO", section)}
    if problems := _problems(info, allow_volatile=allow_volatile):
        raise StoreError(f"cannot use Redis at {link.address}: {'; '.join(problems)}")
    refused = link.run(_REFUSED, [], *(call.replace("{}", link.key("any")) for call in _CALLS))
    if refused:
        rights = ", ".join(call.decode().partition(" ")[0] for call in refused)
        raise StoreError(
            f"cannot use Redis at {link.address}: this user may not {rights} on {link.key('*')} (allowed: the rights "
            "of the user in deploy/redis/users.conf)"
        )


def _problems(info: Mapping[str, Any], *, allow_volatile: bool) -> list[str]:
    problems = []
    version = str(info["redis_version"])
    if tuple(map(int, version.split(".")[:2])) < MIN_VERSION:
        problems.append(f"version {version} is too old (allowed: {'.'.join(map(str, MIN_VERSION))} or newer)")
    policy = info["maxmemory_policy"]
    if policy != "noeviction":
        problems.append(
            f"maxmemory-policy is {policy}: it would forget state when memory is short (allowed: noeviction)"
        )
    if not info["aof_enabled"] and not allow_volatile:
        problems.append(
            "appendonly is no: a restart would lose what was acknowledged (allowed: yes; or set "
            "redis.allow_volatile to true to live with that)"
        )
    return problems
