"""Articles to matches in order, in this process or over several. Results do not depend on how many."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice

from consumers.backtest import worker
from consumers.backtest.archive import Item
from consumers.backtest.worker import Failed, Matched
from consumers.matching.pool import Pool
from consumers.rules.model import RuleSet
from monitor.actors import Registry
from monitor.core.errors import WorkFailedError
from monitor.core.workers import WorkerPool, result_of

FEWEST_FOR_WORKERS = 2_000  # articles: starting a process and compiling in it takes as long as matching so many
_BATCH = 100
_BATCHES_AHEAD = 4  # per worker: enough that none waits, and few lines in memory
_BATCH_SECONDS = 300.0  # a guard against an endless loop, not a promise: machines are slow and loaded
_ARTICLE_SECONDS = 60.0


def match_all(
    items: Iterable[Item], rule_sets: Sequence[RuleSet], registry: Registry, *, workers: int
) -> Generator[tuple[Item, Matched | Failed]]:
    """Each article with its outcome, in order; closing the iterator ends the workers.

    Args:
        registry: The shipped actors, for matching in this process; workers load them by themselves.
    """
    left = iter(items)
    batches = iter(lambda: list(islice(left, _BATCH)), [])
    if workers == 1:
        rules = worker.compiled(rule_sets, registry)
        for batch in batches:
            yield from zip(batch, worker.match_items(rules, batch), strict=True)
        return
    pool = WorkerPool(workers, prepare=worker.prepare, prepare_with=(tuple(rule_sets),))
    try:
        yield from match_in_pool(batches, pool, workers * _BATCHES_AHEAD)
    finally:
        pool.close()


def match_in_pool(batches: Iterator[list[Item]], pool: Pool, ahead: int) -> Iterator[tuple[Item, Matched | Failed]]:
    """The outcomes of some batches, in order; an article that fails or kills its worker spoils no other.

    Args:
        ahead: How many batches are handed out at a time.
    """
    running: deque[tuple[list[Item], Future[list[Matched | Failed]]]] = deque()
    for batch in batches:
        running.append((batch, pool.submit(_BATCH_SECONDS, worker.match_batch, batch)))
        if len(running) >= ahead:
            yield from _outcomes(*running.popleft(), pool)
    while running:
        yield from _outcomes(*running.popleft(), pool)


def _outcomes(
    batch: list[Item], future: Future[list[Matched | Failed]], pool: Pool
) -> Iterator[tuple[Item, Matched | Failed]]:
    try:
        outcomes = result_of(future)
    except WorkFailedError:  # one of them did it: that one only is left out
        outcomes = [_alone(item, pool) for item in batch]
    yield from zip(batch, outcomes, strict=True)


def _alone(item: Item, pool: Pool) -> Matched | Failed:
    try:
        outcomes: list[Matched | Failed] = result_of(pool.submit(_ARTICLE_SECONDS, worker.match_batch, [item]))
        return outcomes[0]
    except WorkFailedError as error:
        return Failed(worker.article_id(item.raw), str(error))
