"""The match stage over the embedded store: what is appended, committed and put aside."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
import pytest

from consumers.matching import worker
from consumers.matching.loop import MatchLoop
from consumers.rules.model import ActorCondition, Rule, RuleSet
from monitor.core.canary import canary_article, is_canary
from monitor.core.codec import decode_match, encode
from monitor.core.dead_letter import MAX_DEAD_LETTERS_IN_A_ROW
from monitor.core.errors import (
    CommitRefusedError,
    NewerSchemaError,
    StoreUnavailableError,
    TooManyDeadLettersError,
    WorkerDiedError,
)
from monitor.core.metrics import Metrics
from monitor.core.ports import Log, LogConsumer
from monitor.core.record import NewRecord, Polled, Position, Record, Topic
from monitor.core.retries import Backoff
from monitor.core.settings import MatchSettings
from monitor.storage.sqlite import open_embedded
from tests.unit.matching.support import NOW, InlinePool, article, rules_of

WAR = rules_of("rules: [{id: war, when: {query: war}}]")
PEACE = rules_of("rules: [{id: peace, when: {query: peace}}]")
GROUP = "test-match"


class WatchedLog:
    """A log that passes everything on, tells of polls and commits, and can fail on call."""

    def __init__(self, log: Log) -> None:
        self._inner = log
        self.join_faults: list[Exception] = []
        self.append_faults: list[Exception] = []
        self.commit_faults: list[Exception] = []
        self.on_commit: Callable[[], None] = lambda: None
        self.on_poll: Callable[[], None] = lambda: None

    def append(self, records: Sequence[NewRecord]) -> list[Position]:
        if self.append_faults:
            raise self.append_faults.pop(0)
        return self._inner.append(records)

    def consumer(self, topic: Topic, group: str) -> LogConsumer:
        if self.join_faults:
            raise self.join_faults.pop(0)
        return WatchedConsumer(self, self._inner.consumer(topic, group))

    def partitions(self, topic: Topic) -> int:
        return self._inner.partitions(topic)

    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]:
        return self._inner.bounds(topic, partition)

    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]:
        return self._inner.read(topic, partition, offset, limit)

    def close(self) -> None:
        self._inner.close()

    def all(self, topic: Topic) -> list[Record]:
        """Everything on a topic, partition by partition."""
        return [record for number in range(self.partitions(topic)) for record in self.read(topic, number, 0, 1000)]


class WatchedConsumer:
    def __init__(self, log: WatchedLog, consumer: LogConsumer) -> None:
        self._log = log
        self._inner = consumer

    def poll(self, *, max_records: int, timeout_seconds: float) -> Polled:
        self._log.on_poll()
        return self._inner.poll(max_records=max_records, timeout_seconds=min(timeout_seconds, 0.02))

    def commit(self, offsets: Mapping[int, int]) -> None:
        if self._log.commit_faults:
            self._log.on_commit()
            raise self._log.commit_faults.pop(0)
        self._inner.commit(offsets)
        self._log.on_commit()

    def assigned(self) -> frozenset[int]:
        return self._inner.assigned()

    def pause(self, partitions: frozenset[int]) -> None:
        self._inner.pause(partitions)

    def resume(self, partitions: frozenset[int]) -> None:
        self._inner.resume(partitions)

    def seek(self, partition: int, offset: int) -> None:
        self._inner.seek(partition, offset)

    def committed(self, partition: int) -> int | None:
        return self._inner.committed(partition)

    def lag(self) -> Mapping[int, int]:
        return self._inner.lag()

    def close(self) -> None:
        self._inner.close()


class Stage:
    """A match stage over a store in memory, run until a number of commits."""

    def __init__(self, log: WatchedLog) -> None:
        self.log = log
        self.metrics = Metrics()
        self.pools: list[InlinePool] = []
        self.faults: list[Exception | None] = []
        self.loop = self.new_loop()

    def new_loop(self) -> MatchLoop:
        return MatchLoop(
            self.log,
            WAR,
            MatchSettings(),
            self.metrics,
            lambda: NOW,
            group=GROUP,
            make_pool=self.make_pool,
            backoff=Backoff(0.01, 0.01),
        )

    def make_pool(self, rule_set: RuleSet, _workers: int) -> InlinePool:
        worker.prepare(rule_set)
        self.pools.append(InlinePool(*self.faults))
        return self.pools[-1]

    def put(self, *titles: str) -> None:
        """Append articles of these titles, all of one feed."""
        self.log.append([NewRecord(Topic.ARTICLES, "feed", encode(article(text, key=text))) for text in titles])

    def put_raw(self, *values: bytes) -> None:
        self.log.append([NewRecord(Topic.ARTICLES, "feed", value) for value in values])

    def run(self, *, commits: int = 1, then: Callable[[], None] = lambda: None) -> None:
        """Run until that many commits were tried; `then` runs after the first."""
        stop = threading.Event()
        seen = 0

        def count() -> None:
            nonlocal seen
            seen += 1
            if seen == 1:
                then()
            if seen >= commits:
                stop.set()

        self.log.on_commit = count
        self.loop.run(stop)

    def matches(self) -> list[tuple[str, str]]:
        """Group and title of each match on the log."""
        found = [decode_match(record.value, "match") for record in self.log.all(Topic.MATCHES)]
        return [(match.group, match.article.title) for match in found]

    def value(self, name: str, labels: dict[str, str] | None = None) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels or {})


@pytest.fixture
def stage() -> Iterator[Stage]:
    with open_embedded(None, prefix="test", article_partitions=2, clock=lambda: NOW) as store:
        yield Stage(WatchedLog(store.log))
    worker._rules = None


def test_workers_compile_before_the_first_article_is_there(stage: Stage) -> None:
    warm: list[bool] = []
    stage.put("War one")
    warm.append(stage.loop.is_warm())
    stage.run(then=lambda: warm.append(stage.loop.is_warm()))

    assert warm == [False, True]
    assert stage.pools[0].sizes == [1]


def test_matches_go_on_the_log_in_the_order_of_the_articles(stage: Stage) -> None:
    stage.put("War one", "Peace", "War two")
    stage.run()

    assert stage.matches() == [("war", "War one"), ("war", "War two")]
    assert {record.key for record in stage.log.all(Topic.MATCHES)} == {"war"}
    assert stage.value("tocsin_articles_matched_total") == 3
    assert stage.value("tocsin_matches_total") == 2
    assert stage.value("tocsin_match_latency_seconds_count") == 3
    assert stage.value("tocsin_consumer_lag_records", {"topic": "articles"}) == 0


def test_next_stage_goes_on_where_the_last_one_committed(stage: Stage) -> None:
    stage.put("War one")
    stage.run()
    stage.put("War two")
    stage.loop = stage.new_loop()
    stage.run()

    assert stage.matches() == [("war", "War one"), ("war", "War two")]


def test_record_that_is_no_article_becomes_a_dead_letter_and_the_rest_goes_on(stage: Stage) -> None:
    stage.put_raw(b"no json", encode(article("War")))
    stage.run()

    (letter,) = [msgspec.json.decode(record.value) for record in stage.log.all(Topic.DEADLETTERS)]
    assert (letter["topic"], letter["offset"], letter["key"]) == ("articles", 0, "feed")
    assert base64.b64decode(letter["value"]) == b"no json"
    assert letter["reason"]
    assert stage.matches() == [("war", "War")]
    assert stage.value("tocsin_dead_letters_total", {"topic": "articles"}) == 1


def test_article_that_kills_its_worker_twice_becomes_a_dead_letter(stage: Stage) -> None:
    stage.faults = [WorkerDiedError("exit code 9"), WorkerDiedError("exit code 9"), None]
    stage.put("War one", "War two")
    stage.run()

    (letter,) = [msgspec.json.decode(record.value) for record in stage.log.all(Topic.DEADLETTERS)]
    assert "exit code 9" in letter["reason"]
    assert stage.matches() == [("war", "War two")]


def test_too_many_bad_records_in_a_row_stop_the_stage_before_it_commits(stage: Stage) -> None:
    stage.put_raw(*[b"bad"] * (MAX_DEAD_LETTERS_IN_A_ROW + 1))

    with pytest.raises(TooManyDeadLettersError):
        stage.run(commits=2)
    assert stage.pools[0].closed


def test_good_record_between_bad_ones_keeps_the_stage_going(stage: Stage) -> None:
    half = [b"bad"] * (MAX_DEAD_LETTERS_IN_A_ROW // 2 + 1)
    stage.put_raw(*half, encode(article("War")), *half)
    stage.run(commits=2)

    assert len(stage.log.all(Topic.DEADLETTERS)) == 2 * len(half)


def test_record_of_a_newer_version_stops_the_stage_without_committing(stage: Stage) -> None:
    stage.put_raw(b'{"schema": 99}')

    with pytest.raises(NewerSchemaError):
        stage.run()

    assert stage.log.all(Topic.DEADLETTERS) == []
    consumer = stage.log.consumer(Topic.ARTICLES, GROUP)
    assert [consumer.committed(partition) for partition in range(2)] == [None, None]
    consumer.close()


def test_refused_commit_is_dropped_and_the_stage_goes_on(stage: Stage) -> None:
    stage.put("War one")
    stage.log.commit_faults = [CommitRefusedError(Topic.ARTICLES, [0])]
    stage.run(commits=2, then=lambda: stage.put("War two"))

    assert ("war", "War two") in stage.matches()


def test_append_is_tried_again_while_the_store_is_away(stage: Stage) -> None:
    stage.put("War")
    stage.log.append_faults = [StoreUnavailableError("disk full"), StoreUnavailableError("disk full")]
    stage.run()

    assert stage.matches() == [("war", "War")]


def test_log_that_is_away_at_the_start_is_waited_for(stage: Stage) -> None:
    stage.put("War")
    stage.log.join_faults = [StoreUnavailableError("disk full"), StoreUnavailableError("disk full")]
    stage.run()

    assert stage.matches() == [("war", "War")]


def test_rules_read_again_without_a_change_leave_the_workers_alone(stage: Stage) -> None:
    def read_again() -> None:
        stage.loop.set_rules(rules_of("rules: [{id: war, when: {query: war}}]"))
        stage.put("War two")

    stage.put("War one")
    stage.run(commits=2, then=read_again)

    assert sorted(stage.matches()) == [("war", "War one"), ("war", "War two")]
    assert len(stage.pools) == 1


def test_new_rules_are_used_from_the_next_batch_on(stage: Stage) -> None:
    def change() -> None:
        stage.loop.set_rules(PEACE)
        stage.put("War and peace")

    stage.put("War and peace")
    stage.run(commits=2, then=change)

    assert sorted(stage.matches()) == [("peace", "War and peace"), ("war", "War and peace")]
    assert [pool.closed for pool in stage.pools] == [True, True]


def test_article_that_comes_after_new_rules_is_matched_by_them_though_the_loop_waited_with_the_old(
    stage: Stage,
) -> None:
    polls: list[None] = []

    def change_once() -> None:
        polls.append(None)
        if len(polls) == 3:  # the first only assigns partitions
            stage.loop.set_rules(PEACE)
            stage.put("War and peace")

    stage.log.on_poll = change_once
    stage.run()

    assert stage.matches() == [("peace", "War and peace")]


def test_canary_goes_through_and_is_counted_as_no_news(stage: Stage) -> None:
    canary = canary_article(7, NOW)
    stage.put("War one")
    stage.log.append([NewRecord(Topic.ARTICLES, "feed", encode(canary))])
    stage.run()

    assert ("war", "War one") in stage.matches()
    assert [record.key for record in stage.log.all(Topic.MATCHES) if is_canary(record.key)] == [canary.feed_id]
    assert stage.value("tocsin_articles_matched_total") == 1
    assert stage.value("tocsin_matches_total") == 1
    assert stage.value("tocsin_match_latency_seconds_count") == 1


def _with_a_broken_rule() -> RuleSet:
    """Rules of which one cannot be compiled: the loader lets none such through, so it is made by hand."""
    return RuleSet((*WAR.rules, Rule("broken", ActorCondition(("nobody-at-all",)), "", "g")))


def test_rule_that_is_set_aside_is_counted_and_logged_once_and_the_others_go_on(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.loop.set_rules(_with_a_broken_rule())
    stage.put("War one", "War two")
    stage.run()

    assert sorted(stage.matches()) == [("war", "War one"), ("war", "War two")]
    assert stage.value("tocsin_rules_set_aside_total", {"reason": "failed"}) == 1
    assert stage.value("tocsin_rules_set_aside_total", {"reason": "too_costly"}) == 0
    assert [record.rule for record in caplog.records if record.message == "rule set aside"] == ["broken"]  # type: ignore[attr-defined]
    assert list(stage.loop.set_aside()) == ["broken"]


def test_rule_that_is_set_aside_is_tried_again_when_rules_are_loaded_again(stage: Stage) -> None:
    def load_again() -> None:
        stage.loop.set_rules(_with_a_broken_rule())
        stage.put("War two")

    stage.loop.set_rules(_with_a_broken_rule())
    stage.put("War one")
    stage.run(commits=2, then=load_again)

    assert len(stage.pools) == 2
    assert stage.value("tocsin_rules_set_aside_total", {"reason": "failed"}) == 2
