"""How the service ends when something is wrong: in time, with an exit code and a sentence for a person."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.core.record import Topic
from monitor.storage.sqlite.records import record_id
from tests.support.feeds import FeedServer, Item, rss
from tests.support.service import Service
from tests.support.tocsin_process import wait_until

pytestmark = pytest.mark.e2e

TRUCE = {"id": "truce", "when": {"query": "truce"}}

HANGING = """
import asyncio, time
from monitor.cli.daemon import end_process_in_time

async def main() -> None:
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)
    end_process_in_time()

asyncio.run(main())
"""


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        made.put("/herald.xml", rss("Herald", []))
        yield made


def test_record_of_a_newer_version_ends_the_service_with_a_sentence(server: FeedServer, tmp_path: Path) -> None:
    with Service(
        tmp_path,
        feeds=[{"id": "herald", "url": server.url("/herald.xml")}],
        rules=[TRUCE],
        settings={"poll": {"canary_every": "0s"}},  # the record must be the first one
    ) as service:
        service.start()
        service.stop()
        append_article(tmp_path / "tocsin.db", b'{"schema": 9, "id": "x"}')
        service.start(wait=False)
        assert service.process is not None
        code = service.process.wait(timeout=20)
        said = service.log_path.read_text(encoding="utf-8")

    assert code == 1
    assert said.splitlines()[-1].startswith("tocsin: cannot decode record: articles[0]@0: schema version 9")
    assert "Traceback" not in said


def test_receiver_that_never_answers_does_not_hold_up_the_end(server: FeedServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        subscriptions = {
            "subscriptions": [{"name": "desk", "rules": ["truce"], "channels": ["hook"]}],
            "channels": {
                "hook": {"webhook": f"http://127.0.0.1:{receiver.getsockname()[1]}/", "secret_env": "DESK_SECRET"}
            },
        }
        with Service(
            tmp_path,
            feeds=[{"id": "herald", "url": server.url("/herald.xml")}],
            rules=[TRUCE],
            subscriptions=subscriptions,
            environment={"DESK_SECRET": "a secret of the desk"},
        ) as service:
            service.start()
            wait_until(lambda: "subscription begins" in service.log_tail(200), seconds=10, what="the channel's start")
            url = "https://herald.example/1"
            server.put("/herald.xml", rss("Herald", [Item(url, "A truce holds", "", url, datetime.now(UTC))]))
            receiver.settimeout(20)
            connection, _ = receiver.accept()
            with connection:
                code, seconds = service.stop()

    assert code == 0
    assert seconds < 5


def test_thread_that_hangs_does_not_keep_the_process() -> None:
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 1
    assert time.monotonic() - began < 10


def append_article(path: Path, value: bytes) -> None:
    """Put a first record on the first partition of `articles`, as another version might have."""
    with sqlite3.connect(path) as db:
        row = (record_id(Topic.ARTICLES, 0, 0), int(time.time() * 1_000_000), "herald", value)
        db.execute("INSERT INTO log_records (id, appended_at, key, value) VALUES (?, ?, ?, ?)", row)
        db.execute("UPDATE log_partitions SET next_offset = 1 WHERE topic = 'articles' AND partition = 0")
    db.close()
