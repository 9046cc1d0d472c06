"""Notices that files which people write have changed, and that whoever saves them is done. Reads no content.

Why by looking and not by inotify: a look at a few dozen files every two seconds costs nothing, works on network file
systems and on the mounted folders of containers, where change events do not arrive, and needs no library.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

LOOK_SECONDS = 2.0

Look = frozenset[tuple[str, int, int, int]]  # path, inode, size, time of the last change in nanoseconds


def look_at(paths: Iterable[Path]) -> Look:
    """How the files are now; of a folder, the YAML files in it and below. What is not there is left out."""
    seen: set[tuple[str, int, int, int]] = set()
    for path in paths:
        for file in path.rglob("*.yaml") if path.is_dir() else [path]:
            try:
                status = file.stat()
            except OSError:
                continue  # gone between two looks, or never there: the loader tells of it
            seen.add((str(file), status.st_ino, status.st_size, status.st_mtime_ns))
    return frozenset(seen)


class FileWatch:
    """Says once for each change that it is there, when two looks in a row show the same."""

    def __init__(self) -> None:
        self._last: Look | None = None
        self._said: Look | None = None

    def has_settled_change(self, now: Look, loaded: Look) -> bool:
        """Whether the files differ from those that were loaded, stay as they are, and it was not said of them yet."""
        settled = now == self._last and now not in (loaded, self._said)
        self._last = now
        if settled:
            self._said = now
        return settled
