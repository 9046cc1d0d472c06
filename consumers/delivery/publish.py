"""The loop from the `alerts` topic into the alert history: each revision once. Decides nothing itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from consumers.delivery.canary import CanaryAge
from monitor.core.alert import Alert
from monitor.core.canary import is_canary
from monitor.core.clock import Clock
from monitor.core.codec import decode_alert
from monitor.core.dead_letter import DeadLetter, DeadLetters
from monitor.core.errors import BadRecordError, CommitRefusedError, StateMissingError
from monitor.core.metrics import Metrics
from monitor.core.ports import AlertHistory, Log, LogConsumer
from monitor.core.record import Position, Record, Topic, next_offsets
from monitor.core.retries import STORE_BACKOFF, Backoff, Patience, Stopped

logger = logging.getLogger(__name__)  # `log` is the port here

_MAX_RECORDS = 200
_POLL_SECONDS = 0.5  # the longest that a stop waits for a quiet topic
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class _Decided:
    alert: Alert
    appended_at: datetime
    position: Position


class PublishLoop:
    """Publish alerts as they are decided; dead-letter what is none.

    Offsets are committed after the append, so a crash repeats a batch, and the history recognises the repeats.
    Canaries end here: they never come into the history.
    """

    def __init__(
        self,
        log: Log,
        history: AlertHistory,
        metrics: Metrics,
        clock: Clock,
        group: str,
        *,
        expects_canaries: bool = True,
        backoff: Backoff = STORE_BACKOFF,
    ) -> None:
        """Read nothing before `run`.

        Args:
            expects_canaries: Somebody sends them: their age is told from the beginning of `run` on.
            backoff: Waits after failures that may pass.
        """
        self._log = log
        self._history = history
        self._metrics = metrics
        self._clock = clock
        self._group = group
        self._epoch: str | None = None
        self._expects_canaries = expects_canaries
        self._canary_age: CanaryAge | None = None
        self._dead_letters = DeadLetters(Topic.ALERTS, metrics, clock)
        self._patience = Patience(logger, "publishing waits", backoff=backoff, group=group)

    def run(self, stop: threading.Event) -> None:
        """Publish until `stop` is set.

        Raises:
            NewerSchemaError: An alert of a newer Tocsin; nothing of its batch was committed.
            StateMissingError: The history is another than before: what was published is lost.
            TooManyDeadLettersError: So many bad records in a row that the fault is probably ours.
        """
        if self._expects_canaries:
            self._canary_age = CanaryAge(self._clock)
            self._metrics.canary_age.set_function(self._canary_age.seconds)
        try:
            consumer = self._retried(stop, lambda: self._log.consumer(Topic.ALERTS, self._group))
        except Stopped:
            return
        try:
            while not stop.is_set():
                self._publish_next(consumer, stop)
        except Stopped:
            logger.info("publishing stopped in a batch", extra={"group": self._group})
        finally:
            consumer.close()

    def _publish_next(self, consumer: LogConsumer, stop: threading.Event) -> None:
        polled = self._retried(stop, lambda: consumer.poll(max_records=_MAX_RECORDS, timeout_seconds=_POLL_SECONDS))
        if polled.records:
            decided, dead_letters = self._decode(polled.records)
            if dead_letters:
                self._retried(stop, lambda: self._log.append([letter.to_record() for letter in dead_letters]))
                self._dead_letters.tell(dead_letters)
            news = [one for one in decided if not is_canary(one.alert.subject)]
            if news:
                self._publish(news, stop)
            self._take_off([one for one in decided if is_canary(one.alert.subject)], stop)
            self._commit(consumer, polled.records, stop)
        lag = self._retried(stop, consumer.lag)
        self._metrics.consumer_lag.labels(Topic.ALERTS).set(sum(lag.values()))

    def _decode(self, records: Sequence[Record]) -> tuple[list[_Decided], list[DeadLetter]]:
        decided: list[_Decided] = []
        dead_letters: list[DeadLetter] = []
        for record in records:
            try:
                alert = decode_alert(record.value, str(record.position))
                decided.append(_Decided(alert, record.appended_at, record.position))
                self._dead_letters.end_row()
            except BadRecordError as error:
                dead_letters.append(self._dead_letters.make(record, error.cause))
        return decided, dead_letters

    def _publish(self, decided: Sequence[_Decided], stop: threading.Event) -> None:
        alerts = [one.alert for one in decided]
        published = self._retried(stop, lambda: self._history.append(alerts, now=self._clock()))
        now = self._clock()
        new = [one for one, as_published in zip(decided, published, strict=True) if as_published is not None]
        for one, as_published in zip(decided, published, strict=True):
            if as_published is not None:
                self._check_epoch(as_published.epoch, one.position)
        for one in new:
            self._count(one, now)
        logger.info("alerts published", extra={"new": len(new), "repeated": len(decided) - len(new)})

    def _check_epoch(self, epoch: str | None, at: Position) -> None:
        """Stop before the commit where the history was lost while we ran: it would go on without its past."""
        self._epoch = self._epoch or epoch
        if epoch != self._epoch:
            raise StateMissingError(at.topic, at.partition, at.offset)

    def _take_off(self, canaries: Sequence[_Decided], stop: threading.Event) -> None:
        """Note the canaries that came through, once the history has answered as it would have to for news."""
        if not canaries or self._canary_age is None:
            return
        # Cheap, and on Redis a write: a server that refuses those holds canaries up, too.
        self._check_epoch(self._retried(stop, self._history.epoch), canaries[0].position)
        for canary in canaries:
            self._canary_age.came(canary.alert.data.story.first_seen_at)

    def _count(self, decided: _Decided, now: datetime) -> None:
        data = decided.alert.data
        self._metrics.alerts.labels(self._metrics.rule_label(data.rule), data.severity, data.change.kind).inc()
        latency = publish_latency_seconds(decided.alert, decided.appended_at, now)
        if latency is not None:
            self._metrics.publish_latency.observe(latency)

    def _commit(self, consumer: LogConsumer, records: Sequence[Record], stop: threading.Event) -> None:
        try:
            self._retried(stop, lambda: consumer.commit(next_offsets(records)))
        except CommitRefusedError as error:
            # Its new owner publishes the batch again, and the history knows it.
            logger.info("commit refused", extra={"group": self._group, "error": str(error)})

    def _retried(self, stop: threading.Event, step: Callable[[], _Result]) -> _Result:
        return self._patience.call(stop, step)


def publish_latency_seconds(alert: Alert, appended_at: datetime, now: datetime) -> float | None:
    """Seconds from the first sight of the article that brought a revision to its publication; None if unknown.

    Args:
        appended_at: When the alert was appended to the log, which is when it was decided.
    """
    latency = alert.data.latency
    if latency.match is not None and latency.decide is not None:
        since_decided = (now - appended_at) / timedelta(seconds=1)
        return max(0.0, latency.match + latency.decide + since_decided)
    if alert.data.change.kind == "opened":
        return max(0.0, (now - alert.data.story.first_seen_at) / timedelta(seconds=1))
    return None
