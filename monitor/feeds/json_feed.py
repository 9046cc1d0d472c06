"""JSON Feed 1.0 and 1.1 to entries. Knows no network.

Source: JSON Feed Version 1.1, jsonfeed.org. Only what an entry needs is read; an item of a wrong shape is left out.
"""

from __future__ import annotations

import re

import msgspec

from monitor.feeds.results import Markup, NotAFeed, ParsedEntry, ParsedFeed
from monitor.feeds.urls import absolute_url

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Author(msgspec.Struct):
    name: str | None = None


class _Item(msgspec.Struct):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    summary: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    language: str | None = None
    author: _Author | None = None
    authors: list[_Author] | None = None


class _Document(msgspec.Struct):
    version: str
    items: list[msgspec.Raw]
    title: str | None = None
    language: str | None = None
    home_page_url: str | None = None


# An escape in a string: a whole surrogate pair, half a pair, or any other (so that `\\\\ud800` is no half).
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_document_decoder = msgspec.json.Decoder(_Document)
_item_decoder = msgspec.json.Decoder(_Item)


def looks_like_json(body: bytes) -> bool:
    """Whether a document begins as a JSON object or list does."""
    return body.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")


def parse_json_feed(body: bytes, *, url: str, max_entries: int) -> ParsedFeed | NotAFeed:
    """The feed in a JSON document; never raises for what stands in it."""
    try:
        document = _document_decoder.decode(_without_half_pairs(body.removeprefix(_BYTE_ORDER_MARK)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NotAFeed("a JSON document that is no JSON Feed")
    if "jsonfeed.org/version/" not in document.version:
        return NotAFeed("a JSON document that is no JSON Feed")
    link = absolute_url(url, document.home_page_url or "") if document.home_page_url else ""
    entries = [_entry(raw, link or url) for raw in document.items[:max_entries]]
    return ParsedFeed(
        title=document.title or "",
        lang=document.language or "",
        link=link,
        entries=tuple(entry for entry in entries if entry is not None),
        entries_cut=max(0, len(document.items) - max_entries),
    )


def _without_half_pairs(body: bytes) -> bytes:
    """JSON without halves of surrogate pairs, at one of which the decoder gives up the whole document."""
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)


def _entry(raw: msgspec.Raw, base: str) -> ParsedEntry | None:
    try:
        item = _item_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    link = item.url or item.external_url or ""
    authors = item.authors or ([item.author] if item.author else [])
    return ParsedEntry(
        entry_id="" if item.id is None else str(item.id),
        url=absolute_url(base, link) if link else "",
        title=Markup(item.title or ""),
        summary=Markup(item.summary or ""),
        content=Markup(item.content_html, True) if item.content_html else Markup(item.content_text or ""),
        published=item.date_published or "",
        updated=item.date_modified or "",
        lang=item.language or "",
        authors=tuple(author.name for author in authors if author.name),
    )
