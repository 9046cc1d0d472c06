"""The state of the alert stage, lost and rebuilt from the log: the stage goes on as if nothing was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consumers.alerting.gates import Gates
from consumers.alerting.heads import check_heads, missing_heads
from consumers.alerting.memory import OUTBOX_PREFIX, Entry, decode_entry
from consumers.alerting.rebuild import Basis, Rebuilt, rebuild_partition, told_by_partition
from consumers.alerting.told import read_told
from monitor.core.alert import Alert
from monitor.core.codec import encode
from monitor.core.errors import NewerSchemaError, StateMissingError
from monitor.core.ids import partition_of
from monitor.core.match import Match
from monitor.core.ports import PartitionChange
from monitor.core.record import FIXED_PARTITIONS, NewRecord, Topic
from monitor.storage.sqlite import EmbeddedStore, open_embedded
from tests.unit.alerting.samples import FORGET, GROUP, RETENTION, RULE, article, at, changes, fired, gates, match
from tests.unit.alerting.test_loop import CONSUMERS, PARTITION, Bench, alerts_of, append

STREAM = [
    match(article("a"), fired(sentence="It is closed for a week.")),
    match(article("b", minutes=3, publisher="Delta Times")),
    match(article("z", minutes=4, page=None)),
    match(article("a", minutes=6, words="Edited"), fired(sentence="It is closed for a month.")),
    match(article("c", minutes=25, publisher="Coast Radio")),
    match(article("z", minutes=26, page=None, words="Open"), fired(withdrawn=True)),
    match(article("past", minutes=27, backfill=True, page="https://past.example/")),
]


class World:
    """A log that is kept, and states that can be lost; with a clock to set."""

    def __init__(self) -> None:
        self.now = at(0)
        self.kept = self._open()
        self.states = self._open()

    def _open(self) -> EmbeddedStore:
        return open_embedded(None, prefix="test", article_partitions=2, clock=lambda: self.now)

    def close(self) -> None:
        self.kept.close()
        self.states.close()

    def sees(self, *matches: Match) -> None:
        """The matches are appended, each when it was first seen."""
        for each in matches:
            self.now = max(self.now, each.article.first_seen_at)
            append(self.kept, each)

    def works(self, until: datetime | None = None, rules: Gates | None = None) -> list[Alert]:
        """The stage runs until it has nothing left to do; each revision on the log then, once."""
        self.now = max(self.now, until or self.now)
        bench = Bench(self.kept, states=self.states.partition_states)
        bench.now = self.now
        if rules is not None:
            bench.loop.set_gates(rules)
        bench.settle()
        return list({alert.id: alert for alert in alerts_of(self.kept)}.values())

    def loses_state(self) -> dict[str, Entry]:
        """The states are gone; what they held."""
        state = self.states.partition_states.load(PARTITION)
        assert state is not None
        self.states.close()
        self.states = self._open()
        return {key: decode_entry(key, value) for key, value in state.entries.items()}

    def rebuilds(self, rules: Gates | None = None) -> Rebuilt:
        """The one partition that had a state has one again."""
        rules = gates() if rules is None else rules
        missing = missing_heads(self.kept.log, self.states.partition_states, CONSUMERS)
        told = told_by_partition(read_told(self.kept.log).values(), rules)
        basis = Basis(rules, RETENTION, self.now)
        rebuilt = rebuild_partition(self.kept.log, PARTITION, missing[PARTITION], told[PARTITION], basis)
        assert self.states.partition_states.save([rebuilt.change]) == frozenset()
        return rebuilt

    def entries(self) -> dict[str, Entry]:
        """What the states hold by now."""
        state = self.states.partition_states.load(PARTITION)
        assert state is not None
        return {key: decode_entry(key, value) for key, value in state.entries.items()}


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


def no_differences(rebuilt: Rebuilt) -> bool:
    mended = rebuilt.mended
    return not (mended.lifted or mended.closed or mended.renamed or mended.untold or rebuilt.left_open)


@pytest.mark.parametrize("count", range(1, len(STREAM) + 1))
def test_a_rebuilt_state_is_the_one_that_was_lost(world: World, count: int) -> None:
    world.sees(*STREAM[:count])
    world.works()
    lost = world.loses_state()

    rebuilt = world.rebuilds()

    assert world.entries() == lost
    assert no_differences(rebuilt)
    assert (rebuilt.matches, rebuilt.change.head.offset, rebuilt.change.head.version) == (count, count, 1)


@pytest.mark.parametrize("count", range(1, len(STREAM)))
def test_the_stage_goes_on_as_if_nothing_was_lost(world: World, count: int) -> None:
    world.sees(*STREAM)
    expected = world.works(until=at(60))
    other = World()
    other.sees(*STREAM[:count])
    other.works()
    other.loses_state()
    other.rebuilds()
    other.sees(*STREAM[count:])

    alerts = other.works(until=at(60))
    other.close()

    assert changes(alerts) == changes(expected)
    assert [alert.id for alert in alerts] == [alert.id for alert in expected]


def test_what_a_timer_told_by_the_wall_clock_is_told_once(world: World) -> None:
    world.sees(match(article("a")), match(article("b", minutes=3, publisher="Delta Times")))
    before = world.works(until=at(20))
    world.loses_state()

    rebuilt = world.rebuilds()
    after = world.works(until=at(40))

    assert changes(before) == [(1, "opened", "first_report"), (2, "updated", "new_voice")]
    assert after == before
    assert no_differences(rebuilt)


def test_what_was_decided_beyond_the_committed_offset_is_decided_again_and_recognised(world: World) -> None:
    world.sees(STREAM[0])
    world.works()
    world.sees(*STREAM[1:])
    ahead = World()
    ahead.sees(*STREAM)
    told = ahead.works()
    ahead.close()
    world.kept.log.append([NewRecord(Topic.ALERTS, alert.data.alert_id, encode(alert)) for alert in told])
    world.loses_state()

    rebuilt = world.rebuilds()

    assert no_differences(rebuilt)
    assert rebuilt.change.head.offset == 1
    assert {alert.id for alert in world.works()} == {alert.id for alert in told}


def test_revisions_go_on_after_the_last_that_was_told_under_other_gates(world: World) -> None:
    world.sees(*STREAM[:2], match(article("c", minutes=5, publisher="Coast Radio")))
    told = world.works(until=at(6), rules=gates(throttle=timedelta(0)))
    world.loses_state()

    rebuilt = world.rebuilds()
    world.sees(match(article("a", minutes=8, words="Edited"), fired(sentence="It is closed for a month.")))
    alerts = world.works(until=at(8))

    assert [alert.data.revision for alert in told] == [1, 2, 3]
    assert rebuilt.mended.lifted == 1
    assert changes(alerts)[3:] == [(4, "corrected", "evidence_changed")]


def test_an_alert_that_was_told_closed_stays_closed(world: World) -> None:
    world.sees(match(article("a")))
    world.works()
    told = world.works(rules=gates("another-rule"))
    world.loses_state()

    rebuilt = world.rebuilds()
    world.sees(match(article("b", minutes=30, publisher="Delta Times")))
    alerts = world.works(until=at(31))

    assert changes(told) == [(1, "opened", "first_report"), (2, "closed", "rule_removed")]
    assert rebuilt.mended.closed == 1
    assert rebuilt.open_alerts == 0
    new = [alert for alert in alerts if alert not in told]
    assert changes(new) == [(1, "opened", "first_report")]
    assert new[0].data.alert_id != told[0].data.alert_id


def test_an_alert_that_began_before_the_matches_that_are_left_goes_on_under_its_id(world: World) -> None:
    world.sees(match(article("a")), match(article("b", minutes=20, publisher="Delta Times")))
    told = world.works()
    world.kept.trim({Topic.MATCHES: timedelta(minutes=10)}, at(20))
    world.loses_state()

    rebuilt = world.rebuilds()
    world.sees(match(article("c", minutes=60, publisher="Coast Radio")))
    alerts = world.works()

    assert (rebuilt.mended.renamed, rebuilt.matches, rebuilt.left_open) == (1, 1, ())
    assert rebuilt.reaches_back_to == at(20)
    assert changes(alerts)[len(told) :] == [(3, "updated", "new_voice")]
    assert {alert.data.alert_id for alert in alerts} == {told[0].data.alert_id}
    assert {alert.data.story.id for alert in alerts} == {told[0].data.story.id}


def test_an_alert_whose_matches_are_all_gone_is_told_as_left_open(world: World) -> None:
    world.sees(match(article("a")), match(article("z", minutes=20, page=None, publisher="Delta Times")))
    told = world.works()
    world.kept.trim({Topic.MATCHES: timedelta(minutes=10)}, at(20))
    world.loses_state()

    rebuilt = world.rebuilds()

    assert [one.alert_id for one in rebuilt.left_open] == [told[0].data.alert_id]
    assert rebuilt.open_alerts == 1


def test_an_open_alert_that_is_not_on_the_log_is_counted(world: World) -> None:
    world.sees(match(article("a")))
    world.works()
    missing = {PARTITION: 1}

    rebuilt = rebuild_partition(world.kept.log, PARTITION, missing[PARTITION], {}, Basis(gates(), RETENTION, world.now))

    assert rebuilt.mended.untold == 1
    assert rebuilt.open_alerts == 1


def test_alerts_closed_for_silence_leave_nothing_to_rebuild(world: World) -> None:
    world.sees(match(article("a")))
    told = world.works(until=at(0) + FORGET)
    world.loses_state()

    rebuilt = world.rebuilds()

    assert changes(told)[-1] == (2, "closed", "forgotten")
    assert no_differences(rebuilt)
    assert world.works() == told


def test_records_that_were_put_aside_are_left_out_as_then(world: World) -> None:
    world.kept.log.append([NewRecord(Topic.MATCHES, GROUP, b"{}")])
    append(world.kept, match(article("future", minutes=90)))
    world.sees(match(article("a")))
    told = world.works()
    world.loses_state()
    world.now = at(300)

    rebuilt = world.rebuilds()

    assert len(told) == 1
    assert (rebuilt.matches, rebuilt.change.head.offset) == (1, 3)


def test_a_record_of_a_newer_schema_ends_the_rebuilding(world: World) -> None:
    world.kept.log.append([NewRecord(Topic.MATCHES, GROUP, b'{"schema": 99}')])

    with pytest.raises(NewerSchemaError):
        rebuild_partition(world.kept.log, PARTITION, 1, {}, Basis(gates(), RETENTION, world.now))


def test_many_matches_leave_no_alert_in_the_rebuilt_outbox(world: World) -> None:
    world.sees(
        *(
            match(article(f"n{number}", minutes=number / 100, page=None, words=f"No. {number}"))
            for number in range(1_100)
        )
    )
    told = world.works()
    lost = world.loses_state()

    world.rebuilds()

    assert len(told) == 1_100
    assert world.entries() == {key: entry for key, entry in lost.items() if not key.startswith(OUTBOX_PREFIX)}


def test_a_rule_that_is_gone_counts_as_its_own_group() -> None:
    world = World()
    world.sees(match(article("a")))
    world.works()
    told = read_told(world.kept.log).values()
    world.close()

    assert set(told_by_partition(told, gates())) == {PARTITION}
    assert set(told_by_partition(told, {})) == {partition_of(RULE, FIXED_PARTITIONS[Topic.MATCHES])}


def test_a_missing_head_is_told_before_anything_starts(world: World) -> None:
    check_heads(world.kept.log, world.states.partition_states, CONSUMERS)
    world.sees(match(article("a")))
    world.works()
    check_heads(world.kept.log, world.states.partition_states, CONSUMERS)
    world.loses_state()

    with pytest.raises(StateMissingError, match="run `tocsin recover`") as caught:
        check_heads(world.kept.log, world.states.partition_states, CONSUMERS)

    assert (caught.value.partition, caught.value.offset) == (PARTITION, 1)


def test_a_state_restored_from_an_earlier_backup_catches_up_and_nothing_is_doubled(world: World) -> None:
    world.sees(*STREAM[:2])
    world.works()
    backup = world.states.partition_states.load(PARTITION)
    world.sees(*STREAM[2:])
    told = world.works(until=at(60))
    world.loses_state()
    assert backup is not None
    world.states.partition_states.save([PartitionChange(PARTITION, replace(backup.head, version=1), backup.entries)])

    check_heads(world.kept.log, world.states.partition_states, CONSUMERS)
    alerts = world.works()

    assert changes(alerts) == changes(told)
    assert [alert.id for alert in alerts] == [alert.id for alert in told]
