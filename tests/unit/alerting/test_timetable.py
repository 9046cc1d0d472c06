from __future__ import annotations

from datetime import datetime

from consumers.alerting.timetable import Timetable
from tests.unit.alerting.samples import at


def popped(timetable: Timetable, until: datetime) -> list[tuple[datetime, str]]:
    found = []
    while (timer := timetable.pop(until)) is not None:
        found.append(timer)
    return found


def test_keys_come_by_time_then_by_name_and_only_when_due() -> None:
    timetable = Timetable()
    for key, minutes in (("late", 9), ("b", 2), ("a", 2), ("first", 1)):
        timetable.set(key, at(minutes))

    assert popped(timetable, at(5)) == [(at(1), "first"), (at(2), "a"), (at(2), "b")]
    assert timetable.next_due() == at(9)


def test_a_moved_key_comes_once_at_its_new_time() -> None:
    timetable = Timetable()
    timetable.set("a", at(1))
    timetable.set("a", at(3))

    assert timetable.pop(at(2)) is None
    assert popped(timetable, at(9)) == [(at(3), "a")]


def test_a_key_moved_there_and_back_comes_once() -> None:
    timetable = Timetable()
    for minutes in (1, 3, 1):
        timetable.set("a", at(minutes))

    assert popped(timetable, at(9)) == [(at(1), "a")]


def test_a_forgotten_key_does_not_come() -> None:
    timetable = Timetable()
    timetable.set("a", at(1))
    timetable.set("a", None)
    timetable.set("never set", None)

    assert timetable.next_due() is None
    assert popped(timetable, at(9)) == []


def test_a_key_moved_very_often_does_not_grow_the_heap() -> None:
    timetable = Timetable()
    for number in range(50_000):
        timetable.set("a", at(number))

    assert len(timetable._heap) < 5_000
    assert popped(timetable, at(60_000)) == [(at(49_999), "a")]
