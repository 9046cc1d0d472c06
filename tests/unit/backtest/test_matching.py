"""Articles over worker processes: order, and articles that kill their worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from consumers.backtest import worker
from consumers.backtest.archive import Item
from consumers.backtest.matching import match_in_pool
from consumers.backtest.worker import Failed
from tests.unit.backtest.support import BRIDGE, REGISTRY, START, line, side

DEADLY = "Deadly bridge closed"


class FakePool:
    """Works in this process, one batch after the other; dies of one title."""

    def __init__(self) -> None:
        self._rules = worker.compiled([side(BRIDGE).rule_set], REGISTRY)

    def submit(
        self, deadline_seconds: float, function: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        future: Future[Any] = Future()
        (items,) = args
        if any(DEADLY.encode() in item.raw for item in items):
            future.set_exception(RuntimeError("its worker died"))
        else:
            future.set_result(worker.match_items(self._rules, items))
        return future

    def close(self) -> None:
        """Nothing runs."""


def test_an_article_that_kills_its_worker_is_named_and_the_others_are_matched() -> None:
    titles = ["Old bridge closed", DEADLY, "New bridge closed", "A quiet day", "Third bridge closed"]
    items = [Item(START, line(f"n{number}", title)) for number, title in enumerate(titles)]

    outcomes = list(match_in_pool(iter([items[:3], items[3:]]), FakePool(), 1))

    assert [item for item, _ in outcomes] == items
    assert [outcome for _, outcome in outcomes if isinstance(outcome, Failed)] == [
        Failed("n1", "RuntimeError: its worker died")
    ]
