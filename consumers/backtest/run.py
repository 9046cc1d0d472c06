"""One backtest from beginning to end: articles through matching, deciding and counting. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from consumers.alerting.gates import Gates
from consumers.backtest.archive import Archive
from consumers.backtest.deciding import Decided, Decider
from consumers.backtest.difference import Comparison, RuleDifference
from consumers.backtest.matching import match_all
from consumers.backtest.tally import Tally
from consumers.backtest.worker import Failed
from consumers.rules.model import RuleSet
from monitor.actors import Registry
from monitor.core.alert import Alert
from monitor.core.codec import decode_match
from monitor.core.ids import AlertId

_PROGRESS_EVERY = 1_000


@dataclass(frozen=True)
class Side:
    """A rule set and what the alert stage needs of it."""

    rule_set: RuleSet
    gates: Gates


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes:
        against: The rule set to compare with.
        examples: How many alerts of a rule are kept to be read.
        registry: The shipped actors.
        seen_retention: How long a decided article is remembered.
        workers: Processes that match.
    """

    rules: Side
    against: Side | None
    examples: int
    seen_retention: timedelta
    registry: Registry
    workers: int

    @property
    def sides(self) -> tuple[Side, ...]:
        """The rule set, then the one to compare with."""
        return (self.rules,) if self.against is None else (self.rules, self.against)


@dataclass(frozen=True)
class Result:
    """What came of it.

    Attributes:
        failed: Articles that could not be matched.
        differences: By rule; None where nothing was compared.
    """

    tally: Tally
    failed: int
    differences: tuple[RuleDifference, ...] | None


def run_backtest(
    archive: Archive,
    plan: Plan,
    *,
    on_alert: Callable[[Alert], None] = lambda _: None,
    on_failed: Callable[[Failed], None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> Result:
    """Run all articles through the rules; timers fire up to the last article's time, what is open then stays open.

    Args:
        on_alert: Takes each revision of the rules (not of those to compare with), in stream order.
        progress: Told from time to time how many articles are done.
    """
    compares = plan.against is not None
    tallies = [Tally(side.rule_set, examples=plan.examples, keeps_all=compares) for side in plan.sides]
    deciders = [Decider(side.gates, plan.seen_retention) for side in plan.sides]
    comparison = Comparison(tallies[1], tallies[0]) if compares else None

    def take(number: int, decided: Sequence[Decided]) -> None:
        tallies[number].take_decided(decided, comparison.settle if comparison else _nothing)
        if number == 0:
            for alert in (alert for one in decided for alert in one.revisions):
                on_alert(alert)

    failed = 0
    outcomes = match_all(archive, [side.rule_set for side in plan.sides], plan.registry, workers=plan.workers)
    with closing(outcomes):
        for done, (item, outcome) in enumerate(outcomes, start=1):
            if done % _PROGRESS_EVERY == 0:
                progress(done)
            if isinstance(outcome, Failed):
                failed += 1
                on_failed(outcome)
                continue
            for number, (raw, set_aside) in enumerate(outcome.by_rule_set):
                tallies[number].take_set_aside(set_aside)
                matches = [decode_match(each, str(item.at)) for each in raw]
                tallies[number].take_matches(matches)
                take(number, deciders[number].apply(matches))
    if archive.last is not None:
        for number, decider in enumerate(deciders):
            take(number, decider.fire(archive.last))
    return Result(tallies[0], failed, comparison.rules(plan.examples) if comparison else None)


def _nothing(_: AlertId) -> None:
    """Nobody compares."""
