"""What counts as found, missed, false and wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from monitor.core.fact import Casualties, LeaderCall, Participant, Source, Topic
from tests.quality.gold_texts import GoldText
from tests.quality.scoring import Scored, score, score_text

KILLED = Casualties(role="killed", low=41, main=True, qualifier="at_least", who="young men", side="ukraine")
PARTIES = (
    Participant(text="Trump", actor="donald-trump"),
    Participant(text="he", state="cape-verde", office="president"),
)
CALL = LeaderCall(participants=PARTIES, on=date(2026, 3, 5), topics=(Topic(text="the grain deal", span=(0, 3)),))


def casualties(*facts: dict[str, Any], may: tuple[dict[str, Any], ...] = ()) -> GoldText:
    return GoldText("t", "casualties", "open", "", "text", None, ("trap",), facts, may)


def call(**keys: Any) -> GoldText:
    gold = {"participants": ["cape-verde:president", "donald-trump"], "modality": "happened"} | keys
    return GoldText("t", "leader_call", "open", "", "text", None, (), (gold,), ())


def wrong_keys(scored: Scored) -> list[str]:
    return [wrong.key for _, _, wrongs in scored.found for wrong in wrongs]


def test_role_and_bounds_make_a_figure_itself_and_an_open_side_counts() -> None:
    assert score_text(casualties({"role": "killed", "low": 41, "high": None}), [KILLED]).missed == ()
    assert score_text(casualties({"role": "killed", "low": 41, "high": 41}), [KILLED]).false == (KILLED,)
    assert len(score_text(casualties({"role": "wounded", "low": 41, "high": None}), [KILLED]).missed) == 1


def test_fact_that_is_told_twice_counts_once_and_one_that_may_be_found_is_not_false() -> None:
    gold = {"role": "killed", "low": 41}

    assert score_text(casualties(gold), [KILLED, KILLED]).false == ()
    assert score_text(casualties(may=(gold,)), [KILLED]).false == ()
    assert len(score_text(casualties(gold, gold), [KILLED]).missed) == 1


def test_facts_of_another_type_are_left_alone() -> None:
    assert score_text(casualties(), [CALL]).false == ()


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"main": True, "qualifier": "at_least", "side": "ukraine", "who": "Men"}, []),
        ({"main": False, "side": None, "who": "women", "modality": "claimed"}, ["main", "side", "who", "modality"]),
        ({"attributed_to": []}, []),
        ({"attributed_to": ["police"]}, ["attributed_to"]),
        ({"place": None}, []),
    ],
)
def test_only_keys_that_are_listed_are_compared(keys: dict[str, Any], wrong: list[str]) -> None:
    assert wrong_keys(score_text(casualties({"role": "killed", "low": 41} | keys), [KILLED])) == wrong


def test_sources_that_are_named_and_should_not_be_are_wrong() -> None:
    found = Casualties(role="killed", low=41, attributed_to=(Source(text="police"),))

    assert wrong_keys(score_text(casualties({"role": "killed", "low": 41, "attributed_to": []}), [found])) == [
        "attributed_to"
    ]


def test_who_takes_part_makes_a_call_itself_by_actor_or_else_state_and_office() -> None:
    good = score_text(call(on=date(2026, 3, 5), topics=["grain"], told_by="aides"), [CALL])

    assert (good.missed, good.false, wrong_keys(good)) == ((), (), ["told_by"])
    assert score_text(call(modality="planned"), [CALL]).false == (CALL,)


def test_sum_over_texts() -> None:
    gold = {"role": "killed", "low": 41, "main": True}
    total = score(
        [score_text(casualties(gold), [KILLED]), score_text(casualties(gold), []), score_text(casualties(), [KILLED])]
    )

    assert (total.recall, total.precision, total.f1, total.accuracy("main")) == (0.5, 0.5, 0.5, 1.0)
    assert (total.texts, total.texts_right, total.traps, total.traps_right) == (3, 1, 3, 1)
