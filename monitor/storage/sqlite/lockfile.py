"""One owner per file: a lock that the kernel gives back when its holder dies. Knows no SQLite.

Why a file beside the database and not SQLite's own locks: those are per statement, and do not say who holds them.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from monitor.core.errors import StoreError, StoreInUseError


class FileLock:
    """An exclusive lock on `<path>.lock`, held from construction until `release`.

    The lock file itself stays: removing it would let two processes lock two files of one name.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            StoreInUseError: Another owner has it.
            StoreError: The lock file cannot be made.
        """
        lock_path = path.with_name(path.name + ".lock")
        try:
            self._file: int | None = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"cannot open {path}: its lock file: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = _owner(self._file)
            os.close(self._file)
            raise StoreInUseError(str(path), owner) from error
        except OSError as error:
            os.close(self._file)
            raise StoreError(f"cannot open {path}: its lock file: {error.strerror}") from error
        with suppress(OSError):  # on a full disk: the lock holds all the same, only its owner cannot be named
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let the next owner in; safe to call twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _owner(file: int) -> str:
    written = os.pread(file, 20, 0)
    return f"process {written.decode()}" if written.isdigit() else "another process"
