"""The login form, and the check of what it sends. Knows no token but through the keeper."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.core.clock import Clock
from monitor.web.html import Html, document, el
from monitor.web.security import SESSION_COOKIE, SESSION_LIFE, Keeper

_MAX_FORM_BYTES = 4_096


class Login:
    """The two handlers of `/login`."""

    def __init__(self, keeper: Keeper, clock: Clock) -> None:
        self._keeper = keeper
        self._clock = clock

    async def form(self, _request: Request) -> Response:
        """Ask for the token, where one is needed."""
        return HTMLResponse(_page(None)) if self._keeper.asks else RedirectResponse("/", 303)

    async def check(self, request: Request) -> Response:
        """Give a session for the token."""
        if not self._keeper.asks:
            return RedirectResponse("/", 303)
        if not self._keeper.is_token(await _sent_token(request)):
            return HTMLResponse(_page("That is not the token."), 401)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            SESSION_COOKIE,
            self._keeper.session(self._clock()),
            max_age=int(SESSION_LIFE.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response


async def _sent_token(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return ""
    fields = parse_qs(body.decode("utf-8", "replace"))
    return fields.get("token", [""])[0].strip()


def _page(problem: str | None) -> str:
    return document("en", head("Tocsin: log in"), el("body", _form(problem), class_="login"))


def head(title: str) -> list[Html]:
    """What stands in the head of each page."""
    return [
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="/static/page.css"),
    ]


def _form(problem: str | None) -> Html:
    return el(
        "main",
        el("h1", "Tocsin"),
        el(
            "form",
            el("label", "Token ", for_="token"),
            el("input", id="token", name="token", type="password", autocomplete="current-password", required=True),
            el("p", problem, role="alert", class_="problem") if problem else None,
            el("button", "Log in", type="submit"),
            method="post",
            action="/login",
        ),
        el("p", "The token is in the service's settings, under web.token.", class_="hint"),
    )
