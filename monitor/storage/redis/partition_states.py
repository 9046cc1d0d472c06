"""The alert stage's state on Redis: a hash of all heads, and a hash of entries per partition, fenced by a version.

A repeated save after a lost answer finds its own version and is refused; its owner then loads what it has saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from monitor.core.codec import encode
from monitor.core.errors import StoreError
from monitor.core.ports import Head, PartitionChange, PartitionState
from monitor.storage.redis.link import Argument, Link, Script

PAGE = 500  # entries looked at in one step when looking through all of them: others get their turn in between

_heads = msgspec.json.Decoder(Head)
_GLOB_CHARACTERS = re.compile(r"([*?\[\]\\^-])")

# Arguments: partition, version, head, number of entries to put, those with their values, entries to delete.
_SAVE = Script("""
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version = stored and cjson.decode(stored).version or 0
if version ~= tonumber(ARGV[2]) - 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
local puts_end = 4 + 2 * tonumber(ARGV[4])
for i = 5, puts_end, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = puts_end + 1, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
return 1
""")


class RedisPartitionStates:
    """See `PartitionStates`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._heads_key = link.key("heads")

    def heads(self) -> Mapping[int, Head]:
        """See `PartitionStates`."""
        heads: dict[bytes, bytes] = self._link.call("HGETALL", self._heads_key)
        by_partition = {int(partition): head for partition, head in heads.items()}
        return {partition: _head(partition, by_partition[partition]) for partition in sorted(by_partition)}

    def load(self, partition: int) -> PartitionState | None:
        """See `PartitionStates`."""
        head, entries = self._link.together(
            ("HGET", self._heads_key, partition), ("HGETALL", self._entries_key(partition))
        )
        if head is None:
            return None
        return PartitionState(_head(partition, head), {key.decode(): value for key, value in entries.items()})

    def save(self, changes: Sequence[PartitionChange]) -> frozenset[int]:
        """See `PartitionStates`."""
        return frozenset(change.partition for change in changes if not self._save(change))

    def entries(self, prefix: str) -> Iterator[tuple[int, str, bytes]]:
        """See `PartitionStates`; read in pages, each of its own moment, by partition."""
        partitions: list[bytes] = self._link.call("HKEYS", self._heads_key)
        for partition in sorted(map(int, partitions)):
            for key, value in self._entries_of(partition, prefix):
                yield partition, key, value

    def _entries_of(self, partition: int, prefix: str) -> Iterator[tuple[str, bytes]]:
        pattern = _GLOB_CHARACTERS.sub(r"\\\1", prefix) + "*"
        seen: set[bytes] = set()  # a scan may bring the same entry twice
        cursor = 0
        while True:
            cursor, page = self._link.call(
                "HSCAN", self._entries_key(partition), cursor, "MATCH", pattern, "COUNT", PAGE
            )
            for key, value in page.items():
                if key not in seen:
                    seen.add(key)
                    yield key.decode(), value
            if cursor == 0:
                return

    def _save(self, change: PartitionChange) -> bool:
        puts: list[Argument] = []
        for key, value in change.put.items():
            puts += [key, value]
        keys = [self._heads_key, self._entries_key(change.partition)]
        head = change.head
        arguments = [change.partition, head.version, encode(head), len(change.put), *puts, *change.delete]
        return bool(self._link.run(_SAVE, keys, *arguments))

    def _entries_key(self, partition: int) -> str:
        return self._link.key("partition", partition)


def _head(partition: int, value: bytes) -> Head:
    try:
        return _heads.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"cannot read store: head of partition {partition}: damaged: {error}") from error
