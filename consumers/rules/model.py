"""Rules as they are once loaded: frozen, complete, and free of files. Knows no article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

from monitor.actors import Actor, ActorSet, Office
from monitor.core.alert import Severity
from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.core.fact import Fact, Field
from monitor.core.ids import content_hash
from monitor.text import phrase
from monitor.text.patterns import phrase_meaning

Status = Literal["stable", "shadow", "disabled"]
Expect = Literal["match", "none"]


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
        tests: In the order of their keys; see `consumers.rules.facts` for what they mean.
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


@dataclass(frozen=True)
class Gates:
    """What may hold an alert back or end it."""

    update_at_most_every: timedelta = timedelta(minutes=15)
    forget_after: timedelta = timedelta(hours=48)


@dataclass(frozen=True)
class RuleTest:
    """A text that stands with its rule, and whether the rule must match it.

    Attributes:
        published_at: The day that decides who holds an office.
        facts: Hand-made, in the place of extracted ones.
        evidence: Words that must be among those on which the rule stands.
    """

    expect: Expect
    title: str = ""
    summary: str = ""
    body: str = ""
    text: str = ""
    lang: str = UNKNOWN_LANGUAGE
    publisher: str = ""
    url: str = ""
    published_at: date | None = None
    facts: tuple[Fact, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """One exclusion over many rules: none of them fires where `when` holds."""

    id: str
    when: Condition


@dataclass(frozen=True)
class Rule:
    """One watch rule; `file` and `line` say where it stands.

    Attributes:
        filters: Those that cover it, in the order of their files.
    """

    id: str
    when: Condition
    title: str
    group: str
    status: Status = "stable"
    severity: Severity = "medium"
    gates: Gates = Gates()
    tests: tuple[RuleTest, ...] = ()
    filters: tuple[Filter, ...] = ()
    file: str = ""
    line: int | None = None

    @cached_property
    def version(self) -> str:
        """12 hex digits over the meaning of the rule and its filters: the same for another spelling, order or comment."""
        return content_hash(meaning(self.effective))[:12]

    @property
    def effective(self) -> Condition:
        """What must hold for the rule to fire: `when`, and no filter."""
        if not self.filters:
            return self.when
        return All((self.when, *(Not(filter_.when) for filter_ in self.filters)))


@dataclass(frozen=True)
class WrittenTerm:
    """A phrase of a term list, as it stands in a file; `key` and `line` say where."""

    lang: str
    phrase: Phrase
    key: str
    line: int | None


@dataclass(frozen=True)
class TermList:
    """A list under `terms:`; `file` and `line` say where it stands.

    Attributes:
        terms: With the phrases of the lists it includes.
        own: Without them.
        includes: Names of other lists.
    """

    terms: Terms
    own: tuple[WrittenTerm, ...]
    includes: tuple[str, ...] = ()
    file: str = ""
    line: int | None = None


@dataclass(frozen=True)
class RuleSet:
    """All rules in force, in the order of their files. Goes to worker processes, so it must stay picklable.

    Attributes:
        actors, offices, sets: Those that the rule files add to the catalogue, or put in the place of its entries.
        filters: All, those that cover no rule in force too; each rule carries its own.
        lists: All term lists, used or not; conditions carry their phrases.
    """

    rules: tuple[Rule, ...] = ()
    actors: tuple[Actor, ...] = ()
    offices: tuple[Office, ...] = ()
    sets: tuple[ActorSet, ...] = ()
    filters: tuple[Filter, ...] = ()
    lists: tuple[TermList, ...] = ()
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
            near = f"~{condition.slop}" if condition.slop else ""
            return f"phrase({phrase_meaning(condition.text)}{near})"
        case Query():
            return meaning(condition.condition)
        case ActorCondition():
            direct = "direct:" if condition.direct else ""
            return f"actor({direct}{','.join(sorted(set(condition.positions)))})"
        case Terms():
            return f"terms({','.join(sorted({f'{lang}:{meaning(part)}' for lang, part in condition.phrases}))})"
        case LangCondition():
            return f"lang({','.join(sorted(set(condition.langs)))})"
        case PublisherCondition():
            return f"publisher({','.join(sorted({name.casefold() for name in condition.publishers}))})"
        case UrlCondition():
            return f"url({','.join(sorted({meaning(part) for part in condition.phrases}))})"
        case FactCondition():
            tests = sorted(f"{test.key}={sorted(map(str, test.values))}" for test in condition.tests)
            return f"fact({condition.type},{','.join(tests)})"
        case AtLeast():
            return f"at_least({condition.count},{','.join(sorted(meaning(part) for part in condition.parts))})"
        case InFields():
            return f"in({','.join(sorted(condition.fields))},{meaning(condition.part)})"
        case All() | Any_():
            parts = sorted({meaning(part) for part in condition.parts})
            name = "all" if isinstance(condition, All) else "any"
            return parts[0] if len(parts) == 1 else f"{name}({','.join(parts)})"
        case Not():
            return f"not({meaning(condition.part)})"
        case Within():
            return f"within({condition.scope},{meaning(condition.part)})"


def requires_words(condition: Condition) -> bool:
    """Whether the condition can hold only of an article in which some of its words stand, or some fact."""
    match condition:
        case Phrase() | ActorCondition() | Terms() | FactCondition():
            return True
        case LangCondition() | PublisherCondition() | UrlCondition() | Not():
            return False
        case InFields():
            return requires_words(condition.part)
        case AtLeast():
            return sum(requires_words(part) for part in condition.parts) > len(condition.parts) - condition.count
        case Query():
            return requires_words(condition.condition)
        case Within():
            return requires_words(condition.part)
        case All():
            return any(requires_words(part) for part in condition.parts)
        case Any_():
            return all(requires_words(part) for part in condition.parts)
