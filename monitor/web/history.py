"""Reading the alert history for a caller: pages with a cursor, and the newest. Blocks; knows no server."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core import codec
from monitor.core.alert import Alert
from monitor.core.places import place_of
from monitor.core.ports import AlertHistory
from monitor.core.stream import BEGINNING, StreamId
from monitor.web.query import MAX_LIMIT, AlertFilter

BATCH = 100
MAX_ANSWER_BYTES = 4_000_000  # of alerts in one answer; alerts whose articles have long texts are large
MAX_BATCHES = 20  # read for one answer: a filter that nothing passes must not read the whole history at once


@dataclass(frozen=True)
class HistoryPage:
    """Some alerts and where to go on.

    Attributes:
        next: The place up to which everything was looked at: the `after` of the next page.
        at_end: Nothing stood after `next` when this was read.
    """

    alerts: tuple[Alert, ...]
    next: StreamId
    at_end: bool


def read_page(history: AlertHistory, wanted: AlertFilter, after: StreamId, limit: int) -> HistoryPage:
    """Up to `limit` wanted alerts after that place, oldest first; the cursor also moves past unwanted ones.

    Fewer when they are large: an answer ends with the alert that takes it past its size.
    """
    cursor = after
    found: list[Alert] = []
    size = 0
    for _ in range(MAX_BATCHES):
        batch = history.read(cursor, limit=BATCH)
        for alert in batch:
            cursor = place_of(alert)
            if wanted.passes(alert):
                found.append(alert)
                size += len(codec.encode(alert))
            if len(found) == limit or size > MAX_ANSWER_BYTES:
                return HistoryPage(tuple(found), cursor, at_end=False)
        if len(batch) < BATCH:
            return HistoryPage(tuple(found), cursor, at_end=True)
    return HistoryPage(tuple(found), cursor, at_end=False)


def newest(history: AlertHistory, wanted: AlertFilter, limit: int) -> HistoryPage:
    """The newest wanted alerts among the last `MAX_LIMIT`, oldest first; `next` is the end of the history.

    Fewer when they are large, as in `read_page`.
    """
    alerts = history.latest(MAX_LIMIT)
    found: list[Alert] = []
    size = 0
    for alert in reversed(alerts):
        if len(found) == limit or size > MAX_ANSWER_BYTES:
            break
        if wanted.passes(alert):
            found.append(alert)
            size += len(codec.encode(alert))
    return HistoryPage(tuple(reversed(found)), place_of(alerts[-1]) if alerts else BEGINNING, at_end=True)
