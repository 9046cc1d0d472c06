"""Forgetting feeds that nobody has wished for in a long time, or what is stored would only grow."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.core.errors import LeaseLostError
from monitor.core.ids import FeedId
from monitor.core.ports import FeedStates, Lease
from monitor.feeds.patience import PatientCalls

_log = logging.getLogger(__name__)

FORGET_REMOVED_AFTER = timedelta(days=30)  # a feed that comes back later is new again: its past is no news
FORGET_EVERY = timedelta(days=1)


async def forget_removed(
    states: FeedStates,
    calls: PatientCalls,
    *,
    is_wished: Callable[[FeedId], bool],
    lease_of: Callable[[str], Lease | None],
    now: datetime,
) -> None:
    """Forget the feeds that are ours to forget and were removed long ago.

    Args:
        is_wished: Whether a feed stands in the configuration.
        lease_of: The lease for a feed at this address; None when another process polls there.
    """
    for feed_id, state in (await calls.call(states.load_all)).items():
        if is_wished(feed_id) or (state.last_poll_at is not None and state.last_poll_at >= now - FORGET_REMOVED_AFTER):
            continue
        lease = lease_of(state.url)
        if lease is None:
            continue
        try:
            await calls.call(states.forget, feed_id, lease)
        except LeaseLostError as error:  # whose it is now will forget it
            _log.debug("removed feed not forgotten", extra={"feed": feed_id, "error": str(error)})
        else:
            _log.info("removed feed forgotten", extra={"feed": feed_id})
