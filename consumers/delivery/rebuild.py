"""Rebuilds the alert history from the `alerts` topic, and puts subscriptions behind it. Sends nothing.

Why all of it, under another epoch, where only some is missing: places are in order, so what is missing in between has
no place; and a place that was given out before the loss may name another alert by now. Another epoch says so to
everybody who holds one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from monitor.core.alert import Alert
from monitor.core.canary import is_canary
from monitor.core.codec import decode_alert
from monitor.core.errors import BadRecordError
from monitor.core.places import place_of
from monitor.core.ports import AlertHistory
from monitor.core.record import Record, Topic
from monitor.core.stream import BEGINNING
from monitor.core.walk import ReadableLog, records_before

_BATCH = 100  # alerts of each of the partitions are in memory at once

_Placed = tuple[datetime, Alert]


@dataclass(frozen=True)
class HistoryPlan:
    """What is to be done to the history.

    Attributes:
        published: Revisions on the log that were published and are to be in the history.
        missing: Those of them that are not.
        there: Ids of the revisions in the history.
        only_there: Revisions in the history that the log has no more, with the time of their place.
    """

    published: int
    missing: int
    there: frozenset[str]
    only_there: tuple[_Placed, ...]


def plan_history(
    log: ReadableLog, history: AlertHistory, committed: Mapping[int, int], *, since: datetime
) -> HistoryPlan:
    """What of the published alerts the history lacks. Blocks while it goes through both; changes nothing.

    Args:
        committed: By partition of `alerts`, what the publishing group said is done.
        since: What was appended before is as old as the history may forget.

    Raises:
        NewerSchemaError: A newer Tocsin wrote an alert on the log.
        StoreUnavailableError: A store cannot be read for now.
    """
    there = frozenset(alert.id for alert in _all(history))
    published: set[str] = set()
    on_log: set[str] = set()
    for record, alert in _alerts(log):
        on_log.add(alert.id)
        if record.appended_at >= since and record.position.offset < committed.get(record.position.partition, 0):
            published.add(alert.id)
    only_there = [(_moment_of(alert), alert) for alert in _all(history) if alert.id not in on_log]
    return HistoryPlan(len(published), len(published - there), there, tuple(only_there))


def restore_history(
    log: ReadableLog, history: AlertHistory, committed: Mapping[int, int], plan: HistoryPlan, *, since: datetime
) -> int:
    """Begin the history anew with all that was published, in order of time; how many revisions stand in it then.

    What stood in the history already is in it again, also where the group had not said so yet. Interrupted, it is as
    incomplete as before, and can be done again. Arguments and errors as `plan_history`.
    """

    def is_published(record: Record, alert: Alert) -> bool:
        is_done = record.position.offset < committed.get(record.position.partition, 0)
        return record.appended_at >= since and (is_done or alert.id in plan.there)

    streams = [
        ((record.appended_at, alert) for record, alert in _alerts_of(log, partition) if is_published(record, alert))
        for partition in range(log.partitions(Topic.ALERTS))
    ]
    in_order = heapq.merge(plan.only_there, *streams, key=lambda placed: placed[0])
    history.begin_anew()
    restored = 0
    while batch := list(islice(in_order, _BATCH)):
        restored += sum(one is not None for one in history.restore(batch))
    return restored


def _alerts(log: ReadableLog) -> Iterator[tuple[Record, Alert]]:
    for partition in range(log.partitions(Topic.ALERTS)):
        yield from _alerts_of(log, partition)


def _alerts_of(log: ReadableLog, partition: int) -> Iterator[tuple[Record, Alert]]:
    for record in records_before(log, Topic.ALERTS, partition, batch=_BATCH):
        if is_canary(record.key):
            continue  # publishing takes it off: it is in no history
        try:
            yield record, decode_alert(record.value, str(record.position))
        except BadRecordError:
            continue  # publishing put it aside, or will


def _all(history: AlertHistory) -> Iterator[Alert]:
    place = BEGINNING
    while alerts := history.read(place, limit=_BATCH):
        yield from alerts
        place = place_of(alerts[-1])


def _moment_of(alert: Alert) -> datetime:
    return datetime.fromtimestamp(place_of(alert).milliseconds / 1000, UTC)
