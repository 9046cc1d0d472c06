"""`kill -9` of the daemon at random instants under load: is an article lost, a revision missing or doubled?

    python -m tests.bench.kill9 [--kills 200] [--rate 20] [--seed 1]

Each start lives for a random time (start-up included), then is killed. `tocsin subscribe` follows through all of it.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from monitor.core.canary import is_canary
from monitor.core.codec import decode_article
from monitor.core.record import Topic
from monitor.storage.sqlite import open_reader
from tests.support.feeds import FeedServer
from tests.support.load import RULE, Load
from tests.support.service import Service, Subscriber
from tests.support.tocsin_process import wait_until

SHORTEST_LIFE_SECONDS, LONGEST_LIFE_SECONDS = 0.2, 5.0


def main() -> int:
    """Run it and print the figures; 1 when anything was lost, missing or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as name, FeedServer() as server:
        folder = Path(name)
        # The window is wide: on a slow machine a feed may go unpolled over many short lives, and what rolls off a feed
        # meanwhile is a gap and no loss of ours.
        load = Load(server, rate=chosen.rate, total=None, window=300)
        with Service(folder, feeds=load.feeds(), rules=[RULE]) as service, Subscriber(service.url) as subscriber:
            with load:
                for number in range(chosen.kills):
                    service.start(wait=False)
                    time.sleep(chance.uniform(SHORTEST_LIFE_SECONDS, LONGEST_LIFE_SECONDS))
                    service.kill()
                    if (number + 1) % 20 == 0:
                        print(f"killed {number + 1} times, {len(load.published)} published", file=sys.stderr)
                service.start()
            # The load has stopped here; what is left is to arrive.
            with contextlib.suppress(TimeoutError):  # the report says what is missing
                wait_until(lambda: _opened(subscriber).keys() >= load.published.keys(), seconds=120, what="every alert")
            time.sleep(2)  # a doubled revision would come late
            service.stop()
            return _report(service, subscriber, load, chosen.kills)


def _opened(subscriber: Subscriber) -> Counter[str]:
    return Counter(
        alert["data"]["story"]["articles"][0]["url"]
        for _, alert in list(subscriber.received)
        if alert["data"]["change"]["kind"] == "opened"
    )


def _report(service: Service, subscriber: Subscriber, load: Load, kills: int) -> int:
    revisions = Counter(subscriber.revisions())
    opened = _opened(subscriber)
    with open_reader(service.folder / "tocsin.db") as reader:
        history = reader.history.latest(10**9)
        dead = reader.log.bounds(Topic.DEADLETTERS, 0)[1]
        appended = Counter(
            decode_article(record.value, str(record.position)).url
            for partition in range(reader.log.partitions(Topic.ARTICLES))
            for record in reader.log.read(Topic.ARTICLES, partition, 0, 10**9)
            if not is_canary(record.key)
        )
    figures = {
        "kills": kills,
        "articles published": len(load.published),
        "articles lost (not on the log)": len(load.published.keys() - appended.keys()),
        "articles appended a second time (recognised later)": sum(count - 1 for count in appended.values()),
        "articles put aside as dead letters": dead,
        "alerts missing": len(load.published.keys() - opened.keys()),
        "alerts doubled": sum(count - 1 for count in opened.values()),
        "revisions received": revisions.total(),
        "revisions doubled": sum(count - 1 for count in revisions.values()),
        "revisions in the history and not received": len(
            {(alert.data.alert_id, alert.data.revision) for alert in history} - revisions.keys()
        ),
        "holes in the chain of stream ids": _holes([alert for _, alert in subscriber.received]),
    }
    for name, value in figures.items():
        print(f"{name}: {value}")
    bad = ("lost", "missing", "doubled", "not received", "holes")
    return 1 if any(value for name, value in figures.items() if any(word in name for word in bad)) else 0


def _holes(alerts: list[dict[str, Any]]) -> int:
    return sum(later["previous"] != earlier["streamid"] for earlier, later in itertools.pairwise(alerts))


if __name__ == "__main__":
    sys.exit(main())
