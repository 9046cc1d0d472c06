"""Sentences end where readers see an end."""

from __future__ import annotations

import pytest

from monitor.text.sentences import paragraph_spans, sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("It rose. It fell!", ["It rose.", "It fell!"], id="plain"),
        pytest.param("Mr. Roe met Gen. J. P. Doe.", ["Mr. Roe met Gen. J. P. Doe."], id="titles-and-initials"),
        pytest.param("The U.S. Navy came.", ["The U.S. Navy came."], id="acronym-before-a-name"),
        pytest.param(
            "He left the U.S. The war went on.", ["He left the U.S.", "The war went on."], id="acronym-at-end"
        ),
        pytest.param("Up 3.5 percent. Down 2.", ["Up 3.5 percent.", "Down 2."], id="decimals"),
        pytest.param("See No. 5 there. No. Not now.", ["See No. 5 there.", "No.", "Not now."], id="number-sign"),
        pytest.param("“Go!” she said. He went.", ["“Go!” she said.", "He went."], id="quote-goes-on"),
        pytest.param("He said: “Go.” She went.", ["He said: “Go.”", "She went."], id="quote-ends"),
        pytest.param("战争结束了。他走了！", ["战争结束了。", "他走了！"], id="chinese"),
        pytest.param("Title\n\nText goes on", ["Title", "Text goes on"], id="newline-parts"),
        pytest.param("Он жил в г. Киеве. Потом уехал.", ["Он жил в г. Киеве.", "Потом уехал."], id="russian"),
        pytest.param("Well... maybe. Yes", ["Well... maybe.", "Yes"], id="dots"),
        pytest.param("  \n ", [], id="blank"),
    ],
)
def test_sentences_of(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_paragraphs_are_lines_with_words_around_them_trimmed() -> None:
    text = " one \r\n\n two"

    assert [text[start:end] for start, end in paragraph_spans(text)] == ["one", "two"]
