"""Rules made ready for articles, with the extractor of facts where a rule asks for facts: others pay nothing for it."""

from __future__ import annotations

from collections.abc import Iterable

from consumers.facts.extractor import FactExtractor
from consumers.rules.engine.compiled import CompiledRules, registry_with
from consumers.rules.model import FactCondition, Rule, RuleSet
from consumers.rules.tree import every_part
from monitor.actors import Registry


def compile_rules(rule_set: RuleSet, registry: Registry) -> CompiledRules:
    """The rules that are not disabled, ready to match.

    Args:
        registry: The shipped actors; what the rule set adds is added here, for facts as well.
    """
    whole = registry_with(rule_set, registry)
    enabled = (rule for rule in rule_set if rule.status != "disabled")
    return CompiledRules(rule_set, whole, fact_source(enabled, whole))


def fact_source(rules: Iterable[Rule], registry: Registry) -> FactExtractor | None:
    """What finds facts for these rules; None where none asks for them.

    Args:
        registry: With what the rules' files add to it (`registry_with`).
    """
    asked = any(isinstance(part, FactCondition) for rule in rules for part in every_part(rule.effective))
    return FactExtractor(registry) if asked else None
