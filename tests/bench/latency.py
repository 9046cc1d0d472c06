"""Publish-to-alert latency beyond the poll, and memory: 1,000 articles at 20 a second through the real service.

    python -m tests.bench.latency [--articles 1000] [--rate 20]

Beyond the poll: from the arrival of the feed document that first held the article (`first_seen_at`) to the line that
`tocsin subscribe` printed. Memory: proportional set size (PSS) of the daemon and its workers, after the load.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.support.feeds import FeedServer
from tests.support.load import RULE, Load
from tests.support.memory import tree_pss_bytes
from tests.support.service import Service, Subscriber
from tests.support.tocsin_process import wait_until


def main() -> int:
    """Run it and print the figures; 1 when an article did not become exactly one alert."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, FeedServer() as server:
        load = Load(server, rate=chosen.rate, total=chosen.articles)
        with Service(Path(folder), feeds=load.feeds(), rules=[RULE]) as service:
            service.start()
            with Subscriber(service.url) as subscriber, load:
                load.wait()
                wait_until(
                    lambda: len(subscriber.received) >= chosen.articles,
                    seconds=60,
                    what=f"all alerts ({len(subscriber.received)})",
                )
                assert service.process is not None
                memory = tree_pss_bytes(service.process.pid)
                received = list(subscriber.received)
            code, seconds = service.stop()
    urls = [alert["data"]["story"]["articles"][0]["url"] for _, alert in received]
    beyond = sorted(
        at - datetime.fromisoformat(alert["data"]["story"]["first_seen_at"]).timestamp() for at, alert in received
    )
    whole = sorted(at - load.published[url] for (at, _), url in zip(received, urls, strict=True))
    print(f"articles {chosen.articles} at {chosen.rate:g}/s, alerts {len(received)}, distinct {len(set(urls))}")
    print(
        f"beyond the poll: p50 {_at(beyond, 0.5):.0f} ms, p99 {_at(beyond, 0.99):.0f} ms, max {_at(beyond, 1):.0f} ms"
    )
    print(f"with the poll (interval 500 ms): p50 {_at(whole, 0.5):.0f} ms, p99 {_at(whole, 0.99):.0f} ms")
    print(f"memory after it (PSS, daemon and workers): {memory / 2**20:.0f} MiB")
    print(f"SIGTERM to exit: {seconds:.2f} s, code {code}")
    return 0 if len(received) == len(set(urls)) == chosen.articles else 1


def _at(values: list[float], share: float) -> float:
    """Milliseconds at a share of the sorted seconds."""
    return values[min(len(values) - 1, int(share * len(values)))] * 1000


if __name__ == "__main__":
    sys.exit(main())
