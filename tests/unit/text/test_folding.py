"""Folding makes equal what readers take for equal, and nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import fold


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        pytest.param("Élysée", "elysee", id="latin-accents"),
        pytest.param("e\u0301", "e", id="decomposed-accent"),
        pytest.param("Łódź", "lodz", id="letter-without-decomposition"),
        pytest.param("Søren", "soren", id="danish-o"),
        pytest.param("İstanbul", "istanbul", id="turkish-capital-i-changes-length-under-casefold"),
        pytest.param("ısı", "isi", id="turkish-dotless-i"),
        pytest.param("Straße", "strasse", id="sharp-s"),
        pytest.param("Ρωσία", "ρωσια", id="greek-accent"),
        pytest.param("ΠΟΛΕΜΟΣ", "πολεμοσ", id="greek-final-sigma"),
        pytest.param("Объём", "объем", id="yo-is-ye"),
        pytest.param("Шойгу", "шойгу", id="short-i-stays"),
        pytest.param("и\u0306", "й", id="decomposed-short-i-stays"),
        pytest.param("Київ", "київ", id="ukrainian-yi-stays"),
        pytest.param("Пу\u0301тин", "путин", id="stress-mark"),
        pytest.param("مُحَمَّد", "محمد", id="arabic-tashkeel"),
        pytest.param("محـمد", "محمد", id="arabic-tatweel"),
        pytest.param("أوكرانيا", "اوكرانيا", id="arabic-alef-with-hamza"),
        pytest.param("إيران", "ايران", id="arabic-alef-with-hamza-below"),
        pytest.param("آسيا", "اسيا", id="arabic-alef-with-madda"),
        pytest.param("مصطفى", "مصطفي", id="arabic-alef-maqsura"),
        pytest.param("غزة", "غزه", id="arabic-teh-marbuta"),
        pytest.param("کی‌یف", "كييف", id="persian-letters-and-zero-width-non-joiner"),
        pytest.param("ﻻ", "لا", id="arabic-ligature"),
        pytest.param("Kиев", "киев", id="latin-capital-in-a-cyrillic-word"),
        pytest.param("Рutin", "putin", id="cyrillic-capital-in-a-latin-word"),
        pytest.param("Зелéнский", "зеленский", id="latin-accented-letter-as-a-stress-mark"),
        pytest.param("СОVID", "covid", id="cyrillic-letters-in-a-latin-acronym"),
        pytest.param("Сocа", "соса", id="all-look-alike-takes-the-script-of-most"),
        pytest.param("рейс", "рейс", id="one-script-stays"),
        pytest.param("Wжy", "wжy", id="two-scripts-for-good"),
        pytest.param("שָׁלוֹם", "שלום", id="hebrew-niqqud"),
        pytest.param("ガ", "ガ", id="voiced-kana-stays"),
        pytest.param("ｶﾞ", "ガ", id="half-width-kana"),
        pytest.param("ＮＡＴＯ", "nato", id="full-width-latin"),
        pytest.param("हिन्दी", "हिन्दी", id="devanagari-vowels-stay"),
        pytest.param("한국", "한국", id="hangul-stays-whole"),
        pytest.param("한국", "한국", id="hangul-jamo-are-composed"),
        pytest.param("sabo\u00adtage", "sabotage", id="soft-hyphen"),
        pytest.param("Pu\u200btin", "putin", id="zero-width-space"),
    ],
)
def test_word_folds_as_readers_expect(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_voiced_and_unvoiced_kana_differ() -> None:
    assert fold("ガ") != fold("カ")


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing_more(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20))
def test_composed_and_decomposed_forms_fold_alike(word: str) -> None:
    assert fold(unicodedata.normalize("NFD", word)) == fold(unicodedata.normalize("NFC", word))
