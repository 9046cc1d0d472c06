"""Dates of archives."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor.feeds.moments import day_of, moment_of


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2031-05-04", date(2031, 5, 4)),
        (" 2031-05-04T10:00Z ", date(2031, 5, 4)),
        ("2031-05-04T01:30:00+03:00", date(2031, 5, 3)),
        ("2031-05-04T22:30:00-05:00", date(2031, 5, 5)),
        ("Sun, 04 May 2031 08:00:00 GMT", date(2031, 5, 4)),
        (1935648000, date(2031, 5, 4)),
        (1935648000000, date(2031, 5, 4)),
        ("1864-10-09", date(1864, 10, 9)),
        ("1644-10-09", None),
        ("2024", None),
        (2024, None),
        ("2024-10", None),
        ("last week", None),
        ("2031-05-04 or so", None),
        ("", None),
        (None, None),
        (True, None),
        (1e300, None),
        ({"day": 4}, None),
        ("9999-12-31T23:59:59-12:00", None),
    ],
)
def test_the_day_is_that_in_utc_and_what_names_none_is_unknown(written: object, day: date | None) -> None:
    assert day_of(written) == day


def test_the_moment_of_a_day_is_its_midnight_in_utc() -> None:
    assert moment_of(" 2031-05-04 ") == datetime(2031, 5, 4, tzinfo=UTC)
