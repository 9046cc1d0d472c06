"""Whether stores on Redis work: a little of everything that is written and read."""

from __future__ import annotations

from monitor.core.ports import Head, PartitionChange
from monitor.core.stream import BEGINNING
from monitor.storage.redis import RedisStores
from tests.contract.support import NOW, alert


def write_and_read(stores: RedisStores) -> None:
    assert stores.partition_states.save([PartitionChange(3, Head(0, 1, NOW), {"a": b"1"})]) == frozenset()
    [one] = stores.history.append([alert()], now=NOW)
    assert stores.history.read(BEGINNING, limit=10) == [one]
    assert stores.history.wait(BEGINNING, timeout_seconds=0)
