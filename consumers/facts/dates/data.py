"""What a language says of times, and a time as it is said: the shape of `dates.yaml`, and of what is read with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

Precision = Literal["day", "week", "month", "year", "vague"]


class DateData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`dates.yaml` of a language; the file says what its keys mean."""

    weekdays: dict[str, int]
    short_weekdays: dict[str, int]
    not_weekdays: list[str]
    months: dict[str, int]
    weak_months: list[str]
    in_month: list[str]
    day_endings: tuple[str, ...]
    of: list[str]
    next: list[str]
    last: list[str]
    year_before: list[str]
    not_after_year: list[str]
    not_after_unsure: list[str]
    surely_before_year: list[str]
    days: dict[str, int]
    feasts: dict[str, tuple[int, int]]
    spans: dict[Precision, dict[str, int]]
    parts_of_day: list[str]
    early_late: list[str]
    early_late_before: list[str]
    ago: list[str]
    no_day: list[str]
    units: dict[str, int]
    numbers: dict[str, int]
    past_after_days: int
    surely_past_before: int
    year_attributes: list[str]


@dataclass(frozen=True)
class SaidDate:
    """A time as a sentence says it.

    Attributes:
        first, after: Its tokens.
        day: Resolved; None where it is no single day, or nobody knows the day of publication.
        year: Of that time, where it is known.
        is_past: Whether it lies clearly before publication, by more than a month or so; None where nobody knows.
        is_name: It is but the name of a day ("Thursday").
    """

    first: int
    after: int
    text: str
    day: date | None
    precision: Precision
    year: int | None = None
    is_past: bool | None = None
    is_name: bool = False
