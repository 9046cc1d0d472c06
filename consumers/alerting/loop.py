"""The alert stage's loop: reads matches, lets the partitions decide, saves, sends alerts. Decides nothing itself.

One way out of every trouble: what is in memory is dropped and loaded again. So an unknown outcome of a save, a second
owner and a log that is away for an hour need no paths of their own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from consumers.alerting.gates import Gates
from consumers.alerting.partition import Outcome, Partition
from consumers.alerting.reader import MatchReader
from monitor.core.canary import is_canary
from monitor.core.clock import Clock
from monitor.core.codec import encode
from monitor.core.errors import CommitRefusedError, MonitorError, StateMissingError
from monitor.core.metrics import Metrics
from monitor.core.ports import Head, Log, LogConsumer, PartitionState, PartitionStates
from monitor.core.record import NewRecord, Record, Topic
from monitor.core.retries import STORE_BACKOFF, Backoff, Patience, Stopped

_logger = logging.getLogger(__name__)

MAX_RECORDS = 500  # in one batch, and so in one save
MAX_WAIT_SECONDS = 0.5  # also bounds how long new gates and a stop wait
MIN_WAIT_SECONDS = 0.01  # where a timer is due but its partition is not at its end, the loop must not spin


class AlertLoop:
    """Runs the alert stage for the partitions it is given. `run` in one thread; `set_gates` from any."""

    def __init__(
        self,
        log: Log,
        states: PartitionStates,
        gates: Gates,
        metrics: Metrics,
        clock: Clock,
        *,
        group: str,
        seen_retention: timedelta,
        backoff: Backoff = STORE_BACKOFF,
    ) -> None:
        """Opens nothing yet.

        Args:
            group: The consumer group on `matches`.
            seen_retention: How long a decided article is remembered: no shorter than `articles` are kept.
            backoff: Waits after failures that may pass.
        """
        self._log = log
        self._states = states
        self._metrics = metrics
        self._clock = clock
        self._group = group
        self._seen_retention = seen_retention
        self._patience = Patience(_logger, "alert stage waits", backoff=backoff)
        self._reader = MatchReader(log, metrics, clock)
        self._owned: dict[int, Partition] = {}
        self._gates = gates
        self._next_gates: Gates | None = None
        self._gates_lock = threading.Lock()

    def set_gates(self, gates: Gates) -> None:
        """Decide by these gates from the next batch on."""
        with self._gates_lock:
            self._next_gates = gates

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; failures that may pass are waited out.

        Raises:
            StateMissingError: A partition's state is gone.
            NewerSchemaError: A record or state of a newer Tocsin.
            TooManyDeadLettersError: The fault is probably ours.
        """
        try:
            consumer = self._patience.call(stop, lambda: self._log.consumer(Topic.MATCHES, self._group))
        except Stopped:
            return
        try:
            while not stop.is_set():
                self.turn(consumer, stop)
        finally:
            self._owned.clear()
            consumer.close()

    def turn(self, consumer: LogConsumer, stop: threading.Event) -> None:
        """One poll and all that follows from it; after a failure that may pass, wait instead. Raises as `run`."""
        try:
            self._poll_and_decide(consumer)
        except MonitorError as error:
            if not error.retriable:
                raise
            self._owned.clear()
            self._reader.forget()
            self._patience.wait(stop, error)
        else:
            self._patience.ended()

    def _poll_and_decide(self, consumer: LogConsumer) -> None:
        self._take_new(consumer)
        polled = consumer.poll(max_records=MAX_RECORDS, timeout_seconds=self._wait_seconds())
        for number in polled.revoked | polled.assigned:
            self._owned.pop(number, None)
        self._use_next_gates()
        self._decide(polled.records)
        self._fire_at_end(consumer)
        self._save(consumer, is_idle=not polled.records)

    def _take_new(self, consumer: LogConsumer) -> None:
        """Load what is ours and not in memory: paused until its outbox is appended and its place is found."""
        assigned = consumer.assigned()
        for number in self._owned.keys() - assigned:
            del self._owned[number]
        missing = assigned - self._owned.keys()
        if not missing:
            return
        consumer.pause(missing)
        for number in sorted(missing):
            partition = self._load(consumer, number)
            self._append_outbox([partition])
            partition.close_removed()
            consumer.seek(number, partition.offset)
            self._owned[number] = partition
        consumer.resume(missing)

    def _load(self, consumer: LogConsumer, number: int) -> Partition:
        state = self._states.load(number)
        first, end = self._log.bounds(Topic.MATCHES, number)
        if state is None:
            committed = consumer.committed(number)
            if committed:  # 0 says that nothing was ever done
                raise StateMissingError(Topic.MATCHES, number, committed)
            state = PartitionState(Head(offset=first, version=0, clock=None), {})
        place = _place(number, state.head.offset, first, end)
        head = Head(offset=place, version=state.head.version, clock=state.head.clock)
        return Partition(number, PartitionState(head, state.entries), self._gates, self._seen_retention)

    def _use_next_gates(self) -> None:
        with self._gates_lock:
            gates, self._next_gates = self._next_gates, None
        if gates is None:
            return
        self._gates = gates
        for partition in self._owned.values():
            partition.set_gates(gates)

    def _decide(self, records: Sequence[Record]) -> None:
        for record in records:
            partition = self._owned.get(record.position.partition)
            if partition is None or record.position.offset < partition.offset:
                continue  # read before a seek took effect; it comes again, or was decided on
            match = self._reader.read(record)
            if match is None:
                partition.skip(record.position.offset)
                continue
            decided_at = self._clock()
            partition.apply(match, record.position.offset, decided_at)
            if not is_canary(match.group):
                self._metrics.decide_latency.observe(max(0.0, (decided_at - match.matched_at).total_seconds()))
        self._reader.put_aside()

    def _fire_at_end(self, consumer: LogConsumer) -> None:
        lag = consumer.lag()
        self._metrics.consumer_lag.labels(Topic.MATCHES).set(sum(lag.values()))
        now = self._clock()
        for number, partition in sorted(self._owned.items()):
            if lag.get(number) == 0:
                partition.fire(now)

    def _save(self, consumer: LogConsumer, *, is_idle: bool) -> None:
        """Save what changed; where nothing else is to do, also that alerts were acknowledged, or they come again."""
        touched = {
            number: partition
            for number, partition in sorted(self._owned.items())
            if partition.has_changes() or (is_idle and partition.has_acknowledged())
        }
        if not touched:
            return
        refused = self._states.save([partition.change() for partition in touched.values()])
        for number in refused:
            _logger.warning("partition has another owner", extra={"topic": Topic.MATCHES, "partition": number})
            del touched[number]
            del self._owned[number]
        for partition in touched.values():
            self._tell(partition.saved())
        self._append_outbox(list(touched.values()))
        try:
            consumer.commit({number: partition.offset for number, partition in touched.items()})
        except CommitRefusedError:
            # Only lag displays read it; the head is the truth, and the next poll tells who owns the partition.
            _logger.debug("commit refused", extra={"topic": Topic.MATCHES})

    def _append_outbox(self, partitions: Sequence[Partition]) -> None:
        alerts = [alert for partition in partitions for alert in partition.outbox()]
        if alerts:
            self._log.append([NewRecord(Topic.ALERTS, alert.data.alert_id, encode(alert)) for alert in alerts])
        for partition in partitions:
            partition.appended()

    def _tell(self, outcome: Outcome) -> None:
        for reason, count in outcome.held_back.items():
            self._metrics.held_back.labels(reason).inc(count)
            _logger.debug("held back", extra={"reason": reason, "count": count})
        for alert in outcome.revisions:
            change = alert.data.change
            _logger.info(
                "alert decided",
                extra={"rule": alert.subject, "alert": alert.id, "change": change.kind, "reason": change.reason},
            )

    def _wait_seconds(self) -> float:
        dues = [due for partition in self._owned.values() if (due := partition.next_due()) is not None]
        if not dues:
            return MAX_WAIT_SECONDS
        return min(MAX_WAIT_SECONDS, max(MIN_WAIT_SECONDS, (min(dues) - self._clock()).total_seconds()))


def _place(number: int, offset: int, first: int, end: int) -> int:
    """Where to read on; what is not there any more is told."""
    fields = {"topic": Topic.MATCHES, "partition": number, "offset": offset}
    if offset > end:
        # The log was lost, not the state. What was decided on is remembered, so reading all again adds nothing.
        _logger.error("state is ahead of the log", extra=fields)
        return first
    if offset < first:
        _logger.error("matches were deleted before they were read", extra=fields)
        return first
    return offset
