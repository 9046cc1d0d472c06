"""The age of the newest canary."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumers.delivery.canary import CanaryAge
from tests.unit.delivery.samples import NOW

seconds = st.integers(min_value=-100_000, max_value=100_000)


class Hand:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_before_the_first_canary_the_age_counts_from_the_beginning() -> None:
    clock = Hand()
    age = CanaryAge(clock)
    clock.now += timedelta(minutes=20)

    assert age.seconds() == 1200.0


def test_an_old_canary_that_comes_late_does_not_make_it_older() -> None:
    clock = Hand()
    age = CanaryAge(clock)
    clock.now += timedelta(minutes=10)
    age.came(NOW + timedelta(minutes=9))
    age.came(NOW + timedelta(minutes=1))

    assert age.seconds() == 60.0


def test_canary_from_a_clock_that_is_ahead_hides_nothing() -> None:
    clock = Hand()
    age = CanaryAge(clock)
    age.came(NOW + timedelta(hours=3))
    clock.now += timedelta(minutes=20)

    assert age.seconds() == 1200.0


@given(st.lists(st.tuples(seconds, st.integers(min_value=0, max_value=1_000))))
def test_age_is_never_negative_and_grows_as_time_does_while_nothing_comes(came: list[tuple[int, int]]) -> None:
    clock = Hand()
    age = CanaryAge(clock)
    for sent, waited in came:
        age.came(NOW + timedelta(seconds=sent))
        before = age.seconds()
        clock.now += timedelta(seconds=waited)

        assert before >= 0
        assert age.seconds() == before + waited
