"""Many items through a pool of killable workers, in batches, with the outcomes in order. Knows nothing of the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from monitor.core.errors import WorkFailedError
from monitor.core.workers import result_of

_Item = TypeVar("_Item")
_Outcome = TypeVar("_Outcome")

BATCH_ITEMS = 100
BATCH_BYTES = 1_000_000
BATCHES_AHEAD = 4  # per worker: enough that none waits, and few items in memory
BATCH_SECONDS = 300.0  # a guard against an endless loop, not a promise: machines are slow and loaded
ITEM_SECONDS = 60.0


class Pool(Protocol):
    """What is needed of `WorkerPool`."""

    def submit(
        self, deadline_seconds: float, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Run in a worker."""


@dataclass(frozen=True)
class Task(Generic[_Item, _Outcome]):
    """What is done to a batch.

    Attributes:
        work: Gives the outcome of each item, in order. Runs in a worker: picklable.
        failed: The outcome of an item on which it raised, or that killed its worker.
    """

    work: Callable[[list[_Item]], list[_Outcome]]
    failed: Callable[[_Item, WorkFailedError], _Outcome]


def batches_of(items: Iterable[_Item], size: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """The items in batches of at most `BATCH_ITEMS`, that end as soon as they have `BATCH_BYTES`."""
    batch: list[_Item] = []
    held = 0
    for item in items:
        batch.append(item)
        held += size(item)
        if len(batch) >= BATCH_ITEMS or held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def outcomes_in_order(
    batches: Iterable[list[_Item]], task: Task[_Item, _Outcome], pool: Pool, *, ahead: int
) -> Iterator[tuple[_Item, _Outcome]]:
    """Each item with its outcome, in order; one that fails or kills its worker spoils no other.

    Args:
        ahead: How many batches are handed out at a time.
    """
    running: deque[tuple[list[_Item], Future[list[_Outcome]]]] = deque()
    for batch in batches:
        running.append((batch, pool.submit(BATCH_SECONDS, task.work, batch)))
        if len(running) >= ahead:
            yield from _outcomes(*running.popleft(), task, pool)
    while running:
        yield from _outcomes(*running.popleft(), task, pool)


def _outcomes(
    batch: list[_Item], future: Future[list[_Outcome]], task: Task[_Item, _Outcome], pool: Pool
) -> Iterator[tuple[_Item, _Outcome]]:
    try:
        outcomes = result_of(future)
    except WorkFailedError:  # one of them did it: that one only is left out
        outcomes = [_alone(item, task, pool) for item in batch]
    yield from zip(batch, outcomes, strict=True)


def _alone(item: _Item, task: Task[_Item, _Outcome], pool: Pool) -> _Outcome:
    try:
        outcomes: list[_Outcome] = result_of(pool.submit(ITEM_SECONDS, task.work, [item]))
        return outcomes[0]
    except WorkFailedError as error:
        return task.failed(item, error)
