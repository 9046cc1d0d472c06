"""A real Prometheus on loopback, and its tool for rules: Debian's, in a folder. Knows nothing of what it scrapes."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.support.free_ports import free_ports
from tests.support.server_process import ServerProcess

START_SECONDS = 30.0
STOP_SECONDS = 10.0


def why_no_prometheus() -> str | None:
    """Why there can be no server and no promtool on this machine; None when there can."""
    missing = [name for name in ("prometheus", "promtool") if shutil.which(name) is None]
    return f"{' and '.join(missing)} missing; `make services` says what to install" if missing else None


def promtool(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What `promtool` says, run in a folder."""
    return subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


class PrometheusServer(ServerProcess):
    """A server with a configuration file and a storage of its own; a context manager."""

    def __init__(self, folder: Path, config: Path) -> None:
        super().__init__(folder, name="Prometheus", start_seconds=START_SECONDS, stop_seconds=STOP_SECONDS)
        [port] = free_ports(1)
        self._address = f"127.0.0.1:{port}"
        self._folder = folder
        self._config = config

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now, each with `metric` and `value`."""
        data = self._get(f"/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        return list(data["result"])

    def value(self, expression: str) -> float:
        """The one value of an expression; 0 when it gives none."""
        result = self.query(expression)
        return float(result[0]["value"][1]) if result else 0.0

    def targets(self) -> dict[str, list[str]]:
        """The health of each target, by job."""
        health: dict[str, list[str]] = {}
        for target in self._get("/api/v1/targets?state=active")["activeTargets"]:
            health.setdefault(target["labels"]["job"], []).append(target["health"])
        return health

    def alarms(self) -> dict[str, str]:
        """State of each alarm by name: inactive, pending or firing."""
        groups = self._get("/api/v1/rules?type=alert")["groups"]
        return {rule["name"]: rule["state"] for group in groups for rule in group["rules"]}

    def _command(self) -> list[str]:
        return [
            "prometheus",
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address={self._address}",
            "--log.level=warn",
        ]

    def _is_ready(self) -> bool:
        try:
            urllib.request.urlopen(f"http://{self._address}/-/ready", timeout=1).close()
        except (URLError, ConnectionError, TimeoutError):
            return False
        return True

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://{self._address}{path}", timeout=10) as answer:
            return json.load(answer)["data"]
