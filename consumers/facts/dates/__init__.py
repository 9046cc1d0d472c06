"""When, as sentences say it: days, months, years and times ago, resolved against the day of publication."""

from consumers.facts.dates.data import SaidDate
from consumers.facts.dates.reader import DateReader

__all__ = ["DateReader", "SaidDate"]
