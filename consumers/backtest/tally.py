"""Counts what one rule set made of the articles, and keeps some alerts of each rule to read. Pure.

Why the sample goes by a hash of the alerts' ids: it is spread over the whole archive, the same at every run, and needs
no more memory than it shows.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from consumers.backtest.course import Course, begun, continued
from consumers.backtest.deciding import Decided
from consumers.rules.model import RuleSet
from monitor.core.alert import Alert, ChangeKind, HeldBackReason
from monitor.core.ids import AlertId, content_hash
from monitor.core.match import Match


@dataclass
class RuleTally:
    """Counts for one rule.

    Attributes:
        matches: How often it held of an article; versions of one count each.
        withdrawn: How often it held of the version before and not of the new one.
        changes: Revisions by kind.
        set_aside: Articles on which it could not be evaluated; `reason` is the first one's.
    """

    matches: int = 0
    withdrawn: int = 0
    changes: Counter[ChangeKind] = field(default_factory=Counter)
    set_aside: int = 0
    reason: str = ""
    _articles: set[int] = field(default_factory=set)
    _publishers: set[str] = field(default_factory=set)

    def take(self, match: Match, *, withdrawn: bool) -> None:
        """Count one match."""
        if withdrawn:
            self.withdrawn += 1
            return
        self.matches += 1
        self._articles.add(hash_of(match.article.id))
        self._publishers.add(match.article.publisher)

    @property
    def articles(self) -> int:
        """Different articles that it held of."""
        return len(self._articles)

    @property
    def voices(self) -> int:
        """Different publishers of them."""
        return len(self._publishers)


class Sample:
    """At most so many alerts, by the hash of their ids."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[tuple[int, AlertId]] = []

    def offer(self, alert_id: AlertId) -> tuple[bool, AlertId | None]:
        """Whether the alert is kept, and which is dropped for it."""
        insort(self._kept, (hash_of(alert_id), alert_id))
        if len(self._kept) <= self._size:
            return True, None
        dropped = self._kept.pop()[1]
        return dropped != alert_id, dropped

    @property
    def ids(self) -> list[AlertId]:
        """What is kept."""
        return [alert_id for _, alert_id in self._kept]


class Tally:
    """What one rule set came to.

    Attributes:
        rules: By rule id, all of the rule set.
        held_back: By rule group.
        courses: Alerts that are open or in a sample, and others until `forget`.
    """

    def __init__(self, rule_set: RuleSet, *, examples: int, keeps_all: bool = False) -> None:
        """Nothing yet.

        Args:
            keeps_all: Closed alerts stay until someone has them forgotten.
        """
        self.rule_set = rule_set
        self.rules = {rule.id: RuleTally() for rule in rule_set}
        self.held_back: dict[str, Counter[HeldBackReason]] = {rule.group: Counter() for rule in rule_set}
        self.courses: dict[AlertId, Course] = {}
        self._samples = {rule.id: Sample(examples) for rule in rule_set}
        self._sampled: set[AlertId] = set()
        self._keeps_all = keeps_all

    def take_matches(self, matches: Sequence[Match]) -> None:
        """Count the matches of one article."""
        for match in matches:
            for fired in match.fired:
                self.rules[fired.rule_id].take(match, withdrawn=fired.withdrawn)

    def take_set_aside(self, set_aside: Iterable[tuple[str, str]]) -> None:
        """Count rules that could not be evaluated on an article, with the reasons."""
        for rule_id, reason in set_aside:
            tally = self.rules[rule_id]
            tally.set_aside += 1
            tally.reason = tally.reason or reason

    def take_decided(self, decided: Sequence[Decided], on_closed: Callable[[AlertId], None] = lambda _: None) -> None:
        """Count decisions; `on_closed` is told of each alert that ended."""
        for one in decided:
            self.held_back[one.group].update(one.held_back)
            for alert in one.revisions:
                self._take_alert(alert)
                if alert.data.change.kind == "closed":
                    if not self._keeps_all:
                        self.forget(alert.data.alert_id)
                    on_closed(alert.data.alert_id)

    def forget(self, alert_id: AlertId) -> None:
        """Drop an alert, unless it is in a sample."""
        if alert_id not in self._sampled:
            self.courses.pop(alert_id, None)

    def examples(self, rule_id: str) -> list[Course]:
        """The sample of a rule's alerts, in stream order."""
        courses = [self.courses[alert_id] for alert_id in self._samples[rule_id].ids]
        return sorted(courses, key=lambda course: (course.opened_at, course.alert_id))

    def is_open(self, alert_id: AlertId) -> bool:
        """Whether the alert is there and open."""
        course = self.courses.get(alert_id)
        return course is not None and course.is_open

    def _take_alert(self, alert: Alert) -> None:
        alert_id, rule_id = alert.data.alert_id, alert.data.rule
        self.rules[rule_id].changes[alert.data.change.kind] += 1
        before = self.courses.get(alert_id)
        if before is not None:
            self.courses[alert_id] = continued(before, alert)
            return
        self.courses[alert_id] = begun(alert)
        kept, dropped = self._samples[rule_id].offer(alert_id)
        if kept:
            self._sampled.add(alert_id)
        if dropped is not None and dropped != alert_id:
            self._sampled.discard(dropped)
            if not self._keeps_all and not self.is_open(dropped):
                self.forget(dropped)


def hash_of(text: str) -> int:
    """64 bits, the same in every process."""
    return int(content_hash(text)[:16], 16)
