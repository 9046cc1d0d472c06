"""The whole service in one process: builds every part, runs the loops, reloads, drains. Decides nothing itself.

Fetching, the page and timers share one event loop; each consumer of the log has a thread of its own; parsing and
matching run in worker processes (DESIGN 4). When one loop ends by an error, all stop: a supervisor restarts us.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from consumers.alerting.gates import RuleGates
from consumers.alerting.loop import AlertLoop
from consumers.delivery.publish import PublishLoop
from consumers.delivery.send import SendLoop
from consumers.matching.loop import MatchLoop
from consumers.rules.model import RuleSet
from monitor.cli.backend import Backend, open_backend, retention_of
from monitor.cli.configuration import Configuration
from monitor.cli.fetching import Fetching, open_fetching
from monitor.cli.why import explain_url
from monitor.core.clock import Clock, utc_now
from monitor.core.errors import MonitorError, SettingsError, StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.ports import AlertHistory, PartitionStates
from monitor.core.settings import Settings
from monitor.core.stopping import is_set_within, unless_stopped
from monitor.feeds.canary import Canary
from monitor.feeds.poller import Poller
from monitor.web.app import WebServices, build_app
from monitor.web.server import WebServer, bind

_log = logging.getLogger(__name__)

DRAIN_SECONDS = 3.5  # for the loops to end
EXIT_SECONDS = 4.5  # for all, closing included: from SIGTERM to the end of the process it stays under 5 s
TRIM_EVERY = timedelta(minutes=10)


class DrainTimeoutError(MonitorError):
    """Parts that did not stop in time; the process must end the hard way."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(f"did not stop within {DRAIN_SECONDS:g} s: {', '.join(names)}")


@dataclass(frozen=True)
class Running:
    """What a started daemon shows to whoever started it."""

    url: str
    history: AlertHistory
    partition_states: PartitionStates
    first_round_done: asyncio.Event


