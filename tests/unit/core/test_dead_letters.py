"""Records put aside: kept with their place and reason, counted, and not without an end."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from monitor.core.dead_letter import MAX_DEAD_LETTERS_IN_A_ROW, DeadLetters
from monitor.core.errors import TooManyDeadLettersError
from monitor.core.metrics import Metrics
from monitor.core.record import Position, Record, Topic, next_offsets

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def record(offset: int, partition: int = 3) -> Record:
    return Record(Position(Topic.MATCHES, partition, offset), "key", b"{", NOW)


def dead_letters(metrics: Metrics | None = None) -> DeadLetters:
    return DeadLetters(Topic.MATCHES, metrics or Metrics(), lambda: NOW)


def test_dead_letter_names_place_and_reason() -> None:
    letter = dead_letters().make(record(41), "no match")

    assert (letter.topic, letter.partition, letter.offset, letter.key) == (Topic.MATCHES, 3, 41, "key")
    assert (letter.reason, letter.failed_at, letter.value) == ("no match", NOW, b"{")


def test_dead_letters_are_counted_and_told_once_they_are_on_the_log(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    putting = dead_letters(metrics)
    caplog.set_level(logging.INFO)
    letters = [putting.make(record(offset), "no match") for offset in (1, 2)]
    before = metrics.registry.get_sample_value("tocsin_dead_letters_total", {"topic": "matches"})
    putting.tell(letters)

    assert before == 0
    assert metrics.registry.get_sample_value("tocsin_dead_letters_total", {"topic": "matches"}) == 2
    assert [vars(line)["offset"] for line in caplog.records] == [1, 2]


def test_too_many_in_a_row_are_the_stage_s_own_fault() -> None:
    putting = dead_letters()
    for offset in range(MAX_DEAD_LETTERS_IN_A_ROW):
        putting.make(record(offset), "no match")

    with pytest.raises(TooManyDeadLettersError):
        putting.make(record(MAX_DEAD_LETTERS_IN_A_ROW), "no match")


def test_a_good_record_ends_the_row() -> None:
    putting = dead_letters()
    for offset in range(3 * MAX_DEAD_LETTERS_IN_A_ROW):
        putting.make(record(offset), "no match")
        if offset % MAX_DEAD_LETTERS_IN_A_ROW == 0:
            putting.end_row()


def test_next_offsets_are_behind_the_last_record_of_each_partition() -> None:
    records = [record(5, 1), record(9, 2), record(6, 1)]

    assert next_offsets(records) == {1: 7, 2: 10}
    assert next_offsets([]) == {}
