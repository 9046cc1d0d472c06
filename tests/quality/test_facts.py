"""The facts found in the gold texts stay as good as they were measured to be (`floors.json`)."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import pytest

from tests.quality.gold_texts import HALVES, load_gold
from tests.quality.measure import FLOORS, figures_of, measured, scores_of

GOLD = load_gold()
FALL = 0.01  # a point: less is chance
FLOOR: dict[str, dict[str, float]] = json.loads(FLOORS.read_text(encoding="utf-8"))


@cache
def figures() -> dict[str, dict[str, float]]:
    return figures_of(scores_of(measured(GOLD)))


def test_there_are_enough_texts_and_as_many_that_nobody_learns_from() -> None:
    held_out = [text for text in GOLD if text.half == "held_out"]

    assert len(GOLD) >= 400
    assert len(held_out) >= len(GOLD) * 0.45


def test_ids_are_unique() -> None:
    assert [text_id for text_id, count in Counter(text.id for text in GOLD).items() if count > 1] == []


@pytest.mark.parametrize("half", HALVES)
def test_traps_are_among_the_texts_of_both_types(half: str) -> None:
    traps = Counter(text.type for text in GOLD if text.half == half and "trap" in text.tags)

    assert min(traps["casualties"], traps["leader_call"]) >= 20


@pytest.mark.parametrize("group", FLOOR)
def test_no_figure_falls_by_more_than_a_point(group: str) -> None:
    now = figures()[group]
    fallen = {
        name: (now.get(name, 0.0), floor) for name, floor in FLOOR[group].items() if now.get(name, 0.0) < floor - FALL
    }

    assert fallen == {}, "`make quality` says where; if it is meant: make quality ARGS=--write-floors"


def test_every_figure_has_a_floor() -> None:
    assert {group: set(one) for group, one in figures().items()} == {group: set(one) for group, one in FLOOR.items()}
