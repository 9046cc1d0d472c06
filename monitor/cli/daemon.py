"""The service, or some stages of it, in one process: builds the parts, runs, reloads, drains. Decides nothing itself.

Fetching, the page and timers share one event loop; each consumer of the log has a thread of its own; parsing and
matching run in worker processes (DESIGN 4). When one loop ends by an error, all stop: a supervisor restarts us.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from starlette.applications import Starlette

from monitor.cli.backend import Backend, open_backend
from monitor.cli.configuration import Configuration
from monitor.cli.fetching import open_fetching
from monitor.cli.parts import (
    ALL_STAGES,
    Around,
    Part,
    Stage,
    alert_part,
    deliver_part,
    match_part,
    poll_part,
    port_of,
)
from monitor.cli.supervision import in_thread, supervise
from monitor.cli.why import explain_url
from monitor.core.clock import Clock, utc_now
from monitor.core.errors import SettingsError
from monitor.core.metrics import Metrics
from monitor.core.ports import AlertHistory, PartitionStates
from monitor.web.app import StatusServices, WebServices, build_app, build_status_app
from monitor.web.server import WebServer, bind

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """What a started daemon shows to whoever started it.

    Attributes:
        first_round_done: Set when each feed was polled once; never where this process does not poll.
    """

    url: str
    history: AlertHistory
    partition_states: PartitionStates
    first_round_done: asyncio.Event


@dataclass
class _Parts:
    """What is built of the stages so far."""

    by_stage: dict[Stage, Part] = field(default_factory=dict)
    first_round_done: asyncio.Event = field(default_factory=asyncio.Event)


class Daemon:
    """One process of the service. `run` once; `reload` any time while it runs."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        load: Callable[[], Configuration],
        stages: frozenset[Stage] = ALL_STAGES,
        port: int | None = None,
        fall_back_port: bool = False,
        clock: Clock = utc_now,
        on_stopping: Callable[[], None] = lambda: None,
    ) -> None:
        """Build nothing yet.

        Args:
            load: Reads the configuration again, for `reload`; may raise SettingsError.
            stages: What this process does; fewer than all need the cluster back end.
            port: Where to listen, when not where the settings say.
            fall_back_port: Take a free port when the wished one is busy.
            on_stopping: Called once when the loops are told to end.
        """
        self._configuration = configuration
        self._load = load
        self._stages = stages
        self._port = port_of(stages, configuration.settings.web) if port is None else port
        self._fall_back_port = fall_back_port
        self._clock = clock
        self._on_stopping = on_stopping
        self._metrics = Metrics()
        self._parts = _Parts()
        self._problems: dict[str, str] = {"service": "is starting"}
        self._stop_threads = threading.Event()

    async def run(self, stop: asyncio.Event, on_started: Callable[[Running], Awaitable[None]]) -> None:
        """Serve until `stop` is set, then drain. `on_started` runs beside the service once it listens.

        Raises:
            MonitorError: A part failed, or did not stop in time (`DrainTimeoutError`).
        """
        settings = self._configuration.settings
        async with AsyncExitStack() as stack:
            socket = bind(settings.web.host, self._port, fall_back=self._fall_back_port)
            stack.callback(socket.close)
            store = stack.enter_context(open_backend(settings, self._clock))
            await self._build_parts(store, stack)
            web = WebServer(self._build_app(store), socket)
            self._apply(self._configuration)
            self._problems.clear()
            running = Running(web.url, store.history, store.partition_states, self._parts.first_round_done)
            parts = self._parts.by_stage.values()
            loops = {name: run(stop) for part in parts for name, run in part.tasks.items()}
            loops |= {
                name: in_thread(name, run, self._stop_threads) for part in parts for name, run in part.threads.items()
            }
            loops |= {"web": web.run(stop), "console": on_started(running)}
            await supervise(loops, stop, on_stopping=self._stopping)

    @property
    def configuration(self) -> Configuration:
        """The one in force."""
        return self._configuration

    async def reload(self) -> None:
        """Take over changed rules, feeds and subscriptions; keep the last good ones when something is wrong."""
        try:
            configuration = await asyncio.to_thread(self._load)
        except SettingsError as error:
            self._metrics.reloads.labels("refused").inc()
            for problem in error.problems:
                _log.error("reload refused, the last good configuration stays", extra={"error": str(problem)})
            return
        except Exception:  # noqa: BLE001 (what a person just wrote must not end a service that runs)
            self._metrics.reloads.labels("refused").inc()
            _log.exception("reload failed by a bug, the last good configuration stays")
            return
        if configuration.settings != self._configuration.settings:
            _log.warning("changed settings take effect at the next start; rules, feeds, subscriptions take effect now")
        self._apply(configuration)
        self._metrics.reloads.labels("ok").inc()
        _log.info("reloaded", extra={"rules": len(configuration.rules.rules), "feeds": len(configuration.feeds)})

    def _apply(self, configuration: Configuration) -> None:
        self._configuration = configuration
        if configuration.has("rules"):
            self._metrics.set_rule_digest(configuration.rules.digest)
        for part in self._parts.by_stage.values():
            part.apply(configuration)

    async def _build_parts(self, store: Backend, stack: AsyncExitStack) -> None:
        """In the order in which they take over a reload: a match of a new rule must find its gates in force."""
        around = Around(self._configuration, store, self._metrics, self._clock)
        parts = self._parts.by_stage
        if Stage.POLL in self._stages:
            fetching = await stack.enter_async_context(open_fetching(around.settings.poll, self._clock))
            parts[Stage.POLL], poller = poll_part(around, fetching)
            self._parts.first_round_done = poller.first_round_done
        if Stage.ALERT in self._stages:
            parts[Stage.ALERT] = alert_part(around)
        if Stage.MATCH in self._stages:
            parts[Stage.MATCH] = match_part(around)
        if Stage.DELIVER in self._stages:
            parts[Stage.DELIVER] = deliver_part(around)

    def _build_app(self, store: Backend) -> Starlette:
        web = self._configuration.settings.web
        status = StatusServices(
            metrics=self._metrics,
            problems=self._all_problems,
            set_aside=self._set_aside,
            token=web.token,
            host=web.host,
            clock=self._clock,
        )
        if Stage.WEB not in self._stages:
            return build_status_app(status)
        services = WebServices(
            history=store.history,
            feeds=lambda: self._configuration.feeds,
            feed_states=store.feed_states,
            partition_states=store.partition_states,
            why=lambda url: explain_url(url, self._configuration, store),
            metrics=status.metrics,
            problems=status.problems,
            set_aside=status.set_aside,
            token=status.token,
            host=status.host,
            clock=status.clock,
        )
        return build_app(services)

    def _all_problems(self) -> dict[str, str]:
        """What keeps the process from being ready, by the part it concerns."""
        stages = {stage.value: part.problem() for stage, part in self._parts.by_stage.items()}
        return self._problems | {stage: problem for stage, problem in stages.items() if problem}

    def _set_aside(self) -> dict[str, str]:
        """The rules that this process evaluates no more."""
        return {rule: why for part in self._parts.by_stage.values() for rule, why in part.set_aside().items()}

    def _stopping(self) -> None:
        self._problems["service"] = "is stopping"
        self._stop_threads.set()
        self._on_stopping()
