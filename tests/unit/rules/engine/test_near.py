"""Words near one another: Lucene's sloppy phrases."""

from __future__ import annotations

import pytest

from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.model import Phrase, Rule, RuleSet, Scope, Within
from monitor.text.reading import read
from tests.unit.rules.support import catalogue


def _near(phrase: str, slop: int, text: str, *, scope: Scope = Scope.ARTICLE) -> list[str]:
    rules = RuleSet((Rule("r", Within(scope, Phrase(phrase, slop)), "", "g"),))
    matched = CompiledRules(rules, catalogue()).match(read({"body": text}, lang="en"))
    return [text[slice(*hit.span)] for found in matched for hit in found.hits]


@pytest.mark.parametrize(
    ("slop", "text", "expected"),
    [
        pytest.param(1, "air strike", ["air strike"], id="in-a-row"),
        pytest.param(1, "air force strike", ["air force strike"], id="one-word-between"),
        pytest.param(1, "air and sea strike", [], id="two-words-between-are-too-many"),
        pytest.param(2, "air and sea strike", ["air and sea strike"], id="two-words-between"),
        pytest.param(1, "strike air", [], id="words-that-change-places-cost-two"),
        pytest.param(2, "strike air", ["strike air"], id="words-change-places"),
        pytest.param(3, "strike from air", ["strike from air"], id="change-places-with-a-word-between"),
        pytest.param(9, "air", [], id="one-is-missing"),
    ],
)
def test_slop_is_by_how_many_places_words_stand_apart_or_out_of_order(
    slop: int, text: str, expected: list[str]
) -> None:
    assert _near("air strike", slop, text) == expected


def test_evidence_is_the_smallest_stretch() -> None:
    assert _near("air strike", 5, "air, air and a strike; later an air strike") == [
        "air and a strike", "strike; later an air", "air strike",
    ]  # fmt: skip


def test_a_word_that_stands_twice_in_the_phrase_needs_two_places() -> None:
    assert _near("war war", 3, "a war is a thing") == []
    assert _near("war war", 3, "war after war") == ["war after war"]


def test_words_whose_places_may_overlap_take_places_of_their_own() -> None:
    assert _near("strik* strike", 4, "one strike") == []
    assert _near("strik* strike", 4, "strike, then striking") == ["strike, then striking"]


def test_words_must_be_near_within_the_scope() -> None:
    assert _near("air strike", 3, "Over the air. A strike.") == ["air. A strike"]
    assert _near("air strike", 3, "Over the air. A strike.", scope=Scope.SENTENCE) == []


def test_marks_and_plurals_count_within() -> None:
    assert _near("air strik*", 2, "air and sea strikes") == ["air and sea strikes"]
    assert _near("drone strike", 2, "drones did strike") == ["drones did strike"]


def test_text_made_of_one_word_is_searched_in_time() -> None:
    assert len(_near("war war", 50, "war " * 20_000)) == 100
