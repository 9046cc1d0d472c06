"""The alert history on Redis: a stream for the truth, pub/sub for whoever listens now, both written by one script.

Each revision is published on `alerts`, `rule:<id>`, `severity:<severity>` and `actor:<id>` for each of its actors
(after the prefix) as the JSON of the alert, where `previous` names the place before it on that very channel, so that
a hole shows. Revisions of rules on trial are for the history only. `history` carries the place of every revision: the
wake-up.

The JSON begins with what a person wants to see of it (`redis-cli SUBSCRIBE` prints messages as they are) and ends with
its place.

Why exact channels: Redis compares every message with every pattern that anybody subscribed to.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from monitor.core.alert import Alert
from monitor.core.channels import channels_of
from monitor.core.stream import StreamId
from monitor.storage.packing import unpack_alert
from monitor.storage.redis.link import Argument, Link, Script
from monitor.storage.wakeup import Wakeup

TRIM_BATCH = 500  # alerts per step: publishing gets its turn in between

_PLACE_FIELDS = ("streamid", "epoch", "previous")  # the script's to fill in
_FIRST_FIELDS = ("type", "time", "subject", "data")
_FIRST_DATA_FIELDS = ("severity", "headline", "summary", "quote")

# Keys: stream, its epoch and last place, revisions by alert, when those were, last place by channel.
# Arguments: milliseconds now, epoch of a new history, wake-up channel or '' to tell nobody on any channel, least
# milliseconds to keep or '', then for each alert its id, revision, JSON without the place and the closing brace,
# number of channels, channels.
# Places are as of `StreamId.next_at`. Answers the epoch, then for each alert its place and the one before, or false.
_APPEND = Script("""
local meta = redis.call('HMGET', KEYS[2], 'epoch', 'last')
local epoch, last = meta[1] or ARGV[2], meta[2]
if not meta[1] then redis.call('HSET', KEYS[2], 'epoch', epoch) end

local function message(id, previous, rest)
  local before = previous and '"' .. previous .. '"' or 'null'
  return rest .. ',"streamid":"' .. id .. '","epoch":"' .. epoch .. '","previous":' .. before .. '}'
end

local function tell(channel, text)
  if ARGV[3] ~= '' then redis.call('PUBLISH', channel, text) end
end

local function next_id()
  local now = tonumber(ARGV[1])
  if not last then return string.format('%d-0', now) end
  local milliseconds, number = string.match(last, '^(%d+)-(%d+)$')
  milliseconds, number = tonumber(milliseconds), tonumber(number)
  if now > milliseconds then return string.format('%d-0', now) end
  return string.format('%d-%d', milliseconds, number + 1)
end

local function append(alert, revision, rest)
  local known = redis.call('HGET', KEYS[3], alert)
  if known and tonumber(revision) <= tonumber(known) then return false end
  local id = next_id()
  if ARGV[4] == '' then
    redis.call('XADD', KEYS[1], id, 'alert', message(id, last, rest))
  else
    redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[4], id, 'alert', message(id, last, rest))
  end
  last = id
  redis.call('HSET', KEYS[2], 'last', id)
  redis.call('HSET', KEYS[3], alert, revision)
  redis.call('ZADD', KEYS[4], string.match(id, '^%d+'), alert)
  tell(ARGV[3], id)
  return id
end

