"""Places of articles in the order of their times, for more of them than memory holds. Knows no article.

Why not the articles themselves: an archive is on disk already, and usually nearly in order; sixteen bytes for each
line are enough to read it in any order.
"""

from __future__ import annotations

import heapq
import os
import struct
import tempfile
from collections.abc import Iterator

_MAX_IN_MEMORY = 200_000  # pairs, about 30 MB
_PAIR = struct.Struct("<qQ")
_READ_BYTES = 4_096 * _PAIR.size


class Order:
    """Pairs of a time and a place, sorted. Whoever made it closes it; then its temporary file is gone."""

    def __init__(self, *, max_in_memory: int = _MAX_IN_MEMORY) -> None:
        self._max_in_memory = max_in_memory
        self._pairs: list[tuple[int, int]] = []
        self._runs: list[tuple[int, int]] = []  # start and end in the file
        self._file = tempfile.TemporaryFile(prefix="tocsin-order-")  # noqa: SIM115 - `close` closes it

    def add(self, moment: int, place: int) -> None:
        """Add a pair; among equal times the lower place comes first."""
        self._pairs.append((moment, place))
        if len(self._pairs) >= self._max_in_memory:
            self._spill()

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """All pairs, in order."""
        return heapq.merge(*(self._run(start, end) for start, end in self._runs), iter(sorted(self._pairs)))

    def close(self) -> None:
        """Forget all."""
        self._file.close()

    def _spill(self) -> None:
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(b"".join(_PAIR.pack(*pair) for pair in sorted(self._pairs)))
        self._file.flush()
        self._runs.append((start, self._file.tell()))
        self._pairs.clear()

    def _run(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        while start < end:
            raw = os.pread(self._file.fileno(), min(_READ_BYTES, end - start), start)
            start += len(raw)
            yield from _PAIR.iter_unpack(raw)
