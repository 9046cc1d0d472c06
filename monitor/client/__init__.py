"""Follow alerts from a Python program, each revision once: over HTTP (`follow_alerts`), or on Redis, plainly
(`follow_redis`) or with asyncio (`follow_redis_async`).

Who keeps a cursor misses nothing while it is away:

    from pathlib import Path
    from monitor.client import Gap, StreamId, follow_redis

    cursor = Path("cursor.txt")
    after = StreamId.parse(cursor.read_text()) if cursor.exists() else None
    with follow_redis("redis://127.0.0.1:6379/0", after=after) as alerts:
        for item in alerts:
            if isinstance(item, Gap):
                print("some alerts can no longer be had:", item.reason)
            else:
                print(item.data.severity, item.data.headline, flush=True)
                cursor.write_text(item.streamid)
"""

from monitor.client.follow import follow_alerts
from monitor.client.gap import Gap
from monitor.client.redis_follow import follow_redis, follow_redis_async
from monitor.core.alert import Alert
from monitor.core.stream import StreamId
from monitor.storage.redis import RedisConnection

__all__ = ["Alert", "Gap", "RedisConnection", "StreamId", "follow_alerts", "follow_redis", "follow_redis_async"]
