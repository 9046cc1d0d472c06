"""Search one text for one pattern, as the tests of this folder do."""

from __future__ import annotations

from monitor.text.patterns import Pattern, patterns_of
from monitor.text.reading import Reading, read
from monitor.text.scan import PatternTrie, Place


def surfaces(pattern: str, text: str, *, lang: str = "und", of: str | None = None, variants: bool = True) -> list[str]:
    """What of a body text a pattern finds, in order; the pattern written for articles in `of`."""
    return searched(patterns_of(pattern, lang=of, variants=variants), read({"body": text}, lang=lang))


def searched(patterns: tuple[Pattern, ...], reading: Reading) -> list[str]:
    """What of a reading any of the patterns that count in its language finds."""
    trie = PatternTrie()
    numbers = {
        trie.add(pattern) for pattern in patterns if pattern.lang is None or reading.lang in (pattern.lang, "und")
    }
    found = trie.places(reading.fields)
    places = sorted({place for number in numbers for place in found.get(number, ())})
    return [surface(reading, place) for place in places]


def surface(reading: Reading, place: Place) -> str:
    """The text of a place."""
    index, first, after = place
    tokens = reading.fields[index].tokens
    return tokens.text[tokens.starts[first] : tokens.ends[after - 1]]
