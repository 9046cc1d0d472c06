"""Bytes of a feed to articles, in a worker process that a deadline can kill. Knows no network and no store."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.core.errors import WorkerDiedError, WorkFailedError, WorkTimedOutError
from monitor.core.feed import Feed, PollStatus
from monitor.core.workers import WorkerPool, result_of
from monitor.feeds.articles import ReadArticles, read_articles
from monitor.feeds.parse import ParseRequest, parse_feed
from monitor.feeds.parse import prepare as prepare_parser
from monitor.feeds.publishers import publisher_of
from monitor.feeds.results import NotAFeed

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DocumentRequest:
    """A fetched document of a feed; `fetched_at` is when it arrived."""

    feed: Feed
    document: ParseRequest
    fetched_at: datetime


class DocumentParser(Protocol):
    """What the poller needs of a parser."""

    async def parse(self, request: DocumentRequest) -> ReadArticles | NotAFeed:
        """The articles in a document, or what it is instead.

        Raises:
            WorkTimedOutError: It took longer than its deadline.
            WorkerDiedError: It took its worker down.
            WorkFailedError: A bug of ours.
        """


@dataclass(frozen=True)
class Unreadable:
    """A document without articles to be had; `detail` says why, in words for a person."""

    status: PollStatus
    detail: str


async def read_document(parser: DocumentParser, request: DocumentRequest) -> ReadArticles | Unreadable:
    """The articles in a document; what goes wrong with it is a value, since it is one feed's fault."""
    try:
        try:
            read = await parser.parse(request)
        except (WorkTimedOutError, WorkerDiedError):
            # Once may be chance: a machine that slept, or is out of memory. Twice is the document.
            read = await parser.parse(request)
    except WorkTimedOutError as error:
        return Unreadable(PollStatus.PARSE_TIMEOUT, str(error))
    except WorkerDiedError as error:
        return Unreadable(PollStatus.PARSE_CRASH, str(error))
    except WorkFailedError as error:
        # A bug of ours, or all the memory a worker may use; one document must not end the polling of all feeds.
        _log.error("document could not be parsed", extra={"feed": request.feed.id, "error": str(error)})
        return Unreadable(PollStatus.PARSE_CRASH, str(error))
    return Unreadable(PollStatus.NOT_A_FEED, read.reason) if isinstance(read, NotAFeed) else read


class PooledParser:
    """Parses in the processes of a pool, which it does not close. Make the pool with `prepare=prepare_worker`."""

    def __init__(self, pool: WorkerPool, *, deadline_seconds: float) -> None:
        self._pool = pool
        self._deadline_seconds = deadline_seconds

    async def parse(self, request: DocumentRequest) -> ReadArticles | NotAFeed:
        """As the protocol says; a cancelled parse is killed."""
        future = self._pool.submit(self._deadline_seconds, parse_document, request)
        waiting = asyncio.wrap_future(future)
        try:
            await asyncio.wait({waiting})
        finally:
            waiting.cancel()  # kills the parse when we were cancelled; else it is done
        waiting.exception()  # seen: `result_of` raises it in our words
        return result_of(future)


def parse_document(request: DocumentRequest) -> ReadArticles | NotAFeed:
    """The work of one document; runs in a worker."""
    parsed = parse_feed(request.document)
    if isinstance(parsed, NotAFeed):
        return parsed
    return read_articles(request.feed, parsed, fetched_at=request.fetched_at)


def prepare_worker() -> None:
    """Warm a new worker: parser, suffix list and publishers are loaded before the first deadline runs."""
    prepare_parser()
    publisher_of(given=None, article_url="https://example.org/", source_url="", feed_url="")
