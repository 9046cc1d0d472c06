"""The list of feeds that a user writes: `feeds.yaml`. Knows no network: whether a feed answers is not its matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from monitor.core.documents import Document, Duration, Strict, load_document, validate
from monitor.core.errors import SettingsError
from monitor.core.feed import Feed
from monitor.core.ids import FeedId, content_hash
from monitor.core.problems import Problem
from monitor.feeds.domains import host_of

_MAX_SLUG_CHARACTERS = 60
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x1f\x7f\"<>\\^`{|}]")
_DEFAULT_PORT = re.compile(r"^(http://[^/?#]*):80(?=[/?#]|$)|^(https://[^/?#]*):443(?=[/?#]|$)")


class _Row(Strict):
    """One feed of the file; a bare URL is short for `{url: ...}`."""

    url: str
    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$")
    title: str = ""
    publisher: str | None = Field(default=None, min_length=1, max_length=200)
    lang: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
    interval: Duration | None = None
    enabled: bool = True

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value


class _FeedFile(Strict):
    feeds: tuple[_Row, ...] | None = None


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds in a file, in its order.

    Raises:
        SettingsError: With every problem in the file: unknown keys, bad or repeated URLs and ids.
    """
    document = load_document(path)
    problems = list(_url_problems(document))
    feeds: tuple[Feed, ...] = ()
    try:
        feeds = tuple(_feed(row) for row in validate(_FeedFile, document).feeds or ())
    except SettingsError as error:
        problems += error.problems
    problems += _repeated_ids(document, feeds)
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: problem.line or 0))
    return feeds


def feed_id_of(url: str) -> FeedId:
    """The id of a feed that was given none: its host in readable form and a short hash of its URL."""
    slug = re.sub(r"[^a-z0-9]+", "-", host_of(url).removeprefix("www."))[:_MAX_SLUG_CHARACTERS].strip("-")
    return FeedId(f"{slug or 'feed'}-{content_hash(_one_spelling(url))[:8]}")


def _feed(row: _Row) -> Feed:
    return Feed(
        id=FeedId(row.id) if row.id else feed_id_of(row.url),
        url=row.url,
        title=row.title,
        publisher=row.publisher,
        lang=row.lang,
        interval_seconds=None if row.interval is None else row.interval.total_seconds(),
        enabled=row.enabled,
    )


def _url_problems(document: Document) -> Iterable[Problem]:
    """What is wrong with URLs. Looked at apart from the model: its problems show values, and these may be secret."""
    lines: dict[str, int | None] = {}
    for index, row in enumerate(_rows(document)):
        url = row.get("url") if isinstance(row, dict) else row
        location = ("feeds", index, "url")
        if not isinstance(url, str):
            continue
        message = _wrong_with(url)
        spelling = _one_spelling(url)
        if message:
            yield document.problem(location, message)
        elif spelling in lines:
            yield document.problem(location, f"{url}: stands here a second time (first on line {lines[spelling]})")
        else:
            lines[spelling] = document.line(location)


def _repeated_ids(document: Document, feeds: Iterable[Feed]) -> Iterable[Problem]:
    lines: dict[FeedId, int | None] = {}
    urls: set[str] = set()
    for index, feed in enumerate(feeds):
        location = ("feeds", index, "id")
        if feed.id in lines and _one_spelling(feed.url) not in urls:
            yield document.problem(location, f"{feed.id!r}: another feed has this id (line {lines[feed.id]})")
        lines.setdefault(feed.id, document.line(location))
        urls.add(_one_spelling(feed.url))


def _rows(document: Document) -> list[Any]:
    rows = document.data.get("feeds") if isinstance(document.data, dict) else None
    return rows if isinstance(rows, list) else []


def _wrong_with(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, has_user = parts.hostname, "@" in parts.netloc
        _ = parts.port
    except ValueError:
        return "is no URL (allowed: http:// or https:// and a host)"
    if has_user:
        return "holds a user name or password; feeds with a login are not supported"
    if parts.scheme.lower() not in {"http", "https"} or not host or _UNSAFE_IN_URL.search(url):
        return f"{url[:80]!r}: is no web address (allowed: http:// or https:// and a host)"
    return None


def _one_spelling(url: str) -> str:
    """The URL with what never matters made equal: case of scheme and host, default port, fragment."""
    scheme, _, rest = url.partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    return _DEFAULT_PORT.sub(r"\1\2", f"{scheme.lower()}://{host.lower()}") + (slash + path or "/")
