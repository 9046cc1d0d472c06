"""Who may ask: host names, the token and the session made from it, and the headers of every answer.

Why the cookie holds a signed expiry and not the token: a copied cookie runs out, says nothing of the token, and
still needs no store; another token ends all sessions.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.core.clock import Clock
from monitor.core.settings import is_loopback

SESSION_COOKIE = "tocsin_session"
SESSION_LIFE = timedelta(days=30)

_OPEN_PATHS = frozenset({"/healthz", "/login"})
_STATIC = "/static/"  # open too: the login form needs its style, and the files are no secret
_ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  # compared with, not bound to
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Keeper:
    """Knows the token; tells who has it, and makes sessions."""

    def __init__(self, token: str | None) -> None:
        self._token = None if token is None else token.encode()

    @property
    def asks(self) -> bool:
        """Whether callers need the token at all."""
        return self._token is not None

    def is_token(self, candidate: str) -> bool:
        """Whether that is the token, compared in constant time."""
        return self._token is not None and hmac.compare_digest(candidate.encode("utf-8", "surrogatepass"), self._token)

    def session(self, now: datetime) -> str:
        """A new session, to be kept in a cookie; only where a token is asked for."""
        if self._token is None:
            raise ValueError("without a token there are no sessions")
        expires = str(int((now + SESSION_LIFE).timestamp()))
        return f"{expires}.{_signature(self._token, expires)}"

    def is_session(self, candidate: str, now: datetime) -> bool:
        """Whether that is a session we made with this token, and it has not run out."""
        expires, _, signature = candidate.partition(".")
        if self._token is None or not (candidate.isascii() and expires.isdigit() and len(expires) <= 12):
            return False
        return hmac.compare_digest(signature, _signature(self._token, expires)) and now.timestamp() < int(expires)


def _signature(token: bytes, expires: str) -> str:
    return hmac.new(token, b"tocsin web session until " + expires.encode(), hashlib.sha256).hexdigest()


class Guard:
    """ASGI middleware: refuses strange hosts and callers without token or session, and puts our headers on."""

    def __init__(self, app: ASGIApp, *, keeper: Keeper, host: str, clock: Clock) -> None:
        self._app = app
        self._keeper = keeper
        self._host = host
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await (self._refusal(scope) or self._app)(scope, receive, _with_headers(send, scope["path"]))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not is_known_host(headers.get("host", ""), self._host):
            return PlainTextResponse(
                "this service does not go by that host name (allowed: localhost, loopback addresses, web.host)\n", 400
            )
        path = str(scope["path"])
        if not self._keeper.asks or path in _OPEN_PATHS or path.startswith(_STATIC):
            return None
        if self._is_authorised(headers):
            return None
        if path == "/" and "text/html" in headers.get("accept", ""):
            return RedirectResponse("/login", 303)
        refusal = {"error": "no token, or not the right one", "where": "Authorization", "allowed": "Bearer <web.token>"}
        return JSONResponse(refusal, 401, {"WWW-Authenticate": "Bearer"})

    def _is_authorised(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._keeper.is_token(token.strip()):
            return True
        session = cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE, "")
        return self._keeper.is_session(session, self._clock())


def is_known_host(header: str, configured: str) -> bool:
    """Whether a Host header names this service: a loopback name, or the configured host.

    A page on another site can make its own name resolve to us (DNS rebinding) and read the answers; its name gives
    it away. Listening on every address we cannot know our names; there a token is needed, which such a page lacks.
    """
    if configured in _ANY_ADDRESS:
        return True
    name = _name_of(header)
    return name == configured.lower().strip("[]") or is_loopback(name)


def _name_of(header: str) -> str:
    """A Host header without port and brackets, in lower case."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def _with_headers(send: Send, path: str) -> Send:
    caching = "no-cache" if path.startswith(_STATIC) else "no-store"

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", caching)
        await send(message)

    return send_with_headers
