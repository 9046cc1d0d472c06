"""A real `tocsin run` and `tocsin subscribe` in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from tests.support.free_ports import free_ports

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


class Service:
    """The daemon on a configuration in a folder. A context manager that stops what still runs."""

    def __init__(
        self,
        folder: Path,
        *,
        feeds: Sequence[Mapping[str, Any]],
        rules: Sequence[Mapping[str, Any]],
        subscriptions: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = free_ports(1)[0]
        self.config = folder / "tocsin.yaml"
        self.environment = {**os.environ, **(environment or {})}
        base: dict[str, Any] = {
            "rules": "rules.yaml",
            "poll": {"interval": "500ms", "min_interval": "200ms", "allow_private_addresses": True},
            "deliver": {"allow_private_addresses": True},
            "web": {"port": self.port},
        }
        for group, values in (settings or {}).items():
            base[group] = {**base.get(group, {}), **values} if isinstance(values, dict) else values
        self.config.write_text(yaml.safe_dump(base), encoding="utf-8")
        self.write("feeds.yaml", {"feeds": list(feeds)})
        self.write("rules.yaml", {"rules": list(rules)})
        if subscriptions:
            self.write("subscriptions.yaml", subscriptions)
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def write(self, name: str, document: Mapping[str, Any]) -> None:
        """(Re)write one of the configuration files."""
        (self.folder / name).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    @property
    def url(self) -> str:
        """Where the service listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        """Where the service's logs go, over all its starts."""
        return self.folder / "service.log"

    def start(self, *, wait: bool = True) -> None:
        """Start the daemon and, with `wait`, wait until it is ready."""
        self.starts += 1
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*TOCSIN, "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment,
            )
        if wait:
            wait_until(self.is_ready, seconds=30, what=f"ready, see {self.log_path}:\n{self.log_tail()}")

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"the service ended with {self.process.returncode}:\n{self.log_tail()}")
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 (our own address)
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def get_json(self, path: str) -> Any:
        """What the API answers."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:  # noqa: S310 (our own address)
            return json.load(answer)

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; exit code and the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20), time.monotonic() - began

    def log_tail(self, lines: int = 20) -> str:
        """The last log lines."""
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()


class Subscriber:
    """`tocsin subscribe --json` in a process of its own; `received` grows as alerts come, with the time of arrival."""

    def __init__(self, url: str, *arguments: str) -> None:
        self.received: list[tuple[float, dict[str, Any]]] = []
        self._process = subprocess.Popen(
            [*TOCSIN, "subscribe", "--url", url, "--since", "all", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def revisions(self) -> list[tuple[str, int]]:
        """Alert id and revision of everything received, in order."""
        return [(alert["data"]["alert_id"], alert["data"]["revision"]) for _, alert in list(self.received)]

    def __enter__(self) -> Subscriber:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.received.append((time.time(), json.loads(line)))
