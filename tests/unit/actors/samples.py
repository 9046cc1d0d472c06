"""A small registry that the tests of this folder share, written by hand in `world.yaml`."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from monitor.actors import ActorScanner, Mention, Registry, read_actors
from monitor.core.documents import load_document
from monitor.text.reading import Reading, read

TODAY = date(2025, 11, 7)


@lru_cache
def world() -> Registry:
    """The small registry."""
    return read_actors([load_document(Path(__file__).with_name("world.yaml"))])


@lru_cache
def scanner() -> ActorScanner:
    """The small registry, ready to scan."""
    return ActorScanner(world())


def article(text: str, *, lang: str = "und", on: date | None = TODAY, title: str = "") -> Reading:
    """An article with this text."""
    return read({"title": title, "text": text}, lang=lang, on=on)


def shown(reading: Reading, mention: Mention) -> str:
    """`words=actor`, with `~` for an indirect mention and `^` for a seat."""
    tokens = reading.fields[mention.index].tokens
    words = tokens.text[tokens.starts[mention.first] : tokens.ends[mention.after - 1]]
    mark = "" if mention.direct else "^" if mention.seat else "~"
    return f"{words}={mark}{mention.actor}"


def mentions(text: str, *, lang: str = "und", on: date | None = TODAY, title: str = "") -> list[str]:
    """Who is mentioned in a text, in order, as `shown`."""
    reading = article(text, lang=lang, on=on, title=title)
    return [shown(reading, mention) for mention in scanner().scan(reading).all()]
