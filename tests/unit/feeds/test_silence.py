"""Which feeds count as silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.feed import FeedState
from monitor.core.ids import FeedId
from monitor.feeds.silence import SilenceWatch, is_silent
from tests.unit.feeds.making import NOW

DAY = timedelta(hours=24)
HERALD, MILL = FeedId("herald"), FeedId("mill")

ages = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60))


@pytest.mark.parametrize(
    ("success_hours", "news_hours", "expected"),
    [
        pytest.param(0, 1, False, id="answers and brings news"),
        pytest.param(23, 23, False, id="not long enough"),
        pytest.param(24, 24, True, id="just long enough"),
        pytest.param(30, 30, True, id="fails"),
        pytest.param(0, 30, True, id="answers and brings nothing"),
    ],
)
def test_silence(success_hours: float, news_hours: float, *, expected: bool) -> None:
    success_at, news_at = NOW - timedelta(hours=success_hours), NOW - timedelta(hours=news_hours)

    assert is_silent(success_at, news_at, silent_after=DAY, now=NOW) is expected


@given(ages, ages, ages)
def test_a_silent_feed_stays_so_until_something_comes(success: timedelta, news: timedelta, later: timedelta) -> None:
    before = is_silent(NOW - success, NOW - news, silent_after=DAY, now=NOW)

    assert is_silent(NOW - success, NOW - news, silent_after=DAY, now=NOW + later) >= before
    assert not is_silent(NOW + later, NOW + later, silent_after=DAY, now=NOW + later)


def test_feed_that_is_forgotten_counts_no_more() -> None:
    watch = SilenceWatch(DAY)
    old = FeedState(last_success_at=NOW - timedelta(days=3), last_new_at=NOW - timedelta(days=3))
    watch.note(HERALD, old, NOW)
    watch.note(MILL, old, NOW)
    before = watch.count(NOW)
    watch.forget(MILL)
    watch.forget(MILL)

    assert (before, watch.count(NOW)) == (2, 1)


def test_news_ends_the_silence() -> None:
    watch = SilenceWatch(DAY)
    watch.note(HERALD, FeedState(last_success_at=NOW, last_new_at=NOW - timedelta(days=3)), NOW)
    before = watch.count(NOW)
    watch.note(HERALD, FeedState(last_success_at=NOW, last_new_at=NOW), NOW)

    assert (before, watch.count(NOW)) == (1, 0)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(FeedState(failures=3), id="never answered"),
        pytest.param(FeedState(last_success_at=NOW + DAY), id="answered and was always empty"),
    ],
)
def test_feed_that_never_brought_anything_is_silent_once_it_is_known_for_long(state: FeedState) -> None:
    watch = SilenceWatch(DAY)
    watch.note(HERALD, state, NOW)
    watch.note(HERALD, state, NOW + timedelta(hours=20))

    assert watch.count(NOW + timedelta(hours=23)) == 0
    assert watch.count(NOW + timedelta(hours=24)) == 1


def test_feed_that_nothing_is_known_of_is_not_silent() -> None:
    assert SilenceWatch(DAY).count(NOW) == 0
