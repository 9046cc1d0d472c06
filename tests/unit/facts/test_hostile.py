"""No text makes extraction fail, and facts stand where they say. How long it takes: `tests.bench.facts hostile`."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.facts.candidate import Candidate
from monitor.text.reading import Reading, read
from tests.support.hostile_texts import hostile_texts, random_text
from tests.unit.facts.support import A_DAY, extractor

TEXTS = hostile_texts(1_000)

_WORDS = """
killed dead wounded injured died missing captured casualties shot bodies toll lives 41 1,500 1.2 million dozens two
hundred a dozen no 3-5 at least more than people soldiers children Russian police officers men women who including of
whom Trump Putin Macron Zelenskyy Xi his counterpart president leaders Kremlin Pope spoke called phone telephone video
call talked by with to on will not denied said according ministry told officials Reuters reported Thursday yesterday
2002 ago and or were was the in Kharkiv per day between from after since if would
"""
_SIGNS = (
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "; ",
    " – ",
    "-",
    "\n\n",
    ' "',
    '" ',
    " (",
    ") ",
    "’s ",
    ": ",
    "…",
    "\x00",
    "\u202e",
)
_news = st.lists(st.tuples(st.sampled_from(_WORDS.split()), st.sampled_from(_SIGNS)), max_size=60).map(
    lambda parts: "".join(word + sign for word, sign in parts)
)
_texts = st.one_of(_news, st.text(max_size=200))
_days = st.one_of(st.none(), st.dates(date(1850, 1, 1), date(2100, 1, 1)))


@pytest.mark.parametrize("name", TEXTS)
def test_text_made_to_hurt_is_read_through(name: str) -> None:
    _check(read({"title": TEXTS[name][:300], "text": TEXTS[name]}, lang="en", on=A_DAY))


@pytest.mark.parametrize("seed", range(20))
def test_random_text_of_words_that_mean_something_is_read_through(seed: int) -> None:
    chance = Random(seed)

    _check(read({"title": random_text(chance, 12), "text": random_text(chance, 400)}, lang="en", on=A_DAY))


@given(title=_texts, text=_texts, on=_days)
@settings(max_examples=150, deadline=None)
def test_any_text_gives_the_same_facts_twice_and_each_stands_where_it_says(
    title: str, text: str, on: date | None
) -> None:
    _check(read({"title": title, "text": text}, lang="en", on=on))


def _check(reading: Reading) -> None:
    candidates = extractor().candidates(reading)

    assert extractor().candidates(reading) == candidates
    assert {candidate.type for candidate in candidates} <= extractor().may_have(reading)
    for candidate in candidates:
        _stands(candidate, reading)


def _stands(candidate: Candidate, reading: Reading) -> None:
    texts: dict[str, str] = {field.name: field.tokens.text for field in reading.fields}
    for field, (start, end) in ((candidate.field, candidate.span), *_spans_of_fact(candidate)):
        assert 0 <= start < end <= len(texts[field])
    if candidate.fact is not None:
        start, end = candidate.fact.span
        words, quote = texts[candidate.fact.field][start:end], candidate.fact.quote
        assert quote
        assert words in quote or quote in words


def _spans_of_fact(candidate: Candidate) -> list[tuple[str, tuple[int, int]]]:
    fact = candidate.fact
    if fact is None:
        return []
    topics = [(fact.field, topic.span) for topic in getattr(fact, "topics", ())]
    return [(fact.field, fact.span), *topics]
