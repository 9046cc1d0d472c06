"""Words are cut where readers see words, and know their place in the original text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import MAX_TOKENS, fold, phrase, tokenize

SCRIPTS = st.sampled_from(
    [
        "Iran’s", "Xi", "O'Neill", "sabo\u00adtage", "ŁÓDŹ", "İzmir", "ﬁre", "straße", "e\u0301te\u0301", "U.S.",
        "Путина", "объём", "Київ", "مُحَمَّد", "שָׁלוֹם", "हिन्दी", "한국어를", "习近平和普京", "ガソリン", "ｶﾞｿﾘﾝ",
        "ประเทศไทย", "ລາວ", "Huawei华为", "NATO는", "الـNATO", "Kиев", "Ῥωσία", "ක්‍රියා", "מ״מ", "ｓ", "ʼs", "Э́лла", "🚀",
        "½", "\u200b", "_", "'s", ".\n", "。", " ", "\u00a0", "air-strike", "AT&T",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Iran's and Blair’s", ["iran", "and", "blair"], id="possessives-are-no-words"),
        pytest.param("IRAN'S", ["iran"], id="possessive-in-capitals"),
        pytest.param("O’Neill, O'Neill", ["o", "neill", "o", "neill"], id="apostrophes-cut"),
        pytest.param("'so' it's's", ["so", "it", "s"], id="only-one-ending-is-dropped"),
        pytest.param("air-strike air–strike", ["air", "strike", "air", "strike"], id="hyphens-cut"),
        pytest.param("foo_bar", ["foo", "bar"], id="underscores-cut"),
        pytest.param("U.S. 3.5", ["u", "s", "3", "5"], id="dots-cut"),
        pytest.param("Saudi\u00a0Arabia", ["saudi", "arabia"], id="no-break-space-is-a-space"),
        pytest.param("Huawei华为", ["huawei", "华", "为"], id="script-change-cuts"),
        pytest.param("プーチン", ["プ", "ー", "チ", "ン"], id="kana-by-character"),
        pytest.param("ｶﾞｽ", ["ガ", "ス"], id="half-width-voicing-belongs-to-its-kana"),
        pytest.param("NATO는 F-16을", ["nato", "는", "f", "16", "을"], id="korean-particle-at-a-latin-word"),
        pytest.param("الـNATO والـEU", ["ال", "nato", "وال", "eu"], id="arabic-article-at-a-latin-word"),
        pytest.param("Iranʼs обʼєкт", ["iran", "об", "єкт"], id="apostrophe-that-unicode-calls-a-letter"),
        pytest.param("the Russians' and l’Iran", ["the", "russians", "and", "l", "iran"], id="other-apostrophes"),
        pytest.param("air‐strike air‑strike air－strike", ["air", "strike"] * 3, id="kinds-of-hyphen"),
        pytest.param("Kиев и Рutin", ["киев", "и", "putin"], id="look-alike-letters"),
        pytest.param("ลาว ລາວ", ["ล", "า", "ว", "ລ", "າ", "ວ"], id="thai-and-lao-by-character"),
        pytest.param("ไทย", ["ไ", "ท", "ย"], id="thai-by-character"),
        pytest.param("한국어", ["한국어"], id="hangul-by-word"),
        pytest.param("हिन्दी में", ["हिन्दी", "में"], id="indic-vowels-cut-no-words"),
        pytest.param("ـ َ", [], id="marks-alone-are-no-words"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert list(tokenize(text).words) == words


def test_places_count_in_code_points_of_the_original() -> None:
    text = "🚀 İran’s sabo\u00adtage, ﬁre 한국"
    tokens = tokenize(text)

    surfaces = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]

    assert surfaces == ["İran", "sabo\u00adtage", "ﬁre", "한국"]


@given(st.lists(SCRIPTS, max_size=12).map("".join) | st.text(max_size=40))
def test_each_place_folds_to_its_word(text: str) -> None:
    tokens = tokenize(text)

    assert [fold(text[start:end]) for start, end in zip(tokens.starts, tokens.ends, strict=True)] == list(tokens.words)


@given(st.lists(SCRIPTS, max_size=12).map("".join) | st.text(max_size=40))
def test_places_are_in_order_and_do_not_overlap(text: str) -> None:
    tokens = tokenize(text)
    places = [place for pair in zip(tokens.starts, tokens.ends, strict=True) for place in pair]

    assert places == sorted(places)
    assert all(start < end for start, end in zip(tokens.starts, tokens.ends, strict=True))


@given(st.lists(SCRIPTS, max_size=12).map("".join) | st.text(max_size=40))
def test_sentences_and_paragraphs_hold_each_word_once(text: str) -> None:
    tokens = tokenize(text)
    every = list(range(len(tokens.words)))

    assert [token for low, high in tokens.sentences for token in range(low, high)] == every
    assert [token for low, high in tokens.paragraphs for token in range(low, high)] == every
    for token in every:
        low, high = tokens.sentences[tokens.sentence_of(token)]
        start, end = tokens.sentence_span(token)
        assert low <= token < high
        assert start <= tokens.starts[token] < tokens.ends[token] <= end


@given(st.lists(SCRIPTS, max_size=12).map("".join) | st.text(max_size=40))
def test_composed_and_decomposed_texts_have_the_same_words(text: str) -> None:
    assert tokenize(unicodedata.normalize("NFD", text)).words == tokenize(unicodedata.normalize("NFC", text)).words


def test_words_beyond_the_limit_are_left_out_and_said() -> None:
    tokens = tokenize("one two three", limit=2)

    assert tokens.words == ("one", "two")
    assert tokens.cut
    assert not tokenize("one two", limit=2).cut


@pytest.mark.parametrize("hostile", ["a" * 300_000, "\u00ad" * 300_000, "'s" * 100_000, ". A" * 60_000, "华" * 150_000])
def test_hostile_text_is_read_in_bounds(hostile: str) -> None:
    tokens = tokenize(hostile)

    assert len(tokens.words) <= MAX_TOKENS
    assert len(tokens.sentences) <= MAX_TOKENS


def test_phrases_are_cut_like_texts() -> None:
    assert phrase("Xi'an air-strike") == ("xi", "an", "air", "strike")
