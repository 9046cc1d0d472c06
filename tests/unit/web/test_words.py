"""States and times in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.feed import Feed, FeedState, PollStatus
from monitor.core.ids import FeedId
from monitor.web.words import ago, feed_rows, shown_url
from tests.unit.web.support import NOW


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (44, "just now"),
        (50, "1 min ago"),
        (59 * 60, "59 min ago"),
        (3 * 3600, "3 h ago"),
        (40 * 3600, "2 d ago"),
        (-300, "in 5 min"),
    ],
)
def test_time_in_words(seconds: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize("status", [status for status in PollStatus if status.is_failure])
def test_every_failure_has_words(status: PollStatus) -> None:
    feed = Feed(id=FeedId("f"), url="https://f.example/")
    state = FeedState(last_poll_at=NOW, status=status, failures=1)

    (row,) = feed_rows([feed], {feed.id: state}, NOW)

    assert row.words.startswith("failing from the first poll on (1 poll): ")
    assert "unknown" not in row.words


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@herald.example:8080/rss?x=1", "https://herald.example:8080/rss?x=1"),
        ("https://herald.example/@name", "https://herald.example/@name"),
        ("http://[broken", "(unreadable address)"),
    ],
)
def test_addresses_are_shown_without_passwords(url: str, shown: str) -> None:
    assert shown_url(url) == shown
