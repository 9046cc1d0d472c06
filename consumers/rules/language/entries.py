"""What stands in rule files, as models: keys and plain values. Conditions, terms and facts are read elsewhere."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from consumers.rules.language.wording import language_problem
from consumers.rules.model import Gates
from monitor.core.alert import Severity
from monitor.core.documents import PLAIN_ID, Duration, Strict

RULE_ID = PLAIN_ID
LATER_RULE_KEYS = ("corroborate", "escalate", "collect_for", "remind_every", "spike", "absence")
OTHER_FILE_KEYS = ("subscriptions", "channels")


def _day(value: object) -> object:
    """The day of a time: YAML reads `2024-05-17T10:00:00Z` as one, and people paste such."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and len(value) > len("2024-05-17"):
        return datetime.fromisoformat(value).date()
    return value


def _language(value: str) -> str:
    """A language, perhaps with a region, as the log has it."""
    problem = language_problem(re.split(r"[-_]", value.casefold())[0])
    if problem is not None:
        raise ValueError(problem)
    return value


class TestEntry(Strict):
    """A text that stands with its rule."""

    __test__ = False  # no test of pytest's

    expect: Literal["match", "none"] = Field(description="Whether the rule must match this text.")
    title: str = Field(default="", description="The headline.")
    summary: str = Field(default="", description="The summary that feeds give.")
    body: str = Field(default="", description="The running text of an article.")
    text: str = Field(default="", description="A running text without parts.")
    lang: Annotated[str, AfterValidator(_language)] = Field(
        default="und", description="The text's language; und: unknown."
    )
    publisher: str = Field(default="", description="Who published it.")
    url: str = Field(default="", description="Its address.")
    published_at: Annotated[date | None, BeforeValidator(_day)] = Field(
        default=None, description="The day that decides who holds an office."
    )
    facts: tuple[Any, ...] = Field(default=(), description="Hand-made facts, in the place of extracted ones.")
    evidence: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), description="Words that must be among those on which the rule stands."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> TestEntry:
        if not (self.title or self.summary or self.body or self.text or self.facts):
            raise ValueError("a test needs a text (allowed: title, summary, body, text; or facts)")
        if self.evidence and self.expect == "none":
            raise ValueError("a test that expects none has no evidence")
        return self


class RuleEntry(Strict):
    """A watch rule."""

    id: str = Field(pattern=RULE_ID, description="Names the rule: small letters, digits, hyphens.")
    when: Any = Field(description="The condition under which the rule fires.")
    title: str = Field(default="", description="What people read; default the id.")
    status: Literal["stable", "shadow", "disabled"] = Field(
        default="stable", description="shadow: decide and record, do not send; disabled: do nothing."
    )
    severity: Severity = Field(default="medium", description="How much it matters; subscriptions may ask for more.")
    group: str | None = Field(
        default=None, pattern=RULE_ID, description="Rules of one group decide together; default the id."
    )
    update_at_most_every: Duration = Field(
        default=Gates().update_at_most_every, description="The least time between two updates of an alert."
    )
    forget_after: Duration = Field(
        default=Gates().forget_after, description="How long a story is joined after its last article."
    )
    tests: tuple[TestEntry, ...] = Field(default=(), description="Texts that the rule must match, or must not.")


class FilterEntry(Strict):
    """One exclusion over many rules."""

    id: str = Field(pattern=RULE_ID, description="Names the filter.")
    rules: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        min_length=1, description="Rule ids, with * ? [] as in file names; each must fit a rule."
    )
    when: Any = Field(description="None of the rules fires where this holds.")


class RuleFile(Strict):
    """A rule file. Files of one folder share what they name."""

    terms: dict[str, Any] = Field(default_factory=dict, description="Lists of phrases by language, for `terms:`.")
    actors: tuple[Any, ...] = Field(
        default=(), description="Actors beside the catalogue's, or in the place of one of them."
    )
    offices: tuple[Any, ...] = Field(default=(), description="Offices and who held them when.")
    sets: tuple[Any, ...] = Field(default=(), description="Sets of actors under one name.")
    rules: tuple[RuleEntry, ...] = Field(default=(), description="The watch rules.")
    filters: tuple[FilterEntry, ...] = Field(default=(), description="Exclusions over many rules.")
