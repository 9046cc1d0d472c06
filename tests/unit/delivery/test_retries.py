"""Waits between attempts, and saying once what is wrong."""

from __future__ import annotations

import logging

import pytest

from consumers.delivery.retries import Backoff, Trouble

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
