"""A date as archives write it, as a moment or as a day. Knows no clock.

An archive may be older than any feed, so dates before feeds count here; those that no calendar of ours holds do not.
A day is always one in UTC: of 1 a.m. in Kyiv on 2 May it is 1 May. What cannot be read, or names no day ("2024",
"last week"), is unknown.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.feeds.dates import parse_date

# Outside of these a date is a mistake, and a timer could pass the end of the calendar.
EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def moment_of(written: object) -> datetime | None:
    """The moment that a date names, aware UTC; midnight for a day, UTC where no zone is named.

    Args:
        written: A text, or seconds or milliseconds since 1970; anything else names none.
    """
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        return None
    text = str(written).strip()
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        found = parse_date(text, fetched_at=LATEST).moment
        if found is None:
            return None
        moment = found
    return moment if EARLIEST <= moment < LATEST else None


def day_of(written: object) -> date | None:
    """The day of that moment in UTC."""
    moment = moment_of(written)
    return None if moment is None else moment.date()
