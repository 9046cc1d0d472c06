"""Conditions as values: the closed set of what a rule can ask of an article. Knows no article and no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.core.fact import Field
from monitor.text import phrase


class Scope(StrEnum):
    """The part of an article in which a condition must hold as a whole."""

    ARTICLE = "article"
    TITLE = "title"
    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


@dataclass(frozen=True)
class Phrase:
    """One word, or several near one another.

    Attributes:
        text: In the syntax of `monitor.text.patterns`: `=exact`, `prefix*`, `w?ldcard`, `stem~`, escapes with `\\`.
        slop: By how many places the words may stand apart or out of order, as Lucene counts it; 0: in a row.
    """

    text: str
    slop: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words to look for."""
        return phrase(self.text)


@dataclass(frozen=True)
class Query:
    """A query in Lucene syntax: `text` as written, `condition` what it means, made of phrases."""

    text: str
    condition: Condition


@dataclass(frozen=True)
class ActorCondition:
    """Any of these actors is named or, unless `direct`, meant ("his Russian counterpart").

    Attributes:
        positions: Actor ids, offices (`president@united-states`), sets (`head-of-state`), `leaders(nato-member)`; who
            they mean depends on the article's day.
    """

    positions: tuple[str, ...]
    direct: bool = False


@dataclass(frozen=True)
class Terms:
    """Any phrase of a named list stands there.

    Attributes:
        phrases: Language and phrase. A phrase counts in articles of its language and where the language is unknown
            (so that German "die" finds nothing in English); language `und` counts everywhere.
    """

    name: str
    phrases: tuple[tuple[str, Phrase], ...]


@dataclass(frozen=True)
class LangCondition:
    """The article is in one of these languages; `und` must be named to count."""

    langs: tuple[str, ...]


@dataclass(frozen=True)
class PublisherCondition:
    """The article is by one of these publishers; case does not matter."""

    publishers: tuple[str, ...]


@dataclass(frozen=True)
class UrlCondition:
    """The words of any of these phrases stand in a row in the article's address."""

    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class FactCondition:
    """There is one fact of this type of which every test holds; defaults are among the tests.

    Attributes:
        tests: In the order of their keys; see `consumers.rules.engine.facts` for what they mean.
    """

    type: str
    tests: tuple[FactTest, ...]


@dataclass(frozen=True)
class FactTest:
    """One key of a fact condition: the values of which one must be there; bounds are `at_least` and `at_most`.

    Attributes:
        is_default: Nobody wrote it: it holds because the language says so.
    """

    key: str
    values: tuple[str | int | bool | None, ...]
    is_default: bool = False


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:  # noqa: N801 - `Any` is taken by typing, in every file that would use it
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AtLeast:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True)
class Within:
    """There is one place (a sentence, a paragraph, the title) in which the part holds as a whole."""

    scope: Scope
    part: Condition


@dataclass(frozen=True)
class InFields:
    """The part holds of these fields alone."""

    fields: tuple[Field, ...]
    part: Condition


Condition = (
    Phrase
    | Query
    | ActorCondition
    | Terms
    | LangCondition
    | PublisherCondition
    | UrlCondition
    | FactCondition
    | All
    | Any_
    | AtLeast
    | Not
    | Within
    | InFields
)  # closed: engines match on it


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions of which a condition is made."""
    match condition:
        case Query():
            return (condition.condition,)
        case All() | Any_() | AtLeast():
            return condition.parts
        case Not() | Within() | InFields():
            return (condition.part,)
    return ()


def every_part(condition: Condition) -> Iterator[Condition]:
    """A condition and all that it is made of, in the order of writing."""
    yield condition
    for part in parts_of(condition):
        yield from every_part(part)
