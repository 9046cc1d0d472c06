"""`tocsin why URL`: what became of an article. Little is stored; matching is explained by running it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click

from consumers.alerting.memory import STORY_PREFIX, decode_entry
from consumers.alerting.story import Story
from consumers.matching.compiling import compile_rules
from consumers.matching.engine import match_article
from consumers.rules.authoring.explain_text import fact_text
from consumers.rules.model import RuleSet
from monitor.cli.backend import open_view
from monitor.cli.configuration import Configuration, config_option, find_config, load_configuration
from monitor.cli.past_articles import articles_at
from monitor.core.alert import Alert
from monitor.core.article import Article
from monitor.core.clock import Clock, utc_now
from monitor.core.durations import render_duration
from monitor.core.escape import one_line
from monitor.core.feed import Feed, FeedState
from monitor.core.ids import ArticleId, FeedId
from monitor.core.match import Fired
from monitor.core.places import ReadableHistory, all_alerts
from monitor.core.walk import ReadableLog
from monitor.feeds.domains import registrable_domain
from monitor.web.query import article_url
from monitor.web.words import feed_rows


class _FeedStates(Protocol):
    def load_all(self) -> Mapping[FeedId, FeedState]: ...


class _PartitionStates(Protocol):
    def entries(self, prefix: str) -> Iterator[tuple[int, str, bytes]]: ...


class Store(Protocol):
    """What of a store is looked at: a running daemon's own, or a reader beside it."""

    @property
    def log(self) -> ReadableLog: ...
    @property
    def history(self) -> ReadableHistory: ...
    @property
    def feed_states(self) -> _FeedStates: ...
    @property
    def partition_states(self) -> _PartitionStates: ...


@click.command(
    short_help="What became of an article, and why.", epilog="Example: tocsin why https://example.org/news/1"
)
@config_option
@click.argument("url")
def why(config_path: Path | None, url: str) -> None:
    """Say what became of the article at URL: seen, matched, alerted, or not, and why not."""
    address = article_url({"url": url})
    configuration = load_configuration(find_config(config_path))
    with open_view(configuration.settings) as view:
        print(explain_url(address, configuration, view))


def explain_url(url: str, configuration: Configuration, store: Store, *, clock: Clock = utc_now) -> str:
    """The whole story of one URL, in lines for a person. Blocks while it looks through the log."""
    articles = sorted(articles_at(url, store.log), key=lambda article: article.first_seen_at)
    if not articles:
        kept = render_duration(configuration.settings.log.articles)
        return "\n".join(
            [
                f"Not seen in the last {kept}: {one_line(url, 200)}",
                *_explain_feeds(registrable_domain(url), configuration.feeds, store.feed_states.load_all(), clock()),
            ]
        )
    lines: list[str] = []
    fires = False
    rules = compile_rules(configuration.rules, configuration.registry)
    for article in articles:
        fired = [one for match in match_article(rules, article, matched_at=clock()) for one in match.fired]
        fires = any(not one.withdrawn for one in fired) and not article.backfill
        lines += _explain_article(article)
        lines += _explain_match(fired)
    lines += [f"  rule {rule_id} could not be evaluated: it {why.reason}" for rule_id, why in rules.set_aside.items()]
    ids = {article.id for article in articles}
    telling = [alert for alert in all_alerts(store.history) if ids & _told(alert)]
    outcome = [*_explain_alerts(telling), *_explain_held_back(ids, telling, store, configuration.rules)]
    if not outcome:
        late = ": the rule is newer than the article, or the service has not come to it yet" if fires else ""
        outcome = [f"  it is in no alert{late}"]
    return "\n".join(lines + outcome)


def _explain_article(article: Article) -> list[str]:
    published = _moment(article.published_at) if article.published_at else "an unknown time"
    version = "new" if article.revision == 1 else f"edit, version {article.revision}"
    lines = [
        f"{one_line(article.title, 160)}",
        f"  {one_line(article.publisher, 80)}, feed {article.feed_id}, language {article.lang}",
        f"  published {published}, first seen {_moment(article.first_seen_at)} ({version})",
    ]
    if article.backfill:
        lines.append("  backfill: it stood in the feed before we began to watch, so it opens no alert")
    return lines


def _explain_match(fired: Sequence[Fired]) -> list[str]:
    if not fired:
        return ["  no rule fires on it (rules as they are now)"]
    lines: list[str] = []
    for one in fired:
        lines.append(f"  rule {one.rule_id} {'fires no more: the text was changed' if one.withdrawn else 'fires'}")
        said = ""
        for evidence in one.evidence:
            where = f"in the {evidence.field}, characters {evidence.span[0]}–{evidence.span[1]}"
            sentence = one_line(evidence.sentence, 200)
            again = "" if sentence == said else f": {sentence}"
            who = "" if evidence.actor is None else f" = {evidence.actor}{' (meant)' if evidence.indirect else ''}"
            words = f"“{one_line(evidence.text, 80)}”{who}{fact_text(evidence)}"
            lines.append(f"    {one_line(evidence.condition, 80)}: {words} {where}{again}")
            said = sentence
    return lines


def _told(alert: Alert) -> set[ArticleId]:
    return {article.id for article in alert.data.story.articles}


def _explain_alerts(telling: Sequence[Alert]) -> list[str]:
    return [
        f"  alert {alert.data.alert_id} revision {alert.data.revision}: {alert.data.change.kind} at "
        f"{_moment(alert.time)} by rule {alert.subject}{' (on trial: not sent)' if alert.data.shadow else ''}: "
        f"{one_line(alert.data.change.text, 200)}"
        for alert in telling
    ]


def _explain_held_back(ids: Set[ArticleId], telling: Sequence[Alert], store: Store, rules: RuleSet) -> Iterator[str]:
    """What joined the story of an open alert, and no revision tells of it."""
    told = {(alert.data.alert_id, article_id) for alert in telling for article_id in _told(alert)}
    intervals = {rule.id: render_duration(rule.gates.update_at_most_every) for rule in rules.rules}
    for story in _stories(ids, store.partition_states):
        for member in (member for member in story.members if member.id in ids):
            for rule_id, alert in story.open_alerts():
                if rule_id not in member.support or (alert.alert_id, member.id) in told:
                    continue
                line = f"it joined the story of alert {alert.alert_id} by rule {rule_id}"
                if member.id in alert.pending:
                    often = f"at most every {intervals[rule_id]}" if rule_id in intervals else "not yet"
                    yield f"  held back (throttled): {line}, which tells of new voices {often}"
                else:
                    yield f"  held back: {line} and told nothing new (a copy, the same voice, or a past article)"


def _stories(ids: Set[ArticleId], states: _PartitionStates) -> Iterator[Story]:
    needles = [article_id.encode() for article_id in ids]
    for _, key, raw in states.entries(STORY_PREFIX):
        if any(needle in raw for needle in needles):
            story = decode_entry(key, raw)
            if isinstance(story, Story):
                yield story


def _explain_feeds(domain: str, feeds: Sequence[Feed], states: Mapping[FeedId, FeedState], now: datetime) -> list[str]:
    near = [feed for feed in feeds if domain and domain in (registrable_domain(feed.url), feed.publisher)]
    if not near:
        return [f"No feed of {domain or 'that site'} is watched."]
    lines: list[str] = []
    for row in feed_rows(near, states, now):
        entries = f"; entries in it then: {row.state.entries}" if row.state and row.health == "ok" else ""
        lines.append(f"Feed {row.feed.id} of {domain}: {row.words}{entries}")
    return lines


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
