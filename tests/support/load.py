"""A steady load: articles published over several feeds at a rate, each of which must become one alert."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from tests.support.feeds import FeedServer, Item, rss

RULE: dict[str, Any] = {
    "id": "load",
    "title": "An article of the load",
    "when": {"query": '"telephone call"', "actor": ["donald-trump", "vladimir-putin"]},
}
_WORDS = ["harbour", "ministry", "bridge", "grain", "winter", "council", "border", "station", "market", "river"]


class Load:
    """Publishes `total` articles at `rate` a second in a thread of its own. A context manager.

    Attributes:
        rate: May be changed while it publishes.
        published: URL to `time.time()` when it stood in the feed.
    """

    def __init__(
        self, server: FeedServer, *, rate: float, total: int | None, feeds: int = 10, window: int = 100
    ) -> None:
        """Begin nothing yet.

        Args:
            total: None goes on until `stop`.
            window: Entries a feed document holds, newest first.
        """
        self._server = server
        self.rate = rate
        self._total = total
        self._window = window
        self._items: list[list[Item]] = [[] for _ in range(feeds)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.published: dict[str, float] = {}
        for number in range(feeds):
            self._put(number)

    def feeds(self) -> list[dict[str, Any]]:
        """The entries of a feeds file."""
        return [
            {"id": f"load-{number}", "url": self._server.url(f"/{number}.xml"), "publisher": f"paper-{number}.example"}
            for number in range(len(self._items))
        ]

    def stop(self) -> None:
        """Publish no more."""
        self._stop.set()
        self._thread.join()

    def wait(self) -> None:
        """Wait until all are published."""
        self._thread.join()

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        due = time.monotonic()
        number = 0
        while (self._total is None or number < self._total) and not self._stop.is_set():
            self._publish(number)
            number += 1
            due += 1 / self.rate
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _publish(self, number: int) -> None:
        feed = number % len(self._items)
        words = " ".join(_WORDS[(number // 10**place) % 10] for place in range(4))
        url = f"https://paper-{feed}.example/news/{number}"
        self._items[feed].append(
            Item(
                id=url,
                title=f"Report {number}: Trump spoke with Putin about the {words}",
                summary=f"In a telephone call on file as number {number}, Donald Trump and Vladimir Putin spoke of the "
                f"{words}, aides said. Neither side gave details. The talk lasted {number % 50 + 5} minutes.",
                link=url,
                published_at=datetime.now(UTC),
            )
        )
        self._put(feed)
        self.published[url] = time.time()

    def _put(self, feed: int) -> None:
        self._server.put(f"/{feed}.xml", rss(f"paper-{feed}.example", self._items[feed][-self._window :]))
