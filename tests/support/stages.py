"""The stages of a service as processes of their own, on the configuration of a `Service` that is not started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from urllib.error import URLError

from tests.support.free_ports import free_ports
from tests.support.service import TOCSIN, Service, wait_until

READY_SECONDS = 60.0


class StageProcess:
    """`tocsin STAGE`; started again after a kill or a stop, it listens at the same port."""

    def __init__(self, service: Service, stage: str, name: str) -> None:
        self.stage = stage
        self.name = name
        self.port = free_ports(1)[0]
        self.log_path = service.folder / f"{name}.log"
        self._command = [*TOCSIN, stage, "--config", str(service.config), "--port", str(self.port)]
        self._environment = service.environment
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where its metrics and health are."""
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
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self._environment
            )

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """Whether /readyz says so.

        Raises:
            RuntimeError: It has ended; with the last lines of its log.
        """
        if not self.is_alive():
            raise RuntimeError(f"{self.name} has ended:\n{self.log_tail()}")
        with suppress(URLError, ConnectionError, TimeoutError):
            self._get("/readyz")
            return True
        return False

    def metric(self, name: str) -> float:
        """The sum of a metric's series: `tocsin_articles_total`, or with labels as they are shown."""
        pattern = re.compile(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", re.MULTILINE)
        return sum(float(value) for value in pattern.findall(self._get("/metrics")))

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

    def _get(self, path: str) -> str:
        token = self._environment.get("TOCSIN_WEB__TOKEN", "")
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310 (our own address)
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 (as above)
            return str(answer.read().decode())


class Stages:
    """Processes of a service, by name (`match`, `match-2`). A context manager that ends what still runs.

    Give `["poll", "match", "match", "alert", "deliver"]` for two matchers.
    """

    def __init__(self, service: Service, stages: Sequence[str]) -> None:
        self.by_name: dict[str, StageProcess] = {}
        for stage in stages:
            count = sum(one.stage == stage for one in self.by_name.values())
            name = stage if not count else f"{stage}-{count + 1}"
            self.by_name[name] = StageProcess(service, stage, name)

    def __getitem__(self, name: str) -> StageProcess:
        return self.by_name[name]

    def start(self) -> None:
        """Start all and wait until all are ready."""
        for one in self.by_name.values():
            one.start()
        for one in self.by_name.values():
            self.wait_ready(one)

    def wait_ready(self, one: StageProcess) -> None:
        """Wait until it works."""
        wait_until(one.is_ready, seconds=READY_SECONDS, what=f"{one.name} ready, see its log:\n{one.log_tail()}")

    def __enter__(self) -> Stages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self.by_name.values():
            if one.is_alive():
                one.resume()  # a paused process would not end
                one.kill()
