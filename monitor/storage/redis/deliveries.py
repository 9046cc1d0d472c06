"""How far each subscription's channel has got, and what it could not deliver, on Redis: a hash and a stream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.errors import LeaseLostError, StoreError
from monitor.core.ports import DeadDelivery, Lease
from monitor.core.stream import StreamId
from monitor.storage.packing import unpack_alert
from monitor.storage.redis.leases import HOLDS_LEASE, lease_key
from monitor.storage.redis.link import Argument, Link, Script

TRIM_BATCH = 500  # dead deliveries looked at in one step

# Arguments: owner, token, name, cursor.
_MOVE = Script(HOLDS_LEASE + "redis.call('HSET', KEYS[2], ARGV[3], ARGV[4]) return 1")

# As above, then the dead delivery's fields; its number is the first part of its id in the stream.
# A cursor that already stands there tells a call repeated after a lost answer: nothing is added twice.
_ADD_DEAD = Script(
    HOLDS_LEASE
    + """
if redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[4] then return 1 end
local number = redis.call('INCR', KEYS[4])
redis.call('XADD', KEYS[3], string.format('%d-0', number), unpack(ARGV, 5))
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return 1
"""
)


class RedisDeliveries:
    """See `Deliveries`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._cursors = link.key("cursors")
        self._dead = link.key("dead")
        self._dead_count = link.key("dead", "count")

    def cursor(self, name: str) -> StreamId | None:
        """See `Deliveries`."""
        value = self._link.call("HGET", self._cursors, name)
        return None if value is None else _cursor(name, value)

    def save_cursor(self, name: str, cursor: StreamId, lease: Lease) -> None:
        """See `Deliveries`."""
        self._run(_MOVE, lease, name, str(cursor))

    def add_dead(
        self,
        *,
        name: str,
        channel: str,
        subscription: str,
        alert: Alert,
        reason: str,
        attempts: int,
        now: datetime,
        lease: Lease,
    ) -> None:
        """See `Deliveries`.

        Raises:
            StoreError: The alert was never in the history, so there is no place to move to.
        """
        if alert.streamid is None:
            raise StoreError(f"cannot put alert {alert.id} aside: it has no place in the history")
        fields: dict[str, Argument] = {
            "channel": channel,
            "subscription": subscription,
            "reason": reason,
            "attempts": attempts,
            "failed_at": now.isoformat(),
            "alert": encode(alert),
        }
        pairs = [part for field in fields.items() for part in field]
        self._run(_ADD_DEAD, lease, name, alert.streamid, *pairs)

    def dead(self, limit: int) -> list[DeadDelivery]:
        """See `Deliveries`."""
        if limit <= 0:
            return []
        return _dead_deliveries(self._link.call("XREVRANGE", self._dead, "+", "-", "COUNT", limit))

    def trim(self, before: datetime) -> int:
        """Forget what failed earlier, up to the first that did not; how many."""
        deleted = 0
        while True:
            oldest = _dead_deliveries(self._link.call("XRANGE", self._dead, "-", "+", "COUNT", TRIM_BATCH))
            kept = next((n for n, one in enumerate(oldest) if one.failed_at >= before), len(oldest))
            if kept:
                deleted += int(self._link.call("XDEL", self._dead, *(f"{one.id}-0" for one in oldest[:kept])))
            if kept < TRIM_BATCH:
                return deleted

    def _run(self, script: Script, lease: Lease, *arguments: Argument) -> None:
        keys = [lease_key(self._link, lease.name), self._cursors, self._dead, self._dead_count]
        if not self._link.run(script, keys, lease.owner, lease.token, *arguments):
            raise LeaseLostError(lease.name)


def _cursor(name: str, value: bytes) -> StreamId:
    try:
        return StreamId.parse(value.decode())
    except ValueError as error:
        raise StoreError(f"cannot read store: cursor {name}: damaged: {error}") from error


def _dead_deliveries(entries: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[DeadDelivery]:
    return [_dead_delivery(int(name.partition(b"-")[0]), fields) for name, fields in entries]


def _dead_delivery(number: int, fields: dict[bytes, bytes]) -> DeadDelivery:
    subject = f"dead delivery {number}"
    try:
        text = {key.decode(): value.decode() for key, value in fields.items() if key != b"alert"}
        return DeadDelivery(
            id=number,
            channel=text["channel"],
            subscription=text["subscription"],
            alert=unpack_alert(fields[b"alert"], subject),
            reason=text["reason"],
            attempts=int(text["attempts"]),
            failed_at=datetime.fromisoformat(text["failed_at"]),
        )
    except (KeyError, ValueError) as error:
        raise StoreError(f"cannot read store: {subject}: damaged: {error}") from error