class Daemon:
    """One service. `run` once; `reload` any time while it runs."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        load: Callable[[], Configuration],
        fall_back_port: bool = False,
        clock: Clock = utc_now,
        on_stopping: Callable[[], None] = lambda: None,
    ) -> None:
        """Build nothing yet.

        Args:
            load: Reads the configuration again, for `reload`; may raise SettingsError.
            fall_back_port: Take a free port when the wished one is busy.
            on_stopping: Called once when the loops are told to end.
        """
        self._configuration = configuration
        self._load = load
        self._fall_back_port = fall_back_port
        self._clock = clock
        self._on_stopping = on_stopping
        self._metrics = Metrics()
        self._appliers: list[Callable[[Configuration], None]] = []
        self._problems: dict[str, str] = {"service": "is starting"}
        self._is_warm: Callable[[], bool] = lambda: False
        self._stop_threads = threading.Event()

    async def run(self, stop: asyncio.Event, on_started: Callable[[Running], Awaitable[None]]) -> None:
        """Serve until `stop` is set, then drain. `on_started` runs beside the service once it listens.

        Raises:
            MonitorError: A part failed, or did not stop in time (`DrainTimeoutError`).
        """
        settings = self._configuration.settings
        async with AsyncExitStack() as stack:
            socket = bind(settings.web.host, settings.web.port, fall_back=self._fall_back_port)
            stack.callback(socket.close)
            store = stack.enter_context(open_backend(settings, self._clock))
            fetching = await stack.enter_async_context(open_fetching(settings.poll, self._clock))
            poller = self._build_poller(settings, store, fetching)
            canary = Canary(store.log, store.leases, self._clock, store.owner, settings.poll.canary_every)
            web = WebServer(build_app(self._web_services(settings, store)), socket)
            threads = self._build_threads(settings, store)
            self._apply(self._configuration)
            self._problems.clear()
            running = Running(web.url, store.history, store.partition_states, poller.first_round_done)
            loops = {
                "poll": poller.run(stop),
                "canary": canary.run(stop),
                "web": web.run(stop),
                "retention": self._keep_trimming(store, settings, stop),
                "console": on_started(running),
                **{name: self._in_thread(name, run) for name, run in threads.items()},
            }
            await self._supervise(loops, stop)

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
        self._metrics.set_rule_digest(configuration.rules.digest)
        self._metrics.expect_rules((rule.id, rule.severity) for rule in configuration.rules.rules)
        for apply in self._appliers:
            apply(configuration)

    def _build_poller(self, settings: Settings, store: Backend, fetching: Fetching) -> Poller:
        poller = Poller(
            self._configuration.enabled_feeds,
            settings=settings.poll,
            fetcher=fetching.fetcher,
            parser=fetching.parser,
            log=store.log,
            states=store.feed_states,
            leases=store.leases,
            metrics=self._metrics,
            clock=self._clock,
            owner=store.owner,
        )
        self._appliers.append(lambda configuration: poller.set_feeds(configuration.enabled_feeds))
        return poller

    def _build_threads(self, settings: Settings, store: Backend) -> Mapping[str, Callable[[threading.Event], None]]:
        rules, prefix = self._configuration.rules, settings.prefix
        match = MatchLoop(
            store.log,
            rules,
            settings=settings.match,
            metrics=self._metrics,
            clock=self._clock,
            group=f"{prefix}-match",
        )
        alert = AlertLoop(
            store.log,
            store.partition_states,
            gates_of(rules),
            metrics=self._metrics,
            clock=self._clock,
            group=f"{prefix}-alert",
            seen_retention=settings.log.articles,
        )
        publish = PublishLoop(
            store.log,
            store.history,
            metrics=self._metrics,
            clock=self._clock,
            group=f"{prefix}-publish",
            expects_canaries=bool(settings.poll.canary_every),
        )
        send = SendLoop(
            self._configuration.subscriptions,
            history=store.history,
            deliveries=store.deliveries,
            leases=store.leases,
            settings=settings.deliver,
            metrics=self._metrics,
            clock=self._clock,
            owner=store.owner,
        )
        self._appliers += [
            # Gates first: a match of a new rule must find its gate.
            lambda configuration: alert.set_gates(gates_of(configuration.rules)),
            lambda configuration: match.set_rules(configuration.rules),
            lambda configuration: send.set_subscriptions(configuration.subscriptions),
        ]
        self._is_warm = match.is_warm
        return {"match": match.run, "alert": alert.run, "publish": publish.run, "send": send.run}

    def _web_services(self, settings: Settings, store: Backend) -> WebServices:
        return WebServices(
            history=store.history,
            feeds=lambda: self._configuration.feeds,
            feed_states=store.feed_states,
            partition_states=store.partition_states,
            metrics=self._metrics,
            token=settings.web.token,
            why=lambda url: explain_url(url, self._configuration, store),
            problems=self._all_problems,
            clock=self._clock,
            host=settings.web.host,
        )

    def _all_problems(self) -> dict[str, str]:
        """What keeps the service from being ready, by the part it concerns."""
        return self._problems if self._is_warm() else {**self._problems, "match": "its workers are compiling the rules"}

    async def _keep_trimming(self, store: Backend, settings: Settings, stop: asyncio.Event) -> None:
        retention = retention_of(settings)
        while not await is_set_within(stop, TRIM_EVERY.total_seconds()):
            try:
                trimmed = await unless_stopped(stop, asyncio.to_thread(store.trim, retention, self._clock()))
            except StoreUnavailableError as error:
                _log.warning("retention waits", extra={"error": str(error)})
                continue
            if trimmed and any(trimmed.values()):
                _log.info("retention", extra={str(topic): count for topic, count in trimmed.items()})

    async def _in_thread(self, name: str, run: Callable[[threading.Event], None]) -> None:
        """Run a blocking loop in a thread of its own; end and fail as it does."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()

        def settle(error: BaseException | None) -> None:
            if ended.done():
                return
            if error is None:
                ended.set_result(None)
            else:
                ended.set_exception(error)

        def body() -> None:
            error: BaseException | None = None
            try:
                run(self._stop_threads)
            except BaseException as caught:  # noqa: BLE001 (carried over to the event loop, which raises it)
                error = caught
            loop.call_soon_threadsafe(settle, error)

        # A daemon thread: one that hangs must not keep the process from ending.
        threading.Thread(target=body, name=name, daemon=True).start()
        await ended

    async def _supervise(self, loops: Mapping[str, Awaitable[None]], stop: asyncio.Event) -> None:
        """Wait for `stop` or the first loop that fails; then stop all and wait for them, `DRAIN_SECONDS` at most."""
        tasks = {asyncio.ensure_future(_named(name, run)): name for name, run in loops.items()}
        stopping = asyncio.ensure_future(stop.wait())
        pending = {*tasks, stopping}
        while not stop.is_set():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if any(task is not stopping and task.exception() for task in done):
                stop.set()
        self._on_stopping()
        stopping.cancel()
        self._problems["service"] = "is stopping"
        self._stop_threads.set()
        _log.info("stopping")
        _, hanging = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
        failures = [task.exception() for task in tasks if task.done() and task.exception()]
        if hanging:
            _log.error("did not stop in time", extra={"parts": [tasks[task] for task in hanging if task in tasks]})
        for failure in failures:
            if failure is not None:
                raise failure
        if hanging:
            raise DrainTimeoutError(sorted(tasks[task] for task in hanging if task in tasks))


def gates_of(rules: RuleSet) -> dict[str, RuleGates]:
    """What the alert stage needs of each rule."""
    return {
        rule.id: RuleGates(
            rule_id=rule.id,
            title=rule.title,
            severity=rule.severity,
            status=rule.status,
            group=rule.group,
            update_at_most_every=rule.gates.update_at_most_every,
            forget_after=rule.gates.forget_after,
        )
        for rule in rules.rules
    }


def end_process_in_time() -> None:
    """From now on the process has `EXIT_SECONDS` to end by itself.

    The loops are timed as they drain; but closing, too, waits for whoever is reading, and an event loop for all of
    its threads, of which one may ask a name server that does not answer.
    """
    timer = threading.Timer(EXIT_SECONDS, exit_hard, [DrainTimeoutError(["closing"])])
    timer.daemon = True
    timer.start()


def exit_hard(error: DrainTimeoutError) -> None:
    """End the process although threads hang; nothing is lost, everything is repeated at the next start."""
    _log.critical("ending the hard way", extra={"error": str(error)})
    logging.shutdown()
    os._exit(1)


async def _named(name: str, run: Awaitable[None]) -> None:
    """Run a loop; what ends it is told under its name, and raised without the groups that tasks wrap it in."""
    try:
        await run
    except Exception as caught:
        error = _first_cause(caught)
        if isinstance(error, MonitorError):
            _log.error("stage failed", extra={"stage": name, "error": str(error)})
        else:
            _log.exception("stage failed by a bug", extra={"stage": name})
        if error is caught:
            raise
        raise error from None


def _first_cause(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
