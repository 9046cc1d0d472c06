"""`tocsin feeds`: against a server on loopback and a store of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from monitor.core.clock import utc_now
from monitor.core.feed import FeedChange, FeedState, PollStatus
from monitor.core.ids import FeedId
from monitor.storage.sqlite import open_embedded
from tests.support.feeds import FeedServer, Item, rss
from tests.unit.cli.support import call, written


@pytest.fixture
def server() -> Iterator[FeedServer]:
    item = Item("1", "Old bridge closed", "For repairs.", "https://harbour.example/1", datetime(2031, 5, 4, tzinfo=UTC))
    with FeedServer() as serving:
        serving.put("/good.xml", rss("Harbour Post", [item]))
        serving.put("/page.html", b"<html><body>no feed</body></html>", "text/html")
        yield serving


def feeds_file(server: FeedServer, *paths: str) -> str:
    return "feeds:\n" + "".join(f"  - {{id: {path[1:-4]}, url: '{server.url(path)}'}} # ours\n" for path in paths)


def test_a_feed_that_answers_is_fine(capsys: pytest.CaptureFixture[str], tmp_path: Path, server: FeedServer) -> None:
    config = written(tmp_path, feeds=feeds_file(server, "/good.xml"))

    ended = call(capsys, "feeds", "check", "--config", config)

    assert ended.code == 0
    assert "1 of 1 feeds answer as they should" in ended.out


def test_dead_feeds_are_named_and_disabled_only_when_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: FeedServer
) -> None:
    text = feeds_file(server, "/good.xml", "/gone.xml")
    config = written(tmp_path, feeds=text)

    looked = call(capsys, "feeds", "check", "--json", "--config", config)
    after_looking = (tmp_path / "feeds.yaml").read_text(encoding="utf-8")
    disabled = call(capsys, "feeds", "check", "--disable-dead", "--config", config)
    after_disabling = (tmp_path / "feeds.yaml").read_text(encoding="utf-8")

    assert (looked.code, disabled.code) == (1, 1)
    found = [(check["feed_id"], check["status"], check["entries"]) for check in json.loads(looked.out)]
    assert found == [("good", "ok", 1), ("gone", "http_status", 0)]
    assert after_looking == text
    assert [feed.get("enabled") for feed in yaml.safe_load(after_disabling)["feeds"]] == [None, False]
    assert after_disabling.count("# ours") == 2


def test_when_no_feed_answers_none_is_disabled(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: FeedServer
) -> None:
    text = feeds_file(server, "/gone.xml", "/away.xml")
    config = written(tmp_path, feeds=text)

    ended = call(capsys, "feeds", "check", "--disable-dead", "--config", config)

    assert ended.code == 1
    assert "is the network down? Nothing is disabled." in ended.err
    assert (tmp_path / "feeds.yaml").read_text(encoding="utf-8") == text


def test_the_list_shows_how_the_last_polls_went(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: FeedServer
) -> None:
    config = written(tmp_path, feeds=feeds_file(server, "/good.xml", "/gone.xml"))
    before = call(capsys, "feeds", "list", "--config", config)
    state = FeedState(
        last_poll_at=utc_now(), status=PollStatus.HTTP_STATUS, detail="the server answered 404", failures=3
    )
    with open_embedded(tmp_path / "tocsin.db", prefix="tocsin", article_partitions=1, clock=utc_now) as store:
        lease = store.leases.acquire("poll", "test", seconds=60, now=utc_now())
        assert lease is not None
        store.feed_states.save(FeedChange(feed_id=FeedId("gone"), state=state), lease)

    after = call(capsys, "feeds", "list", "--config", config)
    for_programs = call(capsys, "feeds", "list", "--json", "--config", config)

    assert before.out.count("never polled") == 2
    assert "failing from the first poll on (3 polls): it answers with an error" in after.out
    # The example in --help selects by this path.
    assert [row["id"] for row in json.loads(for_programs.out) if row["state"] and row["state"]["failures"] > 0] == [
        "gone"
    ]


def test_a_store_that_is_none_leaves_the_list_without_states(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: FeedServer
) -> None:
    config = written(tmp_path, feeds=feeds_file(server, "/good.xml"))
    (tmp_path / "tocsin.db").write_bytes(b"no database" * 200)

    ended = call(capsys, "feeds", "list", "--config", config)

    assert ended.code == 0
    assert "never polled" in ended.out
    assert "states are not shown" in ended.err
