"""`tocsin recover` over the embedded ports: what it does, says, and leaves alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consumers.delivery.publish import PublishLoop
from consumers.delivery.subscriptions import Subscriptions
from monitor.cli.backend import Backend
from monitor.cli.recovery import LEASE_NAME, Plan, Recovery
from monitor.core.canary import canary_article, canary_match
from monitor.core.clock import utc_now
from monitor.core.codec import encode
from monitor.core.errors import StoreError, StoreInUseError, StoreUnavailableError
from monitor.core.feed import Feed, FeedChange, FeedState
from monitor.core.ids import FeedId
from monitor.core.metrics import Metrics
from monitor.core.ports import Head, PartitionChange
from monitor.core.record import NewRecord, Topic
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.sqlite import EmbeddedStore, open_embedded
from tests.unit.alerting.faults import FaultyStates, Fuse
from tests.unit.alerting.samples import RETENTION, article, at, gates, match
from tests.unit.alerting.test_loop import PARTITION, Bench, append
from tests.unit.cli.support import call, written
from tests.unit.delivery.bench import DESK
from tests.unit.delivery.test_publish import CountedStop
from tests.unit.feeds.making import FEED, an_article

NOW = at(60)
CLOCK = lambda: NOW  # noqa: E731
LINE = "desk/hook"


def ports(kept: EmbeddedStore, lost: EmbeddedStore) -> Backend:
    """The log of the one, the state of the other."""
    return Backend(
        log=kept.log,
        leases=lost.leases,
        feed_states=lost.feed_states,
        partition_states=lost.partition_states,
        history=lost.history,
        deliveries=lost.deliveries,
        owner="recovery",
        trim=lambda _, __: {},
    )


class World:
    """A service that worked, on a log that is kept and a store of state that can be lost."""

    def __init__(self) -> None:
        self.kept = self._open()
        self.lost = self._open()
        self.told: list[str] = []

    def _open(self) -> EmbeddedStore:
        return open_embedded(None, prefix="test", article_partitions=1, clock=lambda: at(0))

    @property
    def store(self) -> Backend:
        return ports(self.kept, self.lost)

    def works(self) -> None:
        """Articles, matches, alerts, history: as the stages do it."""
        self.kept.log.append([NewRecord(Topic.ARTICLES, FEED.id, encode(an_article("a")))])
        append(self.kept, match(article("a")), match(article("b", minutes=20, publisher="Delta Times")))
        canary = canary_article(PARTITION, at(30))
        self.kept.log.append([NewRecord(Topic.ARTICLES, canary.feed_id, encode(canary))])
        append(self.kept, canary_match(canary, matched_at=at(30)))
        self.decides_and_publishes()
        lease = self.lost.leases.acquire("poll/0", "poller", seconds=60, now=NOW)
        assert lease is not None
        self.lost.feed_states.save(FeedChange(feed_id=FEED.id, state=FeedState(polled_once=True)), lease)
        self.lost.leases.release(lease)

    def decides_and_publishes(self) -> None:
        Bench(self.kept, states=self.lost.partition_states).settle()
        PublishLoop(self.kept.log, self.lost.history, Metrics(), CLOCK, "test-publish").run(CountedStop(2))

    def loses_state(self) -> None:
        self.lost.close()
        self.lost = self._open()

    def recovers(
        self,
        *,
        store: Backend | None = None,
        is_dry: bool = False,
        resend: StreamId | None = None,
        subscriptions: Subscriptions = DESK,
    ) -> bool:
        plan = Plan(
            prefix="test",
            feeds=(FEED, Feed(id=FeedId("herald"), url="https://herald.example/rss.xml")),
            gates=gates(),
            subscriptions=subscriptions,
            keep_articles=RETENTION,
            keep_alerts=timedelta(days=90),
            resend=resend,
            is_dry=is_dry,
        )
        self.told.clear()
        return Recovery(plan, store or self.store, CLOCK, tell=self.told.append).run()

    def history(self) -> list[str]:
        return [alert.data.change.kind for alert in self.lost.history.read(BEGINNING, limit=100)]

    def is_untouched(self) -> bool:
        return (
            self.lost.history.bounds() is None
            and not self.lost.partition_states.heads()
            and not self.lost.feed_states.load_all()
            and self.lost.deliveries.cursor(LINE) is None
        )


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    world = World()
    world.works()
    yield world
    world.lost.close()
    world.kept.close()


def said(world: World, words: str) -> bool:
    return any(words in line for line in world.told)


def test_everything_that_was_lost_is_rebuilt_and_told(world: World) -> None:
    world.loses_state()

    assert world.recovers()

    assert world.history() == ["opened", "updated"]
    assert world.lost.partition_states.heads() == {PARTITION: Head(offset=3, version=1, clock=at(30))}
    assert world.lost.feed_states.load_all().keys() == {FEED.id}
    end = world.lost.history.bounds()
    assert end is not None
    assert world.lost.deliveries.cursor(LINE) == end[1]
    assert said(world, "alert history: rebuilt: 2 revisions, from 2 on the log")
    assert said(world, "feeds: 0 fine, 1 rebuilt")
    assert said(world, "1 feed without an article on the log")
    assert said(world, "desk/hook go on at the end of the history")
    assert said(world, f"matches[{PARTITION}] up to 3: 1 open alert, 2 articles remembered, from 3 matches")


def test_a_second_run_finds_everything_fine_and_changes_nothing(world: World) -> None:
    world.loses_state()
    world.recovers()
    epoch, cursor = world.lost.history.epoch(), world.lost.deliveries.cursor(LINE)

    assert not world.recovers()

    assert (world.lost.history.epoch(), world.lost.deliveries.cursor(LINE)) == (epoch, cursor)
    assert said(world, "alert history: fine: 2 revisions")
    assert said(world, "alert stage: 1 partition fine")


def test_a_dry_run_says_it_and_changes_nothing(world: World) -> None:
    world.loses_state()

    assert world.recovers(is_dry=True)

    assert world.is_untouched()
    assert said(world, "2 of 2 published revisions are missing: it would be rebuilt")
    assert said(world, "0 fine, 1 to be rebuilt")
    assert said(world, "1 to be rebuilt")
    assert said(world, "would go on at the end")


def test_what_comes_after_goes_on_where_it_was(world: World) -> None:
    world.loses_state()
    world.recovers()
    append(world.kept, match(article("c", minutes=40, publisher="Coast Radio")))

    world.decides_and_publishes()

    alerts = world.lost.history.read(BEGINNING, limit=10)
    assert [alert.data.revision for alert in alerts] == [1, 2, 3]
    assert len({alert.data.alert_id for alert in alerts}) == 1
    assert [alert.previous for alert in alerts] == [None, alerts[0].streamid, alerts[1].streamid]


def test_subscriptions_get_again_what_they_ask_for(world: World) -> None:
    world.loses_state()
    world.recovers()

    assert world.recovers(resend=BEGINNING)

    assert world.lost.deliveries.cursor(LINE) == BEGINNING
    assert said(world, "what came after is sent again")


def test_a_receiver_that_is_behind_in_a_history_that_is_whole_stays_there(world: World) -> None:
    lease = world.lost.leases.acquire("x", "me", seconds=60, now=NOW)
    assert lease is not None
    first = world.lost.history.bounds()
    assert first is not None
    world.lost.deliveries.save_cursor(LINE, first[0], lease)
    world.lost.leases.release(lease)

    world.recovers()

    assert world.lost.deliveries.cursor(LINE) == first[0]
    assert said(world, "subscriptions: 1 fine")


@pytest.mark.parametrize("call_number", range(1, 6))
def test_a_recovery_that_was_interrupted_anywhere_is_finished_by_the_next(world: World, call_number: int) -> None:
    world.loses_state()
    fuse = Fuse(call_number, error=lambda: StoreUnavailableError("away"))

    class Log:
        """A log that fails at one read."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.kept.log, name)

        def read(self, *arguments: object) -> object:
            return fuse.around(lambda: world.kept.log.read(*arguments))  # type: ignore[arg-type]

    with pytest.raises(StoreUnavailableError):
        world.recovers(store=replace(world.store, log=Log()))  # type: ignore[arg-type]
    assert world.lost.partition_states.heads() == {}

    assert world.recovers()
    assert world.history() == ["opened", "updated"]
    assert not world.recovers()


