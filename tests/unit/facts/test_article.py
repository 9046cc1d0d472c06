"""An article as extractors read it."""

from __future__ import annotations

from consumers.facts.article import MAX_SENTENCES
from tests.unit.facts.support import article


def test_mentions_between_words_are_those_that_stand_there_as_a_whole() -> None:
    text = article("Vladimir Putin called Donald Trump and Emmanuel Macron.")
    (sentence,) = text.sentences

    def between(first: int, after: int) -> list[str]:
        return [mention.actor for mention in text.mentioned_between(sentence, first, after)]

    assert between(0, 8) == ["vladimir-putin", "donald-trump", "emmanuel-macron"]
    assert between(1, 5) == ["donald-trump"]
    assert between(2, 7) == ["donald-trump"]
    assert between(5, 6) == []


def test_of_a_text_of_signs_only_the_first_sentences_are_looked_at() -> None:
    text = article("Putin. " * (MAX_SENTENCES + 5), title="So. Much. For. Trump.")

    assert len(text.sentences) == MAX_SENTENCES
    assert [mention.actor for mention in text.mentioned_in(text.sentences[3])] == ["donald-trump"]
    assert text.mentioned_in(text.sentences[-1]) != ()
