from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.match import Match
from tests.unit.alerting.samples import OTHER_RULE, RULE, Desk, article, at, fired, gates, match

SENTENCES = ["It is closed.", "It is closed for a week.", "It opens again."]


@st.composite
def streams(draw: st.DrawFn) -> list[Match]:
    """Versions of a few articles by a few publishers, some of them copies, in nearly sorted order."""
    steps = draw(st.lists(st.tuples(*[st.integers(0, 99)] * 5), min_size=1, max_size=25))
    stream = []
    minutes = 0.0
    for number, (name, gap, kind, words, jitter) in enumerate(steps):
        minutes += gap % 20
        publisher = f"Publisher {name % 4}"
        rules = [fired(RULE if kind % 3 else OTHER_RULE, SENTENCES[words % 3], withdrawn=kind % 5 == 0)]
        if kind % 4 == 0:
            rules.append(fired(OTHER_RULE if kind % 3 else RULE, SENTENCES[kind % 3]))
        version = article(
            f"a{name % 8}",
            minutes=minutes - (jitter % 3) + number / 1000,
            publisher=publisher,
            words=f"Words {words % 6}",
            page=f"https://pages.example/{name % 3}" if name % 2 else None,
            backfill=kind % 9 == 0,
        )
        stream.append(match(version, *rules))
    return stream


def run(stream: list[Match]) -> Desk:
    desk = Desk()
    desk.sees(*stream)
    desk.waits(at(10_000))
    return desk


def identity(alert: Alert) -> tuple[str, int]:
    return alert.data.alert_id, alert.data.revision


@settings(max_examples=60, deadline=None)
@given(streams())
def test_two_runs_agree_byte_for_byte(stream: list[Match]) -> None:
    first, second = run(stream), run(stream)

    assert [encode(alert) for alert in first.alerts] == [encode(alert) for alert in second.alerts]
    assert first.state == second.state


@settings(max_examples=60, deadline=None)
@given(streams())
def test_saving_and_loading_after_each_record_changes_nothing(stream: list[Match]) -> None:
    restarted = Desk()
    for each in stream:
        restarted.sees(each)
        restarted.load()
    restarted.waits(at(10_000))

    assert [encode(alert) for alert in restarted.alerts] == [encode(alert) for alert in run(stream).alerts]


@settings(max_examples=100, deadline=None)
@given(streams(), st.integers(0, 24))
def test_replaying_the_latest_matches_over_the_saved_state_adds_no_revision(stream: list[Match], back: int) -> None:
    desk = Desk()
    desk.sees(*stream)
    desk.load()
    # An upstream that repeats its last batch repeats each article's versions in their order.
    suffix = stream[back % len(stream) :]

    assert desk.sees(*suffix) == []


@settings(max_examples=100, deadline=None)
@given(streams())
def test_each_alert_opens_first_counts_by_one_and_is_silent_after_its_close(stream: list[Match]) -> None:
    by_alert: dict[str, list[Alert]] = defaultdict(list)
    for alert in run(stream).alerts:
        by_alert[alert.data.alert_id].append(alert)

    for revisions in by_alert.values():
        assert [alert.data.revision for alert in revisions] == list(range(1, len(revisions) + 1))
        kinds = [alert.data.change.kind for alert in revisions]
        assert kinds[0] == "opened"
        assert kinds.count("opened") == 1
        assert kinds.index("closed") == len(kinds) - 1
        times = [alert.time for alert in revisions]
        assert times == sorted(times)


@settings(max_examples=100, deadline=None)
@given(streams(), st.integers(0, 40))
def test_the_throttle_never_passes_more_than_one_update_in_its_window(stream: list[Match], minutes: int) -> None:
    throttle = timedelta(minutes=minutes)
    desk = Desk(gates(throttle=throttle))
    desk.sees(*stream)
    desk.waits(at(10_000))

    last: dict[str, datetime] = {}
    for alert in desk.alerts:
        if alert.data.change.kind in ("opened", "updated"):
            before = last.get(alert.data.alert_id)
            assert before is None or alert.time - before >= throttle
            last[alert.data.alert_id] = alert.time


@settings(max_examples=100, deadline=None)
@given(streams())
def test_every_revision_shows_what_supports_it(stream: list[Match]) -> None:
    for alert in run(stream).alerts:
        data = alert.data
        shown = {each.id for each in data.story.articles}
        assert set(data.change.articles) <= shown
        assert data.story.voices <= len({each.publisher for each in data.story.articles})
        assert (data.confidence == "corroborated") == (data.story.voices > 1)
        assert bool(data.evidence) == (data.story.voices > 0)


@pytest.mark.parametrize(
    "reason", ["first_report", "new_voice", "evidence_changed", "evidence_gone", "withdrawn", "forgotten"]
)
def test_the_streams_of_these_properties_reach_every_reason(reason: str) -> None:
    def reaches(stream: list[Match]) -> bool:
        return any(alert.data.change.reason == reason for alert in run(stream).alerts)

    assert find(streams(), reaches, settings=settings(max_examples=2_000, phases=[Phase.generate], database=None))
