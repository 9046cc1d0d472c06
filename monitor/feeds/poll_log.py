"""The line in our own log for each poll. Knows no schedule."""

from __future__ import annotations

import logging

from monitor.feeds.poll import PollOutcome

_log = logging.getLogger(__name__)


def tell(outcome: PollOutcome, *, is_excused: bool) -> None:
    """One line per poll: at INFO when it brought something, failed newly or works again; else at DEBUG.

    Args:
        is_excused: The failure is the network's, which is told once for all feeds.
    """
    fields: dict[str, object] = {
        "feed": outcome.feed.id,
        "status": outcome.status.value,
        "duration_seconds": round(outcome.fetch_seconds, 3),
    }
    if outcome.status.is_failure:
        level = logging.INFO if outcome.failed_newly and not is_excused else logging.DEBUG
        _log.log(level, "feed failed", extra={**fields, "error": outcome.detail, "attempt": outcome.state.failures})
        return
    was_failing = outcome.before.status is not None and outcome.before.status.is_failure
    level = logging.INFO if outcome.published or was_failing else logging.DEBUG
    counts = {"new": outcome.new, "changed": outcome.changed, "backfill": outcome.backfill}
    _log.log(level, "feed polled", extra={**fields, **counts})
