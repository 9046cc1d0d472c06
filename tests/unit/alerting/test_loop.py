from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from consumers.alerting.loop import AlertLoop
from consumers.alerting.memory import OUTBOX_PREFIX
from monitor.core.alert import Alert
from monitor.core.canary import canary_article, canary_key, canary_match, is_canary
from monitor.core.codec import decode_alert, encode
from monitor.core.dead_letter import MAX_DEAD_LETTERS_IN_A_ROW, DeadLetter
from monitor.core.errors import (
    CommitRefusedError,
    NewerSchemaError,
    StateMissingError,
    StoreUnavailableError,
    TooManyDeadLettersError,
)
from monitor.core.ids import partition_of
from monitor.core.match import Match
from monitor.core.metrics import Metrics
from monitor.core.ports import Head, LogConsumer, PartitionChange, PartitionStates
from monitor.core.record import FIXED_PARTITIONS, NewRecord, Polled, Position, Record, Topic
from monitor.core.retries import Backoff
from monitor.storage.sqlite import EmbeddedStore, open_embedded
from tests.unit.alerting.faults import CrashError, FaultyConsumer, FaultyLog, FaultyStates, Fuse
from tests.unit.alerting.samples import FORGET, GROUP, RETENTION, RULE, article, at, changes, fired, gates, match

CONSUMERS = "test-alert"
PARTITION = partition_of(GROUP, FIXED_PARTITIONS[Topic.MATCHES])


@pytest.fixture(name="store")
def _store() -> Iterator[EmbeddedStore]:
    with open_embedded(None, prefix="test", article_partitions=2, clock=lambda: at(0)) as store:
        yield store


class Bench:
    """A loop over a store, with a clock to set; `settle` turns until nothing is left to do."""

    def __init__(
        self,
        store: EmbeddedStore,
        fuse: Fuse | None = None,
        *,
        minutes: float = 60,
        states: PartitionStates | None = None,
        log: FaultyLog | None = None,
    ) -> None:
        self.store = store
        self.fuse = fuse or Fuse()
        self.now = at(minutes)
        self.metrics = Metrics()
        self.log = log or FaultyLog(store.log, self.fuse)
        self.loop = AlertLoop(
            self.log,
            states or FaultyStates(store.partition_states, self.fuse),
            gates(),
            self.metrics,
            lambda: self.now,
            group=CONSUMERS,
            seen_retention=RETENTION,
            backoff=Backoff(0, 0),
        )

    def settle(self) -> list[Alert]:
        """All alerts on the log, once this loop has nothing more to do and has gone."""
        consumer = self.log.consumer(Topic.MATCHES, CONSUMERS)
        try:
            self.turn_until_done(consumer)
        finally:
            consumer.close()
        return alerts_of(self.store)

    def turn_until_done(self, consumer: LogConsumer) -> None:
        """Turn until a whole turn brings nothing."""
        never = threading.Event()
        for _ in range(3):  # the first brings the assignment, the second loads
            self.loop.turn(consumer, never)
        while any(consumer.lag().values()):
            self.loop.turn(consumer, never)
        for _ in range(3):  # a failure in the last one is followed by a load and a poll
            self.loop.turn(consumer, never)

    def held_back(self, reason: str) -> float:
        """The counter of a reason."""
        return self.metrics.registry.get_sample_value("tocsin_alerts_held_back_total", {"reason": reason}) or 0.0


def append(store: EmbeddedStore, *matches: Match) -> None:
    store.log.append([NewRecord(Topic.MATCHES, each.group, encode(each)) for each in matches])


def records_of(store: EmbeddedStore, topic: Topic) -> list[bytes]:
    return [
        record.value
        for partition in range(store.log.partitions(topic))
        for record in store.log.read(topic, partition, 0, 1000)
    ]


def alerts_of(store: EmbeddedStore) -> list[Alert]:
    alerts = [decode_alert(value, "test") for value in records_of(store, Topic.ALERTS)]
    return sorted(alerts, key=lambda alert: (alert.time, alert.id))


