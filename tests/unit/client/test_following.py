"""The decisions of somebody who follows a channel: whatever happens, each revision once and in order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.client.following import MAX_REMEMBERED, Following
from monitor.client.gap import Gap
from monitor.core.alert import Alert
from monitor.core.channels import ALL_ALERTS, Channel, channels_of
from monitor.core.codec import encode
from monitor.core.errors import NewerSchemaError
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.redis import HistoryEnd, HistoryPage
from tests.contract.support import alert

CHANNELS = (ALL_ALERTS, Channel("rule", "bridges"), Channel("actor", "mayor"), Channel("severity", "high"))


@dataclass
class History:
    """What the script on the server does, in memory."""

    life: int = 1
    clock: int = 100_000  # far enough from the beginning to step back
    last: StreamId | None = None
    entries: list[tuple[StreamId, bytes]] = field(default_factory=list)
    channels: dict[Channel, StreamId] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    published: list[Alert] = field(default_factory=list)
    heard: deque[tuple[Channel, bytes]] = field(default_factory=deque)

    @property
    def epoch(self) -> str | None:
        return f"life-{self.life}" if self.last else None

    def publish(self, one: Alert, step: int = 1_000) -> Alert | None:
        """Append when its revision is newer, and tell its channels."""
        if one.data.revision <= self.revisions.get(one.data.alert_id, 0):
            return None
        self.clock += step
        before, place = self.last, self.last
        place = StreamId(self.clock, 0) if place is None or self.clock > place.milliseconds else place.next_at(_EARLY)
        self.last = place
        self.revisions[one.data.alert_id] = one.data.revision
        appended = self._placed(one, before)
        self.entries.append((place, encode(appended)))
        self.published.append(appended)
        for channel in channels_of(one):
            self.heard.append((channel, encode(self._placed(one, self.channels.get(channel)))))
            self.channels[channel] = place
        return appended

    def end(self, channel: Channel) -> HistoryEnd:
        return HistoryEnd(self.epoch, self.last, self.channels.get(channel))

    def page(self, after: StreamId | None, channel: Channel, size: int) -> HistoryPage:
        behind = [] if after is None else [entry for entry in self.entries if entry[0] > after][:size]
        return HistoryPage(self.end(channel), tuple(behind), is_full=len(behind) == size)

    def empty(self) -> None:
        """FLUSHALL: connections stand, and what was sent on them still comes."""
        self.life += 1
        self.last = None
        self.entries.clear()
        self.channels.clear()
        self.revisions.clear()

    def crash(self, forgotten: int) -> list[Alert]:
        """Come up again without the last entries, but with the first, as with that its life goes; those."""
        kept = self.published[: max(1, len(self.published) - forgotten)]
        lost = self.published[len(kept) :]
        self.entries = self.entries[: len(kept)]
        self.last, self.channels, self.revisions, self.published = None, {}, {}, kept
        for one in kept:
            self.last = StreamId.parse(one.streamid or "")
            self.channels |= dict.fromkeys(channels_of(one), self.last)
            self.revisions[one.data.alert_id] = one.data.revision
        self.heard.clear()
        return lost

    def _placed(self, one: Alert, previous: StreamId | None) -> Alert:
        return msgspec.structs.replace(
            one, streamid=str(self.last), epoch=self.epoch, previous=None if previous is None else str(previous)
        )


_EARLY = alert().time.replace(year=1971)


@dataclass
class Reader:
    """Drives a follower as the client does, with what it got so far."""

    history: History
    channel: Channel
    page_size: int = 3
    after: StreamId | None = BEGINNING
    epoch: str | None = None
    got: list[Alert | Gap] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.following = Following(self.channel, self.after, self.epoch)
        self.connect()

    def connect(self) -> None:
        self.history.heard.clear()
        self.following.subscribed()

    def hear(self, index: int = 0) -> None:
        """The next message (or one behind it) comes, when the stream need not be read first."""
        self.read()
        mine = [message for channel, message in self.history.heard if channel == self.channel]
        self._give(self.following.take_message(mine[index % len(mine)]) if mine else [])

    def look(self) -> None:
        self.following.take_end(self.history.end(self.channel))

    def read(self) -> None:
        """All pages that must be read."""
        for _ in range(10_000):
            if not self.following.must_read:
                return
            self.read_page()
        raise AssertionError("it never has enough")

    def read_page(self) -> None:
        page = self.history.page(self.following.after, self.channel, self.page_size)
        self._give(self.following.take_page(page))

    def settle(self) -> None:
        """What happens a heartbeat later."""
        self.look()
        self.read()

    def _give(self, items: list[Alert | Gap]) -> None:
        self.got += items
        for item in items:
            if isinstance(item, Gap):
                self.epoch = item.epoch
            else:
                self.after, self.epoch = StreamId.parse(item.streamid or ""), item.epoch

    @property
    def revisions(self) -> list[str]:
        return [item.id for item in self.got if isinstance(item, Alert)]

    @property
    def gaps(self) -> list[str]:
        return [item.reason for item in self.got if isinstance(item, Gap)]


def revision(number: int, of: int, rule: str = "bridges", *, shadow: bool = False, actor: str | None = None) -> Alert:
    one = alert(f"a{number}", of)
    data = msgspec.structs.replace(one.data, rule=rule, shadow=shadow, actors=(actor,) if actor else ())
    return msgspec.structs.replace(one, data=data)


def wanted(history: History, channel: Channel) -> list[str]:
    return [one.id for one in history.published if channel.carries(one)]


class World:
    """A history and somebody who follows it, to whom things happen."""

    def __init__(self, channel: Channel, page_size: int) -> None:
        self.history = History()
        self.reader = Reader(self.history, channel, page_size)
        self.all_wanted: list[str] = []  # ever published, also what was lost since
        self._publish(revision(1, 1, actor="mayor"))  # who never saw a history cannot miss it
        self.reader.settle()

    def publish(self, number: int) -> None:
        """A revision of one of a few alerts; which, of which rule and about whom, the number tells."""
        which = number % 7
        of = self.history.revisions.get(f"a{which}", 0) + 1 + self.history.life * 1_000
        rule = "bridges" if which % 2 else "floods"
        one = revision(which, of, rule, shadow=which == 3, actor="mayor" if which in (1, 2) else None)
        self._publish(one)

    def _publish(self, one: Alert, step: int = 1_000) -> None:
        published = self.history.publish(one, step)
        if published and self.reader.channel.carries(published) and published.id not in self.all_wanted:
            self.all_wanted.append(published.id)

    def lose(self, number: int) -> None:
        """The next message gets lost."""
        if self.history.heard:
            self.history.heard.popleft()

    def hear(self, number: int) -> None:
        """A message comes: the next, out of turn, or again."""
        self.reader.hear(number % 4)
        if self.history.heard and number % 2:
            self.history.heard.popleft()

    def break_connection(self, number: int) -> None:
        self.reader.connect()

    def look(self, number: int) -> None:
        self.reader.look()

    def read_page(self, number: int) -> None:
        if self.reader.following.must_read:
            self.reader.read_page()

    def restart_reader(self, number: int) -> None:
        """The program starts again with the cursor that it kept."""
        old = self.reader
        self.reader = Reader(self.history, old.channel, old.page_size, old.after, old.epoch, old.got)

    def trim(self, number: int) -> None:
        del self.history.entries[: number % 5]

    def empty(self, number: int) -> None:
        if self.history.last is not None:
            self.history.empty()

    def crash(self, number: int) -> None:
        """The server forgets its last moment; what it is told again comes from publishers whose clock is late."""
        lost = self.history.crash(number % 4)
        self.history.clock -= number % 3 * 1_500
        self.reader.connect()
        for one in lost[number % 2 :]:
            if one.data.revision > self.history.revisions.get(one.data.alert_id, 0):
                self._publish(one, 1 + number % 2 * 999)

    def settle(self) -> None:
        self._publish(revision(1, 1_000_000, actor="mayor"))
        self.reader.settle()


def steps(*names: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    often = ["publish", "publish", "hear", "hear", "look", "lose", "break_connection", "read_page"]
    return st.lists(st.tuples(st.sampled_from([*often, *names]), st.integers(0, 11)), max_size=60)


def run(channel: Channel, page_size: int, happenings: list[tuple[str, int]]) -> World:
    world = World(channel, page_size)
    for name, number in happenings:
        getattr(world, name)(number)
    world.settle()
    return world


@given(st.sampled_from(CHANNELS), st.integers(1, 4), steps("restart_reader"))
def test_loss_repeats_disorder_and_restarts_cost_nothing_and_double_nothing(
    channel: Channel, page_size: int, happenings: list[tuple[str, int]]
) -> None:
    world = run(channel, page_size, happenings)

    assert world.reader.revisions == wanted(world.history, channel)
    assert world.reader.gaps == []


@given(st.sampled_from(CHANNELS), st.integers(1, 4), steps("restart_reader", "trim", "empty"))
def test_what_can_no_longer_be_had_is_told_and_all_else_comes_once(
    channel: Channel, page_size: int, happenings: list[tuple[str, int]]
) -> None:
    world = run(channel, page_size, happenings)
    revisions = world.reader.revisions

    assert revisions == [one for one in world.all_wanted if one in set(revisions)]
    assert len(set(revisions)) == len(revisions)
    if len(revisions) < len(world.all_wanted):
        assert world.reader.gaps != []
    if not {"trim", "empty"} & {name for name, _ in happenings}:
        assert world.reader.gaps == []


@given(st.sampled_from(CHANNELS), st.integers(1, 4), steps("crash"))
def test_a_server_that_forgot_its_last_moment_costs_nothing_and_doubles_nothing(
    channel: Channel, page_size: int, happenings: list[tuple[str, int]]
) -> None:
    world = run(channel, page_size, happenings)
    revisions = world.reader.revisions

    assert set(wanted(world.history, channel)) <= set(revisions) <= set(world.all_wanted)
    assert len(set(revisions)) == len(revisions)
    assert world.reader.gaps == []


@pytest.fixture
def history() -> History:
    return History()


def test_without_a_place_only_what_comes_from_now_on(history: History) -> None:
    history.publish(revision(1, 1))
    reader = Reader(history, ALL_ALERTS, after=None)
    reader.read()
    history.publish(revision(2, 1))

    reader.hear()

    assert reader.revisions == ["a2-1"]


def test_message_behind_what_is_known_is_given_without_reading(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    history.publish(revision(1, 1))
    reader.read()
    history.heard.clear()
    history.publish(revision(2, 1))

    reader.hear()

    assert not reader.following.must_read
    assert reader.revisions == ["a1-1", "a2-1"]


def test_hole_before_a_message_is_filled_before_it(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    for number in range(4):
        history.publish(revision(number, 1))
    reader.read()
    for number in range(4, 8):
        history.publish(revision(number, 1))

    reader.hear(-1)

    assert reader.following.must_read
    reader.read()
    assert reader.revisions == [f"a{number}-1" for number in range(8)]


def test_lost_message_that_none_follows_is_found_by_a_look(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    reader.read()
    history.publish(revision(1, 1))
    history.heard.clear()
    reader.read()
    assert reader.revisions == []

    reader.settle()

    assert reader.revisions == ["a1-1"]


def test_look_that_finds_nothing_reads_nothing(history: History) -> None:
    reader = Reader(history, Channel("rule", "bridges"))
    history.publish(revision(1, 1))
    reader.read()
    history.publish(revision(2, 1, "floods"))

    reader.look()

    assert not reader.following.must_read


def test_rules_on_trial_are_not_given(history: History) -> None:
    history.publish(revision(1, 1, shadow=True))
    history.publish(revision(2, 1))
    reader = Reader(history, ALL_ALERTS)

    reader.read()

    assert reader.revisions == ["a2-1"]


def test_trimmed_revisions_are_told_before_the_first_that_is_left(history: History) -> None:
    for number in range(4):
        history.publish(revision(number, 1))
    del history.entries[:3]
    reader = Reader(history, ALL_ALERTS)

    reader.read()

    assert reader.got[0] == Gap("trimmed", history.entries[0][0], "life-1")
    assert reader.revisions == ["a3-1"]


def test_trimmed_to_the_end_is_told_too_and_once(history: History) -> None:
    history.publish(revision(1, 1))
    history.entries.clear()
    reader = Reader(history, ALL_ALERTS)

    reader.settle()
    reader.settle()

    assert reader.got == [Gap("trimmed", None, "life-1")]


def test_trimmed_revisions_of_other_channels_are_no_gap(history: History) -> None:
    history.publish(revision(1, 1, "floods"))
    history.entries.clear()
    reader = Reader(history, Channel("rule", "bridges"))

    reader.read()

    assert reader.got == []


def test_emptied_history_is_told_when_the_next_one_begins_which_is_given_from_its_beginning(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    history.publish(revision(1, 1))
    reader.read()
    history.empty()
    reader.settle()
    assert reader.gaps == []

    history.publish(revision(2, 1))
    history.publish(revision(3, 1))
    reader.settle()

    assert reader.got[1:] == [Gap("new_epoch", history.entries[0][0], "life-2"), *history.published[1:]]


def test_known_revisions_in_a_history_that_was_rebuilt_are_not_given_again(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    history.publish(revision(1, 1))
    reader.read()
    history.empty()
    history.publish(revision(1, 1))
    history.publish(revision(1, 2))

    reader.settle()

    assert reader.revisions == ["a1-1", "a1-2"]


def test_history_begun_anew_is_told_while_it_is_empty_and_what_is_put_back_quietly_is_found(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    history.publish(revision(1, 1))
    reader.read()
    history.empty()
    begun = HistoryEnd(history.epoch or "life-2", None, None)
    reader.following.take_end(begun)
    items = reader.following.take_page(HistoryPage(begun, (), is_full=False))
    items += reader.following.take_page(HistoryPage(begun, (), is_full=False))
    assert items == [Gap("new_epoch", None, "life-2")]
    assert not reader.following.must_read

    history.publish(revision(1, 1))
    history.publish(revision(2, 1))
    history.heard.clear()
    reader.settle()

    assert reader.revisions == ["a1-1", "a2-1"]


def test_place_of_a_lost_history_begins_the_new_one_when_its_epoch_is_known(history: History) -> None:
    history.publish(revision(1, 1))

    reader = Reader(history, ALL_ALERTS, after=StreamId(10**13, 0), epoch="another")
    reader.read()

    assert reader.gaps == ["new_epoch"]
    assert reader.revisions == ["a1-1"]


def test_place_in_the_future_waits_for_what_is_published_next(history: History) -> None:
    history.publish(revision(1, 1))
    reader = Reader(history, ALL_ALERTS, after=StreamId(10**13, 0))
    reader.settle()

    history.publish(revision(2, 1))
    reader.settle()

    assert reader.got == history.published[1:]


def test_message_that_is_no_alert_makes_it_read_and_costs_nothing(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    history.publish(revision(1, 1))
    reader.read()
    history.publish(revision(2, 1))

    assert reader.following.take_message(b"hello") == []
    assert reader.following.must_read
    reader.read()
    assert reader.revisions == ["a1-1", "a2-1"]


@pytest.mark.parametrize("raw", [b"", b"{}", encode(msgspec.structs.replace(alert(), previous="elsewhere"))])
def test_revision_that_cannot_be_read_is_told(history: History, raw: bytes) -> None:
    history.publish(revision(1, 1))
    history.publish(revision(2, 1))
    place = history.entries[0][0]
    history.entries[0] = (place, raw)
    reader = Reader(history, ALL_ALERTS)

    reader.read()

    assert reader.got == [Gap("unreadable", place, "life-1"), history.published[1]]


def test_alert_of_a_newer_service_is_an_error(history: History) -> None:
    history.publish(msgspec.structs.replace(revision(1, 1), schema=99))
    reader = Reader(history, ALL_ALERTS)

    with pytest.raises(NewerSchemaError):
        reader.read()


def test_what_is_remembered_of_alerts_is_bounded(history: History) -> None:
    reader = Reader(history, ALL_ALERTS)
    for number in range(50):
        history.publish(revision(number, 1))
    reader.read()

    assert len(reader.following._revisions) == 50 < MAX_REMEMBERED
