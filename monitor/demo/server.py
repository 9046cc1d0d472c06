"""The demo's feed server: sample feeds on a free loopback port, each as it stands at the moment it is asked for."""

from __future__ import annotations

import hashlib
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Any

from aiohttp import web

from monitor.core.clock import Clock
from monitor.demo.configuration import feed_list
from monitor.demo.news import SampleNews
from monitor.demo.rendering import FeedDocument, Timeline, render_feed

_HOST = "127.0.0.1"


class DemoFeedServer:
    """Publishes the sample news over HTTP from the moment it is entered; an async context manager that closes itself.

    Answers `/feeds/<outlet>.xml` with ETag and Last-Modified, and 304 where nothing changed.
    """

    def __init__(self, news: SampleNews, clock: Clock, *, speed: float = 1.0, port: int = 0) -> None:
        """Listen nowhere yet.

        Args:
            speed: Seconds of the sample that pass in one real second.
            port: 0 takes a free one.
        """
        self._news = news
        self._clock = clock
        self._speed = speed
        self._wanted_port = port
        self._timeline = Timeline(clock(), speed)
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it listens; known once entered."""
        return f"http://{_HOST}:{self._port}"

    def feeds(self, interval_seconds: float = 1.0) -> list[dict[str, Any]]:
        """What a feeds file lists."""
        return feed_list(self._news, self.url, interval_seconds=interval_seconds)

    async def __aenter__(self) -> DemoFeedServer:
        application = web.Application()
        application.router.add_get("/", self._note)
        application.router.add_get("/feeds/{outlet}.xml", self._feed)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, self._wanted_port).start()
        self._port = self._runner.addresses[0][1]
        self._timeline = Timeline(self._clock(), self._speed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _note(self, request: web.Request) -> web.Response:  # noqa: ARG002 (aiohttp's signature)
        lines = [self._news.note, *(f"{outlet.title}: /feeds/{outlet.id}.xml" for outlet in self._news.outlets)]
        return web.Response(text="\n".join(lines) + "\n")

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = next((one for one in self._news.outlets if one.id == request.match_info["outlet"]), None)
        if outlet is None:
            raise web.HTTPNotFound(text="no such outlet\n")
        document = render_feed(self._news, outlet, self._timeline, self._clock())
        tag = f'"{hashlib.blake2b(document.body, digest_size=8).hexdigest()}"'
        headers = {"ETag": tag, "Last-Modified": format_datetime(document.changed_at, usegmt=True)}
        if _is_not_modified(request, tag, document):
            return web.Response(status=304, headers=headers)
        return web.Response(body=document.body, headers={**headers, "Content-Type": document.content_type})


def _is_not_modified(request: web.Request, tag: str, document: FeedDocument) -> bool:
    """Whether the caller has this document already; a date counts only without a tag (RFC 9110 section 13.1.3)."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tag in (one.strip().removeprefix("W/") for one in tags.split(","))
    since = request.headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        return document.changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        # No date, or one without a zone: a caller's mistake, answered as if it had not been sent.
        return False
