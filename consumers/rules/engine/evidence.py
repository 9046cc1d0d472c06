"""What a rule stands on, as it goes on the wire and before people's eyes."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.rules.engine.compiled import Hit, place_order
from monitor.core.match import Evidence
from monitor.text import TokenizedText
from monitor.text.reading import Reading

MAX_EVIDENCE = 8  # per rule: enough for a person to judge by; a match must stay small
MAX_SENTENCE_CHARACTERS = 400


def evidence_of(reading: Reading, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """At most `MAX_EVIDENCE` places in the order of the text; every condition shows before one shows twice."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.condition, hit)
    shown = [*first.values(), *(hit for hit in hits if hit is not first[hit.condition])][:MAX_EVIDENCE]
    return tuple(evidence(reading, hit) for hit in sorted(shown, key=place_order))


def evidence(reading: Reading, hit: Hit) -> Evidence:
    """One place as evidence; a fact of an article without any text has no words."""
    text, sentence = "", (0, 0)
    if hit.index < len(reading.fields):
        tokens = reading.fields[hit.index].tokens
        text, sentence = tokens.text, _sentence_span(tokens, hit.token)
    start, end = hit.span
    return Evidence(
        condition=hit.condition,
        field=hit.field,
        span=hit.span,
        text=text[start:end],
        sentence=_sentence(text, sentence, hit.span),
        actor=hit.actor,
        indirect=hit.indirect,
        fact=hit.fact,
    )


def hit_text(reading: Reading, hit: Hit) -> str:
    """The words of a hit as they stand in the text."""
    return reading.fields[hit.index].tokens.text[slice(*hit.span)] if hit.index < len(reading.fields) else ""


def _sentence_span(tokens: TokenizedText, token: int) -> tuple[int, int]:
    return tokens.sentence_span(token) if token < len(tokens.words) else (0, len(tokens.text))


def _sentence(text: str, sentence: tuple[int, int], span: tuple[int, int]) -> str:
    """The sentence; of a very long one the part around the span."""
    first, last = sentence
    if last - first > MAX_SENTENCE_CHARACTERS:
        first = max(first, min(span[0] - MAX_SENTENCE_CHARACTERS // 2, last - MAX_SENTENCE_CHARACTERS))
        last = min(last, first + MAX_SENTENCE_CHARACTERS)
    return text[first:last]
