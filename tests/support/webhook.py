"""A receiver of webhooks on loopback, and the subscription that sends to it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

SECRET_VARIABLE = "DESK_SECRET"
SECRET = "a secret of the desk"


class WebhookReceiver:
    """Takes what is sent to it; refuses the first `refuse` attempts with status 503. A context manager.

    Attributes:
        attempts: Headers and body of each attempt, refused ones too.
        received: The events that were taken, in the order in which they came.
    """

    def __init__(self, *, refuse: int = 0) -> None:
        self.attempts: list[tuple[dict[str, str], bytes]] = []
        self.received: list[dict[str, Any]] = []
        self._refuse = refuse
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"receiver": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self._server.server_port}/in"

    def subscriptions(self, *rules: str) -> dict[str, Any]:
        """A subscriptions file that sends these rules here (names may hold *), signed with `SECRET`."""
        return {
            "subscriptions": [{"name": "desk", "rules": list(rules), "channels": ["hook"]}],
            "channels": {"hook": {"webhook": self.url, "secret_env": SECRET_VARIABLE}},
        }

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """The status to answer an attempt with."""
        with self._lock:
            self.attempts.append((headers, body))
            if len(self.attempts) <= self._refuse:
                return 503
            self.received.append(json.loads(body))
            return 204

    def __enter__(self) -> WebhookReceiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    receiver: WebhookReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.receiver.take(dict(self.headers), body))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the standard library)
        """Say nothing: tests print what matters."""
