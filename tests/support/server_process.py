"""The life of a server that tests start: begin and wait, stop, crash, freeze. Knows no server in particular."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class ServerProcess(ABC):
    """A server in a process of its own; a context manager. Killed and started again, it goes on with its data."""

    def __init__(self, folder: Path, *, name: str, start_seconds: float, stop_seconds: float) -> None:
        """Make the folder; start nothing.

        Args:
            name: What the server is called in errors.
            start_seconds: Longest wait until it is ready.
            stop_seconds: Longest wait after a SIGTERM; then it is killed.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._output = folder / "output.txt"
        self._name = name
        self._start_seconds = start_seconds
        self._stop_seconds = stop_seconds
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id; it must run."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready; nothing happens when it runs.

        Raises:
            RuntimeError: It ended, or was not ready in time; what it wrote is in the text.
        """
        if self._process is not None:
            return
        self._prepare()
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the tests ends it through us, after the clients
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask it to end, then make it; safe to call twice."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(self._stop_seconds)
            self._process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would; safe to call twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Freeze it, as a stalled machine would; it still holds its connections."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _command(self) -> list[str]:
        """The command line that runs it in the foreground."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Whether it answers; may wait up to a second or so."""

    def _prepare(self) -> None:  # noqa: B027 (most servers need nothing before their start)
        """Whatever must be done before each start."""

    def _wrote_to(self) -> Sequence[Path]:
        """Where to look when it does not start."""
        return (self._output,)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._start_seconds
        while not self._is_ready():
            ended = process.poll()
            if ended is not None or time.monotonic() > deadline:
                cause = "it is not ready in time" if ended is None else f"it ended with {ended}"
                raise RuntimeError(f"cannot start {self._name}: {cause}\n{self._said()}")
            time.sleep(0.02)

    def _said(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in self._wrote_to() if path.exists())

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)
