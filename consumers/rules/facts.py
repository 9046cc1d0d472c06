"""Stand-in of fact tests."""

from __future__ import annotations

from datetime import date

from consumers.rules.model import FactCondition
from monitor.actors import Registry
from monitor.core.fact import Fact


def fact_holds(condition: FactCondition, fact: Fact, registry: Registry, on: date | None) -> bool:
    """Stand-in."""
    if fact.__struct_config__.tag != condition.type:
        return False
    for test in condition.tests:
        if test.key == "at_least":
            low = getattr(fact, "low", None)
            if low is None or low < int(str(test.values[0])):
                return False
        elif getattr(fact, test.key, None) not in test.values:
            return False
    return True