local answer, at = {epoch}, 5
while at <= #ARGV do
  local before, rest, channels_end = last, ARGV[at + 2], at + 3 + tonumber(ARGV[at + 3])
  local id = append(ARGV[at], ARGV[at + 1], rest)
  if id then
    for i = at + 4, channels_end do
      tell(ARGV[i], message(id, redis.call('HGET', KEYS[5], ARGV[i]), rest))
      redis.call('HSET', KEYS[5], ARGV[i], id)
    end
  end
  answer[#answer + 1] = id
  answer[#answer + 1] = id and before or false
  at = channels_end + 1
end
return answer
""")

# Keys: revisions by alert, when those were. Arguments: milliseconds, how many at most.
_FORGET = Script("""
local alerts = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, alert in ipairs(alerts) do
  redis.call('HDEL', KEYS[1], alert)
  redis.call('ZREM', KEYS[2], alert)
end
return #alerts
""")


class RedisAlertHistory:
    """See `AlertHistory`. A repeated append after a lost answer is recognised: its alerts come back as repeats."""

    def __init__(self, link: Link, wakeup: Wakeup, *, keep: timedelta | None = None) -> None:
        """Given a wake-up for the channel `wakeup_channel`; with `keep`, appending forgets what is older."""
        self._link = link
        self._wakeup = wakeup
        self._keep = keep
        self._stream = link.key("history")
        self._meta = link.key("history", "meta")
        self._revisions = link.key("history", "revisions")
        self._revised = link.key("history", "revised")
        self._channels = link.key("history", "channels")

    def append(self, alerts: Sequence[Alert], *, now: datetime) -> list[Alert | None]:
        """See `AlertHistory`."""
        least = "" if self._keep is None else _least_id(now - self._keep)
        return self._append(alerts, now, wakeup=wakeup_channel(self._link), least=least)

    def restore(self, alerts: Sequence[tuple[datetime, Alert]]) -> list[Alert | None]:
        """See `AlertHistory`. Who waits for more notices late, since nothing wakes it."""
        return [one for moment, alert in alerts for one in self._append([alert], moment, wakeup="", least="")]

    def begin_anew(self) -> None:
        """See `AlertHistory`."""
        places = (self._stream, self._meta, self._revisions, self._revised, self._channels)
        self._link.together(("UNLINK", *places), ("HSET", self._meta, "epoch", _new_epoch()))

    def _append(self, alerts: Sequence[Alert], now: datetime, *, wakeup: str, least: str) -> list[Alert | None]:
        if not alerts:
            return []
        arguments: list[Argument] = [int(now.timestamp() * 1000), _new_epoch(), wakeup, least]
        for alert in alerts:
            channels = [self._link.key(*channel.parts) for channel in channels_of(alert)]
            arguments += [alert.data.alert_id, alert.data.revision, _without_place(alert), len(channels), *channels]
        keys = [self._stream, self._meta, self._revisions, self._revised, self._channels]
        epoch, *places = _texts(self._link.run(_APPEND, keys, *arguments))
        return [
            None if place is None else msgspec.structs.replace(alert, streamid=place, epoch=epoch, previous=previous)
            for alert, place, previous in zip(alerts, places[::2], places[1::2], strict=True)
        ]

    def read(self, after: StreamId, *, limit: int) -> list[Alert]:
        """See `AlertHistory`."""
        if limit <= 0:
            return []
        return _alerts(self._link.call("XRANGE", self._stream, f"({after}", "+", "COUNT", limit))

    def latest(self, limit: int) -> list[Alert]:
        """See `AlertHistory`."""
        if limit <= 0:
            return []
        return _alerts(self._link.call("XREVRANGE", self._stream, "+", "-", "COUNT", limit)[::-1])

    def bounds(self) -> tuple[StreamId, StreamId] | None:
        """See `AlertHistory`."""
        first, last = self._link.together(
            ("XRANGE", self._stream, "-", "+", "COUNT", 1), ("XREVRANGE", self._stream, "+", "-", "COUNT", 1)
        )
        return (_place(first[0]), _place(last[0])) if first else None

    def epoch(self) -> str:
        """See `AlertHistory`."""
        _, epoch = self._link.together(("HSETNX", self._meta, "epoch", _new_epoch()), ("HGET", self._meta, "epoch"))
        return str(epoch.decode())

    def wait(self, after: StreamId, *, timeout_seconds: float) -> bool:
        """See `AlertHistory`."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            seen = self._wakeup.count()
            if self._link.call("XRANGE", self._stream, f"({after}", "+", "COUNT", 1):
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._wakeup.wait(seen, left)

    def trim(self, before: datetime) -> int:
        """See `AlertHistory`. What the last revision of each alert was stays known."""
        least, deleted = _least_id(before), 0
        # Redis may trim roughly in bounded steps, or exactly in one: the one then has little left to do.
        while batch := self._link.call("XTRIM", self._stream, "MINID", "~", least, "LIMIT", TRIM_BATCH):
            deleted += batch
        return deleted + int(self._link.call("XTRIM", self._stream, "MINID", "=", least))

    def forget_revisions(self, before: datetime) -> None:
        """Forget the last revision of alerts that had none since; a repeat of those would be taken for new."""
        keys = [self._revisions, self._revised]
        while self._link.run(_FORGET, keys, StreamId.at(before).milliseconds, TRIM_BATCH):
            pass


def wakeup_channel(link: Link) -> str:
    """Where the place of each new revision is published."""
    return link.key("history")


def _new_epoch() -> str:
    return uuid.uuid4().hex


def _without_place(alert: Alert) -> bytes:
    fields = _ordered(alert, _FIRST_FIELDS)
    for name in _PLACE_FIELDS:
        del fields[name]
    fields["data"] = _ordered(alert.data, _FIRST_DATA_FIELDS)
    return msgspec.json.encode(fields).removesuffix(b"}")


def _ordered(value: msgspec.Struct, first: Sequence[str]) -> dict[str, Any]:
    """The fields of a value, these before the others."""
    fields = msgspec.structs.asdict(value)
    return {name: fields[name] for name in first} | fields


def _least_id(moment: datetime) -> str:
    """The first id that something appended at `moment` may have."""
    return f"{StreamId.at(moment).milliseconds + 1}-0"


def _texts(answer: Sequence[bytes | None]) -> list[str | None]:
    return [None if one is None else one.decode() for one in answer]


def _alerts(entries: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[Alert]:
    return [unpack_alert(fields[b"alert"], f"alert {name.decode()} of the history") for name, fields in entries]


def _place(entry: tuple[bytes, dict[bytes, bytes]]) -> StreamId:
    return StreamId.parse(entry[0].decode())
