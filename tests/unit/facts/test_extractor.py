"""All finders over one article."""

from __future__ import annotations

from consumers.facts.extractor import MAX_WORDS
from monitor.core.fact import Casualties
from monitor.text.reading import read
from tests.unit.facts.support import extractor, facts

KILLED = "At least 41 people were killed when a bus fell into a river."


def test_articles_of_unknown_language_are_read_as_english_and_those_of_others_are_not() -> None:
    assert extractor().facts(read({"text": KILLED})) != ()
    assert extractor().facts(read({"text": KILLED}, lang="en-GB")) != ()
    assert extractor().facts(read({"text": KILLED}, lang="de")) == ()
    assert extractor().may_have(read({"text": KILLED}, lang="de")) == frozenset()


def test_of_a_text_beyond_all_measure_the_first_words_are_looked_at() -> None:
    filler = "Prices rose. " * (MAX_WORDS // 2)

    assert [type(fact) for fact in facts(f"{KILLED} {filler}")] == [Casualties]
    assert facts(f"{filler} {KILLED}") == ()
