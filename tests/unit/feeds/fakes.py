"""Small stand-ins for the network and the worker process, for tests of polling."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from datetime import datetime

from monitor.core.feed import Validators
from monitor.feeds.articles import ReadArticles
from monitor.feeds.document_parser import DocumentRequest, parse_document
from monitor.feeds.results import Exchange, Fetched, FetchFailed, FetchResult, NotAFeed, NotModified


class FakeFetcher:
    """Serves what stands in `documents` by URL, with ETags; counts requests and how many run at one time."""

    def __init__(self, documents: dict[str, bytes | FetchFailed] | None = None, *, with_etags: bool = True) -> None:
        self.documents: dict[str, bytes | FetchFailed] = documents or {}
        self.with_etags = with_etags
        self.requests: list[tuple[str, Validators]] = []
        self.most_at_once: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    async def fetch(self, url: str, validators: Validators = Validators()) -> FetchResult:  # noqa: B008 - frozen
        self.requests.append((url, validators))
        host = url.split("/")[2]
        self._now[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._now[host])
        await asyncio.sleep(0)
        self._now[host] -= 1
        document = self.documents[url]
        exchange = Exchange(url, 0.01)
        if isinstance(document, FetchFailed):
            return document
        etag = hashlib.sha256(document).hexdigest() if self.with_etags else None
        if etag and validators.etag == etag:
            return NotModified(exchange)
        return Fetched(exchange, document, "application/rss+xml", "", Validators(etag=etag))


class InlineParser:
    """Parses here and now; fails when told to, `fails_times` at most when that is set."""

    def __init__(self, fails_with: Exception | None = None) -> None:
        self.fails_with = fails_with
        self.fails_times: int | None = None
        self.parsed = 0

    async def parse(self, request: DocumentRequest) -> ReadArticles | NotAFeed:
        self.parsed += 1
        if self.fails_with is not None and (self.fails_times is None or self.parsed <= self.fails_times):
            raise self.fails_with
        return parse_document(request)


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
