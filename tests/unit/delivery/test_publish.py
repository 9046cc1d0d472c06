"""The loop from the `alerts` topic into the history."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import pytest

from consumers.delivery.publish import PublishLoop, publish_latency_seconds
from monitor.core.alert import Alert, Latency
from monitor.core.canary import canary_alert, canary_article, canary_match
from monitor.core.codec import encode
from monitor.core.dead_letter import DeadLetter
from monitor.core.errors import (
    CommitRefusedError,
    NewerSchemaError,
    StateMissingError,
    StoreUnavailableError,
    TooManyDeadLettersError,
)
from monitor.core.metrics import Metrics
from monitor.core.ports import LogConsumer
from monitor.core.record import NewRecord, Topic
from monitor.core.retries import Backoff
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.sqlite import EmbeddedStore
from tests.unit.delivery.samples import NOW, an_alert

GROUP = "publish"
POLLS = 2  # one brings the partitions, the next their records


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


class CountedStop(threading.Event):
    """Set after so many looks at it, so that a loop ends without a second thread."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def is_set(self) -> bool:
        self._looks -= 1
        return self._looks < 0


class FlakyHistory:
    """A history whose first appends fail."""

    def __init__(self, store: EmbeddedStore, failures: int) -> None:
        self._history = store.history
        self._failures = failures
        self.appends = 0
        self.was_tried = threading.Event()

    def append(self, alerts: Sequence[Alert], *, now: datetime) -> list[Alert | None]:
        self.appends += 1
        self.was_tried.set()
        if self.appends <= self._failures:
            raise StoreUnavailableError("cannot write: disk is full")
        return self._history.append(alerts, now=now)

    def read(self, after: StreamId, *, limit: int) -> list[Alert]:
        return self._history.read(after, limit=limit)

    def restore(self, alerts: Sequence[tuple[datetime, Alert]]) -> list[Alert | None]:
        return self._history.restore(alerts)

    def begin_anew(self) -> None:
        self._history.begin_anew()

    def latest(self, limit: int) -> list[Alert]:
        return self._history.latest(limit)

    def bounds(self) -> tuple[StreamId, StreamId] | None:
        return self._history.bounds()

    def epoch(self) -> str:
        return self._history.epoch()

    def wait(self, after: StreamId, *, timeout_seconds: float) -> bool:
        return self._history.wait(after, timeout_seconds=timeout_seconds)

    def trim(self, before: datetime) -> int:
        return self._history.trim(before)


