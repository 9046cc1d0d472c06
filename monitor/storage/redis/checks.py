"""What a Redis server must promise before we keep state on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.core.errors import StoreError
from monitor.storage.redis.link import Link

MIN_VERSION = (6, 2)  # the first with XTRIM MINID and open ends in XRANGE


def check_server(link: Link, *, allow_volatile: bool) -> None:
    """Refuse a server that would lose what we keep: one that evicts keys, or keeps nothing over a restart.

    Raises:
        StoreError: It would, or it is too old; says which setting, its value and what is allowed.
        StoreUnavailableError: It cannot be asked for now.
    """
    # INFO tells it all; CONFIG is often forbidden.
    info: Mapping[str, Any] = {}
    for section in ("server", "memory", "persistence"):
        info = {**info, **link.call("INFO", section)}
    for problem in _problems(info, allow_volatile=allow_volatile):
        raise StoreError(f"cannot use Redis at {link.address}: {problem}")


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
