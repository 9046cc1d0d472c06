"""Short ways to rules and readings."""

from __future__ import annotations

import functools

from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.language.loader import read_rules
from consumers.rules.model import RuleSet
from monitor.actors import Registry, load_catalogue
from monitor.core.documents import parse_document
from monitor.core.errors import SettingsError
from monitor.text.reading import Reading, read


@functools.cache
def catalogue() -> Registry:
    """The shipped actors, read once."""
    return load_catalogue()


def rules_of(yaml: str) -> RuleSet:
    """The rules in a YAML text."""
    return read_rules([parse_document(yaml, "rules.yaml")], catalogue())


def rule_with(when: str) -> RuleSet:
    """One rule `r` with this condition."""
    return rules_of(f"rules:\n  - id: r\n    when: {when}\n")


def problems_of(yaml: str) -> list[tuple[int | None, str, str]]:
    """Line, key and message of everything wrong in a YAML text."""
    try:
        rules_of(yaml)
    except SettingsError as error:
        return [(problem.line, problem.key, problem.message) for problem in error.problems]
    return []


def title(text: str, lang: str = "und") -> Reading:
    """An article of a title only."""
    return read({"title": text}, lang=lang)


def spans(when: str, reading: Reading) -> list[tuple[str, str]] | None:
    """Condition and words of each hit of a condition; None when it does not hold."""
    matched = CompiledRules(rule_with(when), catalogue()).match(reading)
    if not matched:
        return None
    return [(hit.condition, reading.fields[hit.index].tokens.text[slice(*hit.span)]) for hit in matched[0].hits]


def holds(when: str, text: str, lang: str = "und") -> bool:
    """Whether a condition holds of a running text."""
    return spans(when, read({"text": text}, lang=lang)) is not None
