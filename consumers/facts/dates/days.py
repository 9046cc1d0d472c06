"""Days of the calendar as texts leave them open: which 3 March, which October. Knows no words."""

from __future__ import annotations

from datetime import date, timedelta

_LATER_DAYS = 120  # a day without a year is told as one to come only where it is near
_FEWEST_YEAR, _LATEST_YEAR = 1500, 2100  # other numbers of four digits count something


def safe_date(year: int, month: int, day: int) -> date | None:
    """That day; None where there is none (31 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def meant_day(month: int, day: int, on: date | None) -> date | None:
    """The day of that name that somebody means on a day: the last one, or one that comes soon."""
    if on is None:
        return None
    days = (safe_date(year, month, day) for year in (on.year + 1, on.year, on.year - 1))
    return next((found for found in days if found is not None and (found - on).days <= _LATER_DAYS), None)


def meant_year(month: int, on: date) -> int:
    """The year of a month that somebody names on a day: the last one, or one that comes soon."""
    ahead = month - on.month
    if ahead > _LATER_DAYS // 30:
        return on.year - 1
    return on.year + 1 if ahead + 12 <= _LATER_DAYS // 30 - 1 else on.year


def day_back(on: date, days: int) -> date | None:
    """The day so many days before; None where the calendar ends."""
    try:
        return on - timedelta(days=days)
    except OverflowError:
        return None


def day_number(word: str, endings: tuple[str, ...]) -> int | None:
    """3 for "3", "03" and "3rd"."""
    digits = next((word[: -len(end)] for end in endings if word.endswith(end)), word)
    if len(digits) > 2 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) if 1 <= int(digits) <= 31 else None


def year_number(word: str) -> int | None:
    """A number of four digits that may be a year."""
    if len(word) != 4 or not (word.isascii() and word.isdigit()):
        return None
    return int(word) if _FEWEST_YEAR <= int(word) <= _LATEST_YEAR else None
