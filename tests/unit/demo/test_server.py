from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from monitor.demo.news import Outlet, load_sample_news
from monitor.demo.rendering import FeedDocument, Timeline, render_feed
from monitor.demo.server import DemoFeedServer

NEWS = load_sample_news()
START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, seconds: float) -> None:
        self.now = START + timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def server(clock: HandClock) -> AsyncIterator[DemoFeedServer]:
    async with DemoFeedServer(NEWS, clock) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def document(outlet_id: str, seconds: float) -> ET.Element:
    return parsed(render_feed(NEWS, NEWS.outlet(outlet_id), Timeline(START), START + timedelta(seconds=seconds)))


def parsed(feed: FeedDocument) -> ET.Element:
    return ET.fromstring(feed.body)  # noqa: S314 (our own document; raises where it is not well-formed)


def titles(root: ET.Element) -> list[str]:
    """Of the entries, whatever the format."""
    entries = [element for element in root.iter() if element.tag.rpartition("}")[2] in {"item", "entry"}]
    return [child.text or "" for entry in entries for child in entry if child.tag.rpartition("}")[2] == "title"]


@pytest.mark.parametrize("outlet", NEWS.outlets, ids=lambda outlet: outlet.id)
@pytest.mark.parametrize("seconds", [0, 15, 35, 60, 3600])
def test_feeds_are_well_formed_and_hold_what_is_published_by_then(outlet: Outlet, seconds: float) -> None:
    there = [article for article in NEWS.of(outlet.id) if article.published_seconds <= seconds]

    assert len(titles(document(outlet.id, seconds))) == len(there)


def test_entries_stand_newest_first() -> None:
    root = document("herald", 60)
    dates = [parsedate_to_datetime(element.text or "") for element in root.iter("pubDate")]

    assert dates == sorted(dates, reverse=True)
    assert dates[0] == START + timedelta(seconds=49)
    assert dates[-1] == START - timedelta(hours=5)


def test_an_edit_appears_at_its_time_and_changes_only_what_it_names() -> None:
    before, after = document("wire", 26.9), document("wire", 27)

    assert "Dozens of people were killed" in ET.tostring(before, encoding="unicode")
    assert "Dozens of people were killed" not in ET.tostring(after, encoding="unicode")
    assert "Scores of people were killed" in ET.tostring(after, encoding="unicode")
    assert "Ferry burns off Port Calder" in titles(after)


def test_an_edited_atom_entry_keeps_its_date_of_publication() -> None:
    entry = next(e for e in document("wire", 30).iter(f"{ATOM}entry") if e.findtext(f"{ATOM}id", "").endswith("ferry"))

    assert entry.findtext(f"{ATOM}published") == (START + timedelta(seconds=10)).isoformat()
    assert entry.findtext(f"{ATOM}updated") == (START + timedelta(seconds=27)).isoformat()


def test_an_undated_entry_has_no_date() -> None:
    entry = next(e for e in document("tageblatt", 0).iter(f"{ATOM}entry"))

    assert entry.findtext(f"{ATOM}title") == "Dutzende Tote nach Erdrutsch im Lindental"
    assert entry.findtext(f"{ATOM}published") is None
    assert entry.findtext(f"{ATOM}updated") is None


def test_plain_text_and_markup_are_both_escaped_once_for_xml() -> None:
    description = next(
        item.findtext("description", "")
        for item in document("herald", 60).iter("item")
        if "Skerry" in item.findtext("title", "")
    )

    assert "<script>alert('summary')</script>" in description


def test_hostile_characters_reach_the_reader_as_they_were_written() -> None:
    assert any("\u009b31m" in title for title in titles(document("wire", 60)))
    assert any("\u202e" in title for title in titles(document("sahafa", 60)))
    assert max(len(title) for title in titles(document("herald", 60))) > 3000


def test_a_faster_sample_keeps_real_dates() -> None:
    now = START + timedelta(seconds=6)
    root = parsed(render_feed(NEWS, NEWS.outlet("herald"), Timeline(START, speed=10), now))
    dates = [parsedate_to_datetime(element.text or "") for element in root.iter("pubDate")]

    assert len(dates) == len(NEWS.of("herald"))
    assert max(dates) <= now
    assert min(dates) == START - timedelta(hours=5)


@pytest.mark.parametrize(
    ("outlet", "content_type"),
    [
        ("herald", "application/rss+xml; charset=utf-8"),
        ("wire", "application/atom+xml; charset=utf-8"),
        ("chenbao", "application/rdf+xml; charset=utf-8"),
    ],
)
async def test_the_content_type_names_the_format(
    server: DemoFeedServer, session: aiohttp.ClientSession, outlet: str, content_type: str
) -> None:
    async with session.get(f"{server.url}/feeds/{outlet}.xml") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == content_type


async def test_an_unchanged_feed_is_answered_with_304_and_a_changed_one_is_not(
    server: DemoFeedServer, session: aiohttp.ClientSession, clock: HandClock
) -> None:
    url = f"{server.url}/feeds/wire.xml"
    async with session.get(url) as first:
        seen = {"If-None-Match": first.headers["ETag"]}
    clock.move_to(8.9)
    async with session.get(url, headers=seen) as unchanged:
        body = await unchanged.read()
    clock.move_to(9)
    async with session.get(url, headers=seen) as changed:
        new = await changed.text()

    assert (unchanged.status, body) == (304, b"")
    assert changed.status == 200
    assert "Puppet theatre" in new


async def test_a_date_alone_also_gives_304(
    server: DemoFeedServer, session: aiohttp.ClientSession, clock: HandClock
) -> None:
    url = f"{server.url}/feeds/wire.xml"
    async with session.get(url) as first:
        seen = {"If-Modified-Since": first.headers["Last-Modified"]}
    async with session.get(url, headers=seen) as unchanged:
        assert unchanged.status == 304
    clock.move_to(9)
    async with session.get(url, headers=seen) as changed:
        assert changed.status == 200


@pytest.mark.parametrize("value", ["yesterday", "", format_datetime(START.replace(tzinfo=None))])
async def test_a_date_that_is_none_is_answered_in_full(
    server: DemoFeedServer, session: aiohttp.ClientSession, value: str
) -> None:
    async with session.get(f"{server.url}/feeds/wire.xml", headers={"If-Modified-Since": value}) as answer:
        assert answer.status == 200


async def test_an_unknown_outlet_is_not_found(server: DemoFeedServer, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{server.url}/feeds/nobody.xml") as answer:
        assert answer.status == 404


async def test_the_front_page_says_that_the_news_is_invented(
    server: DemoFeedServer, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{server.url}/") as answer:
        assert "invented" in await answer.text()


async def test_every_listed_feed_answers(server: DemoFeedServer, session: aiohttp.ClientSession) -> None:
    listed = server.feeds()
    for feed in listed:
        async with session.get(feed["url"]) as answer:
            assert answer.status == 200

    assert len(listed) == len(NEWS.outlets)
    assert {feed["publisher"] for feed in listed if feed["id"].startswith("herald")} == {"The Herald"}
