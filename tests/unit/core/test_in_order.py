"""Items through workers in batches."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from monitor.core.errors import WorkFailedError
from monitor.core.in_order import BATCH_BYTES, BATCH_ITEMS, Task, batches_of, outcomes_in_order


class FakePool:
    """Works in this process; counts what was handed out and not yet taken back."""

    def __init__(self) -> None:
        self.running = 0
        self.most_running = 0

    def submit(
        self, deadline_seconds: float, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        return _Lazy(self, lambda: function(*args, **kwargs))


class _Lazy(Future[Any]):
    """Works when it is asked for its result."""

    def __init__(self, pool: FakePool, work: Callable[[], Any]) -> None:
        super().__init__()
        self._pool = pool
        self._work = work

    def result(self, timeout: float | None = None) -> Any:
        self._pool.running -= 1
        return self._work()


def doubled(numbers: list[int]) -> list[int]:
    if 13 in numbers:
        raise ValueError("13")
    return [2 * number for number in numbers]


def failed(number: int, error: WorkFailedError) -> int:
    return -number


def test_batches_end_with_enough_items_or_bytes() -> None:
    items = [b"x"] * (BATCH_ITEMS + 1) + [b"y" * BATCH_BYTES, b"z"]

    assert [len(batch) for batch in batches_of(items, len)] == [BATCH_ITEMS, 2, 1]
    assert list(batches_of([], len)) == []


def test_outcomes_come_in_order_and_one_that_fails_spoils_no_other() -> None:
    outcomes = list(outcomes_in_order([[1, 2], [13, 3], [4]], Task(doubled, failed), FakePool(), ahead=2))

    assert outcomes == [(1, 2), (2, 4), (13, -13), (3, 6), (4, 8)]


def test_no_more_batches_are_handed_out_than_asked_for() -> None:
    pool = FakePool()
    outcomes = list(outcomes_in_order(([number] for number in range(50)), Task(doubled, failed), pool, ahead=4))

    assert len(outcomes) == 50
    assert pool.most_running == 4
