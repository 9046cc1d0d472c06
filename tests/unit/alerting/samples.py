"""Matches, gates and partitions for the tests of the alert stage. Our own invented news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from consumers.alerting.gates import RuleGates
from consumers.alerting.partition import Partition
from monitor.core.alert import Alert
from monitor.core.ids import ArticleId, Digest, FeedId, content_hash
from monitor.core.match import Evidence, Fired, Match, MatchedArticle
from monitor.core.ports import Head, PartitionChange, PartitionState

START = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
THROTTLE = timedelta(minutes=15)
FORGET = timedelta(hours=48)
RETENTION = timedelta(days=14)
RULE = "bridge-closed"
OTHER_RULE = "ferry-stopped"
GROUP = "crossings"


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def gates(
    *rule_ids: str, status: Literal["stable", "shadow", "disabled"] = "stable", throttle: timedelta = THROTTLE
) -> dict[str, RuleGates]:
    """Gates for these rules (by default both), all in one group."""
    return {
        rule_id: RuleGates(
            rule_id=rule_id,
            title=rule_id.replace("-", " "),
            severity="high",
            status=status,
            group=GROUP,
            update_at_most_every=throttle,
            forget_after=FORGET,
        )
        for rule_id in rule_ids or (RULE, OTHER_RULE)
    }


def article(
    name: str = "a",
    *,
    minutes: float = 0,
    publisher: str = "Harbour Post",
    words: str | None = None,
    page: str | None = "https://harbour.example/bridge",
    backfill: bool = False,
) -> MatchedArticle:
    """An article; same `words`, same digest."""
    title = words or f"Old bridge closed, says {name}"
    return MatchedArticle(
        id=ArticleId(content_hash("article", name)),
        feed_id=FeedId(content_hash("feed", publisher)),
        publisher=publisher,
        url=f"https://{name}.example/bridge?from=feed",
        canonical_url=page or "",
        title=title,
        summary="",
        lang="en",
        published_at=at(minutes - 2),
        first_seen_at=at(minutes),
        revision=1,
        digest=Digest(content_hash("digest", title)),
        backfill=backfill,
    )


def fired(rule_id: str = RULE, sentence: str = "The old bridge is closed.", *, withdrawn: bool = False) -> Fired:
    """A rule that fired on one sentence."""
    evidence = Evidence(condition="query: bridge", field="title", span=(8, 14), text="bridge", sentence=sentence)
    return Fired(rule_id=rule_id, rule_version="v1", withdrawn=withdrawn, evidence=() if withdrawn else (evidence,))


def match(of: MatchedArticle, *rules: Fired, group: str = GROUP) -> Match:
    """A match of the article, by default for the one rule."""
    return Match(group=group, article=of, fired=rules or (fired(),), matched_at=of.first_seen_at + timedelta(seconds=1))


class Desk:
    """A partition with its store: applies matches and timers, and saves after each step as the loop does."""

    def __init__(self, rules: Mapping[str, RuleGates] | None = None) -> None:
        self.state = PartitionState(Head(offset=0, version=0, clock=None), {})
        self.alerts: list[Alert] = []
        self.held_back: list[str] = []
        self.gates = gates() if rules is None else rules
        self.partition = self.load()

    def load(self) -> Partition:
        """What a restart would have in memory."""
        self.partition = Partition(0, self.state, self.gates, RETENTION)
        self.partition.appended()
        return self.partition

    def sees(self, *matches: Match) -> list[Alert]:
        """Apply the matches; the revisions they brought."""
        for each in matches:
            self.partition.apply(each, self.partition.offset, each.matched_at + timedelta(seconds=1))
        return self.save()

    def waits(self, until: datetime) -> list[Alert]:
        """Fire the timers due by then; the revisions they brought."""
        self.partition.fire(until)
        return self.save()

    def uses(self, rules: Mapping[str, RuleGates]) -> list[Alert]:
        """Change the gates; the revisions that brought."""
        self.gates = rules
        self.partition.set_gates(rules)
        return self.save()

    def save(self) -> list[Alert]:
        """Save and send all there is; the revisions."""
        self.state = apply_change(self.state, self.partition.change())
        outcome = self.partition.saved()
        self.held_back += [str(reason) for reason in outcome.held_back.elements()]
        sent = self.partition.outbox()
        assert sent == outcome.revisions
        self.partition.appended()
        self.alerts += sent
        return sent


def apply_change(state: PartitionState, change: PartitionChange) -> PartitionState:
    """The state after a save."""
    assert change.head.version == state.head.version + 1
    assert not change.put.keys() & change.delete
    entries = {key: value for key, value in state.entries.items() if key not in change.delete}
    return PartitionState(change.head, entries | dict(change.put))


def changes(alerts: Sequence[Alert]) -> list[tuple[int, str, str]]:
    """Revision, change and reason of each."""
    return [(alert.data.revision, alert.data.change.kind, alert.data.change.reason) for alert in alerts]