def test_an_interruption_after_the_history_sends_nothing_twice(world: World) -> None:
    world.loses_state()
    states = FaultyStates(world.lost.partition_states, Fuse(1, error=lambda: StoreUnavailableError("away")))

    with pytest.raises(StoreUnavailableError):
        world.recovers(store=replace(world.store, partition_states=states))
    before = world.lost.deliveries.cursor(LINE)
    world.recovers()

    end = world.lost.history.bounds()
    assert end is not None
    assert before == end[1] == world.lost.deliveries.cursor(LINE)


@pytest.mark.parametrize("name", [LEASE_NAME, f"send/{LINE}", "poll/7"])
def test_it_refuses_beside_somebody_who_holds_a_lease(world: World, name: str) -> None:
    world.loses_state()
    assert world.lost.leases.acquire(name, "another", seconds=60, now=NOW) is not None

    with pytest.raises(StoreInUseError, match=rf"another, which holds the lease {name} \(a process that was killed"):
        world.recovers()

    assert world.is_untouched()


def test_leases_are_given_back(world: World) -> None:
    world.loses_state()
    world.recovers()

    assert world.lost.leases.acquire(LEASE_NAME, "another", seconds=60, now=NOW) is not None
    assert world.lost.leases.acquire(f"send/{LINE}", "another", seconds=60, now=NOW) is not None


