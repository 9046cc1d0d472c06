"""The cluster back end's stores: every port but the log, on Redis. `open_redis` is the way in."""

from monitor.storage.redis.connection import RedisConnection
from monitor.storage.redis.stores import RedisStores, open_redis

__all__ = ["RedisConnection", "RedisStores", "open_redis"]
