"""One pass finds what a naive search for each pattern finds, in bounded time."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.patterns import Pattern, Word, patterns_of
from monitor.text.reading import FieldReading, Reading, read
from monitor.text.scan import PatternTrie, Place

_WORDS = [
    "Iran", "Iran's", "U.S.", "drone", "Drones", "air", "strike", "airstrike", "Зеленського", "Путину", "объём", "Kиев",
    "푸틴은", "푸틴", "NATO는", "بوتين", "وبوتين", "العراق", "習近平", "プーチン", "アイランド", "イラン",
    "ไทย", "ประเทศไทย",
    "हिन्दी", "Straße", "stra\u00adsse", "e\u0301te\u0301", "AT&T", "C++", "🚀", "שלום",
]  # fmt: skip
_PATTERNS = [
    "iran", "=Iran", "=U.S.", "=us", "drone", "drone*", "*ron*", "dr?ne", "air strike", "airstrike", "Зеленськ~",
    "Путин~", "объем", "киев", "푸틴", "푸틴*", "nato", "بوتين", "العراق", "習近平", "近", "プーチン", "イラン", "ไทย",
    "हिन्दी", "strasse", "stra*", "été", "=AT&T", "=C++", "שלום", "air* str*", "*ran air", "Putin~", "drone* strike",
    "s air",
]  # fmt: skip
_TEXTS = st.lists(st.sampled_from([*_WORDS, " ", " ", "-", ", ", "\n"]), max_size=25).map("".join)
_ANY_PATTERNS = st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=6).map(
    lambda texts: [pattern for text in texts for pattern in patterns_of(text)]
)
_MADE_UP = st.lists(
    st.lists(
        st.text("ab", min_size=1, max_size=3).map(Word)
        | st.text("ab", min_size=1, max_size=2).map(lambda text: Word(text, "prefix"))
        | st.text("ab", max_size=2).map(lambda text: Word(text, "stem", ("", "a", "ab")))
        | st.text("ab", max_size=2).map(lambda text: Word(text, "stem", (), ("", "b", "ab")))
        | st.text("ab*?", min_size=1, max_size=4).map(lambda text: Word(text, "wildcard")),
        min_size=1,
        max_size=3,
    ).map(lambda words: Pattern(tuple(words))),
    min_size=1,
    max_size=6,
)


def _naive(pattern: Pattern, reading: Reading) -> list[Place]:
    return [
        (index, first, first + len(pattern.words))
        for index, part in enumerate(reading.fields)
        for first in range(len(part.tokens.words) - len(pattern.words) + 1)
        if all(word.matches(part.tokens.words[first + at]) for at, word in enumerate(pattern.words))
        and _stands(pattern, part, first, first + len(pattern.words))
    ]


def _stands(pattern: Pattern, part: FieldReading, first: int, after: int) -> bool:
    tokens = part.tokens
    return pattern.stands_at(tokens.text, tokens.starts[first], tokens.ends[after - 1], caseless=part.caseless)


def _assert_equal(patterns: list[Pattern], reading: Reading) -> None:
    trie = PatternTrie()
    numbers = {pattern: trie.add(pattern) for pattern in patterns}
    for _ in range(2):  # the second time from memory
        found = trie.places(reading.fields)
        for pattern, number in numbers.items():
            assert found.get(number, []) == _naive(pattern, reading)


@settings(max_examples=150)
@given(_ANY_PATTERNS, _TEXTS, _TEXTS, st.booleans())
def test_trie_equals_a_naive_search_in_all_scripts(
    patterns: list[Pattern], title: str, body: str, capitals: bool
) -> None:
    _assert_equal(patterns, read({"title": title.upper() if capitals else title, "body": body}))


@settings(max_examples=200)
@given(_MADE_UP, st.lists(st.text("ab", min_size=1, max_size=4), max_size=12).map(" ".join))
def test_trie_equals_a_naive_search_for_all_kinds_of_words(patterns: list[Pattern], body: str) -> None:
    _assert_equal(patterns, read({"body": body}))


def test_number_is_of_words_and_spelling_whatever_the_language() -> None:
    trie = PatternTrie()
    number = trie.add(Pattern((Word("drone"),)))

    assert trie.add(Pattern((Word("drone"),), lang="en")) == number
    assert trie.add(Pattern((Word("drone"),), "Drone")) != number
    assert trie.add(Pattern((Word("drone", "prefix"),))) != number
    assert len(trie) == 3


def test_pattern_added_after_a_search_is_found() -> None:
    trie = PatternTrie()
    trie.add(Pattern((Word("dro", "prefix"),)))
    fields = read({"body": "Strikes"}).fields

    assert trie.places(fields) == {}

    number = trie.add(Pattern((Word("stri", "prefix"),)))

    assert trie.places(fields) == {number: [(0, 0, 1)]}


def test_pattern_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="stands nowhere"):
        PatternTrie().add(Pattern(()))


@pytest.mark.parametrize(
    ("patterns", "body"),
    [
        pytest.param(["a " * 49 + end for end in "abc"], "a " * 20_000, id="long-phrases-of-one-word"),
        pytest.param(["aaa* " * 40], "aaaa " * 10_000, id="long-phrase-of-beginnings"),
        pytest.param([f"*{letter}aa*" for letter in "bcdefghij"], "a" * 200_000, id="wildcards-in-a-long-word"),
        pytest.param(["a*a*a*a*a*b"], ("a" * 190 + " ") * 500, id="wildcard-that-nearly-fits"),
        pytest.param(["=A.A.A.A"], "A" * 100_000 + "A. " * 50_000, id="exact"),
    ],
)
def test_text_made_to_hurt_is_searched_in_bounds(patterns: list[str], body: str) -> None:
    trie = PatternTrie()
    for text in patterns:
        for pattern in patterns_of(text, variants=False):
            trie.add(pattern)
    reading = read({"body": body})
    began = time.process_time()
    trie.places(reading.fields)

    assert time.process_time() - began < 4


def test_branches_at_one_place_are_bounded() -> None:
    trie = PatternTrie()
    kinds = [*(Word(text, "prefix") for text in ("", "a", "aa")), Word("a*", "wildcard"), Word("aaa")]
    numbers = {trie.add(Pattern(words)) for words in product(kinds, repeat=5)}
    began = time.process_time()
    trie.places(read({"body": "aaa " * 100}).fields)

    assert len(numbers) == 5**5
    assert time.process_time() - began < 4