def test_a_partition_that_another_process_saved_meanwhile_is_an_error(world: World) -> None:
    world.loses_state()

    class Raced(FaultyStates):
        def save(self, changes: Sequence[PartitionChange]) -> frozenset[int]:
            super().save([PartitionChange(PARTITION, Head(offset=0, version=1, clock=None))])
            return super().save(changes)

    with pytest.raises(StoreError, match="another process saved its state meanwhile"):
        world.recovers(store=replace(world.store, partition_states=Raced(world.lost.partition_states, Fuse())))


def test_a_head_behind_the_log_is_left_to_the_stage(world: World) -> None:
    state = world.lost.partition_states.load(PARTITION)
    assert state is not None
    world.loses_state()
    behind = PartitionChange(PARTITION, Head(offset=1, version=1, clock=at(0)), dict(state.entries))
    world.lost.partition_states.save([behind])

    world.recovers()

    assert said(world, "0 partitions fine, 1 behind the log")
    assert world.lost.partition_states.heads() == {PARTITION: behind.head}


def test_on_a_new_embedded_store_nothing_is_missing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = written(tmp_path)

    dry = call(capsys, "recover", "--dry-run", "--config", config)
    done = call(capsys, "recover", "--config", config)

    assert (dry.code, done.code) == (0, 0)
    assert "nothing is missing" in dry.out
    assert "nothing was missing" in done.out
    assert done.err == ""


def test_a_wrong_time_to_send_again_from_is_wrong_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "recover", "--resend-since", "soon", "--config", written(tmp_path))

    assert ended.code == 2
    assert "--resend-since 'soon': allowed are 2h" in ended.err


def test_it_refuses_beside_a_daemon_on_the_same_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = written(tmp_path)
    with open_embedded(tmp_path / "tocsin.db", prefix="tocsin", article_partitions=8, clock=utc_now):
        ended = call(capsys, "recover", "--config", config)

    assert ended.code == 1
    assert "it is in use by" in ended.err
