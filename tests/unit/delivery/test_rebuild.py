"""The alert history rebuilt from the log, and where subscriptions go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from consumers.delivery.cursors import new_cursor
from consumers.delivery.rebuild import HistoryPlan, plan_history, restore_history
from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.places import place_of
from monitor.core.ports import AlertHistory
from monitor.core.record import NewRecord, Topic
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.sqlite import EmbeddedStore, open_embedded
from tests.unit.delivery.samples import NOW, an_alert

LONG_AGO = NOW - timedelta(days=90)
SECOND = timedelta(seconds=1)


class World:
    """A log that is kept and a history that can be lost; a second passes with each alert."""

    def __init__(self) -> None:
        self.now = NOW
        self.kept = self._open()
        self.other = self._open()

    def _open(self) -> EmbeddedStore:
        return open_embedded(None, prefix="test", article_partitions=1, clock=lambda: self.now)

    @property
    def history(self) -> AlertHistory:
        return self.other.history

    def close(self) -> None:
        self.kept.close()
        self.other.close()

    def decides(self, *alerts: Alert) -> None:
        """The alerts are on the log."""
        for alert in alerts:
            self.now += SECOND
            self.kept.log.append([NewRecord(Topic.ALERTS, alert.data.alert_id, encode(alert))])

    def publishes(self, *alerts: Alert) -> None:
        """They are on the log and in the history."""
        for alert in alerts:
            self.decides(alert)
            self.history.append([alert], now=self.now)

    def loses_history(self) -> None:
        self.other.close()
        self.other = self._open()

    def committed(self) -> dict[int, int]:
        """All that is on the log was published."""
        return {number: self.kept.log.bounds(Topic.ALERTS, number)[1] for number in range(32)}

    def plan(self, committed: dict[int, int] | None = None, since: datetime = LONG_AGO) -> HistoryPlan:
        done = self.committed() if committed is None else committed
        return plan_history(self.kept.log, self.history, done, since=since)

    def restores(self, committed: dict[int, int] | None = None, since: datetime = LONG_AGO) -> int:
        done = self.committed() if committed is None else committed
        plan = self.plan(done, since)
        return restore_history(self.kept.log, self.history, done, plan, since=since)

    def ids(self) -> list[str]:
        return [alert.id for alert in self.history.read(BEGINNING, limit=1000)]


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


ALERTS = [an_alert(f"a{number % 7}", 1 + number // 7) for number in range(30)]


def ids_of(alerts: Sequence[Alert]) -> list[str]:
    return [alert.id for alert in alerts]


def test_a_lost_history_is_there_again_in_order_with_its_times_and_another_epoch(world: World) -> None:
    world.publishes(*ALERTS)
    lost, epoch = world.history.read(BEGINNING, limit=100), world.history.epoch()
    world.loses_history()

    assert world.restores() == len(ALERTS)

    restored = world.history.read(BEGINNING, limit=100)
    assert ids_of(restored) == ids_of(ALERTS)
    assert [alert.streamid for alert in restored] == [alert.streamid for alert in lost]
    assert [alert.previous for alert in restored] == [None, *(alert.streamid for alert in restored[:-1])]
    assert world.history.epoch() != epoch
    assert len({partition for partition, end in world.committed().items() if end}) > 3


def test_a_whole_history_lacks_nothing(world: World) -> None:
    assert world.plan().missing == 0
    world.publishes(*ALERTS)

    assert (world.plan().published, world.plan().missing) == (len(ALERTS), 0)


def test_repeats_on_the_log_are_one_revision(world: World) -> None:
    world.publishes(*ALERTS)
    world.decides(ALERTS[-1])
    assert world.plan().missing == 0
    world.loses_history()

    assert world.restores() == len(ALERTS)


def test_what_was_not_published_is_left_to_publishing(world: World) -> None:
    world.publishes(*ALERTS)
    committed = world.committed()
    world.decides(an_alert("later"))
    world.loses_history()

    assert world.restores(committed) == len(ALERTS)
    assert "later-1" not in world.ids()


def test_what_was_published_and_not_committed_yet_stays_published(world: World) -> None:
    world.publishes(*ALERTS)
    committed = world.committed()
    world.loses_history()
    world.publishes(an_alert("later"))

    assert world.restores(committed) == len(ALERTS) + 1
    assert world.ids()[-1] == "later-1"


def test_a_history_that_began_anew_by_itself_gets_its_past_in_order(world: World) -> None:
    world.publishes(*ALERTS)
    world.loses_history()
    newer = [an_alert("a1", 9), an_alert("new")]
    world.publishes(*newer)

    assert world.plan().missing == len(ALERTS)
    assert world.restores() == len(ALERTS) + 2

    assert world.ids() == ids_of([*ALERTS, *newer])


def test_what_the_log_has_no_more_stays_in_the_history(world: World) -> None:
    world.publishes(*ALERTS[:10])
    world.kept.trim({Topic.ALERTS: timedelta(0)}, world.now)
    backup = world.history.read(BEGINNING, limit=100)
    world.publishes(*ALERTS[10:])
    world.loses_history()
    world.history.restore([(NOW, alert) for alert in backup])

    plan = world.plan()
    world.restores()

    assert [alert.id for _, alert in plan.only_there] == ids_of(ALERTS[:9])  # the last was appended at that moment
    assert world.ids() == ids_of(ALERTS)


def test_what_the_history_may_have_forgotten_is_not_missing(world: World) -> None:
    world.publishes(*ALERTS)
    world.loses_history()

    plan = world.plan(since=NOW + 11 * SECOND)

    assert plan.missing == len(ALERTS) - 10


def test_an_interrupted_restoring_is_done_again(world: World) -> None:
    world.publishes(*ALERTS)
    world.loses_history()
    world.history.restore([(NOW, alert) for alert in ALERTS[:5]])

    assert world.plan().missing == len(ALERTS) - 5
    world.restores()
    assert world.ids() == ids_of(ALERTS)


def test_records_that_are_no_alerts_are_passed_over(world: World) -> None:
    world.publishes(*ALERTS)
    world.kept.log.append([NewRecord(Topic.ALERTS, "a1", b"?")])
    world.loses_history()

    assert world.restores() == len(ALERTS)


END = StreamId(500, 0)
EARLIER = StreamId(100, 0)


@pytest.mark.parametrize(
    ("cursor", "is_another", "resend", "expected"),
    [
        pytest.param(None, False, None, END, id="a lost one goes to the end"),
        pytest.param(EARLIER, False, None, None, id="one that waits for a slow receiver stays"),
        pytest.param(END, False, None, None, id="one at the end stays"),
        pytest.param(EARLIER, True, None, END, id="a place in a lost history goes to the end"),
        pytest.param(StreamId(900, 0), False, None, END, id="one beyond the end goes to the end"),
        pytest.param(None, False, StreamId(300, 0), StreamId(300, 0), id="a lost one goes back as far as wished"),
        pytest.param(END, False, StreamId(300, 0), StreamId(300, 0), id="any goes back as far as wished"),
        pytest.param(EARLIER, False, StreamId(300, 0), None, id="one further back than wished stays"),
        pytest.param(None, False, StreamId(900, 0), END, id="never beyond the end, where something would be left out"),
    ],
)
def test_where_a_subscription_goes_on(
    cursor: StreamId | None, is_another: bool, resend: StreamId | None, expected: StreamId | None
) -> None:
    assert new_cursor(cursor, end=END, is_another_history=is_another, resend=resend) == expected


def test_a_place_given_out_in_time_means_the_same_after_the_restoring(world: World) -> None:
    world.publishes(*ALERTS)
    middle = place_of(world.history.read(BEGINNING, limit=100)[14])
    world.loses_history()
    world.restores()

    assert ids_of(world.history.read(middle, limit=100)) == ids_of(ALERTS[15:])
