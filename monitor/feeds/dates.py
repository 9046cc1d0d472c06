"""A publisher's date as a moment, with the reason where it cannot be believed as it stands. Knows no clock.

Why our own chain and not feedparser's: it takes CET, MSK or IST for UTC and reads some orders as other dates, without
a word. Here: ISO 8601, then mail dates (RFC 5322) with our own zone table, then numeric dates whose order is
settled in the open, then dateutil for the rest that names its month and its year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate
from enum import StrEnum

from dateutil import parser as dateutil_parser

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before there were feeds: a default or a broken clock
FUTURE_TOLERANCE = timedelta(hours=1)  # publishers' clocks; beyond it the time of the fetch is nearer the truth
MAX_DATE_CHARACTERS = 100


class DateReason(StrEnum):
    """Why a moment is missing or not quite what the publisher wrote; the closed set."""

    AS_WRITTEN = "as_written"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    TOO_EARLY = "too_early"
    IN_THE_FUTURE = "in_the_future"  # the moment is the time of the fetch
    NO_ZONE = "no_zone"  # taken as UTC
    UNKNOWN_ZONE = "unknown_zone"  # taken as UTC
    ORDER_GUESSED = "order_guessed"  # day and month could be either


@dataclass(frozen=True)
class ParsedDate:
    """A moment, aware UTC, or None; and how it came about."""

    moment: datetime | None
    reason: DateReason


_Reading = tuple[datetime, DateReason]

# Minutes from UTC. Where one name has several meanings: the one most feeds mean by it (IST India, BST British
# summer, CST and AST American, GST Gulf). Sources: RFC 5322 section 4.3; IANA time zone database.
_ZONES = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET", "ZULU"), 0),
    **dict.fromkeys(("CET", "MEZ", "MET", "WEST", "BST", "WAT"), 60),
    **dict.fromkeys(("CEST", "MESZ", "MEST", "EET", "CAT", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK", "EAT", "IDT", "TRT"), 180),
    "IRST": 210,
    **dict.fromkeys(("SAMT", "GST", "AZT", "GET"), 240),
    "AFT": 270,
    **dict.fromkeys(("PKT", "UZT", "YEKT"), 300),
    "IST": 330,
    "NPT": 345,
    **dict.fromkeys(("BDT", "OMST", "ALMT"), 360),
    **dict.fromkeys(("WIB", "ICT", "NOVT", "KRAT"), 420),
    **dict.fromkeys(("HKT", "SGT", "PHT", "MYT", "AWST", "WITA", "IRKT"), 480),
    **dict.fromkeys(("JST", "KST", "WIT", "YAKT"), 540),
    "ACST": 570,
    **dict.fromkeys(("AEST", "VLAT"), 600),
    "ACDT": 630,
    **dict.fromkeys(("AEDT", "MAGT"), 660),
    "NZST": 720,
    "NZDT": 780,
    "NST": -210,
    "NDT": -150,
    **dict.fromkeys(("BRT", "ART", "ADT", "UYT"), -180),
    **dict.fromkeys(("AST", "EDT", "CLT", "BOT", "VET"), -240),
    **dict.fromkeys(("EST", "CDT", "COT", "PET", "ECT"), -300),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    **dict.fromkeys(("PST", "AKDT"), -480),
    "AKST": -540,
    "HST": -600,
}
_EPOCH = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d{1,9})?")
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_ZONED = re.compile(
    rf"(?P<local>.{{4,60}}?[ T,]{_CLOCK})"
    r" ?(?:(?:GMT|UTC|UT)? ?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?|(?P<name>[A-Za-z]{1,5}))?"
    r"(?: ?\([^()]{1,40}\)| [A-Z]{2,5})?"
)
_NUMERIC = re.compile(
    r"(?:(?P<y1>\d{4})(?P<s1>[./-])(?P<m>\d{1,2})(?P=s1)(?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<s2>[./-])(?P<b>\d{1,2})(?P=s2)(?P<y2>\d{4}))"
    rf"(?:[ T,]+(?P<clock>{_CLOCK}))?"
)
_NAMES_A_DAY = re.compile(r"(?=.*\b(?:19|20)\d{2}\b)(?=.*\b\d{1,2}(?:st|nd|rd|th)?\b)(?=.*[A-Za-z]{3})")
_ZONE_BEFORE_YEAR = re.compile(  # what the command `date` prints
    r"([A-Za-z]{3}) ([A-Za-z]{3}) (\d{1,2}) (\d{1,2}:\d{2}:\d{2}) ([A-Z]{2,5}|[+-]\d{4}) (\d{4})"
)


def parse_date(raw: str, *, fetched_at: datetime) -> ParsedDate:
    """The moment that a publisher's date names; never raises.

    Args:
        fetched_at: Aware UTC; stands in for moments that lie in its future.
    """
    text = " ".join(raw[: MAX_DATE_CHARACTERS + 1].split())
    if not text:
        return ParsedDate(None, DateReason.MISSING)
    if len(text) > MAX_DATE_CHARACTERS:
        return ParsedDate(None, DateReason.UNREADABLE)
    try:
        reading = _read(text, fetched_at)
        moment = reading[0].astimezone(UTC) if reading else None
    except (ValueError, OverflowError):
        return ParsedDate(None, DateReason.UNREADABLE)
    if reading is None or moment is None:
        return ParsedDate(None, DateReason.UNREADABLE)
    if moment < EARLIEST:
        return ParsedDate(None, DateReason.TOO_EARLY)
    if moment > fetched_at + FUTURE_TOLERANCE:
        return ParsedDate(fetched_at, DateReason.IN_THE_FUTURE)
    return ParsedDate(moment, reading[1])


def _read(text: str, fetched_at: datetime) -> _Reading | None:
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        return datetime.fromtimestamp(int(epoch[1]), UTC), DateReason.AS_WRITTEN
    iso = _iso(text)
    if iso:
        return iso
    text = _ZONE_BEFORE_YEAR.sub(r"\1, \3 \2 \6 \4 \5", text)
    local, zone, reason = _parted(text)
    return _with_zone(_numeric(local, fetched_at) or _mail(local), zone, reason) or _dateutil(text)


def _iso(text: str) -> _Reading | None:
    if not text[:4].isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC), DateReason.NO_ZONE
    return moment, DateReason.AS_WRITTEN


def _parted(text: str) -> tuple[str, timezone, DateReason]:
    """The date without its zone, the zone, and what had to be assumed about it."""
    found = _ZONED.fullmatch(text)
    if not found:
        return text, UTC, DateReason.NO_ZONE
    if found["sign"]:
        minutes = int(found["hours"]) * 60 + int(found["minutes"] or 0)
        return found["local"], _zone(-minutes if found["sign"] == "-" else minutes), DateReason.AS_WRITTEN
    if not found["name"]:
        return found["local"], UTC, DateReason.NO_ZONE
    offset = _ZONES.get(found["name"].upper())
    if offset is None:
        return found["local"], UTC, DateReason.UNKNOWN_ZONE
    return found["local"], _zone(offset), DateReason.AS_WRITTEN


def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def _with_zone(reading: _Reading | None, zone: timezone, reason: DateReason) -> _Reading | None:
    if reading is None:
        return None
    return reading[0].replace(tzinfo=zone), reason if reading[1] is DateReason.AS_WRITTEN else reading[1]


def _mail(local: str) -> _Reading | None:
    if local[-1:] in "mM." or not any(character.isalpha() for character in local):
        return None  # parsedate takes 10 pm for 10 am
    parts = parsedate(local)
    if parts is None:
        return None
    return datetime(*parts[:6]), DateReason.AS_WRITTEN  # noqa: DTZ001 - the zone is set by the caller


def _numeric(local: str, fetched_at: datetime) -> _Reading | None:
    found = _NUMERIC.fullmatch(local)
    if not found:
        return None
    clock = dateutil_parser.parse(found["clock"]).time() if found["clock"] else time()
    if found["y1"]:
        return _on(int(found["y1"]), int(found["m"]), int(found["d"]), clock), DateReason.AS_WRITTEN
    first, second, year = int(found["a"]), int(found["b"]), int(found["y2"])
    if found["s2"] == "." or first > 12 or first == second:
        return _on(year, second, first, clock), DateReason.AS_WRITTEN
    if second > 12:
        return _on(year, first, second, clock), DateReason.AS_WRITTEN
    # Feeds hold news: of the two readings the one nearer to the fetch, day first when they are equally near.
    readings = (_on(year, second, first, clock), _on(year, first, second, clock))
    return min(readings, key=lambda moment: abs(moment.replace(tzinfo=UTC) - fetched_at)), DateReason.ORDER_GUESSED


def _on(year: int, month: int, day: int, clock: time) -> datetime:
    return datetime.combine(date(year, month, day), clock)


def _dateutil(text: str) -> _Reading | None:
    if not _NAMES_A_DAY.match(text):
        return None
    moment = dateutil_parser.parse(
        text,
        dayfirst=True,
        default=datetime(1900, 1, 1),  # noqa: DTZ001 - dateutil adds the zone that the text names
        tzinfos=lambda name, offset: timezone(timedelta(seconds=offset)) if offset is not None else _named_zone(name),
    )
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC), DateReason.NO_ZONE
    return moment, DateReason.AS_WRITTEN


def _named_zone(name: str | None) -> timezone | None:
    offset = _ZONES.get((name or "").upper())
    return None if offset is None else _zone(offset)
