"""What runs in a worker: outcomes for good, bad, newer and slow records."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from consumers.matching import worker
from consumers.matching.pool import Failed, make_worker_pool, match_records
from consumers.matching.worker import FromNewerVersion, Matched, RawRecord, TimedOut, Undecodable
from consumers.rules.model import ActorCondition, Rule, RuleSet
from monitor.core.canary import canary_article
from monitor.core.codec import decode_match, encode
from monitor.core.errors import WorkerDiedError
from monitor.core.retries import Stopped
from tests.unit.matching.support import NOW, InlinePool, article, rules_of

WAR = rules_of("rules: [{id: war, when: {query: war}}]")
GOOD = RawRecord("articles[0]@1", encode(article("War")))
QUIET = RawRecord("articles[0]@2", encode(article("Peace")))
BAD = RawRecord("articles[0]@3", b"{}")
NEWER = RawRecord("articles[0]@4", b'{"schema": 99}')
SLOW = RawRecord("articles[0]@5", encode(article("War", body="a war " * 40_000)))


@pytest.fixture(autouse=True)
def _prepared() -> Iterator[None]:
    worker.prepare(WAR)
    yield
    worker._rules = None


def _records(pool: Any, records: list[RawRecord], *, batch: int = 10, stop: bool = False) -> list[Any]:
    event = threading.Event()
    if stop:
        event.set()
    return match_records(pool, records, batch=batch, deadline_seconds=5, matched_at=NOW, stop=event)


def test_each_record_of_a_batch_has_its_own_outcome() -> None:
    outcomes = worker.match_batch([GOOD, BAD, QUIET, NEWER], article_seconds=5, matched_at=NOW)

    assert isinstance(outcomes[0], Matched)
    assert [(group, decode_match(raw, "m").group) for group, raw in outcomes[0].matches] == [("war", "war")]
    assert isinstance(outcomes[1], Undecodable)
    assert outcomes[2] == Matched(NOW, ())
    assert outcomes[3] == FromNewerVersion("articles[0]@4", 99, 1)


@pytest.fixture
def _no_garbage_collection() -> Iterator[None]:
    """Hypothesis times collections by a callback, in which the error of an alarm would be lost."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_garbage_collection")
def test_slow_article_does_not_spoil_its_batch() -> None:
    outcomes = worker.match_batch([SLOW, GOOD], article_seconds=0.005, matched_at=NOW)

    assert outcomes[0] == TimedOut("took longer than 0.005 s")
    assert isinstance(outcomes[1], Matched)


def test_batch_before_prepare_is_a_mistake_of_ours() -> None:
    worker._rules = None

    with pytest.raises(RuntimeError, match="prepare"):
        worker.match_batch([GOOD], article_seconds=5, matched_at=NOW)


def test_rule_that_is_set_aside_is_told_once() -> None:
    worker.prepare(RuleSet((*WAR.rules, Rule("broken", ActorCondition(("nobody-at-all",)), "", "g"))))

    outcomes = worker.match_batch([GOOD, GOOD], article_seconds=5, matched_at=NOW)

    assert all(isinstance(outcome, Matched) for outcome in outcomes)
    told = [
        [(rule_id, why.kind) for rule_id, why in outcome.set_aside]
        for outcome in outcomes
        if isinstance(outcome, Matched)
    ]
    assert told == [[("broken", "failed")], []]


def test_records_go_in_batches_and_come_back_in_order() -> None:
    pool = InlinePool()

    outcomes = _records(pool, [GOOD, QUIET, BAD], batch=2)

    assert pool.sizes == [2, 1]
    assert [type(outcome) for outcome in outcomes] == [Matched, Matched, Undecodable]


def test_batch_that_kills_its_worker_is_tried_article_by_article() -> None:
    died = WorkerDiedError("exit code 9")
    pool = InlinePool(died, None, RuntimeError("again"))

    outcomes = _records(pool, [GOOD, SLOW, QUIET])

    assert pool.sizes == [3, 1, 1, 1]
    assert [type(outcome) for outcome in outcomes] == [Matched, Failed, Matched]
    assert "again" in outcomes[1].reason


def test_stop_drops_what_workers_are_at() -> None:
    class Hanging(InlinePool):
        def submit(self, *_args: Any, **_kwargs: Any) -> Any:
            return Future()

    with pytest.raises(Stopped):
        _records(Hanging(), [GOOD], stop=True)


def test_real_worker_processes_give_the_same() -> None:
    pool = make_worker_pool(WAR, 1)
    try:
        outcomes = _records(pool, [GOOD, BAD, QUIET])
    finally:
        pool.close()

    assert outcomes == worker.match_batch([GOOD, BAD, QUIET], article_seconds=5, matched_at=NOW)


def test_canary_comes_out_as_one_match_of_its_own_whatever_fires_on_it() -> None:
    canary = canary_article(7, NOW)
    worker.prepare(rules_of(f"rules: [{{id: anything, when: {{query: {canary.title}}}}}]"))

    (outcome,) = worker.match_batch([RawRecord("articles[0]@6", encode(canary))], article_seconds=5, matched_at=NOW)

    assert isinstance(outcome, Matched)
    assert outcome.is_canary
    ((group, raw),) = outcome.matches
    match = decode_match(raw, "m")
    assert (group, match.group, match.fired) == (canary.feed_id, canary.feed_id, ())
    assert match.article.first_seen_at == NOW