class RefusingLog:
    """A log whose consumers lose their partitions before they commit."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._log = store.log
        self.partitions = store.log.partitions
        self.append = store.log.append
        self.bounds = store.log.bounds
        self.read = store.log.read
        self.close = store.log.close

    def consumer(self, topic: Topic, group: str) -> LogConsumer:
        return RefusedConsumer(self._log.consumer(topic, group))


class RefusedConsumer:
    """A consumer that commits nothing."""

    def __init__(self, consumer: LogConsumer) -> None:
        self.poll = consumer.poll
        self.assigned = consumer.assigned
        self.pause = consumer.pause
        self.resume = consumer.resume
        self.seek = consumer.seek
        self.committed = consumer.committed
        self.lag = consumer.lag
        self.close = consumer.close

    def commit(self, offsets: Mapping[int, int]) -> None:
        raise CommitRefusedError(Topic.ALERTS, sorted(offsets))


def a_loop(store: EmbeddedStore, metrics: Metrics, history: FlakyHistory | None = None) -> PublishLoop:
    no_wait = Backoff(first_seconds=0, longest_seconds=0)
    return PublishLoop(store.log, history or store.history, metrics, lambda: NOW, GROUP, backoff=no_wait)


def put(store: EmbeddedStore, *values: bytes) -> None:
    store.log.append([NewRecord(Topic.ALERTS, "cable-cut", value) for value in values])


def published(store: EmbeddedStore) -> list[str]:
    return [alert.id for alert in store.history.read(BEGINNING, limit=1000)]


def committed(store: EmbeddedStore) -> set[int | None]:
    """The committed offsets of the group, over all partitions."""
    consumer = store.log.consumer(Topic.ALERTS, GROUP)
    offsets = {consumer.committed(partition) for partition in range(store.log.partitions(Topic.ALERTS))}
    consumer.close()
    return offsets - {None}


def dead_letters(store: EmbeddedStore) -> list[DeadLetter]:
    records = [
        record
        for partition in range(store.log.partitions(Topic.DEADLETTERS))
        for record in store.log.read(Topic.DEADLETTERS, partition, 0, 1000)
    ]
    return [msgspec.json.decode(record.value, type=DeadLetter) for record in records]


def alerts_total(metrics: Metrics, change: str) -> float | None:
    return metrics.registry.get_sample_value(
        "tocsin_alerts_total", {"rule": "cable-cut", "severity": "medium", "change": change}
    )


def test_alerts_are_published_counted_and_committed(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(an_alert()), encode(an_alert(revision=2, change="updated")), encode(an_alert("a2")))

    a_loop(store, metrics).run(CountedStop(POLLS))

    assert published(store) == ["a1-1", "a1-2", "a2-1"]
    assert alerts_total(metrics, "opened") == 2
    assert alerts_total(metrics, "updated") == 1
    assert committed(store) == {3}
    assert metrics.registry.get_sample_value("tocsin_consumer_lag_records", {"topic": "alerts"}) == 0
    assert metrics.registry.get_sample_value("tocsin_publish_latency_seconds_sum") == 6.0


def test_repeat_is_neither_published_nor_counted_again(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(an_alert()), encode(an_alert()))

    a_loop(store, metrics).run(CountedStop(POLLS))

    assert published(store) == ["a1-1"]
    assert alerts_total(metrics, "opened") == 1


def test_a_history_that_was_lost_under_way_stops_publishing_before_the_commit(
    store: EmbeddedStore, metrics: Metrics
) -> None:
    put(store, encode(an_alert()))

    class Losing(FlakyHistory):
        def append(self, alerts: Sequence[Alert], *, now: datetime) -> list[Alert | None]:
            if self.appends:
                self.begin_anew()
            else:
                put(store, encode(an_alert("a2")))
            return super().append(alerts, now=now)

    with pytest.raises(StateMissingError, match=r"alerts\[\d+\]: its state is missing .* run `tocsin recover`"):
        a_loop(store, metrics, Losing(store, failures=0)).run(CountedStop(POLLS + 2))

    assert committed(store) == {1}


def test_next_run_goes_on_where_the_last_one_committed(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(an_alert()))
    a_loop(store, metrics).run(CountedStop(POLLS))
    put(store, encode(an_alert("a2")))
    history = FlakyHistory(store, failures=0)

    a_loop(store, metrics, history).run(CountedStop(POLLS))

    assert published(store) == ["a1-1", "a2-1"]
    assert history.appends == 1
    assert alerts_total(metrics, "opened") == 2


def test_bad_record_is_put_aside_and_the_others_go_on(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(an_alert()), b"no alert", encode(an_alert("a2")))

    a_loop(store, metrics).run(CountedStop(POLLS))

    assert published(store) == ["a1-1", "a2-1"]
    assert committed(store) == {3}
    (letter,) = dead_letters(store)
    assert (letter.topic, letter.offset, letter.value, letter.failed_at) == (Topic.ALERTS, 1, b"no alert", NOW)
    assert "malformed" in letter.reason
    assert metrics.registry.get_sample_value("tocsin_dead_letters_total", {"topic": "alerts"}) == 1


def test_too_many_bad_records_in_a_row_stop_the_loop_before_it_commits_them(
    store: EmbeddedStore, metrics: Metrics
) -> None:
    put(store, *[b"no alert"] * 51)

    with pytest.raises(TooManyDeadLettersError):
        a_loop(store, metrics).run(CountedStop(POLLS))

    assert dead_letters(store) == []
    assert committed(store) == set()


def test_good_record_in_between_starts_the_count_anew(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, *[b"no alert"] * 50, encode(an_alert()), *[b"no alert"] * 50)

    a_loop(store, metrics).run(CountedStop(POLLS))

    assert len(dead_letters(store)) == 100
    assert published(store) == ["a1-1"]


def test_alert_of_a_newer_tocsin_stops_the_loop_and_is_no_dead_letter(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, b'{"schema":99}')

    with pytest.raises(NewerSchemaError):
        a_loop(store, metrics).run(CountedStop(POLLS))

    assert dead_letters(store) == []
    assert committed(store) == set()


def test_history_that_fails_for_a_time_is_tried_again_and_logged_once(
    store: EmbeddedStore, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(store, b"no alert", encode(an_alert()))

    a_loop(store, metrics, FlakyHistory(store, failures=3)).run(CountedStop(POLLS))

    assert published(store) == ["a1-1"]
    assert len(dead_letters(store)) == 1
    assert committed(store) == {2}
    assert [record.getMessage() for record in caplog.records].count("publishing waits") == 1
    assert [record.getMessage() for record in caplog.records].count("works again") == 1


def test_partition_that_went_to_another_consumer_is_left_to_it(
    store: EmbeddedStore, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(store, encode(an_alert()))

    PublishLoop(RefusingLog(store), store.history, metrics, lambda: NOW, GROUP).run(CountedStop(POLLS))

    assert published(store) == ["a1-1"]
    assert committed(store) == set()
    assert "commit refused" in caplog.messages


def test_stop_ends_the_wait_for_a_history_that_fails(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(an_alert()))
    history = FlakyHistory(store, failures=1_000_000)
    loop = PublishLoop(
        store.log, history, metrics, lambda: NOW, GROUP, backoff=Backoff(first_seconds=60, longest_seconds=60)
    )
    stop = threading.Event()
    thread = threading.Thread(target=loop.run, args=(stop,))
    thread.start()
    assert history.was_tried.wait(timeout=5)

    stop.set()
    thread.join(timeout=2)

    assert not thread.is_alive()
    assert history.appends == 1
    assert committed(store) == set()


SPLIT = Latency(publisher=60.0, match=1.5, decide=0.5)


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        pytest.param(an_alert(latency=SPLIT), 12.0, id="by the split and the time since decided"),
        pytest.param(an_alert(latency=SPLIT, change="updated"), 12.0, id="an update alike"),
        pytest.param(an_alert(first_seen_at=NOW - timedelta(seconds=30)), 30.0, id="opened: by the story"),
        pytest.param(an_alert(change="updated"), None, id="update without the split: unknown"),
        pytest.param(an_alert(first_seen_at=NOW + timedelta(seconds=5)), 0.0, id="a clock that stepped back"),
    ],
)
def test_publish_latency(alert: Alert, expected: float | None) -> None:
    assert publish_latency_seconds(alert, NOW - timedelta(seconds=10), NOW) == expected


def a_canary(*, seconds_old: float = 3) -> Alert:
    sent_at = NOW - timedelta(seconds=seconds_old)
    return canary_alert(canary_match(canary_article(7, sent_at), matched_at=sent_at))


def canary_age(metrics: Metrics) -> float:
    age = metrics.registry.get_sample_value("tocsin_canary_age_seconds")
    assert age is not None
    return age


class TurningClock:
    """Moves when told to, so that the age of a canary can be seen to grow."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_canary_is_taken_off_before_the_history_and_is_no_news(
    store: EmbeddedStore, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(store, encode(a_canary()), encode(an_alert()), encode(a_canary()))

    a_loop(store, metrics).run(CountedStop(POLLS))

    assert published(store) == ["a1-1"]
    assert committed(store) == {3}
    assert [record.__dict__["new"] for record in caplog.records if record.message == "alerts published"] == [1]
    assert metrics.registry.get_sample_value("tocsin_publish_latency_seconds_count") == 1
    assert alert_labels(metrics) == {"cable-cut"}


