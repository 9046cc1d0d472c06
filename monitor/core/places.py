"""Places in the alert history: of an alert, and of its end. Knows no store but through its port."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from monitor.core.alert import Alert
from monitor.core.ports import AlertHistory
from monitor.core.stream import BEGINNING, StreamId

_BATCH = 500


class ReadableHistory(Protocol):
    """What of an alert history is needed to go through it."""

    def read(self, after: StreamId, *, limit: int) -> list[Alert]:
        """See `AlertHistory`."""


def place_of(alert: Alert) -> StreamId:
    """Where an alert from the history stands in it.

    Raises:
        ValueError: It is not from the history: only publishing gives a place.
    """
    return StreamId.parse(alert.streamid or "none")


def end_of(history: AlertHistory) -> StreamId:
    """The last place in the history; blocks, and raises as `AlertHistory.bounds`."""
    bounds = history.bounds()
    return BEGINNING if bounds is None else bounds[1]


def all_alerts(history: ReadableHistory) -> Iterator[Alert]:
    """Every revision in the history, in order; blocks, and raises as `AlertHistory.read`."""
    place = BEGINNING
    while alerts := history.read(place, limit=_BATCH):
        yield from alerts
        place = place_of(alerts[-1])
