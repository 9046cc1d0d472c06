"""The stages of the service, and what a process runs of each of them. Builds; starts nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial

from consumers.alerting.gates import RuleGates
from consumers.alerting.loop import AlertLoop
from consumers.delivery.publish import PublishLoop
from consumers.delivery.send import SendLoop
from consumers.matching.loop import MatchLoop
from consumers.rules.model import RuleSet
from monitor.cli.backend import Backend, retention_of
from monitor.cli.configuration import Configuration, File
from monitor.cli.fetching import Fetching
from monitor.cli.state_watch import watch_state
from monitor.core.clock import Clock
from monitor.core.errors import StoreUnavailableError
from monitor.core.metrics import Metrics
from monitor.core.settings import Settings, WebSettings
from monitor.core.stopping import is_set_within, unless_stopped
from monitor.feeds.canary import Canary
from monitor.feeds.poller import Poller
from monitor.feeds.shards import POLL_SHARDS

_log = logging.getLogger(__name__)

TRIM_EVERY = timedelta(minutes=10)


class Stage(StrEnum):
    """What can be a process of its own; `web` is the page, the API and the event stream."""

    POLL = "poll"
    MATCH = "match"
    ALERT = "alert"
    DELIVER = "deliver"
    WEB = "web"


ALL_STAGES = frozenset(Stage)

_FILES: Mapping[Stage, frozenset[File]] = {
    Stage.POLL: frozenset({"feeds"}),
    Stage.MATCH: frozenset({"rules"}),
    Stage.ALERT: frozenset({"rules"}),
    Stage.DELIVER: frozenset({"rules", "subscriptions"}),  # and the secrets of its channels, which no other needs
    Stage.WEB: frozenset({"feeds", "rules"}),
}


def files_of(stages: Iterable[Stage]) -> frozenset[File]:
    """The files beside the settings that these stages need."""
    return frozenset(file for stage in stages for file in _FILES[stage])


def port_of(stages: frozenset[Stage], web: WebSettings) -> int:
    """Where a process of these stages listens: one with the page at the page's port."""
    if Stage.WEB in stages:
        return web.port
    ports = {
        Stage.POLL: web.poll_port,
        Stage.MATCH: web.match_port,
        Stage.ALERT: web.alert_port,
        Stage.DELIVER: web.deliver_port,
    }
    return ports[min(stages, key=list(Stage).index)]


@dataclass(frozen=True)
class Around:
    """What the parts of one process share."""

    configuration: Configuration
    store: Backend
    metrics: Metrics
    clock: Clock

    @property
    def settings(self) -> Settings:
        """The settings in force until the process ends."""
        return self.configuration.settings

    def group(self, name: str) -> str:
        """The name of a consumer group."""
        return f"{self.settings.prefix}-{name}"


@dataclass(frozen=True)
class Part:
    """What one process runs of a stage.

    Attributes:
        tasks: Loops for the event loop, by name; each ends soon after the event is set.
        threads: Loops that block, each for a thread of its own, by name.
        apply: Takes over a changed configuration; to be called on the event loop's thread.
        problem: What keeps it from being ready, in words; empty when it is.
        set_aside: Rules that it evaluates no more, by id, and why.
    """

    tasks: Mapping[str, Callable[[asyncio.Event], Awaitable[None]]] = field(default_factory=dict)
    threads: Mapping[str, Callable[[threading.Event], None]] = field(default_factory=dict)
    apply: Callable[[Configuration], None] = lambda _: None
    problem: Callable[[], str] = lambda: ""
    set_aside: Callable[[], Mapping[str, str]] = dict


def poll_part(around: Around, fetching: Fetching) -> tuple[Part, Poller]:
    """Feeds to articles; and the poller, whose first round others wait for."""
    poller = Poller(
        around.configuration.feeds,
        settings=around.settings.poll,
        fetcher=fetching.fetcher,
        parser=fetching.parser,
        log=around.store.log,
        states=around.store.feed_states,
        leases=around.store.leases,
        metrics=around.metrics,
        clock=around.clock,
        owner=around.store.owner,
        shards=POLL_SHARDS if around.settings.backend == "cluster" else 1,
    )
    canary = Canary(
        around.store.log,
        around.store.leases,
        around.clock,
        owner=around.store.owner,
        every=around.settings.poll.canary_every,
    )
    tasks = {"poll": poller.run, "canary": canary.run}
    if around.settings.backend == "cluster":  # embedded, all is in one file: lost together or not at all
        tasks["state"] = partial(watch_state, around.store, around.group("alert"))
    part = Part(
        tasks=tasks,
        apply=lambda configuration: poller.set_feeds(configuration.feeds),
    )
    return part, poller


def match_part(around: Around) -> Part:
    """Articles to matches."""
    loop = MatchLoop(
        around.store.log,
        around.configuration.rules,
        settings=around.settings.match,
        metrics=around.metrics,
        clock=around.clock,
        group=around.group("match"),
    )
    return Part(
        threads={"match": loop.run},
        apply=lambda configuration: loop.set_rules(configuration.rules),
        problem=lambda: "" if loop.is_warm() else "its workers are compiling the rules",
        set_aside=loop.set_aside,
    )


def alert_part(around: Around) -> Part:
    """Matches to alerts."""
    loop = AlertLoop(
        around.store.log,
        around.store.partition_states,
        gates_of(around.configuration.rules),
        metrics=around.metrics,
        clock=around.clock,
        group=around.group("alert"),
        seen_retention=around.settings.log.articles,
    )
    return Part(
        threads={"alert": loop.run},
        apply=lambda configuration: loop.set_gates(gates_of(configuration.rules)),
    )


def deliver_part(around: Around) -> Part:
    """Alerts to the history, and from there to subscriptions; deletes what is past its retention."""
    store, settings = around.store, around.settings
    publish = PublishLoop(
        store.log,
        store.history,
        metrics=around.metrics,
        clock=around.clock,
        group=around.group("publish"),
        expects_canaries=bool(settings.poll.canary_every),
    )
    send = SendLoop(
        around.configuration.subscriptions,
        history=store.history,
        deliveries=store.deliveries,
        leases=store.leases,
        settings=settings.deliver,
        metrics=around.metrics,
        clock=around.clock,
        owner=store.owner,
    )

    def apply(configuration: Configuration) -> None:
        around.metrics.expect_rules((rule.id, rule.severity) for rule in configuration.rules.rules)
        send.set_subscriptions(configuration.subscriptions)

    return Part(
        tasks={"retention": lambda stop: _keep_trimming(around, stop)},
        threads={"publish": publish.run, "send": send.run},
        apply=apply,
    )


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


async def _keep_trimming(around: Around, stop: asyncio.Event) -> None:
    retention = retention_of(around.settings)
    while not await is_set_within(stop, TRIM_EVERY.total_seconds()):
        try:
            trimmed = await unless_stopped(stop, asyncio.to_thread(around.store.trim, retention, around.clock()))
        except StoreUnavailableError as error:
            _log.warning("retention waits", extra={"error": str(error)})
            continue
        if trimmed and any(trimmed.values()):
            _log.info("retention", extra={str(topic): count for topic, count in trimmed.items()})
