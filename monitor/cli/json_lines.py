"""Files or standard input as lines of bounded length, with a count on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from consumers.matching.lines import bounded_lines
from monitor.core.escape import one_line

_PROGRESS_EVERY = 1_000
_SHOWN_REASON = 200


def inputs(files: Sequence[Path]) -> Iterator[tuple[str, BinaryIO]]:
    """Each file with its name; standard input where there are none."""
    if not files:
        yield "standard input", sys.stdin.buffer
    with ExitStack() as stack:
        for path in files:
            yield str(path), stack.enter_context(path.open("rb"))


def lines_with_progress(stream: BinaryIO) -> Iterator[bytes]:
    """The lines, bounded, with a count on a terminal's standard error."""
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    for number, (line, _) in enumerate(bounded_lines(stream), 1):
        if shown and number % _PROGRESS_EVERY == 0:
            print(f"\r{number:,} lines", end="", file=sys.stderr, flush=True)
        yield line
    if shown:
        print("\r\033[K", end="", file=sys.stderr)


def say_unreadable(name: str, line: int, reason: str) -> None:
    """A line that was left out, and why; `line` counts from 1."""
    print(f"tocsin: {name}:{line}: {one_line(reason, _SHOWN_REASON)}", file=sys.stderr)
