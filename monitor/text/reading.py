"""An article as rules and facts read it: its fields cut into words, its language, publisher, address and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.core.fact import Fact, Field
from monitor.text.tokens import MAX_TOKENS, TokenizedText, tokenize

FIELD_ORDER: tuple[Field, ...] = ("title", "summary", "body", "text")
_FEWEST_CAPITAL_WORDS = 3  # fewer may be acronyms by chance


@dataclass(frozen=True)
class FieldReading:
    """One field in words.

    Attributes:
        caseless: Its capitals say nothing, because all of it is in capitals.
    """

    name: Field
    tokens: TokenizedText
    caseless: bool = False

    @cached_property
    def lower(self) -> bool:
        """Whether it is written without capitals."""
        return self.tokens.text.islower()


@dataclass(frozen=True)
class Reading:
    """A whole article in words; at most `MAX_TOKENS` of them, the rest is not looked at.

    Attributes:
        lang: Primary language, or `und`.
        publisher: Casefolded.
        url: As it stands.
        on: The day it was published, which says who holds an office; None when nobody knows.
        facts: What is known of it before anybody looks (hand-made facts of tests); extracted ones come later.
    """

    fields: tuple[FieldReading, ...]
    lang: str = UNKNOWN_LANGUAGE
    publisher: str = ""
    url: str = ""
    on: date | None = None
    facts: tuple[Fact, ...] = ()


def read(
    texts: Mapping[Field, str],
    *,
    lang: str = UNKNOWN_LANGUAGE,
    publisher: str = "",
    url: str = "",
    on: date | None = None,
    facts: Sequence[Fact] = (),
) -> Reading:
    """The reading of some fields; empty ones are left out."""
    fields: list[FieldReading] = []
    left = MAX_TOKENS
    for name in FIELD_ORDER:
        text = texts.get(name)
        if not text:
            continue
        tokens = tokenize(text, limit=left)
        left -= len(tokens.words)
        fields.append(FieldReading(name, tokens, name == "title" and _all_capitals(tokens)))
    return Reading(tuple(fields), primary_language(lang), publisher.casefold(), url, on, tuple(facts))


def primary_language(lang: str) -> str:
    """`en` for `en-GB`; `und` for nothing."""
    return lang.replace("_", "-").partition("-")[0].casefold() or UNKNOWN_LANGUAGE


def _all_capitals(tokens: TokenizedText) -> bool:
    if not tokens.text.isupper():
        return False
    surfaces = [tokens.text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    return sum(surface.isupper() for surface in surfaces) >= _FEWEST_CAPITAL_WORDS
