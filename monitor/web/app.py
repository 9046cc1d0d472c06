"""The web application: its routes and what each answers. Knows the ports only through `WebServices`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from monitor.core import codec
from monitor.core.errors import StoreUnavailableError
from monitor.core.stream import BEGINNING
from monitor.web import query
from monitor.web.history import newest, read_page
from monitor.web.login import Login
from monitor.web.query import BadParameterError
from monitor.web.security import Guard, Keeper
from monitor.web.services import StatusServices, WebServices
from monitor.web.streams import EventStreams, StreamLimits
from monitor.web.views import feeds_view, live_page, past_matches_view

__all__ = ["StatusServices", "StreamLimits", "WebServices", "build_app", "build_status_app"]

_STATIC = Path(__file__).parent / "static"
_MAX_EXPLANATIONS = 2  # at a time: each matches an article again


def build_app(services: WebServices, *, limits: StreamLimits | None = None) -> Starlette:
    """The application. `app.state.streams` (an `EventStreams`) must be run beside it; `WebServer` does that."""
    keeper = _keeper(services)
    streams = EventStreams(services.history, services.metrics, retry=services.retry, limits=limits or StreamLimits())
    routes = _Routes(services, streams)
    login = Login(keeper, services.clock)
    app = Starlette(
        routes=[
            Route("/", routes.page),
            Route("/login", login.form),
            Route("/login", login.check, methods=["POST"]),
            Route("/api/alerts", routes.alerts),
            Route("/api/alerts/latest", routes.latest_alerts),
            Route("/api/feeds", routes.feeds),
            Route("/api/past-matches", routes.past_matches),
            Route("/api/why", routes.why),
            Route("/events", routes.events),
            *_status_routes(services),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[_guard(services, keeper)],
        exception_handlers={BadParameterError: _bad_parameter, StoreUnavailableError: _store_unavailable},
    )
    app.state.streams = streams
    return app


def build_status_app(services: StatusServices) -> Starlette:
    """Only metrics and health: for a process that is one stage of the service, without page and API."""
    return Starlette(routes=_status_routes(services), middleware=[_guard(services, _keeper(services))])


def _keeper(services: StatusServices) -> Keeper:
    return Keeper(services.token.get_secret_value() if services.token else None)


def _guard(services: StatusServices, keeper: Keeper) -> Middleware:
    return Middleware(Guard, keeper=keeper, host=services.host, clock=services.clock)


def _status_routes(services: StatusServices) -> list[Route]:
    async def metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(generate_latest, services.metrics.registry)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> Response:
        problems = await asyncio.to_thread(services.problems)
        # A rule set aside is its author's to mend, and no reason to send nothing to a process that serves all others.
        content = {"ready": not problems, "problems": dict(problems), "set_aside": dict(services.set_aside())}
        return JSONResponse(content, 503 if problems else 200)

    return [Route("/metrics", metrics), Route("/healthz", healthz), Route("/readyz", readyz)]


class _Routes:
    """What each address answers."""

    def __init__(self, services: WebServices, streams: EventStreams) -> None:
        self._services = services
        self._streams = streams
        self._explanations = asyncio.Semaphore(_MAX_EXPLANATIONS)

    async def page(self, _request: Request) -> Response:
        text = await asyncio.to_thread(live_page, self._services)
        return Response(text, media_type="text/html; charset=utf-8")

    async def alerts(self, request: Request) -> Response:
        asked = request.query_params
        query.check_keys(asked, query.FILTER_KEYS | {"after", "limit"})
        wanted, limit = query.alert_filter(asked), query.limit(asked, 100)
        after = query.stream_id(asked, "after") or BEGINNING
        page = await asyncio.to_thread(read_page, self._services.history, wanted, after, limit)
        epoch = await asyncio.to_thread(self._services.history.epoch)
        return _json({"alerts": page.alerts, "next": str(page.next), "at_end": page.at_end, "epoch": epoch})

    async def latest_alerts(self, request: Request) -> Response:
        asked = request.query_params
        query.check_keys(asked, query.FILTER_KEYS | {"limit"})
        wanted, limit = query.alert_filter(asked), query.limit(asked, 20)
        page = await asyncio.to_thread(newest, self._services.history, wanted, limit)
        epoch = await asyncio.to_thread(self._services.history.epoch)
        return _json({"alerts": page.alerts, "next": str(page.next), "epoch": epoch})

    async def feeds(self, request: Request) -> Response:
        query.check_keys(request.query_params, ())
        return _json(await asyncio.to_thread(feeds_view, self._services))

    async def past_matches(self, request: Request) -> Response:
        query.check_keys(request.query_params, ())
        return _json(await asyncio.to_thread(past_matches_view, self._services))

    async def why(self, request: Request) -> Response:
        query.check_keys(request.query_params, {"url"})
        url = query.article_url(request.query_params)
        async with self._explanations:
            return PlainTextResponse(await asyncio.to_thread(self._services.why, url))

    async def events(self, request: Request) -> Response:
        asked = request.query_params
        query.check_keys(asked, query.FILTER_KEYS | {"after", "epoch"})
        resumed = query.stream_id({"Last-Event-ID": request.headers.get("last-event-id", "")}, "Last-Event-ID")
        after = resumed or query.stream_id(asked, "after")
        return await self._streams.open(after, asked.get("epoch") or None, query.alert_filter(asked))


def _json(value: Mapping[str, object]) -> Response:
    return Response(codec.encode(value), media_type="application/json")


async def _bad_parameter(_request: Request, error: Exception) -> Response:
    if not isinstance(error, BadParameterError):
        raise error
    return JSONResponse({"error": error.what, "where": error.where, "allowed": error.allowed}, 400)


async def _store_unavailable(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error), "where": "store", "allowed": "try again"}, 503, {"Retry-After": "5"})
