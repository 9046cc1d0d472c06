"""The match stage: articles from the log, through the workers, to matches on the log. Decides nothing itself.

At least once: matches and dead letters are appended and durable before the offsets are committed, so a crash between
repeats articles, and later stages recognise the repeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from consumers.matching import worker
from consumers.matching.pool import Failed, Pool, make_worker_pool, match_records
from consumers.matching.worker import FromNewerVersion, ItemOutcome, Matched, RawRecord, Undecodable
from consumers.rules.model import RuleSet
from monitor.core.canary import is_canary
from monitor.core.clock import Clock
from monitor.core.dead_letter import DeadLetter, DeadLetters
from monitor.core.errors import CommitRefusedError, NewerSchemaError, StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.ports import Log, LogConsumer
from monitor.core.record import NewRecord, Polled, Record, Topic, next_offsets
from monitor.core.retries import STORE_BACKOFF, Backoff, Patience, Stopped
from monitor.core.settings import MatchSettings

_logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
_WARM_SECONDS = 60.0  # for a task that does nothing; starting and compiling come before it and do not count


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
        backoff: Backoff = STORE_BACKOFF,
    ) -> None:
        self._log = log
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._group = group
        self._make_pool = make_pool
        self._lock = threading.Lock()
        self._wanted_rules = rule_set
        self._running_rules: RuleSet | None = None
        self._set_aside: dict[str, str] = {}
        self._warming: Future[list[ItemOutcome]] | None = None
        self._dead_letters = DeadLetters(Topic.ARTICLES, metrics, clock)
        self._patience = Patience(_logger, "match stage held up", backoff=backoff, group=group)

    def set_rules(self, rule_set: RuleSet) -> None:
        """Match by these rules from the next batch on. Safe from any thread; does not block."""
        with self._lock:
            self._wanted_rules = rule_set

    def is_warm(self) -> bool:
        """Whether a worker has compiled the rules: before that, articles wait. Safe from any thread."""
        warming = self._warming
        return warming is not None and warming.done()

    def set_aside(self) -> dict[str, str]:
        """Rules that are evaluated no more until rules are loaded again, by id, and why. Safe from any thread."""
        return dict(self._set_aside)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then return within a second or so, an unfinished batch dropped.

        Raises:
            NewerSchemaError: A newer Tocsin wrote a record; nothing of its batch was committed.
            TooManyDeadLettersError: So many records in a row failed that the fault is probably ours.
        """
        pool: Pool | None = None
        try:
            consumer = self._patience.call(stop, lambda: self._log.consumer(Topic.ARTICLES, self._group))
        except Stopped:
            return
        try:
            while not stop.is_set():
                pool = self._current_pool(pool)
                try:
                    polled = self._poll(consumer)
                    # What came in after rules were changed is matched by the new ones, though we waited with the old.
                    pool = self._current_pool(pool)
                    self._step(polled, consumer, pool, stop)
                    self._patience.ended()
                except Stopped:
                    return
                except (CommitRefusedError, StoreUnavailableError) as error:
                    # After a refused commit the partitions are another's, who reads them from the last commit.
                    self._patience.wait(stop, error)
        finally:
            if pool is not None:
                pool.close()
            consumer.close()

    def _current_pool(self, pool: Pool | None) -> Pool:
        with self._lock:
            wanted = self._wanted_rules
        if pool is not None and self._running_rules is not None and self._goes_on(self._running_rules, wanted):
            self._running_rules = wanted
            return pool
        if pool is not None:
            pool.close()
        self._running_rules = wanted
        self._set_aside.clear()
        _logger.info("rules in force", extra={"digest": wanted.digest, "rules": len(wanted)})
        made = self._make_pool(wanted, self._settings.workers)
        # A batch of nothing: the workers start and compile now, not when the first article is here.
        self._warming = made.submit(_WARM_SECONDS, worker.match_batch, [], article_seconds=1, matched_at=self._clock())
        return made

    def _goes_on(self, running: RuleSet, wanted: RuleSet) -> bool:
        """Whether workers that have `running` compiled serve for `wanted`.

        Most reloads change feeds or subscriptions. But whoever loads rules again wants those set aside tried again.
        """
        return wanted is running or (wanted.digest == running.digest and not self._set_aside)

    def _poll(self, consumer: LogConsumer) -> Polled:
        return consumer.poll(max_records=self._settings.batch * self._settings.workers, timeout_seconds=POLL_SECONDS)

    def _step(self, polled: Polled, consumer: LogConsumer, pool: Pool, stop: threading.Event) -> None:
        if polled.records:
            matches, letters = self._match(polled.records, pool, stop)
            self._append(matches, letters, stop)
            consumer.commit(next_offsets(polled.records))
        self._metrics.consumer_lag.labels(Topic.ARTICLES).set(sum(consumer.lag().values()))

    def _match(
        self, records: Sequence[Record], pool: Pool, stop: threading.Event
    ) -> tuple[list[NewRecord], list[DeadLetter]]:
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
        matches: list[NewRecord] = []
        letters: list[DeadLetter] = []
        for record, outcome in zip(records, outcomes, strict=True):
            result = self._result(record, outcome)
            if isinstance(result, DeadLetter):
                letters.append(result)
            else:
                matches += result
        return matches, letters

    def _result(self, record: Record, outcome: ItemOutcome | Failed) -> list[NewRecord] | DeadLetter:
        match outcome:
            case Matched():
                self._dead_letters.end_row()
                self._tell_set_aside(outcome)
                if not outcome.is_canary:
                    now = self._clock()
                    self._metrics.articles_matched.inc()
                    self._metrics.match_latency.observe(max(0.0, (now - outcome.first_seen_at).total_seconds()))
                return [NewRecord(Topic.MATCHES, group, value) for group, value in outcome.matches]
            case FromNewerVersion():
                raise NewerSchemaError(outcome.subject, outcome.found, outcome.known)
            case Undecodable():
                return self._dead_letters.make(record, outcome.reason)
            case Failed():
                return self._dead_letters.make(record, f"could not be matched: {outcome.reason}")
        raise AssertionError(f"unexpected outcome {outcome!r}")

    def _tell_set_aside(self, outcome: Matched) -> None:
        """Count and log each rule once, whichever of the workers it failed in first."""
        for rule_id, why in outcome.set_aside:
            if rule_id not in self._set_aside:
                self._set_aside[rule_id] = why.reason
                self._metrics.rules_set_aside.labels(why.kind).inc()
                _logger.error("rule set aside", extra={"rule": rule_id, "reason": why.kind, "error": why.reason})

    def _append(self, matches: Sequence[NewRecord], letters: Sequence[DeadLetter], stop: threading.Event) -> None:
        """Append and wait; while the log is away, try again until told to stop."""
        records = [*matches, *(letter.to_record() for letter in letters)]
        if records:
            self._patience.call(stop, lambda: self._log.append(records))
        self._metrics.matches.inc(sum(not is_canary(match.key) for match in matches))
        self._dead_letters.tell(letters)
