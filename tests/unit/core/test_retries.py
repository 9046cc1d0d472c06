"""Waits between attempts, and saying once what is wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from monitor.core.errors import CommitRefusedError, StoreError, StoreUnavailableError
from monitor.core.retries import Backoff, Patience, Stopped, Trouble

BACKOFF = Backoff(first_seconds=5, longest_seconds=60)


@pytest.mark.parametrize(
    ("failures", "draw", "wish", "expected"),
    [
        pytest.param(1, 0.0, None, 5, id="first"),
        pytest.param(2, 0.0, None, 10, id="second is twice as long"),
        pytest.param(4, 0.0, None, 40, id="fourth"),
        pytest.param(5, 0.0, None, 60, id="never longer than the longest"),
        pytest.param(10_000, 0.0, None, 60, id="very many failures"),
        pytest.param(1, 1.0, None, 2.5, id="jitter takes off up to half"),
        pytest.param(1, 0.0, 30.0, 30, id="the other side's wish lengthens"),
        pytest.param(4, 0.0, 1.0, 40, id="the other side's wish does not shorten"),
        pytest.param(1, 0.0, 86_400.0, 60, id="the other side's wish is capped"),
    ],
)
def test_wait(failures: int, draw: float, wish: float | None, expected: float) -> None:
    assert BACKOFF.wait_seconds(failures, draw=draw, wish_seconds=wish) == expected


def test_trouble_is_logged_when_it_changes_and_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trouble = Trouble(logging.getLogger("test"), "delivery failed", channel="hook")

    for error in ("timed out", "timed out", "HTTP status 500", "HTTP status 500"):
        trouble.failed(error)
    trouble.ended()
    trouble.ended()

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "delivery failed"),
        ("WARNING", "delivery failed"),
        ("INFO", "works again"),
    ]


def failing(times: int, error: Exception, on_failure: Callable[[], None] = lambda: None) -> Callable[[], str]:
    """A step that works after so many failures."""
    left = [error] * times

    def step() -> str:
        if left:
            on_failure()
            raise left.pop()
        return "done"

    return step


def patience() -> Patience:
    return Patience(logging.getLogger("test"), "stage waits", backoff=Backoff(0, 0))


def test_failures_that_pass_are_waited_out_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    found = patience().call(threading.Event(), failing(3, StoreUnavailableError("away")))

    assert found == "done"
    assert [record.getMessage() for record in caplog.records] == ["stage waits"]


def test_stop_ends_the_waiting() -> None:
    stop = threading.Event()

    with pytest.raises(Stopped):
        patience().call(stop, failing(5, StoreUnavailableError("away"), stop.set))


@pytest.mark.parametrize(
    "error", [StoreError("broken"), CommitRefusedError("articles", [1]), KeyError("bug")], ids=repr
)
def test_failure_that_does_not_pass_is_raised_at_once(error: Exception) -> None:
    with pytest.raises(type(error)):
        patience().call(threading.Event(), failing(1, error))
