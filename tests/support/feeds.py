"""A feed server on loopback whose documents a test changes while it serves them."""

from __future__ import annotations

import hashlib
import sys
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Item:
    """An entry to serve."""

    id: str
    title: str
    summary: str
    link: str
    published_at: datetime


def rss(title: str, items: Sequence[Item]) -> bytes:
    """An RSS 2.0 document, newest entry first."""
    entries = "".join(
        f'<item><guid isPermaLink="false">{escape(item.id)}</guid><title>{escape(item.title)}</title>'
        f"<link>{escape(item.link)}</link><description>{escape(item.summary)}</description>"
        f"<pubDate>{format_datetime(item.published_at.astimezone(UTC))}</pubDate></item>"
        for item in reversed(items)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://{escape(title)}/</link><description>For tests</description><language>en</language>"
        f"{entries}</channel></rss>"
    ).encode()


class FeedServer:
    """Serves what `put` last gave it, with ETag and 304. A context manager; `polls` counts requests by path."""

    def __init__(self, *, sites: int = 1) -> None:
        """Take free ports: a port is a site to pollers, who fetch the feeds of one site one at a time."""
        self._documents: dict[str, tuple[str, bytes, str]] = {}
        self._lock = threading.Lock()
        self.polls: dict[str, int] = {}
        self.served: set[tuple[str, str]] = set()  # path and ETag of all that was answered with
        handler = type("Handler", (_Handler,), {"feeds": self})
        self._servers = [_Server(("127.0.0.1", 0), handler) for _ in range(sites)]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in self._servers
        ]

    def put(self, path: str, document: bytes, content_type: str = "application/rss+xml; charset=utf-8") -> str:
        """Serve this document at that path from now on; its ETag."""
        tag = f'"{hashlib.blake2b(document, digest_size=8).hexdigest()}"'
        with self._lock:
            self._documents[path] = (tag, document, content_type)
        return tag

    def get(self, path: str) -> tuple[str, bytes, str] | None:
        """ETag, document and content type at a path."""
        with self._lock:
            self.polls[path] = self.polls.get(path, 0) + 1
            return self._documents.get(path)

    def was_polled(self, path: str, tag: str) -> bool:
        """Whether somebody got (or already had) the version with this ETag."""
        with self._lock:
            return (path, tag) in self.served

    def url(self, path: str) -> str:
        """The address of a path; paths are spread over the sites."""
        server = self._servers[zlib.crc32(path.encode()) % len(self._servers)]
        return f"http://127.0.0.1:{server.server_address[1]}{path}"

    def __enter__(self) -> FeedServer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in the middle of an answer is what some tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # any socket


class _Handler(BaseHTTPRequestHandler):
    feeds: FeedServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart: the second would wait 40 ms for the first's receipt

    def do_GET(self) -> None:
        found = self.feeds.get(self.path)
        if found is None:
            self._answer(404, b"", None, "text/plain")
            return
        tag, document, content_type = found
        self.feeds.served.add((self.path, tag))
        if self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", tag, content_type)
            return
        self._answer(200, document, tag, content_type)

    def _answer(self, status: int, body: bytes, tag: str | None, content_type: str) -> None:
        self.send_response(status)
        if tag is not None:
            self.send_header("ETag", tag)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (named by the standard library)
        """Say nothing: tests print what matters."""
