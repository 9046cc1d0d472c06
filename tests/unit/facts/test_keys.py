"""The key of a fact."""

from __future__ import annotations

from datetime import date

from consumers.facts.keys import fact_key
from monitor.core.fact import Casualties, LeaderCall, Participant

A_DAY = date(2026, 3, 5)
ADA, BO = Participant(text="Ada", actor="ada"), Participant(text="the president", state="palau", office="president")


def test_call_has_one_key_whoever_called() -> None:
    assert fact_key(LeaderCall(participants=(ADA, BO)), A_DAY) == fact_key(LeaderCall(participants=(BO, ADA)), A_DAY)


def test_calls_of_two_days_have_two_keys() -> None:
    call = LeaderCall(participants=(ADA, BO))

    assert fact_key(call, A_DAY) != fact_key(LeaderCall(participants=(ADA, BO), on=date(2026, 3, 4)), A_DAY)
    assert fact_key(call, A_DAY) == fact_key(LeaderCall(participants=(ADA, BO), on=A_DAY), None)


def test_figures_differ_by_role_and_number() -> None:
    three = Casualties(role="killed", low=3, high=3)

    assert fact_key(three, A_DAY) == fact_key(Casualties(role="killed", low=3, high=3, quote="other words"), A_DAY)
    assert fact_key(three, A_DAY) != fact_key(Casualties(role="wounded", low=3, high=3), A_DAY)
