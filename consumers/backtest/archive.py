"""Past articles in stream order, from sources of any size that are read twice: once for their times, once for them.

No more than one line is in memory at a time. An article without a date is taken at the time of the one before it in
the input, those before the first date at that date.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from consumers.backtest.lines import read_line, stream_time
from consumers.backtest.order import Order
from consumers.matching.lines import MAX_LINE_BYTES, bounded_lines

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OFFSET_BITS = 44  # 16 TiB in one file
_PROGRESS_EVERY = 10_000


@dataclass(frozen=True)
class Source:
    """Lines that can be read again; `name` is for errors. Whoever opened the stream closes it."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class UnreadableLine:
    """A line that was left out; `line` counts from 1."""

    source: str
    line: int
    reason: str


@dataclass(frozen=True)
class Item:
    """A line with an article, and the time at which it is taken."""

    at: datetime
    raw: bytes


@dataclass(frozen=True)
class Span:
    """From when to before when articles are taken; None is unbounded."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies within."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


class Archive:
    """The articles of some sources. A context manager; holds a temporary file until its end.

    Attributes:
        articles: How many are within the span.
        undated: How many of them have no date.
        unreadable: Lines that were left out.
        first, last: The times of the first and the last; None without articles.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        span: Span,
        *,
        on_unreadable: Callable[[UnreadableLine], None] = lambda _: None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Read all lines for their times; blocks.

        Args:
            progress: Told from time to time how many lines were read.
        """
        self.articles = 0
        self.undated = 0
        self.unreadable = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._sources = sources
        self._span = span
        self._on_unreadable = on_unreadable
        self._progress = progress
        self._order = Order()
        try:
            self._index()
        except BaseException:
            self._order.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._order.close()

    def __iter__(self) -> Iterator[Item]:
        """The articles in the order of their times, those of one time in the order of the input."""
        for microseconds, place in self._order:
            source = self._sources[place >> _OFFSET_BITS]
            source.stream.seek(place & ((1 << _OFFSET_BITS) - 1))
            yield Item(_EPOCH + microseconds * _MICROSECOND, source.stream.readline(MAX_LINE_BYTES + 1))

    def _index(self) -> None:
        waiting = array("Q")  # places before the first date
        at: datetime | None = None
        for place, moment in self._dated_lines():
            at = moment or at
            if at is None:
                waiting.append(place)
                continue
            while waiting:
                self._add(at, waiting.pop(), is_undated=True)
            self._add(at, place, is_undated=moment is None)
        while waiting:
            self._add(_EPOCH, waiting.pop(), is_undated=True)

    def _add(self, at: datetime, place: int, *, is_undated: bool) -> None:
        if not self._span.holds(at):
            return
        self.articles += 1
        self.undated += is_undated
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)
        self._order.add((at - _EPOCH) // _MICROSECOND, place)

    def _dated_lines(self) -> Iterator[tuple[int, datetime | None]]:
        """The place and the date of each article, in the order of the input."""
        read = 0
        for index, source in enumerate(self._sources):
            for number, (offset, raw) in enumerate(_lines(source.stream), start=1):
                read += 1
                if read % _PROGRESS_EVERY == 0:
                    self._progress(read)
                if not raw.strip():
                    continue
                line = read_line(raw)
                if isinstance(line, str):
                    self.unreadable += 1
                    self._on_unreadable(UnreadableLine(source.name, number, line))
                else:
                    yield index << _OFFSET_BITS | offset, stream_time(line)


def open_sources(paths: Sequence[Path], standard_input: BinaryIO, stack: ExitStack) -> list[Source]:
    """The files, or standard input where there are none; what can be read only once is copied to a temporary file."""
    if not paths:
        return [Source("standard input", _seekable(standard_input, stack))]
    return [Source(str(path), _seekable(stack.enter_context(path.open("rb")), stack)) for path in paths]


def _seekable(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    if stream.seekable() and stream.tell() == 0:
        return stream
    copy = stack.enter_context(tempfile.TemporaryFile(prefix="tocsin-backtest-"))  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return copy


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Offset and line; of one that is too long, so much that it is seen to be."""
    offset = stream.seek(0, os.SEEK_SET)
    for line, taken in bounded_lines(stream):
        yield offset, line
        offset += taken
