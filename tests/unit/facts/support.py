"""Articles for tests of facts."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from consumers.facts.article import ArticleText
from consumers.facts.extractor import FactExtractor
from monitor.actors import load_catalogue
from monitor.actors.scanner import ActorScanner
from monitor.core.fact import Casualties, Fact, LeaderCall
from monitor.text.reading import Reading, read

A_DAY = date(2026, 3, 5)  # a Thursday


def reading(text: str, *, title: str = "", on: date | None = A_DAY) -> Reading:
    """An English article."""
    return read({"title": title, "text": text}, lang="en", on=on)


def article(text: str, *, title: str = "", on: date | None = A_DAY) -> ArticleText:
    """An English article with its sentences."""
    return ArticleText(reading(text, title=title, on=on), ActorScanner(load_catalogue()))


@lru_cache(maxsize=1)
def extractor() -> FactExtractor:
    """One for all tests."""
    return FactExtractor(load_catalogue())


def facts(text: str, *, title: str = "", on: date | None = A_DAY) -> tuple[Fact, ...]:
    """The facts of an English article."""
    return extractor().facts(reading(text, title=title, on=on))


def casualties(text: str, *, title: str = "", on: date | None = A_DAY) -> list[Casualties]:
    """Its casualty figures."""
    return [fact for fact in facts(text, title=title, on=on) if isinstance(fact, Casualties)]


def calls(text: str, *, title: str = "", on: date | None = A_DAY) -> list[LeaderCall]:
    """Its calls of leaders."""
    return [fact for fact in facts(text, title=title, on=on) if isinstance(fact, LeaderCall)]
