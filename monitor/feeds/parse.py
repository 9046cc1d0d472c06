"""Feed bytes to entries as they stand in the document; the only importer of feedparser. Knows no network.

Runs in a worker process (`monitor.core.workers`): parsers are slow on hostile input, and only a process can be killed.
Why feedparser without its sanitiser and its resolver: they take two thirds of the time, and we need neither; text
is made plain, and links are made absolute, elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from monitor.feeds.json_feed import looks_like_json, parse_json_feed
from monitor.feeds.results import Fetched, Markup, NotAFeed, ParsedEntry, ParsedFeed
from monitor.feeds.urls import absolute_url

MAX_ENTRIES = 2_000  # feeds hold 10 to 100; beyond this a document is an archive, or hostile
MAX_TAG_BYTES = 64_000  # feedparser takes quadratic time over the attributes of one tag

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_TEXT_TYPES = _HTML_TYPES | {"text/plain"}
_ROOT = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]{0,60})")
_PROLOGUE = re.compile(
    rb"\s*(?:<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE[^\[>]{0,2000}(?:\[[^\]]{0,50000}\]\s*)?>)", re.S | re.I
)
_DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding=", re.I)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_QUOTE_OR_END = re.compile(rb"[\"'>]")
_FEED_LINK = re.compile(rb"<link\s[^>]{0,1000}application/(?:rss|atom)\+xml[^>]{0,1000}>", re.I)
_REFERENCES = re.compile(rb"(?:&#(?:[xX][0-9a-fA-F]+|[0-9]+);?)+")
_REFERENCE = re.compile(rb"&#([xX]?)([0-9a-fA-F]+)")
_MAX_REFERENCE_DIGITS = 12
_HALF_A_PAIR = 0xDC00
_HREF = re.compile(rb"href\s*=\s*[\"']?([^\"'\s>]{1,1000})", re.I)


@dataclass(frozen=True)
class ParseRequest:
    """A document to parse; `url` is where it came from, redirects followed."""

    body: bytes
    url: str
    content_type: str = ""
    charset: str = ""

    @classmethod
    def of(cls, fetched: Fetched) -> ParseRequest:
        """The document that was fetched."""
        return cls(fetched.body, fetched.exchange.url, fetched.content_type, fetched.charset)


def prepare() -> None:
    """Warm a new worker: the first document must not pay for imports within its deadline."""
    parse_feed(ParseRequest(b"<rss version='2.0'><channel><title>x</title></channel></rss>", "https://example.org/"))


def parse_feed(request: ParseRequest) -> ParsedFeed | NotAFeed:
    """The feed in a document, or what the document is instead; never raises for what stands in it."""
    if not request.body.strip():
        return NotAFeed("an empty document")
    if request.body.startswith(b"\x1f\x8b"):
        return NotAFeed("compressed data that no header announces")
    if looks_like_json(request.body):
        return parse_json_feed(request.body, url=request.url, max_entries=MAX_ENTRIES)
    try:
        return _parse_xml(request)
    except Exception as error:  # noqa: BLE001 - feedparser raises of every kind on hostile bytes; one feed's fault
        return NotAFeed(f"a document that the parser fails on ({type(error).__name__})")


def _parse_xml(request: ParseRequest) -> ParsedFeed | NotAFeed:
    data = _as_utf8(request)
    root = _root_element(data)
    if root == "html":
        return NotAFeed(_html_reason(data, request.url))
    if root is None:
        return NotAFeed("neither XML nor JSON")
    if longest_tag(data) > MAX_TAG_BYTES:
        return NotAFeed(f"a document with a tag longer than {MAX_TAG_BYTES} bytes")
    document = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not document.version and not document.entries and root not in _FEED_ROOTS:
        return NotAFeed(f"an XML document of another kind (<{root}>)")
    return _feed(document, request.url)


def _as_utf8(request: ParseRequest) -> bytes:
    """The document in UTF-8. What it says of its own encoding counts before what the server says.

    The standard wants the server's word to win (RFC 7303), but servers add a default to files they have not looked at.
    """
    headers = {}
    says_itself = request.body.startswith(_BYTE_ORDER_MARKS) or _DECLARED_ENCODING.match(request.body)
    if request.charset and not says_itself:
        headers["content-type"] = f"application/xml; charset={request.charset}"
    data: bytes = convert_to_utf8(headers, request.body, {})
    return _REFERENCES.sub(_settled, data)


def _settled(found: re.Match[bytes]) -> bytes:
    """Character references that stand in a row, all of them to characters that XML allows.

    feedparser gives up the whole document at one reference to a half of a surrogate pair, which is how some
    publishers' systems write emoji, and at one beyond Unicode.
    """
    codes = [_code(reference) for reference in _REFERENCE.finditer(found[0])]
    if all(_is_xml_character(code) for code in codes):
        return found[0]
    halves = "".join(chr(code) for code in codes)  # of surrogate pairs, to be put together
    text = halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(f"&#{ord(one) if _is_xml_character(ord(one)) else 32};" for one in text).encode()


def _code(reference: re.Match[bytes]) -> int:
    """The code point of a reference; a lone half of a surrogate pair for what is beyond Unicode."""
    digits = reference[2].lstrip(b"0")[:_MAX_REFERENCE_DIGITS] or b"0"
    code = int(digits, 16 if reference[1] else 10)
    return code if code <= 0x10FFFF else _HALF_A_PAIR


def _is_xml_character(code: int) -> bool:
    """Source: XML 1.0, section 2.2."""
    return code in {0x9, 0xA, 0xD} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x1_0000


def _root_element(data: bytes) -> str | None:
    """The name of the first element, without prefix, in lower case; None where there is no tag near the start."""
    position = 0
    while found := _PROLOGUE.match(data, position):
        position = found.end()
    root = _ROOT.search(data, position, position + 4_000)
    return root[1].rpartition(b":")[2].decode("ascii").lower() if root else None


def _html_reason(data: bytes, url: str) -> str:
    link = _FEED_LINK.search(data, 0, 200_000)
    href = _HREF.search(link[0]) if link else None
    named = absolute_url(url, href[1].decode("utf-8", "replace").replace("&amp;", "&")) if href else ""
    return f"an HTML page; it names a feed: {named}" if named else "an HTML page"


def longest_tag(data: bytes) -> int:
    """The length of the longest tag outside CDATA and comments, in one pass; short tags are not looked at closely."""
    longest = 0
    position = data.find(b"<")
    while position >= 0:
        if data.startswith(b"<![CDATA[", position):
            end = data.find(b"]]>", position)
        elif data.startswith(b"<!--", position):
            end = data.find(b"-->", position)
        else:
            end = data.find(b"<", position + 1)
            if (len(data) if end < 0 else end) - position > longest:
                longest = max(longest, _tag_length(data, position, len(data) if end < 0 else end))
        position = data.find(b"<", end) if end >= 0 else -1
    return longest


def _tag_length(data: bytes, start: int, end: int) -> int:
    """From `<` to the `>` outside quotes: a value may hold `>`, and must not hide the length of its tag."""
    quote = b""
    for found in _QUOTE_OR_END.finditer(data, start, end):
        if quote:
            quote = b"" if found[0] == quote else quote
        elif found[0] == b">":
            return found.end() - start
        else:
            quote = found[0]
    return end - start


def _feed(document: Any, url: str) -> ParsedFeed:
    feed = document.feed
    link = absolute_url(url, _text(feed, "link"))
    # Atom links are relative to the document (RFC 4287 section 2); in RSS people mean their site.
    base = url if document.version.startswith("atom") else link or url
    entries = document.entries[:MAX_ENTRIES]
    return ParsedFeed(
        title=_text(feed, "title"),
        lang=_text(feed, "language"),
        link=link,
        entries=tuple(_entry(entry, base) for entry in entries),
        entries_cut=len(document.entries) - len(entries),
    )


def _entry(entry: Any, base: str) -> ParsedEntry:
    return ParsedEntry(
        entry_id=_text(entry, "id"),
        url=_entry_url(entry, base),
        title=_markup(entry, "title"),
        summary=_summary(entry),
        content=_content(entry),
        published=_text(entry, "published"),
        updated=_text(entry, "updated") or _text(entry, "created"),
        lang=_entry_lang(entry),
        authors=tuple(_author_names(entry)),
        source_url=absolute_url(base, _text(_mapping(entry, "source"), "href")),
    )


def _entry_url(entry: Any, base: str) -> str:
    link = _text(entry, "link")
    if not link:
        candidates = [_text(item, "href") for item in _dicts(entry, "links")]
        link = next((href for href in candidates if href), "")
    url = absolute_url(base, link) if link else ""
    if url:
        return url
    entry_id = _text(entry, "id")
    return absolute_url("", entry_id) if entry_id.lower().startswith(("http://", "https://")) else ""


def _summary(entry: Any) -> Markup:
    """The summary; empty where feedparser made it up as a copy of the content."""
    summary = _markup(entry, "summary")
    return Markup("") if any(_text(part, "value") == summary.value for part in _dicts(entry, "content")) else summary


def _content(entry: Any) -> Markup:
    """The longest of the contents that are text."""
    parts = [part for part in _dicts(entry, "content") if _text(part, "type") in _TEXT_TYPES]
    longest = max(parts, key=lambda part: len(_text(part, "value")), default=None)
    return Markup("") if longest is None else Markup(_text(longest, "value"), _text(longest, "type") in _HTML_TYPES)


def _markup(entry: Any, name: str) -> Markup:
    kind = _text(_mapping(entry, f"{name}_detail"), "type")
    return Markup(_text(entry, name), kind in _HTML_TYPES)


def _entry_lang(entry: Any) -> str:
    details = [*_dicts(entry, "content"), _mapping(entry, "summary_detail"), _mapping(entry, "title_detail")]
    return _text(entry, "language") or next((lang for part in details if (lang := _text(part, "language"))), "")


def _author_names(entry: Any) -> Iterable[str]:
    for author in _dicts(entry, "authors"):
        name = _text(author, "name")
        if name:
            yield name
    if not _dicts(entry, "authors") and _text(entry, "author"):
        yield _text(entry, "author")


# feedparser's dictionaries answer for keys they do not hold (`updated` for `published`, with a warning); asked as
# plain dictionaries they say what stood in the document. Any value may be of any type.


def _text(mapping: Any, key: str) -> str:
    value = dict.get(mapping, key)
    return value.strip() if isinstance(value, str) else ""


def _mapping(mapping: Any, key: str) -> dict[str, Any]:
    value = dict.get(mapping, key)
    return value if isinstance(value, dict) else {}


def _dicts(mapping: Any, key: str) -> list[dict[str, Any]]:
    value = dict.get(mapping, key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
