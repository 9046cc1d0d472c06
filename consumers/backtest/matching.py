"""Articles to matches in order, in this process or over several. Results do not depend on how many."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence

from consumers.backtest import worker
from consumers.backtest.archive import Item
from consumers.backtest.worker import Failed, Matched
from consumers.rules.model import RuleSet
from monitor.actors import Registry
from monitor.core.errors import WorkFailedError
from monitor.core.in_order import BATCHES_AHEAD, Pool, Task, batches_of, outcomes_in_order
from monitor.core.workers import WorkerPool

FEWEST_FOR_WORKERS = 2_000  # articles: starting a process and compiling in it takes as long as matching so many


def match_all(
    items: Iterable[Item], rule_sets: Sequence[RuleSet], registry: Registry, *, workers: int
) -> Generator[tuple[Item, Matched | Failed]]:
    """Each article with its outcome, in order; closing the iterator ends the workers.

    Args:
        registry: The shipped actors, for matching in this process; workers load them by themselves.
    """
    batches = batches_of(items, _size)
    if workers == 1:
        rules = worker.compiled(rule_sets, registry)
        for batch in batches:
            yield from zip(batch, worker.match_items(rules, batch), strict=True)
        return
    pool = WorkerPool(workers, prepare=worker.prepare, prepare_with=(tuple(rule_sets),))
    try:
        yield from match_in_pool(batches, pool, workers * BATCHES_AHEAD)
    finally:
        pool.close()


def match_in_pool(batches: Iterable[list[Item]], pool: Pool, ahead: int) -> Iterator[tuple[Item, Matched | Failed]]:
    """The outcomes of some batches, in order; an article that fails or kills its worker spoils no other.

    Args:
        ahead: How many batches are handed out at a time.
    """
    return outcomes_in_order(batches, Task(worker.match_batch, _failed), pool, ahead=ahead)


def _failed(item: Item, error: WorkFailedError) -> Matched | Failed:
    return Failed(worker.article_id(item.raw), str(error))


def _size(item: Item) -> int:
    return len(item.raw)
