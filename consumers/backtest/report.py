"""What a backtest says, as values: what `--json` prints, and what text and JUnit are made from. No wall clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from consumers.backtest.archive import Archive
from consumers.backtest.course import Course
from consumers.backtest.difference import RuleDifference, changed_rules
from consumers.backtest.run import Plan, Result
from consumers.backtest.tally import RuleTally, Tally
from consumers.rules.model import Rule, Status
from monitor.core.alert import CHANGE_KINDS, HeldBackReason, Severity

REPORT_SCHEMA = 1


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Of one rule, or of all.

    Attributes:
        matches: How often a rule held of an article, of edited ones each version.
        withdrawn: How often one held of the version before and no more.
        articles: Different articles that it held of (in totals: summed over the rules).
        voices: Different publishers of these; None in totals.
        open: Alerts that were still open at the end.
    """

    matches: int
    withdrawn: int
    articles: int
    voices: int | None
    opened: int
    updated: int
    corrected: int
    closed: int
    open: int


class RuleReport(msgspec.Struct, frozen=True, kw_only=True):
    """One rule.

    Attributes:
        held_back: None where its group has other rules too: see `groups`.
        set_aside: Articles on which it could not be evaluated (it failed, or cost too much), and why on the first.
    """

    rule: str
    title: str
    severity: Severity
    status: Status
    version: str
    counts: Counts
    held_back: dict[str, int] | None
    set_aside: int
    set_aside_reason: str
    examples: tuple[Course, ...]


class GroupReport(msgspec.Struct, frozen=True, kw_only=True):
    """A group of several rules, and what was held back in it."""

    group: str
    rules: tuple[str, ...]
    held_back: dict[str, int]


class ArticlesReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was read.

    Attributes:
        undated: Taken at the time of the article before them.
        unreadable: Lines or records that were left out.
        failed: Articles that could not be matched.
    """

    read: int
    undated: int
    unreadable: int
    failed: int
    first: datetime | None
    last: datetime | None


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """The difference to another rule set, by rule and in all."""

    digest: str
    rules_changed: int
    added: int
    removed: int
    changed: int
    same: int
    rules: tuple[RuleDifference, ...]

    @property
    def is_any(self) -> bool:
        """Whether an alert differs."""
        return bool(self.added or self.removed or self.changed)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that a backtest says."""

    schema: int = REPORT_SCHEMA
    digest: str
    articles: ArticlesReport
    rules: tuple[RuleReport, ...]
    groups: tuple[GroupReport, ...]
    totals: Counts
    held_back: dict[str, int]
    against: Against | None


def report_of(archive: Archive, plan: Plan, result: Result, *, unreadable: int) -> Report:
    """The report on a run; `unreadable` counts what was left out before the archive, too."""
    tally = result.tally
    rules = list(tally.rule_set)
    members: dict[str, list[str]] = {}
    for rule in rules:
        members.setdefault(rule.group, []).append(rule.id)
    counts = {rule.id: _counts(tally.rules[rule.id]) for rule in rules}
    return Report(
        digest=tally.rule_set.digest,
        articles=ArticlesReport(
            read=archive.articles,
            undated=archive.undated,
            unreadable=unreadable,
            failed=result.failed,
            first=archive.first,
            last=archive.last,
        ),
        rules=tuple(_rule(rule, tally, counts[rule.id], is_alone=len(members[rule.group]) == 1) for rule in rules),
        groups=tuple(
            GroupReport(group=group, rules=tuple(ids), held_back=_by_reason(tally.held_back[group]))
            for group, ids in members.items()
            if len(ids) > 1
        ),
        totals=_totals(counts.values()),
        held_back=_by_reason(sum(tally.held_back.values(), Counter())),
        against=_against(plan, result),
    )


def _rule(rule: Rule, tally: Tally, counts: Counts, *, is_alone: bool) -> RuleReport:
    return RuleReport(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        status=rule.status,
        version=rule.version,
        counts=counts,
        held_back=_by_reason(tally.held_back[rule.group]) if is_alone else None,
        set_aside=tally.rules[rule.id].set_aside,
        set_aside_reason=tally.rules[rule.id].reason,
        examples=tuple(tally.examples(rule.id)),
    )


def _counts(tally: RuleTally) -> Counts:
    return Counts(
        matches=tally.matches,
        withdrawn=tally.withdrawn,
        articles=tally.articles,
        voices=tally.voices,
        **{kind: tally.changes[kind] for kind in CHANGE_KINDS},
        open=tally.changes["opened"] - tally.changes["closed"],
    )


def _totals(counts: Iterable[Counts]) -> Counts:
    names = [name for name in Counts.__struct_fields__ if name != "voices"]
    sums: Counter[str] = Counter()
    for each in counts:
        sums.update({name: getattr(each, name) for name in names})
    return Counts(voices=None, **{name: sums[name] for name in names})


def _by_reason(counts: Mapping[HeldBackReason, int]) -> dict[str, int]:
    return {reason.value: counts[reason] for reason in HeldBackReason if counts.get(reason)}


def _against(plan: Plan, result: Result) -> Against | None:
    if plan.against is None or result.differences is None:
        return None
    rules = result.differences
    return Against(
        digest=plan.against.rule_set.digest,
        rules_changed=changed_rules(plan.against.rule_set, plan.rules.rule_set),
        added=sum(rule.added for rule in rules),
        removed=sum(rule.removed for rule in rules),
        changed=sum(rule.changed for rule in rules),
        same=sum(rule.same for rule in rules),
        rules=rules,
    )
