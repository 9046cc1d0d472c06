"""Batches of records through a pool of killable workers, results in order, suspects by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from consumers.matching import worker
from consumers.matching.worker import ItemOutcome, RawRecord, TimedOut
from consumers.rules.model import RuleSet
from monitor.core.errors import WorkFailedError
from monitor.core.retries import Stopped
from monitor.core.workers import WorkerPool, result_of

_STOP_CHECK_SECONDS = 0.2
_BATCH_FACTOR = 2  # a batch may take this many article deadlines; a slower one is taken apart


class Pool(Protocol):
    """What the match stage needs of `WorkerPool`."""

    def submit(
        self, deadline_seconds: float, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Run in a worker."""

    def close(self) -> None:
        """End the workers."""


@dataclass(frozen=True)
class Failed:
    """An article that could not be matched, twice."""

    reason: str


def make_worker_pool(rule_set: RuleSet, workers: int) -> WorkerPool:
    """A pool whose workers have compiled these rules. Whoever asks for it closes it."""
    return WorkerPool(workers, prepare=worker.prepare, prepare_with=(rule_set,))


def match_records(
    pool: Pool,
    records: Sequence[RawRecord],
    *,
    batch: int,
    deadline_seconds: float,
    matched_at: datetime,
    stop: threading.Event,
) -> list[ItemOutcome | Failed]:
    """The outcome for each record, in order.

    A batch that fails as a whole, and an article that ran past its deadline, are tried once more article by article;
    what fails again is `Failed`.

    Raises:
        Stopped: `stop` was set meanwhile.
    """
    chunks = [records[start : start + batch] for start in range(0, len(records), batch)]

    def submit(chunk: Sequence[RawRecord], deadline: float) -> Future[list[ItemOutcome]]:
        return pool.submit(deadline, worker.match_batch, chunk, article_seconds=deadline_seconds, matched_at=matched_at)

    futures = [submit(chunk, _BATCH_FACTOR * deadline_seconds) for chunk in chunks]
    outcomes: list[ItemOutcome | Failed] = []
    for chunk, future in zip(chunks, futures, strict=True):
        first = _outcomes(future, len(chunk), stop)
        for record, outcome in zip(chunk, first, strict=True):
            if isinstance(outcome, (TimedOut, Failed)):
                again = submit([record], _BATCH_FACTOR * deadline_seconds)
                outcomes += [_final(second) for second in _outcomes(again, 1, stop)]
            else:
                outcomes.append(outcome)
    return outcomes


def _outcomes(future: Future[list[ItemOutcome]], count: int, stop: threading.Event) -> list[ItemOutcome | Failed]:
    while not wait([future], timeout=_STOP_CHECK_SECONDS).done:
        if stop.is_set():
            raise Stopped
    try:
        return [*result_of(future)]
    except WorkFailedError as error:
        return [Failed(str(error))] * count


def _final(outcome: ItemOutcome | Failed) -> ItemOutcome | Failed:
    return Failed(outcome.reason) if isinstance(outcome, TimedOut) else outcome
