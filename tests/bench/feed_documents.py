"""Poll every feed document in a folder once through the real service: how did each end, and did anything crash?

python -m tests.bench.feed_documents FOLDER [--leave-out PART_OF_A_PATH]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.feeds import FeedServer
from tests.support.load import RULE
from tests.support.service import Service
from tests.support.tocsin_process import wait_until

NOT_FEEDS = {"manifest.json", "README.md"}  # what a collection says of itself


def main() -> int:
    """Run it and print how the polls ended; 1 when a worker or the service crashed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--leave-out", default="series/")
    chosen = parser.parse_args()
    documents = [
        path
        for path in sorted(chosen.folder.rglob("*"))
        if path.is_file() and chosen.leave_out not in str(path) and path.name not in NOT_FEEDS
    ]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, FeedServer() as server:
        feeds = []
        for number, path in enumerate(documents):
            kind = "application/json" if path.suffix == ".json" else "application/xml"
            server.put(f"/{number}", path.read_bytes(), kind)
            feeds.append({"id": f"d{number}", "url": server.url(f"/{number}"), "interval": "1d"})
        with Service(Path(name), feeds=feeds, rules=[RULE]) as service:
            service.start()
            wait_until(
                lambda: sum(server.polls.values()) >= len(documents), seconds=1800, what="a poll of every document"
            )
            wait_until(lambda: _unpolled(service) == 0, seconds=60, what="the state of every feed")
            states = service.get_json("/api/feeds")["feeds"]
            code, seconds = service.stop()
    statuses = Counter(state["status"] for state in states)
    entries = sum(state["entries"] for state in states)
    empty = sum(state["status"] == "ok" and state["entries"] == 0 for state in states)
    print(f"documents {len(documents)} in {time.monotonic() - began:.0f} s, entries {entries}")
    print(f"polls by status: {dict(statuses)}; ok without entries: {empty}")
    for detail, count in Counter(s["detail"] for s in states if s["status"] not in ("ok", "unchanged")).most_common(15):
        print(f"  {count:5} {detail}")
    print(f"service ended with {code} after {seconds:.2f} s")
    return 1 if statuses["parse_crash"] or code else 0


def _unpolled(service: Service) -> int:
    return sum(feed.get("status") is None for feed in service.get_json("/api/feeds")["feeds"])


if __name__ == "__main__":
    sys.exit(main())
