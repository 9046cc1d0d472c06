"""Follow alerts on Redis from a Python program: each revision once, through restarts and lost connections.

Listens to one channel, and reads back from the stream whatever it cannot have heard: at the start, behind a hole,
after each lost connection, and when a look at the end shows that a message got lost. `follow_redis` is for plain
programs, `follow_redis_async` for asyncio.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from monitor.client.blocking import BlockingIterator
from monitor.client.following import Following, Items
from monitor.client.gap import Gap
from monitor.client.retry import Retry
from monitor.core.alert import SEVERITIES, Alert
from monitor.core.channels import ALL_ALERTS, Channel
from monitor.core.errors import StoreUnavailableError, UsageError
from monitor.core.settings import DEFAULT_PREFIX
from monitor.core.stream import StreamId
from monitor.storage.redis import ChannelReader, Listener, RedisConnection, open_channel

HEARTBEAT_SECONDS = 2.0  # costs two small reads and a ping


def follow_redis(
    source: str | RedisConnection,
    *,
    after: StreamId | None = None,
    epoch: str | None = None,
    rule: str | None = None,
    actor: str | None = None,
    severity: str | None = None,
    on_state: Callable[[str], None] | None = None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> BlockingIterator[Alert | Gap]:
    """Alerts as they come, in order, each revision once; connects again for ever until closed.

    A context manager and an iterator for one thread; `close` may be called from any other and ends it at once.

    Args:
        source: The URL of the server, for prefix `tocsin`; else a connection, which may name users and certificates.
        after: The `streamid` of the last alert that was dealt with; without it, alerts from now on.
        epoch: The `epoch` of that alert, so that a lost history is noticed.
        rule: Only of the rule with this id.
        actor: Only about the actor with this id.
        severity: Only of this severity.
        on_state: Told in words when the connection stands, and when it is lost or the cause changes; by another
            thread.
        heartbeat_seconds: How often the connection and the end of the stream are looked at when nothing comes: how
            late a lost message is noticed; a connection that died silently takes some times that.

    Raises:
        UsageError: More than one of rule, actor and severity; no such severity.
        StoreError: From the iterator: the server refuses us, or the two do not trust each other. Not retried.
        NewerSchemaError: From the iterator: the service is newer than this client.
    """
    asked = _Asked(_connection(source), _channel(rule, actor, severity), after, epoch, on_state, heartbeat_seconds)
    return BlockingIterator(lambda: _batches(asked))


async def follow_redis_async(
    source: str | RedisConnection,
    *,
    after: StreamId | None = None,
    epoch: str | None = None,
    rule: str | None = None,
    actor: str | None = None,
    severity: str | None = None,
    on_state: Callable[[str], None] | None = None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[Alert | Gap, None]:
    """The same for asyncio, until closed or cancelled; all errors come from the iterator."""
    asked = _Asked(_connection(source), _channel(rule, actor, severity), after, epoch, on_state, heartbeat_seconds)
    async with aclosing(_batches(asked)) as batches:
        async for batch in batches:
            for item in batch:
                yield item


@dataclass(frozen=True)
class _Asked:
    connection: RedisConnection
    channel: Channel
    after: StreamId | None
    epoch: str | None
    on_state: Callable[[str], None] | None
    heartbeat_seconds: float


def _connection(source: str | RedisConnection) -> RedisConnection:
    return RedisConnection(source, prefix=DEFAULT_PREFIX) if isinstance(source, str) else source


def _channel(rule: str | None, actor: str | None, severity: str | None) -> Channel:
    if severity is not None and severity not in SEVERITIES:
        raise UsageError(f"cannot follow severity {severity!r} (allowed: {', '.join(SEVERITIES)})")
    wanted = [
        channel
        for channel in (Channel("rule", rule), Channel("actor", actor), Channel("severity", severity))
        if channel.of is not None
    ]
    if len(wanted) > 1:
        names = " and ".join(channel.kind for channel in wanted)
        raise UsageError(f"cannot follow {names} at once (allowed: one of rule, actor, severity)")
    return wanted[0] if wanted else ALL_ALERTS


async def _batches(asked: _Asked) -> AsyncGenerator[Items, None]:
    following = Following(asked.channel, asked.after, asked.epoch)
    retry = Retry(asyncio.sleep, asked.on_state)
    async with open_channel(asked.connection, asked.channel) as reader:
        while True:
            try:
                async with (
                    reader.listening() as listener,
                    aclosing(_live(following, reader, listener, retry, asked.heartbeat_seconds)) as live,
                ):
                    async for items in live:
                        yield items
            except StoreUnavailableError as error:
                await retry.wait(str(error))


async def _live(
    following: Following, reader: ChannelReader, listener: Listener, retry: Retry, heartbeat_seconds: float
) -> AsyncGenerator[Items, None]:
    """What comes while one connection stands; never ends by itself."""
    now = asyncio.get_running_loop().time
    following.subscribed()
    look_at = now() + heartbeat_seconds
    while True:
        while following.must_read:
            items = following.take_page(await reader.read(following.after))
            retry.connected()
            if items:
                yield items
        message = await listener.hear(max(0.0, look_at - now()))
        if message is not None and (items := following.take_message(message)):
            yield items
        if now() >= look_at:
            await listener.beat()
            following.take_end(await reader.look())
            look_at = now() + heartbeat_seconds
