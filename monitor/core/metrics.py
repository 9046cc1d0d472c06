"""Every metric there is: name, help, unit and labels. Label values come from closed sets, zero at start.

One exception: `tocsin_alerts_total` has the rule id as a label, for the first `MAX_RULE_LABELS` rules; then `other`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from monitor.core.alert import CHANGE_KINDS, HeldBackReason, Severity
from monitor.core.feed import PollStatus
from monitor.core.record import Topic

MAX_RULE_LABELS = 500  # a scrape costs about 10 ms per 1,000 series

# Entries past the limit of one document, and entries with neither text nor link.
LEFT_OUT_REASONS: tuple[Literal["beyond_limit", "empty"], ...] = ("beyond_limit", "empty")

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_LAG_SECONDS = (10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
_DELIVER_SECONDS = (*_SECONDS, 900, 3600, 4 * 3600)  # a receiver that is away is asked again for hours


class Metrics:
    """The metrics of one process, on a registry of its own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        # The library would add a series per counter that no dashboard of ours reads. It is not typed.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry or CollectorRegistry()
        # Processor time, memory and when it was started: tocsin_process_...
        ProcessCollector(namespace="tocsin", registry=self.registry)
        self._rules_seen: set[str] = set()

        self.feed_polls = self._counter("tocsin_feed_polls", "Polls of feeds, by how they ended.", ["status"])
        self.fetch_duration = self._histogram("tocsin_fetch_duration_seconds", "Fetching one feed document.")
        self.parse_duration = self._histogram("tocsin_parse_duration_seconds", "Parsing one feed document.")
        self.articles = self._counter("tocsin_articles", "Articles appended to the log, by kind.", ["kind"])
        self.body_cuts = self._counter("tocsin_article_body_cuts", "Article bodies cut to the size limit.")
        self.entries_left_out = self._counter(
            "tocsin_entries_left_out", "Entries of parsed documents that became no article, by reason.", ["reason"]
        )
        self.feeds = self._gauge("tocsin_feeds", "Feeds in the configuration, by state.", ["state"])
        self.feeds_silent = self._gauge(
            "tocsin_feeds_silent", "Enabled feeds without a successful poll or a new article for poll.silent_after."
        )
        self.poll_delay = self._histogram(
            "tocsin_poll_delay_seconds",
            "How late after its due time a poll started; a wait for the host's turn is not counted.",
        )
        self.append_duration = self._histogram(
            "tocsin_append_duration_seconds", "Appending articles to the log, waiting for it included."
        )
        self.poll_shards = self._gauge("tocsin_poll_shards", "Shards of feeds that this process polls.")
        self.publisher_lag = self._histogram(
            "tocsin_publisher_lag_seconds", "From the publisher's date to our first sight.", _LAG_SECONDS
        )
        self.articles_matched = self._counter(
            "tocsin_articles_matched", "Articles that went through matching, canaries not counted."
        )
        self.matches = self._counter("tocsin_matches", "Matches appended to the log, canaries not counted.")
        self.rules_set_aside = self._counter(
            "tocsin_rules_set_aside",
            "Rules that are evaluated no more until rules are loaded again, by reason; each once in a process.",
            ["reason"],
        )
        self.match_latency = self._histogram("tocsin_match_latency_seconds", "From first sight to matched.")
        self.decide_latency = self._histogram("tocsin_decide_latency_seconds", "From matched to decided.")
        self.publish_latency = self._histogram("tocsin_publish_latency_seconds", "From first sight to published.")
        self.alerts = self._counter("tocsin_alerts", "Alert revisions published.", ["rule", "severity", "change"])
        self.held_back = self._counter("tocsin_alerts_held_back", "What was held back, by reason.", ["reason"])
        self.dead_letters = self._counter("tocsin_dead_letters", "Records put aside as unreadable.", ["topic"])
        self.consumer_lag = self._gauge("tocsin_consumer_lag_records", "Records still to read.", ["topic"])
        self.deliveries = self._counter("tocsin_deliveries", "Attempts at channels, by how they ended.", ["status"])
        self.deliver_latency = self._histogram(
            "tocsin_deliver_latency_seconds",
            "From published in the history to accepted by a channel.",
            _DELIVER_SECONDS,
        )
        self.canary_age = self._gauge(
            "tocsin_canary_age_seconds",
            "Since the newest canary article that came out of the pipe here was sent, or since publishing began; "
            "of several processes that publish, the least counts; NaN in one that does not.",
        )
        self.rule_set = self._gauge("tocsin_rule_set_info", "1 for the rule set in force.", ["digest"])
        self.event_streams = self._gauge("tocsin_event_streams", "Open HTTP event streams.")
        self.reloads = self._counter("tocsin_reloads", "Reloads of rules and feeds, by outcome.", ["outcome"])

        self.canary_age.set(math.nan)
        for status in PollStatus:
            self.feed_polls.labels(status)
        for kind in ("new", "changed", "backfill"):
            self.articles.labels(kind)
        for reason in LEFT_OUT_REASONS:
            self.entries_left_out.labels(reason)
        for state in ("ok", "failing", "new", "disabled"):
            self.feeds.labels(state)
        for held_back_reason in HeldBackReason:
            self.held_back.labels(held_back_reason)
        for topic in Topic:
            self.dead_letters.labels(topic)
            self.consumer_lag.labels(topic)
        for outcome in ("delivered", "retried", "dead"):
            self.deliveries.labels(outcome)
        for set_aside_reason in ("failed", "too_costly"):
            self.rules_set_aside.labels(set_aside_reason)
        for outcome in ("ok", "refused"):
            self.reloads.labels(outcome)

    def expect_rules(self, rules: Iterable[tuple[str, Severity]]) -> None:
        """Show zero for rules (id and severity) that have never fired."""
        for rule_id, severity in rules:
            for change in CHANGE_KINDS:
                self.alerts.labels(self.rule_label(rule_id), severity, change)

    def rule_label(self, rule_id: str) -> str:
        """The rule's id for the first `MAX_RULE_LABELS` rules, then `other`."""
        if rule_id in self._rules_seen or len(self._rules_seen) < MAX_RULE_LABELS:
            self._rules_seen.add(rule_id)
            return rule_id
        return "other"

    def set_rule_digest(self, digest: str) -> None:
        """Tell which rule set is in force."""
        self.rule_set.clear()
        self.rule_set.labels(digest).set(1)

    def _counter(self, name: str, text: str, labels: list[str] | None = None) -> Counter:
        return Counter(name, text, labels or [], registry=self.registry)

    def _gauge(self, name: str, text: str, labels: list[str] | None = None) -> Gauge:
        return Gauge(name, text, labels or [], registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
        return Histogram(name, text, registry=self.registry, buckets=buckets)
