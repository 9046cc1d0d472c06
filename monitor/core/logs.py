"""Structured logs over the standard library: JSON lines, or readable lines on a terminal.

The event is a short constant phrase; data goes in named fields: `log.info("feed polled", extra={"feed": url})`.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from monitor.core.escape import one_line
from monitor.core.settings import LoggingSettings

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_LIBRARIES_AT_WARNING = ("aiohttp", "asyncio", "kafka", "redis", "sse_starlette", "apprise")
_LIBRARIES_AT_ERROR = ("uvicorn",)  # it warns of each malformed request: callers could fill the log
_MAX_FIELD_CHARACTERS = 2_000


def set_up_logging(settings: LoggingSettings, *, stream: TextIO | None = None) -> None:
    """Send all logs to `stream` (standard error) in the wished form."""
    target = stream or sys.stderr
    as_json = settings.format == "json" or (settings.format == "auto" and not target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level)
    for name in _LIBRARIES_AT_WARNING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(settings.level)))
    for name in _LIBRARIES_AT_ERROR:
        logging.getLogger(name).setLevel(logging.ERROR)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `event`, `logger`, then the named fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; anything JSON does not know is shown as text."""
        line = {
            "at": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


class TextFormatter(logging.Formatter):
    """`12:00:01 WARNING feed failed feed=... error=...`, each on one line, safe for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, then its traceback if it has one."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = one_line(f"{_moment(record):%H:%M:%S} {record.levelname} {record.getMessage()} {fields}")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """The named fields; texts, which may be a feed's, without what steers a terminal, and not without an end."""
    return {name: _shown(value) for name, value in vars(record).items() if name not in _STANDARD}


def _shown(value: object) -> object:
    return one_line(value, _MAX_FIELD_CHARACTERS) if isinstance(value, str) else value
