"""The stages of a service as processes of their own, on the configuration of a `Service` that is not started."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from tests.support.free_ports import free_ports
from tests.support.service import Service
from tests.support.tocsin_process import TocsinProcess, wait_until

READY_SECONDS = 60.0


class StageProcess(TocsinProcess):
    """`tocsin STAGE`."""

    def __init__(self, service: Service, stage: str, name: str) -> None:
        [port] = free_ports(1)
        super().__init__(
            [stage, "--config", str(service.config), "--port", str(port)],
            port=port,
            log_path=service.folder / f"{name}.log",
            environment=service.environment,
        )
        self.stage = stage
        self.name = name


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
