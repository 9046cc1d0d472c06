"""Moments as columns: whole microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_column(moment: datetime) -> int:
    """An aware moment as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_column(microseconds: int) -> datetime:
    """The moment, aware UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
