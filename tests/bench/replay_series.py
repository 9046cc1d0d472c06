"""Replay successive real versions of one feed over loopback: is every entry and edit taken once?

    python -m tests.bench.replay_series FOLDER [--rules FILE_OR_FOLDER]

FOLDER holds the versions as XML files whose names sort by time. What should come out is worked out here on its own,
with ElementTree: an entry (by guid) is new when first seen, an edit when its title or text differ from last time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import yaml

from monitor.core.codec import decode_article
from monitor.core.record import Topic
from monitor.storage.sqlite import open_reader
from tests.support.feeds import FeedServer
from tests.support.service import Service
from tests.support.tocsin_process import wait_until

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def main() -> int:
    """Run it and print the figures; 1 when an entry or an edit was lost or came twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rules", type=Path, required=True)
    chosen = parser.parse_args()
    versions = sorted(chosen.folder.glob("*.xml"))
    expected = expected_versions(versions)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, FeedServer() as server:
        server.put("/feed.xml", versions[0].read_bytes())
        rules = yaml.safe_load(chosen.rules.read_text(encoding="utf-8"))
        feeds = [{"id": "series", "url": server.url("/feed.xml")}]
        with Service(
            Path(name), feeds=feeds, rules=rules["rules"], settings={"poll": {"jitter": 0, "canary_every": "0s"}}
        ) as service:
            if "terms" in rules:
                service.write("rules.yaml", rules)
            service.start()
            for version in versions:
                _serve_until_polled(server, version)
            time.sleep(3)
            alerts = service.get_json("/api/alerts/latest?limit=1000")["alerts"]
            past = service.get_json("/api/past-matches")
            service.stop()
        got: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        with open_reader(Path(name) / "tocsin.db") as reader:
            for partition in range(reader.log.partitions(Topic.ARTICLES)):
                for record in reader.log.read(Topic.ARTICLES, partition, 0, 10**9):
                    article = decode_article(record.value, str(record.position))
                    got[article.url].append((article.revision, article.title))
    lost = [url for url in expected if url not in got]
    strange = [url for url in got if url not in expected]
    wrong = {url: (expected[url], len(got[url])) for url in expected if url in got and len(got[url]) != expected[url]}
    print(f"documents {len(versions)}, entries {len(expected)}, edits {sum(expected.values()) - len(expected)}")
    print(f"articles {sum(map(len, got.values()))}: entries {len(got)}, lost {len(lost)}, unknown {len(strange)}")
    print(f"entries with another number of versions than expected: {len(wrong)} {dict(list(wrong.items())[:5])}")
    print(f"alerts by rule: {dict(Counter((a['subject'], a['data']['change']['kind']) for a in alerts))}")
    print(f"past matches: {past['count']}")
    print(f"seconds: {time.monotonic() - began:.0f}")
    return 1 if lost or strange or wrong else 0


def _serve_until_polled(server: FeedServer, version: Path) -> None:
    tag = server.put("/feed.xml", version.read_bytes())
    wait_until(lambda: server.was_polled("/feed.xml", tag), seconds=30, what=f"a poll of {version.name}")


def expected_versions(documents: Sequence[Path]) -> dict[str, int]:
    """How many versions each entry (by link) should have, over all documents in order."""
    last: dict[str, tuple[str, ...]] = {}
    versions: Counter[str] = Counter()
    for document in documents:
        for item in ElementTree.parse(document).iter("item"):  # noqa: S314 (files of the user's own choice)
            guid = item.findtext("guid") or item.findtext("link") or ""
            text = tuple(" ".join((item.findtext(tag) or "").split()) for tag in ("title", "description", _CONTENT))
            if last.get(guid) != text:
                last[guid] = text
                versions[(item.findtext("link") or "").strip()] += 1
    return dict(versions)


if __name__ == "__main__":
    sys.exit(main())
