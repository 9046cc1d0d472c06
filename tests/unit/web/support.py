"""A web server over a store in memory, for the tests of web and client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from monitor.core.alert import (
    Alert,
    AlertData,
    AlertStory,
    Change,
    ChangeKind,
    Severity,
    StoryArticle,
    event_id,
    event_type,
)
from monitor.core.feed import Feed
from monitor.core.ids import AlertId, ArticleId, StoryId
from monitor.core.match import Evidence
from monitor.core.metrics import Metrics
from monitor.storage.sqlite.embedded import EmbeddedStore, open_embedded
from monitor.web.app import StreamLimits, WebServices, build_app
from monitor.web.server import ConnectionLimits, WebServer, bind

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DEADLINE_SECONDS = 15.0
HOSTILE = '<script>alert(1)</script> & "quotes"\nid: 9-9\n\nevent: alert\rdata: {}\u2028end'


def an_alert(
    number: int = 1,
    revision: int = 1,
    *,
    rule: str = "bridges",
    severity: Severity = "medium",
    kind: ChangeKind = "opened",
    headline: str = "Old bridge closed after a storm",
    url: str = "https://herald.example/bridge",
    quote: str = "The bridge is closed until further notice.",
    shadow: bool = False,
    actors: tuple[str, ...] = (),
    time: datetime = NOW,
) -> Alert:
    """A revision of which only what a test names matters."""
    alert_id = AlertId(f"alert{number}")
    article = StoryArticle(
        id=ArticleId("a1"),
        url=url,
        title=headline,
        publisher="Herald",
        lang="en",
        published_at=NOW - timedelta(hours=1),
    )
    return Alert(
        id=event_id(alert_id, revision),
        type=event_type(kind),
        subject=rule,
        time=time,
        data=AlertData(
            alert_id=alert_id,
            revision=revision,
            change=Change(kind=kind, reason="first_report", text=f"Change number {revision}."),
            rule=rule,
            rule_title="Bridges and tunnels",
            rule_version="1",
            severity=severity,
            headline=headline,
            summary="Herald, from the road office (1 voice)",
            confidence="single_source",
            quote=quote,
            story=AlertStory(id=StoryId("s1"), articles=(article,), voices=1, first_seen_at=NOW),
            evidence=(Evidence(condition="query: closed", field="title", span=(0, 6), text="closed", sentence=quote),),
            shadow=shadow,
            actors=actors,
        ),
    )


@dataclass
class Site:
    """What a test sets up, and what it asks. Times are `NOW` unless the test moves `now`."""

    store: EmbeddedStore
    metrics: Metrics = field(default_factory=Metrics)
    feeds: Sequence[Feed] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    set_aside: Mapping[str, str] = field(default_factory=dict)
    why: Callable[[str], str] = lambda url: f"nothing is known of {url}"
    now: datetime = NOW
    options: dict[str, Any] = field(default_factory=dict)
    limits: StreamLimits | None = None
    appended: int = 0

    def services(self) -> WebServices:
        """As the wiring would hand them in."""
        return WebServices(
            history=self.store.history,
            feeds=lambda: self.feeds,
            feed_states=self.store.feed_states,
            partition_states=self.store.partition_states,
            metrics=self.metrics,
            why=self.why,
            problems=lambda: self.problems,
            set_aside=lambda: self.set_aside,
            clock=lambda: self.now,
            **self.options,
        )

    def append(self, *alerts: Alert) -> list[Alert]:
        """Append each a millisecond after the one before; as published."""
        published: list[Alert | None] = []
        for alert in alerts:
            self.appended += 1
            moment = NOW + timedelta(milliseconds=self.appended)
            published += self.store.history.append([alert], now=moment)
        return [alert for alert in published if alert is not None]

    def trim(self, count: int) -> None:
        """Forget the first `count` that `append` appended."""
        self.store.history.trim(NOW + timedelta(milliseconds=count + 1))


@contextmanager
def a_site(**parts: Any) -> Iterator[Site]:
    """A site over an empty store."""
    with open_embedded(None, prefix="tests", article_partitions=1, clock=lambda: NOW) as store:
        yield Site(store, **parts)


@asynccontextmanager
async def serving(
    site: Site,
    *,
    port: int = 0,
    on_bound: Callable[[socket.socket], None] | None = None,
    limits: ConnectionLimits | None = None,
) -> AsyncIterator[str]:
    """Serve the site; its address."""
    listener = bind("127.0.0.1", port, fall_back=False)
    if on_bound is not None:
        on_bound(listener)
    server = WebServer(build_app(site.services(), limits=site.limits), listener, limits=limits)
    stop = asyncio.Event()
    task = asyncio.create_task(server.run(stop))
    try:
        yield server.url
    finally:
        stop.set()
        await asyncio.wait_for(task, DEADLINE_SECONDS)


async def ask(session: aiohttp.ClientSession, url: str, method: str = "GET", **options: Any) -> aiohttp.ClientResponse:
    """The answer, read to its end."""
    async with session.request(method, url, **options) as answer:
        await answer.read()
    return answer


async def until(happens: Callable[[], bool]) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not happens():  # noqa: ASYNC110 - what happens is another process's or thread's, which set no event here
            await asyncio.sleep(0.01)
