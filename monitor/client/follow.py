"""Follow alerts from a Python program: each revision once, through restarts and lost connections.

    async for item in follow_alerts("http://127.0.0.1:8765", after=cursor):
        if isinstance(item, Gap): ...     # some revisions can no longer be had
        else: handle(item); cursor = StreamId.parse(item.streamid)

Knows the service only by its HTTP event stream.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace

import aiohttp
import msgspec

from monitor.client.connection import SILENCE_SECONDS, ConnectionLostError, EventConnection, Place
from monitor.client.events import ServerEvent
from monitor.client.gap import Gap
from monitor.client.retry import Retry, Sleep
from monitor.core import codec
from monitor.core.alert import Alert
from monitor.core.errors import BadRecordError
from monitor.core.stream import StreamId

__all__ = ["Gap", "follow_alerts"]

_log = logging.getLogger(__name__)


async def follow_alerts(
    url: str,
    *,
    token: str | None = None,
    after: StreamId | None = None,
    epoch: str | None = None,
    rule: str | None = None,
    actor: str | None = None,
    severity: str | None = None,
    session: aiohttp.ClientSession | None = None,
    sleep: Sleep = asyncio.sleep,
    silence_seconds: float = SILENCE_SECONDS,
    on_state: Callable[[str], None] | None = None,
) -> AsyncGenerator[Alert | Gap, None]:
    """Alerts as they come, in order, each revision once; connects again for ever until closed or cancelled.

    Args:
        url: The service's address, without a path.
        after: The `streamid` of the last alert that was dealt with; without it, alerts from now on.
        epoch: The `epoch` of that alert, so that a lost history is noticed.
        rule: A glob over rule ids.
        actor: Only alerts about the actor with this id.
        severity: The least severity.
        session: A session to use, which stays open; else one is made and closed.
        on_state: Told in words when the connection stands, and when it is lost or the cause changes.

    Raises:
        UsageError: The service refuses the token or the filter, or it is no Tocsin. Not retried.
        NewerSchemaError: The service is newer than this client.
    """
    async with AsyncExitStack() as stack:
        if session is None:
            session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        connection = EventConnection(
            session, url, token=token, rule=rule, actor=actor, severity=severity, silence_seconds=silence_seconds
        )
        follower = _Follower(Place(after, epoch))
        retry = Retry(sleep, on_state)
        while True:
            cause = "the service ended the stream"
            try:
                async with aclosing(connection.events(follower.place)) as events:
                    async for event in events:
                        item = follower.take(event)
                        retry.connected()
                        if item is not None:
                            yield item
            except ConnectionLostError as error:
                cause = str(error)
            await retry.wait(cause)


class _Hello(msgspec.Struct):
    epoch: str
    after: str
    first: str | None = None


class _GapNotice(msgspec.Struct):
    epoch: str
    reason: str = "trimmed"
    first: str | None = None


_hello_decoder = msgspec.json.Decoder(_Hello)
_gap_decoder = msgspec.json.Decoder(_GapNotice)


class _Follower:
    """Decides what each event means to somebody who has got so far. Knows no connection."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def take(self, event: ServerEvent) -> Alert | Gap | None:
        """What the event brings for the caller; moves on.

        Raises:
            ConnectionLostError: The service says what no Tocsin says.
            NewerSchemaError: See `follow_alerts`.
        """
        try:
            place = StreamId.parse(event.id)
            item = self._take(event, place)
        except (ValueError, msgspec.DecodeError) as error:
            raise ConnectionLostError(f"the service sent a strange event: {error}") from error
        if self.place.last is None or place > self.place.last:
            self.place = replace(self.place, last=place)
        return item

    def _take(self, event: ServerEvent, place: StreamId) -> Alert | Gap | None:
        if event.kind == "hello":
            return self._take_hello(_hello_decoder.decode(event.data))
        if event.kind == "gap":
            return self._take_gap(_gap_decoder.decode(event.data))
        if event.kind == "alert" and (self.place.last is None or place > self.place.last):
            return self._take_alert(event, place)
        return None

    def _take_hello(self, hello: _Hello) -> Gap | None:
        is_another = self.place.epoch is not None and self.place.epoch != hello.epoch
        # Places of another history mean nothing; the service begins at the beginning of this one.
        self.place = Place(StreamId.parse(hello.after) if is_another else self.place.last, hello.epoch)
        return Gap("new_epoch", _first(hello.first), hello.epoch) if is_another else None

    def _take_gap(self, gap: _GapNotice) -> Gap | None:
        # A new epoch was noticed in the hello before it.
        return None if gap.reason == "new_epoch" else Gap("trimmed", _first(gap.first), gap.epoch)

    def _take_alert(self, event: ServerEvent, place: StreamId) -> Alert | Gap:
        subject = f"alert {place}"
        try:
            if event.is_cut:
                raise BadRecordError(subject, "too big")
            return codec.decode_alert(event.data.encode(), subject)
        except BadRecordError as error:
            _log.warning("alert unreadable", extra={"error": str(error)})
            return Gap("unreadable", place, self.place.epoch or "")


def _first(text: str | None) -> StreamId | None:
    return StreamId.parse(text) if text else None
