"""A report in lines for a person. Every text from an article is cleaned: it may steer a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consumers.backtest.course import Course
from consumers.backtest.difference import RuleDifference
from consumers.backtest.report import Against, Counts, Report, RuleReport
from monitor.core.escape import one_line

_HEADLINE = 160
_WORDS = 40
_NAME = 60
_DIFFERENCE = 300

_STANDINGS = {"new": "new rule", "removed": "removed rule", "changed": "changed rule", "unchanged": "unchanged rule"}


def report_lines(report: Report) -> Iterator[str]:
    """The whole report."""
    yield from _head(report)
    for rule in report.rules:
        yield ""
        yield from rule_lines(rule)
    for group in report.groups:
        yield ""
        yield f"group {group.group} ({', '.join(group.rules)})"
        yield f"  held back: {_held_back(group.held_back)}"
    yield ""
    yield f"in all: {_counts(report.totals)}"
    yield f"  held back: {_held_back(report.held_back)}"
    if report.against is not None:
        yield ""
        yield from _against_lines(report.against)


def rule_lines(rule: RuleReport) -> Iterator[str]:
    """One rule: its counts and some of its alerts."""
    status = "" if rule.status == "stable" else f", {rule.status}"
    title = "" if rule.title == rule.rule else f": {one_line(rule.title, _HEADLINE)}"
    yield f"{rule.rule}{title} ({rule.severity}{status})"
    if rule.status == "disabled":
        return
    yield f"  {_counts(rule.counts)}"
    if rule.held_back:
        yield f"  held back: {_held_back(rule.held_back)}"
    if rule.set_aside:
        reason = one_line(rule.set_aside_reason, _DIFFERENCE)
        yield f"  could not be evaluated on {_counted(rule.set_aside, 'article')}: {reason}"
    for course in rule.examples:
        yield f"    {course_line(course)}"


def difference_lines(rule: RuleDifference) -> Iterator[str]:
    """One rule's differences, with examples."""
    yield (
        f"{rule.rule} ({_STANDINGS[rule.standing]}): {rule.added} added, {rule.removed} removed, "
        f"{rule.changed} changed, {rule.same} the same; matches {rule.matches_before} → {rule.matches_after}"
    )
    for sign, courses in (("+", rule.added_examples), ("-", rule.removed_examples)):
        for course in courses:
            yield f"  {sign} {course_line(course)}"
    for changed in rule.changed_examples:
        yield f"  ~ {course_line(changed.after)}"
        if changed.before.evidence != changed.after.evidence:
            yield f"      evidence before: {_evidence(changed.before)}"
        for difference in changed.differences:
            yield f"      {one_line(difference, _DIFFERENCE)}"


def course_line(course: Course) -> str:
    """`2026-11-01  BBC  Headline  [“word”, “word”]`: how an alert began."""
    first = course.articles[0] if course.articles else None
    day = f"{course.opened_at:%Y-%m-%d}"
    if first is not None and first.published_at is None:
        day = "no date   "
    publisher = one_line(first.publisher, _NAME) if first else ""
    headline = one_line(course.headline or course.quote, _HEADLINE)
    return f"{day}  {publisher}  {headline}  [{_evidence(course)}]"


def difference_sentence(against: Against | RuleDifference) -> str:
    """`3 alerts added, 1 removed, 2 changed, 40 the same`."""
    return (
        f"{_counted(against.added, 'alert')} added, {against.removed} removed, {against.changed} changed, "
        f"{against.same} the same"
    )


def _head(report: Report) -> Iterator[str]:
    articles = report.articles
    span = f", {articles.first:%Y-%m-%d} to {articles.last:%Y-%m-%d}" if articles.first and articles.last else ""
    yield f"{_counted(articles.read, 'article')}{span}; {_counted(len(report.rules), 'rule')} ({report.digest})"
    if articles.undated:
        undated = _counted(articles.undated, "article")
        yield f"  {undated} without a date: taken at the time of the one before in the input"
    if articles.unreadable:
        yield f"  {articles.unreadable} could not be read and were left out"
    if articles.failed:
        yield f"  {_counted(articles.failed, 'article')} could not be matched and were left out"


def _against_lines(against: Against) -> Iterator[str]:
    rules = f"{_counted(against.rules_changed, 'rule')} {'differs' if against.rules_changed == 1 else 'differ'}"
    yield f"against {against.digest} ({rules}): {difference_sentence(against)}"
    for rule in against.rules:
        if rule.is_any or rule.standing != "unchanged":
            yield ""
            yield from difference_lines(rule)


def _counts(counts: Counts) -> str:
    voices = "" if counts.voices is None else f" by {_counted(counts.voices, 'voice')}"
    withdrawn = f" ({counts.withdrawn} withdrawn)" if counts.withdrawn else ""
    return (
        f"{counts.matches} {'match' if counts.matches == 1 else 'matches'}{withdrawn} in "
        f"{_counted(counts.articles, 'article')}{voices}; {_counted(counts.opened, 'alert')} opened, "
        f"{counts.updated} updated, {counts.corrected} corrected, {counts.closed} closed, {counts.open} open at the end"
    )


def _held_back(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in counts.items()) or "nothing"


def _evidence(course: Course) -> str:
    words = dict.fromkeys(one_line(text, _WORDS) for _, text in course.evidence)
    return ", ".join(f"“{text}”" for text in words)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
