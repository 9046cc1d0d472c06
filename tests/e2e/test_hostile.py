"""Hostile feeds and callers against the real service: everything is bounded, escaped and counted, and it goes on."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.feeds import FeedServer, Item, rss
from tests.support.service import Service, Subscriber
from tests.support.tocsin_process import wait_until

pytestmark = pytest.mark.e2e

TRUCE = {"id": "truce", "title": "Truce <b>", "when": {"query": "truce"}}
MAX_ALERT_BYTES = 20_000
MAX_PAGE_BYTES = 200_000

# Each must become an alert: hostile parts are taken out or shown as text, and hide no news.
ENTRIES = {
    "script": ("A truce &lt;script&gt;alert(1)&lt;/script&gt;", "<![CDATA[A truce <script>alert(2)</script>]]>"),
    "attribute": ("A truce &quot; onmouseover=alert(3) &lt;img src=x onerror=alert(4)&gt;", "x"),
    "controls": ("A truce &#27;[2J&#x9b;2J&#0; \u202e\u2066 &#55357; now", "line\r\n\r\ndata: forged\n\nid: 9-9"),
    "long title": ("A truce " + "x" * 900_000, "x"),
    "long text": ("A truce in a very long text", "A truce held. " * 150_000),
    "authors": ("A truce of many", "x</description>" + "<author>a b</author>" * 20_000 + "<description>"),
    "deep": ("A truce in depth", "<![CDATA[" + "<b>" * 50_000 + "x]]>"),
    "templates": ("A truce {{7*7}} ${jndi:ldap://x} %s %(x)s", "x"),
}
LINKS = ['https://a.example/"onmouseover=alert(5)', "javascript:alert(6)", "https://b.example@c.example/\x1b[2J"]
HOSTILE_FEEDS = {
    "bomb": b'<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(24))
    + b"]><rss><channel><item><title>&y;</title></item></channel></rss>",
    "attributes": b"<rss><channel><item " + b"".join(b'a%d="" ' % n for n in range(50_000)) + b"/></channel></rss>",
    "slow": b"<rss><channel><item><title>x</title><description><![CDATA[" + b"<div>" * 200_000 + b"]]></description>",
    "garbage": bytes(range(256)) * 1_000,
    "endless": b"x" * 6_000_000,
}


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        yield made


def hostile_feed() -> bytes:
    date = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><title>{title}</title><description>{text}</description>"
        f"<link>{_escaped(LINKS[number % len(LINKS)] + str(number))}</link><pubDate>{date}</pubDate></item>"
        for number, (name, (title, text)) in enumerate(ENTRIES.items())
    )
    title = "&lt;script&gt;alert(7)&lt;/script&gt;\u202e"
    return f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\x1b", "&#27;")


def text_of(service: Service, path: str) -> str:
    with urllib.request.urlopen(service.url + path, timeout=10) as answer:  # noqa: S310 (our own address)
        return str(answer.read().decode())


def unsafe_in(text: str) -> set[str]:
    return {character for character in text if not character.isprintable() and character not in "\n\u200c\u200d"}


def tags_that_do_something(page: str) -> set[str]:
    """Tags of the page that a feed's text could have made, and links that lead to no web page."""
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: value or "" for name, value in attrs}
            is_ours = tag != "img" and (tag != "script" or given.get("src") == "/static/page.js")
            is_link = given.get("href", "/").startswith(("/", "https://a.example/", "https://c.example/"))
            if not (is_ours and is_link) or any(name.startswith("on") for name in given):
                found.add(self.get_starttag_text() or tag)

    Reader().feed(page)
    return found