def test_batch_of_canaries_only_is_committed_and_not_told_as_published(
    store: EmbeddedStore, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(store, encode(a_canary()))

    a_loop(store, metrics).run(CountedStop(POLLS))

    assert published(store) == []
    assert committed(store) == {1}
    assert "alerts published" not in caplog.messages


def test_age_counts_from_the_beginning_until_the_first_canary(store: EmbeddedStore, metrics: Metrics) -> None:
    clock = TurningClock(NOW)
    before = canary_age(metrics)
    PublishLoop(store.log, store.history, metrics, clock, GROUP).run(CountedStop(POLLS))
    clock.now += timedelta(minutes=20)

    assert math.isnan(before)
    assert canary_age(metrics) == 1200.0


def test_age_is_that_of_the_newest_canary(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(a_canary(seconds_old=60)), encode(a_canary(seconds_old=600)))
    clock = TurningClock(NOW - timedelta(hours=1))

    class AnHourLater(FlakyHistory):
        def epoch(self) -> str:
            clock.now = NOW
            return super().epoch()

    PublishLoop(store.log, AnHourLater(store, 0), metrics, clock, GROUP).run(CountedStop(POLLS))

    assert canary_age(metrics) == 60.0


def test_canary_waits_for_a_history_that_is_away_and_grows_old(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(a_canary()))
    clock = TurningClock(NOW - timedelta(seconds=3))
    ages: list[float] = []

    class Away(FlakyHistory):
        def epoch(self) -> str:
            ages.append(canary_age(metrics))
            if len(ages) < 4:
                clock.now += timedelta(minutes=1)
                raise StoreUnavailableError("cannot read: the server is away")
            return super().epoch()

    no_wait = Backoff(first_seconds=0, longest_seconds=0)
    PublishLoop(store.log, Away(store, 0), metrics, clock, GROUP, backoff=no_wait).run(CountedStop(POLLS))

    assert ages == [0.0, 60.0, 120.0, 180.0]
    assert canary_age(metrics) == 180.0
    assert committed(store) == {1}


def test_without_canaries_expected_there_is_no_age(store: EmbeddedStore, metrics: Metrics) -> None:
    put(store, encode(a_canary()), encode(an_alert()))

    PublishLoop(store.log, store.history, metrics, lambda: NOW, GROUP, expects_canaries=False).run(CountedStop(POLLS))

    assert math.isnan(canary_age(metrics))
    assert published(store) == ["a1-1"]


def alert_labels(metrics: Metrics) -> set[str]:
    """The rules that are counted."""
    return {sample.labels["rule"] for family in metrics.alerts.collect() for sample in family.samples}
