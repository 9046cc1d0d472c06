"""Lines of JSON with an article each, as `scan`, `extract` and `rules explain` read them. Knows no file.

Unknown keys are ignored, so records of the log can be read too. A date that cannot be read is an unknown one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, TypeVar

import msgspec

from monitor.core.fact import Fact, Field
from monitor.feeds.moments import day_of
from monitor.text.reading import Reading, read

MAX_LINE_BYTES = 16_000_000  # decoding takes a multiple of it in memory


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that cannot be read; `line` counts from 1."""

    line: int
    reason: str


class TextsLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of an article."""

    title: str | None = None
    summary: str | None = None
    body: str | None = None
    text: str | None = None
    lang: str | None = None
    publisher: str | None = None
    url: str | None = None
    published_at: object = None
    date: object = None


class ArticleLine(TextsLine, frozen=True, kw_only=True):
    """An article among others: what is found in it is told by its id."""

    id: str | int


_Line = TypeVar("_Line", bound=TextsLine)
_decoder = msgspec.json.Decoder(ArticleLine)


def article_line(raw: bytes) -> ArticleLine | str:
    """The article on a line, or why it cannot be read."""
    return decoded_line(raw, _decoder)


def decoded_line(raw: bytes, decoder: msgspec.json.Decoder[_Line]) -> _Line | str:
    """The same, as a decoder says."""
    if len(raw) > MAX_LINE_BYTES:
        return f"is longer than {MAX_LINE_BYTES} bytes"
    try:
        line = decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return str(error)
    if (line.title, line.summary, line.body, line.text) == (None,) * 4:
        return "no words (allowed: title, summary, body, text)"
    return line


def reading_of(line: TextsLine, facts: Sequence[Fact] = ()) -> Reading:
    """The article in words; `facts` are what is known of it before anybody looks."""
    texts: dict[Field, str] = {
        "title": line.title or "",
        "summary": line.summary or "",
        "body": line.body or "",
        "text": line.text or "",
    }
    return read(
        texts,
        lang=line.lang or "",
        publisher=line.publisher or "",
        url=line.url or "",
        on=day_of(line.published_at) or day_of(line.date),
        facts=facts,
    )


def bounded_lines(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The lines, each with the bytes that it takes; of one that is too long only so much that it is seen to be.

    A file may be one line of any length.
    """
    while line := stream.readline(MAX_LINE_BYTES + 1):
        taken = len(line)
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
            taken += len(rest)
        yield line, taken
