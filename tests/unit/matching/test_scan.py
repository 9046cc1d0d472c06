"""Rules over JSON Lines."""

from __future__ import annotations

import json

import pytest

from consumers.matching.lines import BadLine
from consumers.matching.scan import ScanHit, ScannedLine, scan_lines
from monitor.core.codec import encode
from tests.unit.matching.support import article, compiled

RULES = compiled("rules: [{id: war, when: {query: war}}, {id: en, when: {query: war, lang: en}}]")


def test_each_rule_that_fires_on_a_line_is_a_hit_with_evidence() -> None:
    (line,) = scan_lines(['{"id": 7, "title": "News", "text": "War!", "lang": "en", "other": 1}'], RULES)

    assert isinstance(line, ScannedLine)
    assert [(hit.article, hit.rule_id) for hit in line.hits] == [("7", "war"), ("7", "en")]
    assert json.loads(encode(line.hits[0])) == {
        "article": "7",
        "rule_id": "war",
        "rule_version": RULES.rule_set.rules[0].version,
        "evidence": [{"condition": "query: war", "field": "text", "span": [0, 3], "text": "War", "sentence": "War!"}],
    }


def test_unreadable_lines_are_told_by_number_and_the_rest_goes_on() -> None:
    lines: list[bytes | str] = ["", "{", '{"title": "War"}', '{"id": "a"}', b"\xff", '{"id": "b", "summary": "War"}']

    outcomes = list(scan_lines(lines, RULES))

    assert [(type(outcome), outcome.line) for outcome in outcomes] == [
        (BadLine, 2),
        (BadLine, 3),
        (BadLine, 4),
        (BadLine, 5),
        (ScannedLine, 6),
    ]


def test_line_without_a_hit_is_scanned_too() -> None:
    assert list(scan_lines(['{"id": "a", "title": "Peace"}'], RULES)) == [ScannedLine(line=1, hits=())]


def test_articles_of_the_log_can_be_scanned() -> None:
    (line,) = scan_lines([encode(article("War"))], RULES)

    assert isinstance(line, ScannedLine)
    assert [type(hit) for hit in line.hits] == [ScanHit, ScanHit]


@pytest.mark.parametrize(
    ("day", "fires"),
    [
        ('"2023-05-01"', True),
        ('"2026-05-01T10:00:00+02:00"', False),
        ("1682899200", True),
        ("1777593600", False),
        ('"Mon, 01 May 2023 10:00:00 GMT"', True),
        ('"some day"', False),
        ("1e300", False),
    ],
)
def test_day_is_read_as_archives_write_it(day: str, *, fires: bool) -> None:
    rules = compiled("rules: [{id: r, when: {actor: 'president@united-states'}}]")

    (outcome,) = scan_lines([f'{{"id": 1, "text": "Joe Biden spoke", "published_at": {day}}}'], rules)

    assert isinstance(outcome, ScannedLine)
    assert bool(outcome.hits) == fires


def test_address_and_day_of_an_article_are_read_where_they_are_given() -> None:
    rules = compiled("rules: [{id: live, when: {query: war, url: live}}]")
    lines = [
        '{"id": 1, "text": "War", "url": "https://example.org/live/1", "published_at": "2024-05-01T10:00:00Z"}',
        '{"id": 2, "text": "War", "url": "https://example.org/sport", "published_at": "some day"}',
        '{"id": 3, "text": "War", "published_at": 1714557600}',
    ]

    outcomes = [outcome for outcome in scan_lines(lines, rules) if isinstance(outcome, ScannedLine)]

    assert [[hit.rule_id for hit in outcome.hits] for outcome in outcomes] == [["live"], [], []]


@pytest.mark.parametrize("key", ["published_at", "date"])
def test_the_day_goes_by_the_names_that_archives_have_for_it(key: str) -> None:
    rules = compiled("rules: [{id: r, when: {actor: 'president@united-states'}}]")

    (outcome,) = scan_lines([f'{{"id": 1, "text": "Joe Biden spoke", "{key}": "2023-05-01"}}'], rules)

    assert isinstance(outcome, ScannedLine)
    assert len(outcome.hits) == 1
