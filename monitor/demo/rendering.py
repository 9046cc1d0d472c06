"""One outlet's feed document as it stands at one moment. Knows no server and no clock."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from monitor.demo.news import FeedFormat, Outlet, SampleArticle, SampleNews, Version

CONTENT_TYPES: Mapping[FeedFormat, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
}


@dataclass(frozen=True)
class Timeline:
    """Turns seconds of the sample into dates.

    Attributes:
        started_at: Aware UTC; second 0.
        speed: Seconds of the sample that pass in one real second.
    """

    started_at: datetime
    speed: float = 1.0

    def seconds(self, now: datetime) -> float:
        """How far the sample is."""
        return (now - self.started_at).total_seconds() * self.speed

    def date(self, seconds: float) -> datetime:
        """When that second is; what is older than the start is as old as it says, whatever the speed."""
        return self.started_at + timedelta(seconds=seconds / self.speed if seconds > 0 else seconds)


@dataclass(frozen=True)
class FeedDocument:
    """A rendered feed, and when it last changed."""

    body: bytes
    content_type: str
    changed_at: datetime


@dataclass(frozen=True)
class _Entry:
    article: SampleArticle
    version: Version
    link: str
    published_at: datetime
    changed_at: datetime


def render_feed(news: SampleNews, outlet: Outlet, timeline: Timeline, now: datetime) -> FeedDocument:
    """What the outlet's feed holds at `now`: everything published by then as it stands then, newest first."""
    seconds = timeline.seconds(now)
    entries: list[_Entry] = []
    for article in news.of(outlet.id):
        if current := article.version_at(seconds):
            since, version = current
            published_at = timeline.date(article.published_seconds)
            entries.append(_Entry(article, version, news.url(article), published_at, timeline.date(since)))
    entries.sort(key=lambda entry: entry.published_at, reverse=True)
    changed_at = max((entry.changed_at for entry in entries), default=timeline.started_at)
    root = _RENDERERS[outlet.format](outlet, news.note, entries, changed_at)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return FeedDocument(body, f"{CONTENT_TYPES[outlet.format]}; charset=utf-8", changed_at)


def _rss(outlet: Outlet, note: str, entries: list[_Entry], changed_at: datetime) -> ET.Element:
    root = ET.Element("rss", {"version": "2.0", "xmlns:content": "http://purl.org/rss/1.0/modules/content/"})
    channel = ET.SubElement(root, "channel")
    _texts(channel, title=outlet.title, link=outlet.site, description=note, language=outlet.lang)
    _texts(channel, lastBuildDate=_rfc_822(changed_at))
    for entry in entries:
        item = ET.SubElement(channel, "item")
        ET.SubElement(item, "guid", isPermaLink="false").text = _entry_id(outlet, entry)
        _texts(item, title=entry.version.title, link=entry.link, description=_markup(entry, entry.version.summary))
        if entry.version.body is not None:
            ET.SubElement(item, "content:encoded").text = _markup(entry, entry.version.body)
        if not entry.article.undated:
            _texts(item, pubDate=_rfc_822(entry.published_at))
    return root


def _atom(outlet: Outlet, note: str, entries: list[_Entry], changed_at: datetime) -> ET.Element:
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": outlet.lang})
    _texts(root, id=outlet.site, title=outlet.title, subtitle=note, updated=changed_at.isoformat())
    ET.SubElement(root, "link", href=outlet.site)
    for entry in entries:
        item = ET.SubElement(root, "entry")
        _texts(item, id=_entry_id(outlet, entry), title=entry.version.title)
        ET.SubElement(item, "link", rel="alternate", href=entry.link)
        ET.SubElement(ET.SubElement(item, "author"), "name").text = outlet.title
        if not entry.article.undated:
            _texts(item, published=entry.published_at.isoformat(), updated=entry.changed_at.isoformat())
        ET.SubElement(item, "summary", type="html").text = _markup(entry, entry.version.summary)
        if entry.version.body is not None:
            ET.SubElement(item, "content", type="html").text = _markup(entry, entry.version.body)
    return root


def _rdf(outlet: Outlet, note: str, entries: list[_Entry], changed_at: datetime) -> ET.Element:
    spaces = {
        "xmlns": "http://purl.org/rss/1.0/",
        "xmlns:rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    }
    root = ET.Element("rdf:RDF", spaces)
    channel = ET.SubElement(root, "channel", {"rdf:about": outlet.site})
    _texts(channel, title=outlet.title, link=outlet.site, description=note)
    ET.SubElement(channel, "dc:language").text = outlet.lang
    ET.SubElement(channel, "dc:date").text = changed_at.isoformat()
    sequence = ET.SubElement(ET.SubElement(channel, "items"), "rdf:Seq")
    for entry in entries:
        ET.SubElement(sequence, "rdf:li", {"rdf:resource": entry.link})
        item = ET.SubElement(root, "item", {"rdf:about": _entry_id(outlet, entry)})
        _texts(item, title=entry.version.title, link=entry.link, description=_markup(entry, entry.version.summary))
        if not entry.article.undated:
            ET.SubElement(item, "dc:date").text = entry.published_at.isoformat()
    return root


_Renderer = Callable[[Outlet, str, list[_Entry], datetime], ET.Element]
_RENDERERS: Mapping[FeedFormat, _Renderer] = {"rss": _rss, "atom": _atom, "rdf": _rdf}


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


def _markup(entry: _Entry, text: str) -> str:
    # Readers take these elements for mark-up, so plain text has to be escaped once as HTML (and once more as XML).
    return text if entry.article.html else html.escape(text, quote=False)


def _entry_id(outlet: Outlet, entry: _Entry) -> str:
    return f"{outlet.site}{entry.article.id}"


def _rfc_822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
