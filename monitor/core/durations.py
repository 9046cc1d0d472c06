"""Durations as people write them: `90s`, `15m`, `2h`, `7d`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
ALLOWED = "a number with a unit: 500ms, 90s, 15m, 2h, 7d"


def parse_duration(value: object) -> timedelta:
    """The duration that a person wrote; plain numbers are seconds.

    Raises:
        ValueError: It is none, or negative; the message says what is allowed.
    """
    if isinstance(value, timedelta):
        return value
    try:
        return timedelta(seconds=_seconds(value))
    except OverflowError as error:
        raise ValueError("too long a duration") from error


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return value
    found = _FORM.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"not a duration (allowed: {ALLOWED})")
    return float(found[1]) * _UNITS[found[2]]


def render_duration(duration: timedelta) -> str:
    """The shortest such spelling: `15m`, `2h`; rounded to a tenth of the unit."""
    seconds = duration.total_seconds()
    for unit in ("d", "h", "m"):
        if seconds >= _UNITS[unit]:
            return f"{seconds / _UNITS[unit]:.1f}".removesuffix(".0") + unit
    return f"{seconds:.1f}".removesuffix(".0") + "s"
