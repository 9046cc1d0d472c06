"""The contract of `Deliveries`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.alert import Alert
from monitor.core.errors import LeaseLostError
from monitor.core.ports import Lease
from monitor.core.stream import StreamId
from tests.contract.support import NOW, Stores, alert

CURSOR = "desk/desk-hook"


def add_dead(stores: Stores, one: Alert, lease: Lease, reason: str = "410 Gone") -> None:
    stores.deliveries.add_dead(
        name=CURSOR,
        channel="desk-hook",
        subscription="desk",
        alert=one,
        reason=reason,
        attempts=8,
        now=NOW,
        lease=lease,
    )


def published(stores: Stores, alert_id: str) -> Alert:
    [one] = stores.history.append([alert(alert_id)], now=NOW)
    assert one is not None
    return one


def lost_lease(stores: Stores) -> Lease:
    lease = stores.lease(CURSOR, "a")
    assert stores.leases.acquire(CURSOR, "b", seconds=60, now=NOW + timedelta(hours=1)) is not None
    return lease


def test_a_new_subscription_has_no_cursor(stores: Stores) -> None:
    assert stores.deliveries.cursor(CURSOR) is None
    assert stores.deliveries.dead(10) == []


def test_a_cursor_is_where_it_was_saved_last(stores: Stores) -> None:
    lease = stores.lease(CURSOR)
    stores.deliveries.save_cursor(CURSOR, StreamId(5, 1), lease)
    stores.deliveries.save_cursor(CURSOR, StreamId(10**15, 10**18 - 1), lease)

    assert stores.deliveries.cursor(CURSOR) == StreamId(10**15, 10**18 - 1)
    assert stores.deliveries.cursor("another") is None


def test_a_cursor_saved_under_a_lost_lease_does_not_move(stores: Stores) -> None:
    lease = lost_lease(stores)

    with pytest.raises(LeaseLostError):
        stores.deliveries.save_cursor(CURSOR, StreamId(5, 1), lease)

    assert stores.deliveries.cursor(CURSOR) is None


def test_an_alert_put_aside_is_kept_and_the_cursor_passes_it(stores: Stores) -> None:
    one = published(stores, "a1")

    add_dead(stores, one, stores.lease(CURSOR))

    [dead] = stores.deliveries.dead(10)
    assert (dead.channel, dead.subscription, dead.reason, dead.attempts) == ("desk-hook", "desk", "410 Gone", 8)
    assert dead.alert == one
    assert dead.failed_at == NOW
    assert one.streamid is not None
    assert stores.deliveries.cursor(CURSOR) == StreamId.parse(one.streamid)


def test_the_newest_dead_deliveries_come_first(stores: Stores) -> None:
    lease = stores.lease(CURSOR)
    for name in ("a1", "a2", "a3"):
        add_dead(stores, published(stores, name), lease)

    dead = stores.deliveries.dead(2)

    assert [one.alert.data.alert_id for one in dead] == ["a3", "a2"]
    assert len({one.id for one in stores.deliveries.dead(10)}) == 3


def test_nothing_is_put_aside_under_a_lost_lease(stores: Stores) -> None:
    one = published(stores, "a1")
    lease = lost_lease(stores)

    with pytest.raises(LeaseLostError):
        add_dead(stores, one, lease)

    assert stores.deliveries.dead(10) == []
    assert stores.deliveries.cursor(CURSOR) is None
