"""The cluster back end's stores: every port but the log, on Redis. `open_redis` is the way in; `open_channel` for
programs that follow alerts."""

from monitor.storage.redis.channel_reader import ChannelReader, HistoryEnd, HistoryPage, Listener, open_channel
from monitor.storage.redis.connection import RedisConnection
from monitor.storage.redis.stores import RedisStores, open_redis

__all__ = [
    "ChannelReader",
    "HistoryEnd",
    "HistoryPage",
    "Listener",
    "RedisConnection",
    "RedisStores",
    "open_channel",
    "open_redis",
]
