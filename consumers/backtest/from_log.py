"""The articles on a log as lines of a backtest. Reads outside any group; moves nobody's offsets."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from consumers.backtest.archive import Span
from consumers.backtest.lines import Line, read_line, stream_time
from monitor.core.canary import is_canary
from monitor.core.codec import decode_article
from monitor.core.errors import BadRecordError
from monitor.core.record import Topic
from monitor.core.walk import ReadableLog, records_before

_PROGRESS_EVERY = 10_000


def copy_articles(log: ReadableLog, span: Span, to: BinaryIO, *, progress: Callable[[int], None]) -> int:
    """Write the articles within the span, one a line, partition after partition; how many records were no article.

    A copy, because a log can be read in its own order only. Blocks while it reads the whole log.

    Raises:
        NewerSchemaError: A newer Tocsin wrote one of them.
        StoreUnavailableError: The log cannot be read for now.
    """
    read = bad = 0
    for partition in range(log.partitions(Topic.ARTICLES)):
        for record in records_before(log, Topic.ARTICLES, partition):
            read += 1
            if read % _PROGRESS_EVERY == 0:
                progress(read)
            try:
                article = decode_article(record.value, str(record.position))
            except BadRecordError:
                bad += 1
                continue
            line = None if is_canary(article.feed_id) else read_line(record.value)
            # One that has no words, only a link, is an article on the log and none for rules.
            if isinstance(line, Line) and _is_within(line, span):
                to.write(record.value.replace(b"\n", b" ") + b"\n")  # no line break stands within a JSON string
    return bad


def _is_within(line: Line, span: Span) -> bool:
    moment = stream_time(line)
    return moment is not None and span.holds(moment)
