"""Rules as they are once loaded: frozen, complete, and free of files. Knows no article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

from monitor.core.alert import Severity
from monitor.core.ids import content_hash
from monitor.text import phrase

Status = Literal["stable", "shadow", "disabled"]
Expect = Literal["match", "none"]
UNKNOWN_LANGUAGE = "und"


class Scope(StrEnum):
    """The part of an article in which a condition must hold as a whole."""

    ARTICLE = "article"
    TITLE = "title"
    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


@dataclass(frozen=True)
class Phrase:
    """One word, or several in a row; `text` is as its author wrote it."""

    text: str

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
    """Any of these actors is named."""

    actors: tuple[str, ...]


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
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:  # noqa: N801 - `Any` is taken by typing, in every file that would use it
    """At least one part holds."""

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


Condition = (
    Phrase | Query | ActorCondition | Terms | LangCondition | PublisherCondition | All | Any_ | Not | Within
)  # closed: engines match on it


@dataclass(frozen=True)
class Gates:
    """What may hold an alert back or end it."""

    update_at_most_every: timedelta = timedelta(minutes=15)
    forget_after: timedelta = timedelta(hours=48)


@dataclass(frozen=True)
class RuleTest:
    """A text that stands with its rule, and whether the rule must match it."""

    expect: Expect
    title: str = ""
    summary: str = ""
    body: str = ""
    text: str = ""
    lang: str = UNKNOWN_LANGUAGE
    publisher: str = ""


@dataclass(frozen=True)
class Rule:
    """One watch rule; `file` and `line` say where it stands."""

    id: str
    when: Condition
    title: str
    group: str
    status: Status = "stable"
    severity: Severity = "medium"
    gates: Gates = Gates()
    tests: tuple[RuleTest, ...] = ()
    file: str = ""
    line: int | None = None

    @cached_property
    def version(self) -> str:
        """12 hex digits over the meaning of `when`: the same for another spelling, order or comment."""
        return content_hash(meaning(self.when))[:12]


@dataclass(frozen=True)
class RuleSet:
    """All rules in force, in the order of their files. Goes to worker processes, so it must stay picklable."""

    rules: tuple[Rule, ...] = ()
    _by_id: dict[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {rule.id: rule for rule in self.rules})

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id."""
        return self._by_id.get(rule_id)

    @cached_property
    def digest(self) -> str:
        """12 hex digits over everything that decides about alerts: processes with one digest decide alike."""
        parts = [
            repr((rule.id, rule.version, rule.title, rule.group, rule.status, rule.severity, rule.gates))
            for rule in self.rules
        ]
        return content_hash(*parts)[:12]


def meaning(condition: Condition) -> str:
    """A canonical text of what a condition means; equal for conditions that differ in spelling only."""
    match condition:
        case Phrase():
            return f"phrase({' '.join(condition.words)})"
        case Query():
            return meaning(condition.condition)
        case ActorCondition():
            return f"actor({','.join(sorted(set(condition.actors)))})"
        case Terms():
            return f"terms({','.join(sorted({f'{lang}:{meaning(part)}' for lang, part in condition.phrases}))})"
        case LangCondition():
            return f"lang({','.join(sorted(set(condition.langs)))})"
        case PublisherCondition():
            return f"publisher({','.join(sorted({name.casefold() for name in condition.publishers}))})"
        case All() | Any_():
            parts = sorted({meaning(part) for part in condition.parts})
            name = "all" if isinstance(condition, All) else "any"
            return parts[0] if len(parts) == 1 else f"{name}({','.join(parts)})"
        case Not():
            return f"not({meaning(condition.part)})"
        case Within():
            return f"within({condition.scope},{meaning(condition.part)})"


def requires_words(condition: Condition) -> bool:
    """Whether the condition can hold only of an article in which some of its words stand."""
    match condition:
        case Phrase() | ActorCondition() | Terms():
            return True
        case LangCondition() | PublisherCondition() | Not():
            return False
        case Query():
            return requires_words(condition.condition)
        case Within():
            return requires_words(condition.part)
        case All():
            return any(requires_words(part) for part in condition.parts)
        case Any_():
            return all(requires_words(part) for part in condition.parts)
