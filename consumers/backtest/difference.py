"""How the alerts of two rule sets differ over the same articles: added, removed, changed. Pure.

Alerts are joined by their ids, which hold no rule version; what is left, by rule and common articles or pages, since a
rule that now holds of an earlier article opens the same story under another id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from consumers.backtest.course import Course, CourseArticle
from consumers.backtest.tally import Tally, hash_of
from consumers.rules.model import Rule, RuleSet
from monitor.core.durations import render_duration
from monitor.core.ids import AlertId

Standing = Literal["new", "removed", "changed", "unchanged"]


class ChangedAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that both rule sets raise, and what is not the same, in words."""

    before: Course
    after: Course
    differences: tuple[str, ...]


class RuleDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one rule's alerts.

    Attributes:
        standing: Of the rule itself.
        same: Alerts that are equal.
        added_examples, removed_examples, changed_examples: Some of each, spread over the archive, in stream order.
    """

    rule: str
    standing: Standing
    added: int
    removed: int
    changed: int
    same: int
    matches_before: int
    matches_after: int
    added_examples: tuple[Course, ...]
    removed_examples: tuple[Course, ...]
    changed_examples: tuple[ChangedAlert, ...]

    @property
    def is_any(self) -> bool:
        """Whether an alert differs."""
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class _Split:
    """Alerts of one rule: pairs, and what is in one rule set only."""

    pairs: list[tuple[Course, Course]]
    removed: list[Course]
    added: list[Course]


class Comparison:
    """Follows two tallies that keep all, and has them forget what is settled."""

    def __init__(self, before: Tally, after: Tally) -> None:
        self._before = before
        self._after = after
        self._same: Counter[str] = Counter()
        self._settled: set[AlertId] = set()

    def settle(self, alert_id: AlertId) -> None:
        """Count an alert that has ended in both rule sets alike, so that only differences stay in memory."""
        before, after = self._before.courses.get(alert_id), self._after.courses.get(alert_id)
        if before is None or after is None or before.is_open or after.is_open or differences(before, after):
            return
        self._same[after.rule] += 1
        for tally in (self._before, self._after):
            tally.forget(alert_id)
            if alert_id in tally.courses:  # in a sample: stays to be shown
                self._settled.add(alert_id)

    def rules(self, examples: int) -> tuple[RuleDifference, ...]:
        """The outcome for each rule of either set: those of the new set in its order, then those that are gone."""
        old, new = _by_rule(self._unsettled(self._before)), _by_rule(self._unsettled(self._after))
        ids = dict.fromkeys(rule.id for rules in (self._after.rule_set, self._before.rule_set) for rule in rules)
        return tuple(self._rule(rule_id, old.get(rule_id, []), new.get(rule_id, []), examples) for rule_id in ids)

    def _unsettled(self, tally: Tally) -> Iterator[Course]:
        return (course for alert_id, course in tally.courses.items() if alert_id not in self._settled)

    def _rule(self, rule_id: str, old: Sequence[Course], new: Sequence[Course], examples: int) -> RuleDifference:
        split = _joined(old, new)
        compared = [
            ChangedAlert(before=before, after=after, differences=differences(before, after))
            for before, after in split.pairs
        ]
        changed = [each for each in compared if each.differences]
        before, after = self._before.rules.get(rule_id), self._after.rules.get(rule_id)
        shown = set(_sample([each.after for each in changed], examples))
        return RuleDifference(
            rule=rule_id,
            standing=_standing(self._before.rule_set.rule(rule_id), self._after.rule_set.rule(rule_id)),
            added=len(split.added),
            removed=len(split.removed),
            changed=len(changed),
            same=self._same[rule_id] + len(compared) - len(changed),
            matches_before=before.matches if before else 0,
            matches_after=after.matches if after else 0,
            added_examples=_sample(split.added, examples),
            removed_examples=_sample(split.removed, examples),
            changed_examples=tuple(each for each in changed if each.after in shown),
        )


def differences(before: Course, after: Course) -> tuple[str, ...]:
    """What is not the same for a reader of the two alerts, in words; nothing where they are equal."""
    return tuple(
        part
        for part in (
            _changed("severity", before.severity, after.severity),
            _changed("status", _status(before), _status(after)),
            *_articles(before, after),
            _steps(before, after),
        )
        if part
    )


def changed_rules(before: RuleSet, after: RuleSet) -> int:
    """How many rules are not the same in both."""
    ids = {rule.id for rules in (before, after) for rule in rules}
    return sum(_standing(before.rule(rule_id), after.rule(rule_id)) != "unchanged" for rule_id in ids)


def _changed(name: str, before: str, after: str) -> str:
    return "" if before == after else f"{name}: {before} → {after}"


def _status(course: Course) -> str:
    return "shadow" if course.shadow else "stable"


def _articles(before: Course, after: Course) -> Iterator[str]:
    for word, more, fewer in (("now also tells of", after, before), ("no longer tells of", before, after)):
        known = set(fewer.article_ids)
        others = [article for article in more.articles if article.id not in known]
        if others:
            yield f"{word}: {'; '.join(map(_named, others[:3]))}{_more(len(others) - 3)}"


def _named(article: CourseArticle) -> str:
    return f"{article.publisher} “{article.title}”"


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def _steps(before: Course, after: Course) -> str:
    if before.steps == after.steps:
        return ""
    return f"revisions: {_course_in_words(before)} → {_course_in_words(after)}"


def _course_in_words(course: Course) -> str:
    """`opened 2026-11-01 10:00, updated +15m, closed +2d (forgotten)`."""
    first, *later = course.steps
    parts = [f"{first.kind} {first.time:%Y-%m-%d %H:%M}"]
    for step in later:
        why = f" ({step.reason})" if step.kind in ("closed", "corrected") else ""
        parts.append(f"{step.kind} +{render_duration(step.time - first.time)}{why}")
    return ", ".join(parts)


def _standing(before: Rule | None, after: Rule | None) -> Standing:
    if before is None or after is None:
        return "new" if before is None else "removed"
    is_same = _deciding(before) == _deciding(after)
    return "unchanged" if is_same else "changed"


def _deciding(rule: Rule) -> tuple[object, ...]:
    """All of a rule that decides about alerts."""
    return (rule.version, rule.title, rule.group, rule.status, rule.severity, rule.gates)


def _by_rule(courses: Iterable[Course]) -> dict[str, list[Course]]:
    split: dict[str, list[Course]] = {}
    for course in courses:
        split.setdefault(course.rule, []).append(course)
    return split


def _joined(old: Sequence[Course], new: Sequence[Course]) -> _Split:
    left = {course.alert_id: course for course in old}
    pairs: list[tuple[Course, Course]] = []
    alone: list[Course] = []
    for course in new:
        before = left.pop(course.alert_id, None)
        if before is None:
            alone.append(course)
        else:
            pairs.append((before, course))
    by_mark: dict[str, list[AlertId]] = {}
    for course in left.values():
        for mark in course.marks:
            by_mark.setdefault(mark, []).append(course.alert_id)
    added: list[Course] = []
    for course in alone:
        common = Counter(alert_id for mark in course.marks for alert_id in by_mark.get(mark, ()) if alert_id in left)
        if common:
            # Among those that share as much, the one that opened first.
            best = min(common, key=lambda each: (-common[each], left[each].opened_at, each))
            pairs.append((left.pop(best), course))
        else:
            added.append(course)
    return _Split(pairs, list(left.values()), added)


def _sample(courses: Sequence[Course], size: int) -> tuple[Course, ...]:
    kept = sorted(courses, key=lambda course: hash_of(course.alert_id))[:size]
    return tuple(sorted(kept, key=lambda course: (course.opened_at, course.alert_id)))
