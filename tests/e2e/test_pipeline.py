"""A feed entry becomes an alert: the real service in its own process, over real HTTP, through crashes."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consumers.delivery.webhook import verify_signature
from tests.support.feeds import FeedServer, Item, rss
from tests.support.load import RULE, Load
from tests.support.service import Service, Subscriber
from tests.support.tocsin_process import TOCSIN, wait_until
from tests.support.webhook import SECRET, SECRET_VARIABLE, WebhookReceiver

pytestmark = pytest.mark.e2e

CEASEFIRE = {"id": "ceasefire", "title": "Ceasefire", "severity": "high", "when": {"query": "ceasefire OR truce"}}


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        yield made


def an_item(number: int, title: str, summary: str = "Nothing more is known.", *, hours_old: float = 0) -> Item:
    url = f"https://herald.example/{number}"
    return Item(url, title, summary, url, datetime.now(UTC) - timedelta(hours=hours_old))


def one_feed(server: FeedServer) -> list[dict[str, Any]]:
    return [{"id": "herald", "url": server.url("/herald.xml")}]


def kinds(service: Service) -> list[tuple[str, str]]:
    alerts = service.get_json("/api/alerts/latest?limit=100")["alerts"]
    return [(alert["data"]["headline"], alert["data"]["change"]["kind"]) for alert in alerts]


def test_an_entry_becomes_one_alert_and_its_correction_another_revision(server: FeedServer, tmp_path: Path) -> None:
    server.put("/herald.xml", rss("Herald", [an_item(1, "Grain prices fall")]))
    with Service(tmp_path, feeds=one_feed(server), rules=[CEASEFIRE]) as service:
        service.start()
        server.put("/herald.xml", rss("Herald", [an_item(1, "Grain prices fall"), an_item(2, "A truce holds")]))
        wait_until(lambda: len(kinds(service)) == 1, seconds=20, what="the alert")
        server.put("/herald.xml", rss("Herald", [an_item(2, "Fighting goes on")]))
        wait_until(lambda: len(kinds(service)) == 3, seconds=20, what="the correction")

        assert [kind for _, kind in kinds(service)] == ["opened", "corrected", "closed"]


def test_what_stood_there_before_is_shown_as_past_and_opens_no_alert(server: FeedServer, tmp_path: Path) -> None:
    server.put("/herald.xml", rss("Herald", [an_item(1, "An old truce", hours_old=5), an_item(2, "A new ceasefire")]))
    with Service(tmp_path, feeds=one_feed(server), rules=[CEASEFIRE]) as service:
        service.start()
        wait_until(lambda: bool(kinds(service)), seconds=20, what="the alert")
        wait_until(lambda: bool(service.get_json("/api/past-matches")["matches"]), seconds=20, what="the past match")
        past = service.get_json("/api/past-matches")["matches"]

        assert kinds(service) == [("A new ceasefire", "opened")]
        assert [match["article"]["title"] for match in past] == ["An old truce"]


def test_a_restart_neither_repeats_nor_forgets(server: FeedServer, tmp_path: Path) -> None:
    first, second = an_item(1, "A truce in the north"), an_item(2, "A truce in the south")
    server.put("/herald.xml", rss("Herald", [first]))
    with Service(tmp_path, feeds=one_feed(server), rules=[CEASEFIRE]) as service:
        service.start()
        wait_until(lambda: len(kinds(service)) == 1, seconds=20, what="the first alert")
        code, seconds = service.stop()
        server.put("/herald.xml", rss("Herald", [first, second]))
        service.start()
        wait_until(lambda: len(kinds(service)) == 2, seconds=20, what="the second alert")

        assert code == 0
        assert seconds < 5
        assert kinds(service) == [("A truce in the north", "opened"), ("A truce in the south", "opened")]


def test_kill_9_under_load_loses_nothing_and_doubles_nothing(server: FeedServer, tmp_path: Path) -> None:
    chance = random.Random(7)
    load = Load(server, rate=20, total=None, feeds=4)
    with Service(tmp_path, feeds=load.feeds(), rules=[RULE]) as service, Subscriber(service.url) as subscriber:
        with load:
            for _ in range(6):
                service.start(wait=False)
                time.sleep(chance.uniform(1.0, 3.5))
                service.kill()
            service.start()
        wait_until(
            lambda: len({url_of(alert) for _, alert in subscriber.received}) >= len(load.published),
            seconds=60,
            what="an alert for every article",
        )

    assert Counter(subscriber.revisions()).most_common(1)[0][1] == 1
    assert sorted(url_of(alert) for _, alert in subscriber.received) == sorted(load.published)


def test_a_webhook_gets_each_alert_signed(server: FeedServer, tmp_path: Path) -> None:
    server.put("/herald.xml", rss("Herald", []))
    with (
        WebhookReceiver(refuse=1) as receiver,
        Service(
            tmp_path,
            feeds=one_feed(server),
            rules=[CEASEFIRE],
            subscriptions=receiver.subscriptions("cease*"),
            settings={"deliver": {"first_retry": "200ms"}},
            environment={SECRET_VARIABLE: SECRET},
        ) as service,
    ):
        service.start()
        # A channel begins at the end of the history as it stands at its first start: wait until it has begun.
        wait_until(lambda: "subscription begins" in service.log_tail(200), seconds=10, what="the channel's start")
        server.put("/herald.xml", rss("Herald", [an_item(1, "A truce at last")]))
        wait_until(lambda: bool(receiver.received), seconds=30, what="the repeated webhook")
    (_, first_body), (headers, body) = receiver.attempts

    assert body == first_body
    assert json.loads(body)["data"]["headline"] == "A truce at last"
    assert headers["Idempotency-Key"] == json.loads(body)["id"]
    assert verify_signature(SECRET, headers, body, now=datetime.now(UTC))


def test_new_rules_are_taken_over_and_broken_ones_leave_the_last_good_ones(server: FeedServer, tmp_path: Path) -> None:
    server.put("/herald.xml", rss("Herald", []))
    with Service(tmp_path, feeds=one_feed(server), rules=[CEASEFIRE]) as service:
        service.start()
        assert service.process is not None
        service.write("rules.yaml", {"rules": [{"id": "broken", "wen": {"query": "x"}}]})
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reload refused" in service.log_tail(200), seconds=10, what="the refusal")
        server.put("/herald.xml", rss("Herald", [an_item(1, "A truce under the old rule")]))
        wait_until(lambda: len(kinds(service)) == 1, seconds=20, what="an alert of the old rule")
        harvest = {"id": "harvest", "title": "Harvest", "when": {"query": "harvest"}}
        service.write("rules.yaml", {"rules": [CEASEFIRE, harvest]})
        wait_until(lambda: '"reloaded"' in service.log_tail(200), seconds=20, what="the reload without a signal")
        server.put("/herald.xml", rss("Herald", [an_item(2, "A rich harvest")]))
        wait_until(lambda: len(kinds(service)) == 2, seconds=20, what="an alert of the new rule")

        assert "did you mean 'when'?" in service.log_path.read_text(encoding="utf-8")
        assert kinds(service)[1] == ("A rich harvest", "opened")


def test_a_second_daemon_on_the_same_file_refuses(server: FeedServer, tmp_path: Path) -> None:
    server.put("/herald.xml", rss("Herald", []))
    with Service(tmp_path, feeds=one_feed(server), rules=[CEASEFIRE], settings={"web": {"port": 0}}) as service:
        service.start(wait=False)
        wait_until(lambda: '"serving"' in service.log_tail(200), seconds=20, what="the first daemon")
        assert service.process is not None
        second = subprocess.run(
            [*TOCSIN, "run", "--config", str(service.config)], capture_output=True, text=True, timeout=30, check=False
        )

        assert second.returncode == 1
        assert f"in use by process {service.process.pid}" in second.stderr


def test_wrong_settings_end_with_all_problems_and_code_2(server: FeedServer, tmp_path: Path) -> None:
    with Service(
        tmp_path, feeds=[{"url": "ftp://x.example/"}], rules=[{"id": "r"}], settings={"web": {"prot": 1}}
    ) as service:
        ended = subprocess.run(
            [*TOCSIN, "run", "--config", str(service.config)], capture_output=True, text=True, timeout=30, check=False
        )
        service.config.write_text("rules: rules.yaml\n", encoding="utf-8")
        checked = subprocess.run(
            [*TOCSIN, "check", "--config", str(service.config)], capture_output=True, text=True, timeout=30, check=False
        )

    assert ended.returncode == 2
    assert "web.prot: unknown key (did you mean 'port'?)" in ended.stderr
    assert checked.returncode == 2
    assert "feeds.yaml:" in checked.stderr
    assert "rules.yaml:" in checked.stderr


def url_of(alert: dict[str, Any]) -> str:
    return str(alert["data"]["story"]["articles"][0]["url"])
