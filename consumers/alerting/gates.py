"""What the alert stage needs to know of a rule now. Knows no rule language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from monitor.core.alert import Severity


@dataclass(frozen=True)
class RuleGates:
    """How a rule's alerts look and how often they may speak.

    Attributes:
        update_at_most_every: Least time between two revisions that tell of new voices; corrections never wait.
        forget_after: An alert whose story was quiet for this long is closed.
    """

    rule_id: str
    title: str
    severity: Severity
    status: Literal["stable", "shadow", "disabled"]
    group: str
    update_at_most_every: timedelta
    forget_after: timedelta


Gates = Mapping[str, RuleGates]


def is_in_force(gates: Gates, group: str, rule_id: str) -> bool:
    """Whether the rule decides in this group; not when it was removed, disabled, or moved to another group.

    A rule that moved counts as removed where it was, since the matches that could correct its alerts go elsewhere.
    """
    found = gates.get(rule_id)
    return found is not None and found.status != "disabled" and found.group == group