def raw_request(service: Service, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(12)


def test_hostile_entries_become_alerts_that_steer_nothing(server: FeedServer, tmp_path: Path) -> None:
    server.put("/evil.xml", hostile_feed())
    feeds = [{"id": "evil", "url": server.url("/evil.xml")}]
    with Service(tmp_path, feeds=feeds, rules=[TRUCE]) as service:
        service.start()
        with Subscriber(service.url) as subscriber:
            wait_until(lambda: len(subscriber.received) == len(ENTRIES), seconds=30, what="an alert for each entry")
        alerts: list[dict[str, Any]] = service.get_json("/api/alerts?limit=1000")["alerts"]
        page = text_of(service, "/")
        log = service.log_path.read_text(encoding="utf-8")

        assert len(alerts) == len(ENTRIES)
        assert max(len(json.dumps(alert)) for alert in alerts) < MAX_ALERT_BYTES
        assert len(page) < MAX_PAGE_BYTES
        assert tags_that_do_something(page) == set()
        assert "A truce {{7*7}} ${jndi:ldap://x} %s %(x)s" in page
        assert unsafe_in(page) | unsafe_in(log) | unsafe_in(text_of(service, "/api/feeds")) == set()
        assert max(len(line) for line in log.splitlines()) < 3_000
        assert service.stop()[0] == 0


def test_documents_made_to_hurt_fail_by_reason_and_the_others_go_on(server: FeedServer, tmp_path: Path) -> None:
    for name, document in HOSTILE_FEEDS.items():
        server.put(f"/{name}.xml", document)
    server.put("/good.xml", rss("Herald", [Item("1", "A truce holds", "x", "https://h.example/1", datetime.now(UTC))]))
    feeds = [{"id": name, "url": server.url(f"/{name}.xml")} for name in (*HOSTILE_FEEDS, "good")]
    settings = {"poll": {"parse_deadline": "2s", "interval": "1m", "min_interval": "1m"}}
    with Service(tmp_path, feeds=feeds, rules=[TRUCE], settings=settings) as service:
        service.start()
        wait_until(lambda: "first polls done" in service.log_tail(200), seconds=60, what="a poll of each feed")
        wait_until(lambda: bool(service.get_json("/api/alerts")["alerts"]), seconds=20, what="the alert")
        status = {feed["id"]: feed["status"] for feed in service.get_json("/api/feeds")["feeds"]}

        assert status == {
            "bomb": "ok",  # the parser stops expanding, and reads the rest
            "attributes": "not_a_feed",
            "slow": "parse_timeout",
            "garbage": "not_a_feed",
            "endless": "too_big",
            "good": "ok",
        }
        assert service.stop()[0] == 0


HOST = b" HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /static/../../core/settings.py" + HOST + b"\r\n", 404),
        (b"GET /static/%2e%2e/%2e%2e/core/settings.py" + HOST + b"\r\n", 404),
        (b"GET /static//etc/passwd" + HOST + b"\r\n", 404),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET /api/alerts?after=" + b"9" * 4_000 + HOST + b"\r\n", 400),
        (b"GET /api/alerts?after=" + b"9" * 18 + b"-" + b"9" * 18 + HOST + b"\r\n", 200),
        (b"GET /api/alerts?limit=%EF%BC%91" + HOST + b"\r\n", 400),
        (b"GET /events" + HOST + b"Last-Event-ID: \xff\xfe\r\n\r\n", 400),
        (b"GET /api/why?url=https://[::1" + HOST + b"\r\n", 200),
        (b"POST /login" + HOST + b"Content-Length: 1000000\r\n\r\n" + b"x" * 1_000_000, 303),
        (b"GET / HTTP/1.1\r\n" + b"\xff\x00" * 100 + b"\r\n\r\n", 400),
    ],
    ids=[
        *("traversal", "escaped traversal", "absolute path", "strange host", "huge cursor", "last cursor"),
        *("digits of another script", "no stream id", "no host", "huge form", "garbage"),
    ],
)
def test_hostile_request_gets_an_answer_and_harms_nobody(
    one_service: Service, request_bytes: bytes, status: int
) -> None:
    assert raw_request(one_service, request_bytes) == b"HTTP/1.1 %d" % status
    assert one_service.is_ready()


@pytest.fixture(scope="module")
def one_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), feeds=[], rules=[TRUCE]) as service:
        service.start()
        yield service
