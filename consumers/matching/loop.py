"""The match stage: articles from the log, through the workers, to matches on the log. Decides nothing itself.

At least once: matches and dead letters are appended and durable before the offsets are committed, so a crash between
repeats articles, and later stages recognise the repeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from consumers.matching.pool import Failed, Pool, Stopped, make_worker_pool, match_records
from consumers.matching.worker import FromNewerVersion, ItemOutcome, Matched, RawRecord, Undecodable
from consumers.rules.model import RuleSet
from monitor.core.clock import Clock
from monitor.core.dead_letter import MAX_DEAD_LETTERS_IN_A_ROW, DeadLetter
from monitor.core.errors import (
    CommitRefusedError,
    MonitorError,
    NewerSchemaError,
    StoreUnavailableError,
    TooManyDeadLettersError,
)
from monitor.core.metrics import Metrics
from monitor.core.ports import Log, LogConsumer
from monitor.core.record import NewRecord, Record, Topic
from monitor.core.settings import MatchSettings

_log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
RETRY_SECONDS = 1.0  # a store that is away is asked again this often


class MatchLoop:
    """Reads articles as one member of a group. The log is the caller's; consumer and workers are made here."""

    def __init__(
        self,
        log: Log,
        rule_set: RuleSet,
        settings: MatchSettings,
        metrics: Metrics,
        clock: Clock,
        *,
        group: str,
        make_pool: Callable[[RuleSet, int], Pool] = make_worker_pool,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._store = log
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._group = group
        self._make_pool = make_pool
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._wanted_rules = rule_set
        self._running_rules: RuleSet | None = None
        self._bad_in_a_row = 0
        self._last_trouble = ""

    def set_rules(self, rule_set: RuleSet) -> None:
        """Match by these rules from the next batch on. Safe from any thread; does not block."""
        with self._lock:
            self._wanted_rules = rule_set

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then return within a second or so, an unfinished batch dropped.

        Raises:
            NewerSchemaError: A newer Tocsin wrote a record; nothing of its batch was committed.
            TooManyDeadLettersError: So many records in a row failed that the fault is probably ours.
        """
        pool: Pool | None = None
        consumer = self._join(stop)
        if consumer is None:
            return
        try:
            while not stop.is_set():
                pool = self._current_pool(pool)
                try:
                    self._step(consumer, pool, stop)
                    self._last_trouble = ""
                except Stopped:
                    return
                except CommitRefusedError as error:
                    self._report(error)  # the partitions are another's, who reads them from the last commit
                except StoreUnavailableError as error:
                    self._report(error)
                    stop.wait(self._retry_seconds)
        finally:
            if pool is not None:
                pool.close()
            consumer.close()

    def _join(self, stop: threading.Event) -> LogConsumer | None:
        """Come into the group, once the log is there; None when stopped before."""
        while not stop.is_set():
            try:
                return self._store.consumer(Topic.ARTICLES, self._group)
            except StoreUnavailableError as error:
                self._report(error)
                stop.wait(self._retry_seconds)
        return None

    def _current_pool(self, pool: Pool | None) -> Pool:
        with self._lock:
            wanted = self._wanted_rules
        # Most reloads change feeds or subscriptions: workers that have these rules compiled go on.
        if pool is not None and self._running_rules is not None and wanted.digest == self._running_rules.digest:
            return pool
        if pool is not None:
            pool.close()
        self._running_rules = wanted
        _log.info("rules in force", extra={"digest": wanted.digest, "rules": len(wanted)})
        return self._make_pool(wanted, self._settings.workers)

    def _step(self, consumer: LogConsumer, pool: Pool, stop: threading.Event) -> None:
        polled = consumer.poll(max_records=self._settings.batch * self._settings.workers, timeout_seconds=POLL_SECONDS)
        if polled.records:
            matched = self._match(polled.records, pool, stop)
            self._append(matched, stop)
            consumer.commit(_offsets(polled.records))
        self._metrics.consumer_lag.labels(Topic.ARTICLES).set(sum(consumer.lag().values()))

    def _match(self, records: Sequence[Record], pool: Pool, stop: threading.Event) -> list[NewRecord]:
        """What the records give to append, in their order."""
        matched_at = self._clock()
        outcomes = match_records(
            pool,
            [RawRecord(str(record.position), record.value) for record in records],
            batch=self._settings.batch,
            deadline_seconds=self._settings.deadline.total_seconds(),
            matched_at=matched_at,
            stop=stop,
        )
        produced: list[NewRecord] = []
        for record, outcome in zip(records, outcomes, strict=True):
            produced += self._produced(record, outcome)
        return produced

    def _produced(self, record: Record, outcome: ItemOutcome | Failed) -> list[NewRecord]:
        match outcome:
            case Matched():
                self._bad_in_a_row = 0
                now = self._clock()
                self._metrics.articles_matched.inc()
                self._metrics.match_latency.observe(max(0.0, (now - outcome.first_seen_at).total_seconds()))
                return [NewRecord(Topic.MATCHES, group, value) for group, value in outcome.matches]
            case FromNewerVersion():
                raise NewerSchemaError(outcome.subject, outcome.found, outcome.known)
            case Undecodable():
                return [self._dead_letter(record, outcome.reason)]
            case Failed():
                return [self._dead_letter(record, f"could not be matched: {outcome.reason}")]
        raise AssertionError(f"unexpected outcome {outcome!r}")

    def _dead_letter(self, record: Record, reason: str) -> NewRecord:
        self._bad_in_a_row += 1
        if self._bad_in_a_row > MAX_DEAD_LETTERS_IN_A_ROW:
            raise TooManyDeadLettersError(Topic.ARTICLES, self._bad_in_a_row)
        position = record.position
        _log.warning(
            "record put aside",
            extra={
                "topic": position.topic,
                "partition": position.partition,
                "offset": position.offset,
                "reason": reason,
            },
        )
        return DeadLetter.of(record, reason, now=self._clock()).to_record()

    def _append(self, records: Sequence[NewRecord], stop: threading.Event) -> None:
        """Append and wait; while the store is away, try again until told to stop."""
        while records:
            try:
                self._store.append(records)
                break
            except StoreUnavailableError as error:
                self._report(error)
                if stop.wait(self._retry_seconds):
                    raise Stopped from error
        for record in records:
            if record.topic is Topic.MATCHES:
                self._metrics.matches.inc()
            else:
                self._metrics.dead_letters.labels(Topic.ARTICLES).inc()

    def _report(self, error: MonitorError) -> None:
        """Log trouble once, until it changes or passes."""
        if str(error) != self._last_trouble:
            self._last_trouble = str(error)
            _log.warning("match stage held up", extra={"group": self._group, "error": str(error)})


def _offsets(records: Sequence[Record]) -> dict[int, int]:
    """The next offset to read in each partition, once these are done."""
    return {record.position.partition: record.position.offset + 1 for record in records}
