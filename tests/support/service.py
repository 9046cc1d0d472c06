"""A real `tocsin run` and `tocsin subscribe` in processes of their own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from tests.support.free_ports import free_ports
from tests.support.printing import PrintingProcess
from tests.support.tocsin_process import TOCSIN, TocsinProcess, wait_until


class Service(TocsinProcess):
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
        self.config = folder / "tocsin.yaml"
        super().__init__(
            ["run", "--config", str(self.config)],
            port=free_ports(1)[0],
            log_path=folder / "service.log",
            environment={**os.environ, **(environment or {})},
        )
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

    def write(self, name: str, document: Mapping[str, Any]) -> None:
        """(Re)write one of the configuration files."""
        (self.folder / name).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    def start(self, *, wait: bool = True) -> None:
        """Start the daemon and, with `wait`, wait until it is ready."""
        super().start()
        if wait:
            wait_until(self.is_ready, seconds=30, what=f"ready, see {self.log_path}:\n{self.log_tail()}")

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_alive():
            self.kill()


class Subscriber(PrintingProcess):
    """`tocsin subscribe --json` in a process of its own; `received` grows as alerts come, with the time of arrival."""

    def __init__(self, url: str, *arguments: str) -> None:
        self.received: list[tuple[float, dict[str, Any]]] = []
        super().__init__([*TOCSIN, "subscribe", "--url", url, "--since", "all", "--json", *arguments])

    def revisions(self) -> list[tuple[str, int]]:
        """Alert id and revision of everything received, in order."""
        return [(alert["data"]["alert_id"], alert["data"]["revision"]) for _, alert in list(self.received)]

    def _take(self, line: str) -> None:
        self.received.append((time.time(), json.loads(line)))