def set_offset(store: EmbeddedStore, offset: int) -> None:
    """Let the state stand at another place of the log."""
    state = store.partition_states.load(PARTITION)
    assert state is not None
    head = Head(offset=offset, version=state.head.version + 1, clock=state.head.clock)
    store.partition_states.save([PartitionChange(PARTITION, head, dict(state.entries))])


def test_matches_become_alerts_and_the_offset_is_committed(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    append(store, match(article("a")), match(article("b", minutes=20, publisher="Delta Times")))
    bench = Bench(store)

    with caplog.at_level(logging.INFO):
        alerts = bench.settle()

    assert changes(alerts) == [(1, "opened", "first_report"), (2, "updated", "new_voice")]
    state = store.partition_states.load(PARTITION)
    assert state is not None
    assert state.head.offset == 2
    assert state.head.clock == at(20)
    assert store.log.consumer(Topic.MATCHES, CONSUMERS).committed(PARTITION) == 2
    lines = [record.__dict__ for record in caplog.records if record.message == "alert decided"]
    assert [(line["rule"], line["change"], line["reason"]) for line in lines] == [
        (RULE, "opened", "first_report"),
        (RULE, "updated", "new_voice"),
    ]
    assert bench.metrics.registry.get_sample_value("tocsin_decide_latency_seconds_count") == 2
    assert bench.metrics.registry.get_sample_value("tocsin_consumer_lag_records", {"topic": "matches"}) == 0


def test_alerts_of_one_id_share_a_key(store: EmbeddedStore) -> None:
    append(store, match(article("a")), match(article("b", minutes=20, publisher="Delta Times")))
    bench = Bench(store)
    bench.settle()

    assert len(bench.log.appended) == 2
    assert {record.key for record in bench.log.appended} == {alert.data.alert_id for alert in alerts_of(store)}


def test_timers_fire_by_the_wall_clock_at_the_end_of_the_partition(store: EmbeddedStore) -> None:
    append(store, match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    bench = Bench(store, minutes=14)
    consumer = bench.log.consumer(Topic.MATCHES, CONSUMERS)
    bench.turn_until_done(consumer)
    assert len(alerts_of(store)) == 1
    bench.now = at(16)

    bench.turn_until_done(consumer)
    consumer.close()

    alerts = alerts_of(store)
    assert changes(alerts)[1:] == [(2, "updated", "new_voice")]
    assert alerts[1].time == at(15)


def test_timers_do_not_fire_by_the_wall_clock_while_records_wait(store: EmbeddedStore) -> None:
    append(store, match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    append(store, *[match(article("a", minutes=4 + n, words=f"Words {n}")) for n in range(4)])
    append(store, match(article("b", minutes=14, publisher="Delta Times", words="Gone"), fired(withdrawn=True)))

    alerts = Bench(store, minutes=60).settle()

    assert changes(alerts) == [(1, "opened", "first_report"), (2, "corrected", "evidence_gone")]


def test_an_acknowledged_alert_leaves_the_outbox_in_the_next_quiet_turn(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    bench = Bench(store)
    consumer = bench.log.consumer(Topic.MATCHES, CONSUMERS)
    never = threading.Event()
    while not alerts_of(store):
        bench.loop.turn(consumer, never)
    assert len(list(store.partition_states.entries(OUTBOX_PREFIX))) == 1

    bench.loop.turn(consumer, never)
    assert list(store.partition_states.entries(OUTBOX_PREFIX)) == []
    bench.loop.turn(consumer, never)
    consumer.close()
    Bench(store).settle()

    assert len(records_of(store, Topic.ALERTS)) == 1


def test_alerts_saved_but_not_appended_are_sent_at_the_next_start(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    dies_after_save = FaultyStates(store.partition_states, Fuse(1, after_effect=True))

    with pytest.raises(CrashError):
        Bench(store, states=dies_after_save).settle()
    assert alerts_of(store) == []

    assert changes(Bench(store).settle()) == [(1, "opened", "first_report")]


def test_a_second_owner_is_noticed_and_nothing_is_doubled(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    append(store, match(article("a")))
    first = Bench(store)
    consumer = first.log.consumer(Topic.MATCHES, CONSUMERS)
    first.turn_until_done(consumer)
    # Another group name: both own the partition, as two processes do for a moment around a rebalance.
    append(store, match(article("b", minutes=20, publisher="Delta Times")))
    second = Bench(store)
    other = second.store.log.consumer(Topic.MATCHES, "other")
    second.turn_until_done(FaultyConsumer(other, second.fuse))
    other.close()

    first.turn_until_done(consumer)
    append(store, match(article("c", minutes=40, publisher="Coast Radio")))
    first.turn_until_done(consumer)
    consumer.close()

    assert "partition has another owner" in caplog.messages
    ids = [alert.id for alert in alerts_of(store)]
    assert len(set(ids)) == 3
    assert changes(alerts_of(store))[-1] == (3, "updated", "new_voice")
    state = store.partition_states.load(PARTITION)
    assert state is not None
    assert state.head.offset == 3


def test_partitions_move_to_a_new_member_and_back_without_a_trace(store: EmbeddedStore) -> None:
    first, second = Bench(store), Bench(store)
    one = first.log.consumer(Topic.MATCHES, CONSUMERS)
    append(store, STREAM[0])
    first.turn_until_done(one)

    two = second.log.consumer(Topic.MATCHES, CONSUMERS)
    for _ in range(3):
        first.turn_until_done(one)
        second.turn_until_done(two)
    shared = one.assigned(), two.assigned()
    append(store, *STREAM[1:4])
    for _ in range(3):
        first.turn_until_done(one)
        second.turn_until_done(two)
    one.close()
    append(store, *STREAM[4:])
    second.turn_until_done(two)
    everything = two.assigned()
    two.close()

    assert all(shared)
    assert not shared[0] & shared[1]
    assert len(everything) == FIXED_PARTITIONS[Topic.MATCHES]
    assert outcome(store).keys() == uninterrupted()[0].keys()


def test_missing_state_stops_the_stage(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    consumer = store.log.consumer(Topic.MATCHES, CONSUMERS)
    consumer.poll(max_records=1, timeout_seconds=0)
    consumer.commit({PARTITION: 1})
    consumer.close()

    with pytest.raises(StateMissingError) as caught:
        Bench(store).settle()

    assert (caught.value.partition, caught.value.offset) == (PARTITION, 1)


def test_state_ahead_of_the_log_reads_all_again_and_adds_nothing(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    append(store, match(article("a")))
    Bench(store).settle()
    set_offset(store, 99)

    bench = Bench(store)
    alerts = bench.settle()

    assert "state is ahead of the log" in caplog.messages
    assert len({alert.id for alert in alerts}) == 1
    assert bench.held_back("duplicate") == 1


def test_matches_deleted_before_they_were_read_are_told(store: EmbeddedStore, caplog: pytest.LogCaptureFixture) -> None:
    append(store, match(article("a")))
    Bench(store).settle()
    store.trim({Topic.MATCHES: timedelta(0)}, at(1))
    set_offset(store, 0)
    append(store, match(article("b", minutes=1, page=None)))

    alerts = Bench(store).settle()

    assert "matches were deleted before they were read" in caplog.messages
    assert len({alert.id for alert in alerts}) == 2


def test_a_refused_commit_is_fine(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    refused = Fuse(3, error=lambda: CommitRefusedError(Topic.MATCHES, [PARTITION]))
    bench = Bench(store)
    consumer = FaultyConsumer(store.log.consumer(Topic.MATCHES, CONSUMERS), refused)

    bench.turn_until_done(consumer)
    committed = consumer.committed(PARTITION)
    consumer.close()

    assert len(alerts_of(store)) == 1
    assert committed == 1  # said again with the next save


def test_bad_records_become_dead_letters_and_the_others_go_on(store: EmbeddedStore) -> None:
    naive = encode(match(article("a"))).replace(b"+00:00", b"").replace(b"Z", b"")
    future = encode(match(article("f", minutes=200)))
    for value in (b"{}", naive, future):
        store.log.append([NewRecord(Topic.MATCHES, GROUP, value)])
    append(store, match(article("a")))
    bench = Bench(store)

    assert len(bench.settle()) == 1

    letters = [msgspec.json.decode(value, type=DeadLetter) for value in records_of(store, Topic.DEADLETTERS)]
    assert [(letter.topic, letter.partition, letter.offset) for letter in letters] == [
        (Topic.MATCHES, PARTITION, offset) for offset in range(3)
    ]
    assert letters[0].value == b"{}"
    assert letters[1].reason == "a time without its offset from UTC"
    assert letters[2].reason.startswith("first seen in the future")
    assert bench.metrics.registry.get_sample_value("tocsin_dead_letters_total", {"topic": "matches"}) == 3


def test_too_many_bad_records_in_a_row_stop_the_stage(store: EmbeddedStore) -> None:
    store.log.append([NewRecord(Topic.MATCHES, GROUP, b"?")] * (MAX_DEAD_LETTERS_IN_A_ROW + 1))

    with pytest.raises(TooManyDeadLettersError):
        Bench(store).settle()


def test_a_good_record_starts_the_count_of_bad_ones_again(store: EmbeddedStore) -> None:
    bad = [NewRecord(Topic.MATCHES, GROUP, b"?")] * MAX_DEAD_LETTERS_IN_A_ROW
    store.log.append(bad)
    append(store, match(article("a")))
    store.log.append(bad)

    assert len(Bench(store).settle()) == 1


def test_one_bad_record_read_again_and_again_counts_once(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    failures = MAX_DEAD_LETTERS_IN_A_ROW + 5

    class Away(FaultyLog):
        def append(self, records: Sequence[NewRecord]) -> list[Position]:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StoreUnavailableError("away")
            return super().append(records)

    store.log.append([NewRecord(Topic.MATCHES, GROUP, b"?")])
    bench = Bench(store, log=Away(store.log, Fuse()))
    consumer = bench.log.consumer(Topic.MATCHES, CONSUMERS)

    for _ in range(MAX_DEAD_LETTERS_IN_A_ROW + 10):
        bench.turn_until_done(consumer)
    consumer.close()

    assert failures < 0
    assert caplog.messages.count("record put aside") == 1
    assert len(records_of(store, Topic.DEADLETTERS)) == 1


def test_a_record_that_comes_twice_in_spite_of_its_offset_is_passed_over(store: EmbeddedStore) -> None:
    class Repeating(FaultyConsumer):
        last: tuple[Record, ...] = ()

        def poll(self, *, max_records: int, timeout_seconds: float) -> Polled:
            polled = super().poll(max_records=max_records, timeout_seconds=timeout_seconds)
            again, self.last = self.last, polled.records
            return replace(polled, records=polled.records or again)

    append(store, match(article("a")), match(article("b", minutes=20, page=None)))
    bench = Bench(store)
    consumer = Repeating(store.log.consumer(Topic.MATCHES, CONSUMERS), Fuse())

    bench.turn_until_done(consumer)
    consumer.close()

    assert consumer.last == ()
    assert bench.held_back("duplicate") == 0


def test_a_record_of_a_newer_schema_stops_the_stage_and_is_not_passed(store: EmbeddedStore) -> None:
    store.log.append([NewRecord(Topic.MATCHES, GROUP, b'{"schema": 99}')])

    with pytest.raises(NewerSchemaError):
        Bench(store).settle()

    assert store.partition_states.load(PARTITION) is None
    assert records_of(store, Topic.DEADLETTERS) == []


def test_new_gates_close_alerts_of_removed_rules(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    bench = Bench(store)
    consumer = bench.log.consumer(Topic.MATCHES, CONSUMERS)
    bench.turn_until_done(consumer)

    bench.loop.set_gates({})
    bench.turn_until_done(consumer)
    consumer.close()

    assert changes(alerts_of(store))[1:] == [(2, "closed", "rule_removed")]


def test_rules_removed_while_the_stage_was_down_close_at_its_start(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    Bench(store).settle()
    bench = Bench(store)
    bench.loop.set_gates({})

    alerts = bench.settle()

    assert (2, "closed", "rule_removed") in changes(alerts)


STREAM = [
    match(article("a"), fired(sentence="It is closed for a week.")),
    match(article("b", minutes=3, publisher="Delta Times")),
    match(article("z", minutes=4, page=None)),
    match(article("a", minutes=6, words="Edited"), fired(sentence="It is closed for a month.")),
    match(article("c", minutes=25, publisher="Coast Radio")),
    match(article("z", minutes=26, page=None, words="Open"), fired(withdrawn=True)),
    match(article("past", minutes=27, backfill=True, page="https://past.example/")),
]


def outcome(store: EmbeddedStore) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for alert in alerts_of(store):
        content = encode(alert)
        assert contents.setdefault(alert.id, content) == content
    return contents


def uninterrupted() -> tuple[dict[str, bytes], int]:
    with open_embedded(None, prefix="test", article_partitions=2, clock=lambda: at(0)) as store:
        append(store, *STREAM)
        bench = Bench(store)
        bench.settle()
        return outcome(store), bench.fuse.calls


@pytest.mark.parametrize("after_effect", [False, True], ids=["before the effect", "after the effect"])
def test_a_crash_at_any_call_changes_no_alert(*, after_effect: bool) -> None:
    expected, calls = uninterrupted()
    assert calls > 10
    assert len(expected) == 7

    for call in range(1, calls + 1):
        with open_embedded(None, prefix="test", article_partitions=2, clock=lambda: at(0)) as store:
            append(store, *STREAM)
            with pytest.raises(CrashError):
                Bench(store, Fuse(call, after_effect=after_effect)).settle()
            Bench(store).settle()
            assert outcome(store) == expected, f"crash at call {call}"


@pytest.mark.parametrize("after_effect", [False, True], ids=["before the effect", "after the effect"])
def test_a_back_end_that_fails_for_a_moment_at_any_call_changes_no_alert(*, after_effect: bool) -> None:
    expected, calls = uninterrupted()

    for call in range(1, calls + 1):
        with open_embedded(None, prefix="test", article_partitions=2, clock=lambda: at(0)) as store:
            append(store, *STREAM)
            fuse = Fuse(call, after_effect=after_effect, error=lambda: StoreUnavailableError("away"))
            Bench(store, fuse).settle()
            assert outcome(store) == expected, f"failure at call {call}"


def test_a_store_that_is_away_is_waited_out_and_told_once(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    append(store, match(article("a")))
    stop = threading.Event()
    failures = 5

    class Away(FaultyStates):
        def save(self, changes: Sequence[PartitionChange]) -> frozenset[int]:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise StoreUnavailableError("cannot save: away")
            stop.set()
            return super().save(changes)

    bench = Bench(store, states=Away(store.partition_states, Fuse()))

    bench.loop.run(stop)

    assert changes(alerts_of(store)) == [(1, "opened", "first_report")]
    assert caplog.messages.count("alert stage waits") == 1
    assert bench.held_back("duplicate") == 0


def test_run_ends_when_asked_to_and_leaves_the_group(store: EmbeddedStore) -> None:
    stop = threading.Event()
    stop.set()
    Bench(store).loop.run(stop)
    append(store, match(article("a")))

    assert len(Bench(store).settle()) == 1


def test_an_old_stream_is_caught_up_with_its_timers_in_stream_time(store: EmbeddedStore) -> None:
    append(store, match(article("a")))
    append(store, match(article("b", minutes=FORGET / timedelta(minutes=1) + 5, page="https://other.example/")))

    alerts = Bench(store, minutes=60 * 24 * 3).settle()

    assert [(alert.time, alert.data.change.kind) for alert in alerts][1] == (at(0) + FORGET, "closed")


def test_loop_waits_for_a_log_that_is_away_at_its_start_and_a_stop_ends_that(store: EmbeddedStore) -> None:
    stop = threading.Event()

    class AwayLog(FaultyLog):
        refused = 0

        def consumer(self, topic: Topic, group: str) -> LogConsumer:
            self.refused += 1
            if self.refused == 3:
                stop.set()
            raise StoreUnavailableError(f"cannot join {group} on {topic}: the disk is full")

    log = AwayLog(store.log, Fuse())
    Bench(store, log=log).loop.run(stop)

    assert log.refused == 3


def a_canary(minutes: float) -> Match:
    """The match of a canary that lies in the partition of the other samples."""
    return canary_match(canary_article(PARTITION, at(minutes)), matched_at=at(minutes))


def canaries_of(store: EmbeddedStore) -> list[Alert]:
    return [alert for alert in alerts_of(store) if is_canary(alert.subject)]


def news_of(store: EmbeddedStore) -> dict[str, bytes]:
    return {id_: content for id_, content in outcome(store).items() if not is_canary(id_)}


def test_a_canary_comes_through_and_leaves_nothing_but_its_time(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    append(store, a_canary(30))
    bench = Bench(store)

    with caplog.at_level(logging.INFO):
        alerts = bench.settle()

    assert [alert.data.story.first_seen_at for alert in alerts] == [at(30)]
    assert [record.key for record in bench.log.appended] == [canary_key(PARTITION, FIXED_PARTITIONS[Topic.ALERTS])]
    assert list(store.partition_states.entries("")) == []
    state = store.partition_states.load(PARTITION)
    assert state is not None
    assert (state.head.offset, state.head.clock) == (1, at(30))
    assert "alert decided" not in caplog.messages
    assert bench.metrics.registry.get_sample_value("tocsin_decide_latency_seconds_count") == 0


def test_a_canary_changes_no_alert(store: EmbeddedStore) -> None:
    expected, _ = uninterrupted()
    for each in STREAM:
        append(store, each, a_canary((each.article.first_seen_at - at(0)).total_seconds() / 60))
    Bench(store).settle()

    assert news_of(store) == expected
    assert len(canaries_of(store)) == len(STREAM)


def test_a_canary_fires_the_timers_due_before_it(store: EmbeddedStore) -> None:
    append(store, match(article("a")), match(article("b", minutes=3, publisher="Delta Times")), a_canary(20))
    append(store, match(article("c", minutes=21, publisher="Coast Radio")))
    Bench(store, minutes=21).settle()

    told = [alert for alert in alerts_of(store) if not is_canary(alert.subject)]
    assert changes(told) == [(1, "opened", "first_report"), (2, "updated", "new_voice")]
    assert told[1].time == at(15)


@pytest.mark.parametrize("after_effect", [False, True], ids=["before the effect", "after the effect"])
def test_a_canary_comes_through_a_crash_at_any_call(*, after_effect: bool) -> None:
    for call in itertools.count(1):
        with open_embedded(None, prefix="test", article_partitions=2, clock=lambda: at(0)) as store:
            append(store, match(article("a")), a_canary(1), match(article("b", minutes=2, page=None)))
            has_crashed = True
            try:
                Bench(store, Fuse(call, after_effect=after_effect)).settle()
                has_crashed = False
            except CrashError:
                Bench(store).settle()

            assert {alert.data.story.first_seen_at for alert in canaries_of(store)} == {at(1)}, f"crash at call {call}"
            assert len(news_of(store)) == 2
            assert list(store.partition_states.entries(OUTBOX_PREFIX)) == []
            if not has_crashed:
                return
