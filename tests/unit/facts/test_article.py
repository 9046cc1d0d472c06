"""An article as extractors read it."""

from __future__ import annotations

from consumers.facts.article import MAX_SENTENCE_WORDS, MAX_SENTENCES
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


def test_sentence_that_nobody_wrote_to_be_read_is_looked_at_in_pieces() -> None:
    words = [f"word{number}" for number in range(2 * MAX_SENTENCE_WORDS)]
    text = article(f"{' '.join(words)} with Putin.")
    first, second, third = text.sentences

    assert (first.is_piece, first.span[0], len(first.words)) == (True, 0, MAX_SENTENCE_WORDS)
    assert second.text.split() == words[MAX_SENTENCE_WORDS:]
    assert third.text == "with Putin"
    assert [mention.actor for mention in text.mentioned_in(third)] == ["vladimir-putin"]
    assert not any(text.mentioned_in(piece) for piece in (first, second))
