"""Facts from a feed to an alert: the real service in its own process finds what rules ask for in plain news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.feeds import FeedServer, Item, rss
from tests.support.service import Service
from tests.support.tocsin_process import wait_until

pytestmark = pytest.mark.e2e

MANY_KILLED = {"id": "many-killed", "when": {"casualties": {"role": ["killed", "combined"], "at_least": 10}}}
LEADERS_SPEAK = {
    "id": "leaders-speak",
    "when": {"leader_call": {"between": ["president@united-states", "vladimir-putin"], "mode": "phone"}},
}
CRASH = ("Bus falls into river", "At least 41 people were killed and 12 injured, the health ministry said.")
MATCH = ("Rovers win at last", "Two late goals silenced the 41,000 fans of City.")
CALL = (
    "Trump and Putin discuss grain",
    "Donald Trump and Vladimir Putin spoke by phone on Thursday, the Kremlin said.",
)
SUMMARIES = {
    "casualties": "at least 41 killed; according to the health ministry (1 voice)",
    "leader_call": "Donald Trump – Vladimir Putin, by phone, happened ",
}
MEETING = ("Trump and Putin meet", "Donald Trump and Vladimir Putin met in Geneva; phones had to stay outside.")


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        yield made


@pytest.mark.parametrize(
    ("rule", "told", "other"),
    [
        pytest.param(MANY_KILLED, CRASH, MATCH, id="casualties"),
        pytest.param(LEADERS_SPEAK, CALL, MEETING, id="leader_call"),
    ],
)
def test_a_fact_in_an_entry_becomes_an_alert_that_stands_on_it(
    server: FeedServer, tmp_path: Path, rule: dict[str, Any], told: tuple[str, str], other: tuple[str, str]
) -> None:
    server.put("/herald.xml", rss("Herald", []))
    feeds = [{"id": "herald", "url": server.url("/herald.xml")}]
    with Service(tmp_path, feeds=feeds, rules=[rule]) as service:
        service.start()
        server.put("/herald.xml", rss("Herald", [_item(1, *other), _item(2, *told)]))
        wait_until(lambda: bool(_alerts(service)), seconds=20, what="the alert")
        (alert,) = _alerts(service)

    assert (alert["subject"], alert["data"]["headline"]) == (rule["id"], told[0])
    (kind,) = rule["when"]
    (evidence,) = alert["data"]["evidence"]
    assert evidence["condition"].startswith(f"{kind}: ")
    assert evidence["text"] in told[1]
    assert alert["data"]["summary"].startswith(SUMMARIES[kind])
    assert alert["data"]["facts"][0]["type"] == kind


def _item(number: int, title: str, summary: str) -> Item:
    url = f"https://herald.example/{number}"
    return Item(url, title, summary, url, datetime.now(UTC) - timedelta(minutes=5))


def _alerts(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get_json("/api/alerts/latest?limit=100")["alerts"]
    return found
