"""Publishers' dates in all their forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import EARLIEST, FUTURE_TOLERANCE, DateReason, ParsedDate, parse_date

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT_TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)


def hours(offset: float) -> datetime:
    """Ten o'clock on the 23rd in a zone so many hours east of Greenwich."""
    return AT_TEN - timedelta(hours=offset)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", AT_TEN),
        ("Mon, 23 Nov 2026 10:00:00 +0000", AT_TEN),
        ("Mon, 23 Nov 2026 10:00:00 Z", AT_TEN),
        ("Mon, 23 Nov 2026 10:00:00 +0530", hours(5.5)),
        ("Mon, 23 Nov 2026 10:00:00 +01:00", hours(1)),
        ("Mon, 23 Nov 2026 10:00:00 GMT+0200", hours(2)),
        ("Mon, 23 Nov 2026 10:00:00 -0330", hours(-3.5)),
        ("Mon, 23 Nov 2026 10:00:00 CET", hours(1)),
        ("Mon, 23 Nov 2026 10:00:00 CEST", hours(2)),
        ("Mon, 23 Nov 2026 10:00:00 EET", hours(2)),
        ("Mon, 23 Nov 2026 10:00:00 MSK", hours(3)),
        ("Mon, 23 Nov 2026 10:00:00 IST", hours(5.5)),
        ("Mon, 23 Nov 2026 10:00:00 BST", hours(1)),
        ("Mon, 23 Nov 2026 10:00:00 JST", hours(9)),
        ("Mon, 23 Nov 2026 10:00:00 EST", hours(-5)),
        ("Mon, 23 Nov 2026 10:00:00 PDT", hours(-7)),
        ("Mon, 23 Nov 2026 10:00:00 +0100 (CET)", hours(1)),
        ("23 Nov 26 10:00:00 GMT", AT_TEN),
        ("  Mon,  23 Nov 2026\n 10:00:00   GMT ", AT_TEN),
        ("2026-11-23T10:00:00Z", AT_TEN),
        ("2026-11-23T10:00:00.000+01:00", hours(1)),
        ("2026-11-23T10:00:00+0100", hours(1)),
        ("2026-11-23T10:00:00 CET", hours(1)),
        ("2026-11-23 10:00:00 +0000 UTC", AT_TEN),
        ("2026/11/23 10:00:00 CET", hours(1)),
        ("23/11/2026 10:00 UTC", AT_TEN),
        ("11/23/2026 10:00 UTC", AT_TEN),
        ("23.11.2026 10:00 MSK", hours(3)),
        ("November 23, 2026 10:00 AM EST", hours(-5)),
        ("Nov 22, 2026 10:00 PM UTC", AT_TEN - timedelta(hours=12)),
        ("Mon Nov 23 10:00:00 CET 2026", hours(1)),
        ("1795428000", AT_TEN),
        ("1795428000000", AT_TEN),
    ],
)
def test_date_is_read_as_written(raw: str, moment: datetime) -> None:
    assert parse_date(raw, fetched_at=NOW) == ParsedDate(moment, DateReason.AS_WRITTEN)


@pytest.mark.parametrize(
    ("raw", "moment", "reason"),
    [
        ("", None, DateReason.MISSING),
        ("   ", None, DateReason.MISSING),
        ("yesterday", None, DateReason.UNREADABLE),
        ("10:00", None, DateReason.UNREADABLE),
        ("November 2026", None, DateReason.UNREADABLE),
        ("Mon, 31 Nov 2026 10:00:00 GMT", None, DateReason.UNREADABLE),
        ("99999999999999", None, DateReason.UNREADABLE),
        ("1" * 5_000, None, DateReason.UNREADABLE),
        ("Mon, 23 Nov 2026 10:00:00 +9999", None, DateReason.UNREADABLE),
        ("1970-01-01T00:00:00Z", None, DateReason.TOO_EARLY),
        ("0001-01-01T00:00:00Z", None, DateReason.TOO_EARLY),
        ("0001-01-01T00:00:00+14:00", None, DateReason.UNREADABLE),
        ("2030-01-01T00:00:00Z", NOW, DateReason.IN_THE_FUTURE),
        ("2026-11-25T12:59:00Z", NOW + timedelta(minutes=59), DateReason.AS_WRITTEN),
        ("2026-11-25T13:01:00Z", NOW, DateReason.IN_THE_FUTURE),
        ("2026-11-23 10:00", AT_TEN, DateReason.NO_ZONE),
        ("2026/11/23 10:00:00", AT_TEN, DateReason.NO_ZONE),
        ("Mon, 23 Nov 2026 10:00:00", AT_TEN, DateReason.NO_ZONE),
        ("2026-11-23", AT_TEN - timedelta(hours=10), DateReason.NO_ZONE),
        ("Mon, 23 Nov 2026 10:00:00 XYZ", AT_TEN, DateReason.UNKNOWN_ZONE),
    ],
)
def test_date_that_is_not_plain_says_why(raw: str, moment: datetime | None, reason: DateReason) -> None:
    assert parse_date(raw, fetched_at=NOW) == ParsedDate(moment, reason)


@pytest.mark.parametrize(
    ("raw", "month", "day"),
    [("11/10/2026", 11, 10), ("10/11/2026", 11, 10), ("03/04/2026", 4, 3)],
    ids=["month first is nearer", "day first is nearer", "later reading is nearer"],
)
def test_ambiguous_order_takes_the_reading_nearer_to_the_fetch(raw: str, month: int, day: int) -> None:
    expected = datetime(2026, month, day, tzinfo=UTC)

    assert parse_date(raw, fetched_at=NOW) == ParsedDate(expected, DateReason.ORDER_GUESSED)


@given(st.text(max_size=130))
def test_any_text_gives_a_moment_in_bounds_or_none(raw: str) -> None:
    moment = parse_date(raw, fetched_at=NOW).moment

    assert moment is None or EARLIEST <= moment <= NOW + FUTURE_TOLERANCE


@given(st.from_regex(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[ T][0-9]{1,2}:[0-9]{2}( [APap][Mm])?( [A-Z]{1,5})?"))
def test_text_shaped_like_a_date_raises_nothing(raw: str) -> None:
    parse_date(raw, fetched_at=NOW)


@given(st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2026, 11, 1)), st.integers(-720, 720))  # noqa: DTZ001 - hypothesis wants bounds without zone
def test_iso_date_with_offset_is_read_exactly(local: datetime, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    raw = f"{local.isoformat(timespec='seconds')}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    expected = local.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=minutes)

    assert parse_date(raw, fetched_at=NOW).moment == expected
