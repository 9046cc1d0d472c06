"""When a feed is polled next."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.feed import Feed, FeedState
from monitor.core.ids import FeedId
from monitor.core.settings import PollSettings
from monitor.feeds.schedule import AT_ONCE, START_WINDOW, Schedule, first_due_times, next_poll_at
from tests.unit.feeds.making import FEED, NOW

SETTINGS = PollSettings(
    interval=timedelta(minutes=5), min_interval=timedelta(minutes=1), max_backoff=timedelta(hours=6), jitter=0.1
)


def wait(
    *, interval: float | None = None, failures: int = 0, retry_after: float | None = None, jitter: float = 0.0
) -> timedelta:
    feed = msgspec.structs.replace(FEED, interval_seconds=interval)
    due = next_poll_at(NOW, feed, SETTINGS, failures=failures, retry_after_seconds=retry_after, jitter=jitter)
    return due - NOW


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (wait(), timedelta(minutes=5)),
        (wait(interval=120), timedelta(minutes=2)),
        (wait(interval=1), timedelta(minutes=1)),
        (wait(jitter=1.0), timedelta(minutes=5, seconds=30)),
        (wait(failures=1), timedelta(minutes=10)),
        (wait(failures=3), timedelta(minutes=40)),
        (wait(failures=50), timedelta(hours=6)),
        (wait(interval=12 * 3600, failures=3), timedelta(hours=12)),
        (wait(retry_after=3600), timedelta(hours=1)),
        (wait(retry_after=10), timedelta(minutes=5)),
        (wait(retry_after=88 * 3600), timedelta(hours=24)),
        (wait(failures=2, retry_after=60), timedelta(minutes=20)),
    ],
    ids=[
        "default",
        "the feed's own",
        "never under the minimum",
        "jitter",
        "first failure doubles",
        "third failure",
        "most",
        "back-off never shortens",
        "Retry-After lengthens",
        "Retry-After never shortens",
        "Retry-After is capped",
        "the longer of both",
    ],
)
def test_wait_is(found: timedelta, expected: timedelta) -> None:
    assert found == expected


@given(st.floats(0, 1e12), st.integers(0, 10_000), st.floats(0, 1e300), st.floats(0, 1))
def test_wait_is_never_under_the_minimum_and_bounded(
    interval: float, failures: int, retry_after: float, jitter: float
) -> None:
    found = wait(interval=min(interval, 1e7), failures=failures, retry_after=retry_after, jitter=jitter)

    assert SETTINGS.min_interval <= found <= 1.1 * max(timedelta(hours=24), timedelta(seconds=1e7))


def feeds(count: int) -> list[Feed]:
    return [Feed(id=FeedId(f"f{n:03}"), url=f"https://f{n}.example/") for n in range(count)]


def test_feeds_never_polled_are_spread_and_the_first_come_at_once() -> None:
    due = first_due_times(feeds(40), {}, SETTINGS, NOW)
    times = [due[feed.id] for feed in feeds(40)]

    assert times[:AT_ONCE] == [NOW] * AT_ONCE
    assert times == sorted(times)
    assert len(set(times[AT_ONCE:])) == 30
    assert times[-1] == NOW + START_WINDOW


def test_a_few_feeds_never_wait_for_the_whole_window() -> None:
    due = first_due_times(feeds(AT_ONCE + 2), {}, SETTINGS, NOW)

    assert max(due.values()) == NOW + timedelta(seconds=2)


def test_feeds_of_a_process_that_has_ended_are_due_when_they_would_have_been() -> None:
    moments = {feed.id: NOW - START_WINDOW + timedelta(seconds=1 + index % 29) for index, feed in enumerate(feeds(100))}
    states = {feed_id: FeedState(next_poll_at=moment) for feed_id, moment in moments.items()}

    assert first_due_times(feeds(100), states, SETTINGS, NOW) == moments


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (NOW + timedelta(minutes=3), NOW + timedelta(minutes=3)),
        (NOW - timedelta(hours=3), NOW),
        (None, NOW),
        (NOW + timedelta(days=400), NOW),
    ],
    ids=["still to come", "overdue", "never", "a clock that stepped back"],
)
def test_saved_due_time_holds_over_a_restart(saved: datetime | None, expected: datetime) -> None:
    due = first_due_times([FEED], {FEED.id: FeedState(next_poll_at=saved)}, SETTINGS, NOW)

    assert due == {FEED.id: expected}


A, B, C = FeedId("a"), FeedId("b"), FeedId("c")


def test_schedule_gives_what_is_due_in_order_and_once() -> None:
    schedule = Schedule()
    for feed_id, seconds in ((B, 2), (A, 1), (C, 9)):
        schedule.add(feed_id, NOW + timedelta(seconds=seconds))

    assert schedule.next_due() == NOW + timedelta(seconds=1)
    assert schedule.due(NOW, limit=9) == []
    assert schedule.due(NOW + timedelta(seconds=5), limit=1) == [A]
    assert schedule.due(NOW + timedelta(seconds=5), limit=9) == [B]
    assert (len(schedule), C in schedule) == (1, True)


def test_feed_moved_or_removed_is_due_at_its_new_time_or_never() -> None:
    schedule = Schedule()
    for seconds in (1, 5, 3):
        schedule.add(A, NOW + timedelta(seconds=seconds))
    schedule.add(B, NOW)
    schedule.remove(B)
    schedule.remove(C)

    assert schedule.due(NOW + timedelta(seconds=2), limit=9) == []
    assert schedule.due(NOW + timedelta(seconds=3), limit=9) == [A]
    assert schedule.next_due() is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.booleans()), max_size=400))
def test_schedule_behaves_as_a_dictionary_of_times(steps: list[tuple[str, int, bool]]) -> None:
    schedule = Schedule()
    model: dict[FeedId, datetime] = {}
    for name, seconds, is_add in steps:
        feed_id = FeedId(name)
        if is_add:
            schedule.add(feed_id, NOW + timedelta(seconds=seconds))
            model[feed_id] = NOW + timedelta(seconds=seconds)
        else:
            schedule.remove(feed_id)
            model.pop(feed_id, None)

    assert schedule.next_due() == min(model.values(), default=None)
    assert set(schedule.due(NOW + timedelta(seconds=4), limit=9)) == {
        feed_id for feed_id, due_at in model.items() if due_at <= NOW + timedelta(seconds=4)
    }


def test_wait_saved_before_the_clock_was_set_back_is_as_long_as_it_was() -> None:
    ahead = NOW + timedelta(hours=3)
    state = FeedState(url=FEED.url, last_poll_at=ahead, next_poll_at=ahead + timedelta(minutes=5))

    assert first_due_times([FEED], {FEED.id: state}, SETTINGS, NOW) == {FEED.id: NOW + timedelta(minutes=5)}


def test_wait_earned_at_another_address_does_not_count() -> None:
    state = FeedState(url="https://old.example/rss", last_poll_at=NOW, next_poll_at=NOW + timedelta(hours=6))

    assert first_due_times([FEED], {FEED.id: state}, SETTINGS, NOW) == {FEED.id: NOW}


def test_schedule_that_is_shifted_keeps_its_order_and_distances() -> None:
    schedule = Schedule()
    schedule.add(FeedId("b"), NOW + timedelta(hours=2))
    schedule.add(FeedId("a"), NOW + timedelta(hours=1))
    schedule.shift(-timedelta(hours=1))

    assert schedule.due(NOW, limit=9) == ["a"]
    assert schedule.next_due() == NOW + timedelta(hours=1)
