"""The contract of `AlertHistory`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec

from monitor.core.alert import Alert
from monitor.core.stream import BEGINNING, StreamId
from tests.contract.support import DEADLINE_SECONDS, NOW, Stores, alert


def publish(stores: Stores, *alerts: Alert, now: datetime = NOW) -> list[Alert]:
    published = stores.history.append(alerts, now=now)
    assert None not in published
    return [one for one in published if one is not None]


def place(one: Alert) -> StreamId:
    assert one.streamid is not None
    return StreamId.parse(one.streamid)


def test_an_empty_history_holds_nothing(stores: Stores) -> None:
    assert stores.history.read(BEGINNING, limit=10) == []
    assert stores.history.latest(10) == []
    assert stores.history.bounds() is None
    assert stores.history.append([], now=NOW) == []


def test_an_appended_alert_gets_its_place_and_stays_as_it_was(stores: Stores) -> None:
    [one] = publish(stores, alert(headline="Fähre gestrandet"))

    assert one.streamid is not None
    assert one.epoch == stores.history.epoch()
    assert one.previous is None
    assert msgspec.structs.replace(one, streamid=None, epoch=None) == alert(headline="Fähre gestrandet")
    assert stores.history.read(BEGINNING, limit=10) == [one]


def test_places_rise_and_each_alert_names_the_one_before(stores: Stores) -> None:
    together = publish(stores, alert("a1"), alert("a2"))
    later = publish(stores, alert("a1", 2), now=NOW + timedelta(seconds=1))

    alerts = together + later
    assert [place(one) for one in alerts] == sorted({place(one) for one in alerts})
    assert [one.previous for one in alerts] == [None, alerts[0].streamid, alerts[1].streamid]


def test_a_repeat_is_recognised_and_not_appended(stores: Stores) -> None:
    publish(stores, alert("a1", 1), alert("a1", 2))

    assert stores.history.append([alert("a1", 2), alert("a1", 1), alert("a1", 3)], now=NOW)[:2] == [None, None]
    assert [one.data.revision for one in stores.history.read(BEGINNING, limit=10)] == [1, 2, 3]


def test_a_repeat_within_one_call_is_recognised(stores: Stores) -> None:
    first, second = stores.history.append([alert("a1"), alert("a1")], now=NOW)

    assert first is not None
    assert second is None


def test_places_rise_even_when_the_clock_steps_back(stores: Stores) -> None:
    [first] = publish(stores, alert("a1"))
    [second] = publish(stores, alert("a2"), now=NOW - timedelta(hours=1))

    assert place(second) > place(first)
    assert second.previous == first.streamid
    assert [one.data.alert_id for one in stores.history.read(place(first), limit=10)] == ["a2"]


def test_reading_goes_on_after_a_place(stores: Stores) -> None:
    alerts = publish(stores, *(alert(f"a{n}") for n in range(5)))

    assert stores.history.read(place(alerts[1]), limit=2) == alerts[2:4]
    assert stores.history.read(place(alerts[4]), limit=2) == []
    assert stores.history.latest(2) == alerts[3:]
    assert stores.history.latest(99) == alerts
    assert stores.history.bounds() == (place(alerts[0]), place(alerts[4]))


def test_reading_from_a_moment_on(stores: Stores) -> None:
    publish(stores, alert("a1"))
    later = NOW + timedelta(minutes=1)
    [second] = publish(stores, alert("a2"), now=later)

    assert stores.history.read(StreamId.at(later), limit=10) == [second]


def test_the_epoch_stays(stores: Stores) -> None:
    before = stores.history.epoch()
    publish(stores, alert())

    assert before
    assert stores.history.epoch() == before


def test_trimmed_alerts_are_gone_but_their_revisions_are_remembered(stores: Stores) -> None:
    later = NOW + timedelta(days=1)
    publish(stores, alert("a1"), alert("a2"))
    [kept] = publish(stores, alert("a3"), now=later)

    assert stores.history.trim(later) == 2
    assert stores.history.read(BEGINNING, limit=10) == [kept]
    assert stores.history.bounds() == (place(kept), place(kept))
    assert stores.history.append([alert("a1")], now=later) == [None]


def test_places_go_on_after_everything_was_trimmed(stores: Stores) -> None:
    [first] = publish(stores, alert("a1"))
    stores.history.trim(NOW + timedelta(days=1))
    assert stores.history.bounds() is None
    assert not stores.history.wait(BEGINNING, timeout_seconds=0)

    [second] = publish(stores, alert("a2"), now=NOW - timedelta(days=1))

    assert place(second) > place(first)
    assert second.previous == first.streamid


def test_waiting_ends_at_once_when_something_stands_there(stores: Stores) -> None:
    [one] = publish(stores, alert())

    assert stores.history.wait(BEGINNING, timeout_seconds=DEADLINE_SECONDS)
    assert not stores.history.wait(place(one), timeout_seconds=0.01)


def test_an_append_wakes_who_waits(stores: Stores) -> None:
    started = threading.Event()
    outcomes: list[bool] = []

    def wait() -> None:
        started.set()
        outcomes.append(stores.history.wait(BEGINNING, timeout_seconds=DEADLINE_SECONDS))

    thread = threading.Thread(target=wait)
    thread.start()
    assert started.wait(DEADLINE_SECONDS)
    publish(stores, alert())
    thread.join(DEADLINE_SECONDS / 2)

    assert outcomes == [True]


def test_of_many_who_append_the_same_revision_one_publishes_it(stores: Stores) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: stores.history.append([alert()], now=NOW), range(8)))

    assert len([one for [one] in outcomes if one is not None]) == 1
    assert len(stores.history.read(BEGINNING, limit=10)) == 1


def test_the_chain_has_no_hole_when_threads_append(stores: Stores) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: publish(stores, alert(f"a{n}"), alert(f"b{n}")), range(20)))

    alerts = stores.history.read(BEGINNING, limit=100)
    assert len(alerts) == 40
    assert [one.previous for one in alerts] == [None, *(one.streamid for one in alerts[:-1])]


def test_restored_alerts_stand_as_of_their_moments_in_one_chain(stores: Stores) -> None:
    later = NOW + timedelta(hours=1)

    first, second = stores.history.restore([(NOW, alert("a1")), (later, alert("a2"))])
    [third] = publish(stores, alert("a1", 2), now=later + timedelta(hours=1))

    assert first is not None
    assert second is not None
    assert stores.history.read(StreamId.at(later), limit=10) == [second, third]
    assert [one.previous for one in (first, second, third)] == [None, first.streamid, second.streamid]
    assert {one.epoch for one in (first, second, third)} == {stores.history.epoch()}


def test_restoring_recognises_repeats_and_places_rise_over_moments_that_step_back(stores: Stores) -> None:
    [first] = publish(stores, alert("a1"))
    again, second = stores.history.restore([(NOW, alert("a1")), (NOW - timedelta(hours=1), alert("a2"))])

    assert again is None
    assert second is not None
    assert place(second) > place(first)
    assert stores.history.restore([]) == []


def test_a_history_that_begins_anew_has_forgotten_everything_and_has_another_epoch(stores: Stores) -> None:
    before = stores.history.epoch()
    publish(stores, alert("a1"), alert("a2"))

    stores.history.begin_anew()

    assert stores.history.bounds() is None
    assert stores.history.epoch() != before
    [again] = publish(stores, alert("a1"), now=NOW - timedelta(days=1))
    assert again.previous is None
    assert again.epoch == stores.history.epoch()
    assert place(again) <= StreamId.at(NOW)


def test_a_history_without_anything_in_it_can_begin_anew(stores: Stores) -> None:
    stores.history.begin_anew()

    assert stores.history.bounds() is None
    assert len(publish(stores, alert())) == 1
