"""One channel, heard live and read back: for asyncio. Knows what Redis holds, decides nothing.

Why two connections: one that listens can ask for nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from monitor.core.channels import Channel
from monitor.core.errors import StoreError, StoreUnavailableError
from monitor.core.stream import StreamId
from monitor.storage.redis.connection import RedisConnection, async_client
from monitor.storage.redis.link import key_of
from monitor.storage.redis.translate import translating

PAGE = 100  # revisions read at a time
SILENT_HEARTBEATS = 3  # unanswered in a row: the connection is dead


@dataclass(frozen=True)
class HistoryEnd:
    """Where a history stands.

    Attributes:
        epoch: Its life; None while there is none, as on an emptied server.
        last: The place of the last revision, also when that was trimmed since; None before the first.
        channel_last: The same of one channel.
    """

    epoch: str | None
    last: StreamId | None
    channel_last: StreamId | None


@dataclass(frozen=True)
class HistoryPage:
    """Revisions of all channels after a place, and where the history stood at that moment.

    Attributes:
        entries: Place and JSON of each, in order.
        is_full: There may be more.
    """

    end: HistoryEnd
    entries: tuple[tuple[StreamId, bytes], ...]
    is_full: bool


class ChannelReader:
    """One channel of one tenant. `open_channel` opens and closes it.

    Every method raises `StoreUnavailableError` when trying again can help, else `StoreError`.
    """

    def __init__(self, client: Redis, connection: RedisConnection, channel: Channel) -> None:
        self._client = client
        self._address = connection.address
        self._timeout_seconds = connection.timeout_seconds
        self._channel = key_of(connection.prefix, *channel.parts)
        self._stream = key_of(connection.prefix, "history")
        self._meta = key_of(connection.prefix, "history", "meta")
        self._channels = key_of(connection.prefix, "history", "channels")

    async def look(self) -> HistoryEnd:
        """Where the history stands now: two small reads."""
        return self._end(*await self._together())

    async def read(self, after: StreamId | None) -> HistoryPage:
        """Up to `PAGE` revisions after that place; none without one."""
        if after is None:
            return HistoryPage(await self.look(), (), is_full=False)
        meta, last, found = await self._together(("XRANGE", self._stream, f"({after}", "+", "COUNT", PAGE))
        entries = tuple((StreamId.parse(name.decode()), fields.get(b"alert", b"")) for name, fields in found)
        return HistoryPage(self._end(meta, last), entries, is_full=len(entries) == PAGE)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Listener]:
        """Subscribed: everything published from here on is heard, until the connection breaks."""
        pubsub = self._client.pubsub()
        listener = Listener(pubsub, self._address)
        try:
            await listener.subscribe(self._channel, self._timeout_seconds)
            yield listener
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]  # the library's gap

    async def _together(self, *commands: tuple[str | int, ...]) -> list[Any]:
        with translating(self._address):
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.hmget(self._meta, ["epoch", "last"])
                pipeline.hget(self._channels, self._channel)
                for command in commands:
                    pipeline.execute_command(*command)
                return list(await pipeline.execute())

    def _end(self, meta: list[bytes | None], channel_last: bytes | None) -> HistoryEnd:
        epoch, last = meta
        return HistoryEnd(None if epoch is None else epoch.decode(), _place(last), _place(channel_last))


class Listener:
    """A subscription that stands. When it raises, it is over: whoever goes on subscribes anew and reads back."""

    def __init__(self, pubsub: PubSub, address: str) -> None:
        self._pubsub = pubsub
        self._address = address
        self._unanswered = 0

    async def subscribe(self, channel: str, timeout_seconds: float) -> None:
        """Subscribe, and wait until that is confirmed."""
        with translating(self._address):
            await self._pubsub.subscribe(channel)
            if await self._pubsub.get_message(timeout=timeout_seconds) is None:
                raise StoreUnavailableError(f"cannot use Redis at {self._address}: it does not confirm a subscription")

    async def hear(self, seconds: float) -> bytes | None:
        """The next message, waited for at most that long; None may also come earlier."""
        with translating(self._address):
            heard = await self._pubsub.get_message(timeout=seconds)
        if heard is None:
            return None
        self._unanswered = 0
        return bytes(heard["data"]) if heard["type"] == "message" else None

    async def beat(self) -> None:
        """Ask for a sign of life, which `hear` will hear: a connection that died without a word looks quiet.

        Raises:
            StoreUnavailableError: So many were not answered that it is dead.
        """
        if self._unanswered == SILENT_HEARTBEATS:
            raise StoreUnavailableError(
                f"cannot use Redis at {self._address}: no answer to {self._unanswered} heartbeats"
            )
        with translating(self._address):
            await self._pubsub.ping()
        self._unanswered += 1


@asynccontextmanager
async def open_channel(connection: RedisConnection, channel: Channel) -> AsyncIterator[ChannelReader]:
    """A reader of that channel, not yet connected; closed at the end.

    Raises:
        StoreError: The URL is malformed, or a file is missing.
    """
    client = async_client(connection)
    try:
        yield ChannelReader(client, connection, channel)
    finally:
        await client.aclose()


def _place(value: bytes | None) -> StreamId | None:
    if value is None:
        return None
    try:
        return StreamId.parse(value.decode())
    except ValueError as error:
        raise StoreError(f"cannot read store: last place of the history: damaged: {error}") from error
