"""One `tocsin` command that serves, in a process of its own: begin, ask, pause, stop, kill. Knows no configuration."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

TOCSIN = [sys.executable, "-m", "monitor.cli"]


def wait_until(fact: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until it holds.

    Raises:
        TimeoutError: It did not within `seconds`; names `what`.
    """
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class TocsinProcess:
    """A command that serves metrics and health; started again after a kill or a stop, it listens at the same port.

    Attributes:
        log_path: Where its logs go, over all its starts.
        process: The last one started; None before the first.
    """

    def __init__(self, arguments: Sequence[str], *, port: int, log_path: Path, environment: Mapping[str, str]) -> None:
        """Start nothing; `environment` is the whole of it."""
        self.port = port
        self.log_path = log_path
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self._arguments = arguments

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start it; `is_ready` tells when it works."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*TOCSIN, *self._arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment
            )

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """Whether /readyz says so.

        Raises:
            RuntimeError: It has ended; with the last lines of its log.
        """
        if self.process is not None and not self.is_alive():
            raise RuntimeError(f"tocsin {self._arguments[0]} ended with {self.process.poll()}:\n{self.log_tail()}")
        with suppress(URLError, ConnectionError, TimeoutError):
            self.get("/readyz")
            return True
        return False

    def get(self, path: str) -> str:
        """What it answers; with the token, where its environment has one."""
        token = self.environment.get("TOCSIN_WEB__TOKEN", "")
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310 (our own address)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (as above)
            return str(answer.read().decode())

    def get_json(self, path: str) -> Any:
        """What the API answers."""
        return json.loads(self.get(path))

    def metric(self, name: str) -> float:
        """The sum of a metric's series: `tocsin_articles_total`, or with labels as they are shown."""
        pattern = re.compile(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", re.MULTILINE)
        return sum(float(value) for value in pattern.findall(self.get("/metrics")))

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """SIGSTOP: it stands still and does not know it."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> tuple[int, float]:
        """SIGTERM; exit code and the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20), time.monotonic() - began

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        text = self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])
