"""An article as rules read it: its fields cut into words, its language and its publisher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consumers.rules.model import UNKNOWN_LANGUAGE
from monitor.core.match import Field
from monitor.text import MAX_TOKENS, TokenizedText, tokenize

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


@dataclass(frozen=True)
class Reading:
    """A whole article in words; at most `MAX_TOKENS` of them, the rest is not looked at."""

    fields: tuple[FieldReading, ...]
    lang: str = UNKNOWN_LANGUAGE
    publisher: str = ""


def read(texts: Mapping[Field, str], *, lang: str = UNKNOWN_LANGUAGE, publisher: str = "") -> Reading:
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
    return Reading(tuple(fields), primary_language(lang), publisher.casefold())


def primary_language(lang: str) -> str:
    """`en` for `en-GB`; `und` for nothing."""
    return lang.replace("_", "-").partition("-")[0].casefold() or UNKNOWN_LANGUAGE


def _all_capitals(tokens: TokenizedText) -> bool:
    if not tokens.text.isupper():
        return False
    surfaces = [tokens.text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    return sum(surface.isupper() for surface in surfaces) >= _FEWEST_CAPITAL_WORDS
