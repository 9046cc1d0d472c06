"""`tocsin why URL`: what became of an article. Little is stored; matching is explained by running it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click
from publicsuffixlist import PublicSuffixList
from yarl import URL

from consumers.matching.engine import match_article
from consumers.rules.compiled import CompiledRules
from monitor.cli.configuration import Configuration, config_option, find_config, load_configuration
from monitor.core.alert import Alert
from monitor.core.article import Article
from monitor.core.codec import decode_article
from monitor.core.errors import BadRecordError, StoreError
from monitor.core.escape import one_line
from monitor.core.feed import Feed, FeedState
from monitor.core.ids import FeedId
from monitor.core.record import Record, Topic
from monitor.core.stream import BEGINNING, StreamId
from monitor.feeds.urls import canonical_url
from monitor.storage.sqlite import open_reader

_BATCH = 500


class _Log(Protocol):
    def partitions(self, topic: Topic) -> int: ...
    def bounds(self, topic: Topic, partition: int) -> tuple[int, int]: ...
    def read(self, topic: Topic, partition: int, offset: int, limit: int) -> list[Record]: ...


class _History(Protocol):
    def read(self, after: StreamId, *, limit: int) -> list[Alert]: ...


class _FeedStates(Protocol):
    def load_all(self) -> Mapping[FeedId, FeedState]: ...


class Store(Protocol):
    """What of a store is looked at: a running daemon's own, or a reader beside it."""

    @property
    def log(self) -> _Log: ...
    @property
    def history(self) -> _History: ...
    @property
    def feed_states(self) -> _FeedStates: ...


@click.command(epilog="Example: tocsin why https://example.org/news/1")
@config_option
@click.argument("url")
def why(config_path: Path | None, url: str) -> None:
    """Say what became of the article at URL: seen, matched, alerted, or not, and why not."""
    configuration = load_configuration(find_config(config_path))
    try:
        with open_reader(configuration.settings.data) as reader:
            print(explain_url(url, configuration, reader))
    except StoreError as error:
        print(f"{error}\nNothing was polled yet, it seems: start the service with tocsin run.")


def explain_url(url: str, configuration: Configuration, store: Store) -> str:
    """The whole story of one URL, in lines for a person. Blocks while it looks through the log."""
    articles = sorted(_articles(url, store.log), key=lambda article: article.first_seen_at)
    if not articles:
        return "\n".join(_explain_unknown(url, configuration.feeds, store.feed_states.load_all()))
    lines: list[str] = []
    rules = CompiledRules(configuration.rules, configuration.registry)
    for article in articles:
        lines += _explain_article(article)
        lines += _explain_match(article, rules)
    lines += _explain_alerts(articles, store.history)
    return "\n".join(lines)


def _articles(url: str, log: _Log) -> Iterator[Article]:
    """Every version of the article on the log, by its URL as written or canonical."""
    wanted = {url, canonical_url(url)}
    # Looked for in the raw record first: decoding each of a million records would take minutes.
    needles = [wish.encode() for wish in wanted]
    for partition in range(log.partitions(Topic.ARTICLES)):
        place, end = log.bounds(Topic.ARTICLES, partition)
        while place < end:
            records = log.read(Topic.ARTICLES, partition, place, _BATCH)
            if not records:
                break
            place = records[-1].position.offset + 1
            for record in records:
                if any(needle in record.value for needle in needles):
                    yield from _decoded(record, wanted)


def _decoded(record: Record, wanted: set[str]) -> Iterator[Article]:
    try:
        article = decode_article(record.value, str(record.position))
    except BadRecordError:
        return  # it is in the dead letters; here it cannot be the article asked for
    if wanted & {article.url, article.canonical_url}:
        yield article


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


def _explain_match(article: Article, rules: CompiledRules) -> list[str]:
    fired = [
        fired for match in match_article(rules, article, matched_at=article.first_seen_at) for fired in match.fired
    ]
    if not fired:
        return ["  no rule fires on it (rules as they are now)"]
    lines: list[str] = []
    for one in fired:
        lines.append(f"  rule {one.rule_id} {'fires no more: the text was changed' if one.withdrawn else 'fires'}")
        lines += [
            f"    {one_line(evidence.condition, 80)}: “{one_line(evidence.text, 80)}” in the {evidence.field}, "
            f"characters {evidence.span[0]}–{evidence.span[1]}: {one_line(evidence.sentence, 200)}"
            for evidence in one.evidence
        ]
    return lines


def _explain_alerts(articles: list[Article], history: _History) -> list[str]:
    ids = {article.id for article in articles}
    lines = [
        f"  alert {alert.data.alert_id} revision {alert.data.revision}: {alert.data.change.kind} at "
        f"{_moment(alert.time)} by rule {alert.subject}: {one_line(alert.data.change.text, 200)}"
        for alert in _all(history)
        if ids & {member.id for member in alert.data.story.articles}
    ]
    return lines or ["  it is in no alert"]


def _all(history: _History) -> Iterator[Alert]:
    place = BEGINNING
    while alerts := history.read(place, limit=_BATCH):
        yield from alerts
        place = StreamId.parse(alerts[-1].streamid or str(BEGINNING))


def _explain_unknown(url: str, feeds: tuple[Feed, ...], states: Mapping[FeedId, FeedState]) -> list[str]:
    domain = _domain(url)
    lines = [f"Never seen: {one_line(url, 200)}"]
    near = [feed for feed in feeds if domain and domain in (_domain(feed.url), feed.publisher)]
    if not near:
        return [*lines, f"No feed of {domain or 'that site'} is watched."]
    for feed in near:
        state = states.get(feed.id)
        if not feed.enabled:
            lines.append(f"Feed {feed.id} of {domain} is disabled.")
        elif state is None or state.last_poll_at is None:
            lines.append(f"Feed {feed.id} of {domain} was not polled yet.")
        else:
            ended = f"{state.status or 'unknown'}{f' ({one_line(state.detail, 120)})' if state.detail else ''}"
            lines.append(
                f"Feed {feed.id} of {domain}: last polled {_moment(state.last_poll_at)}, {ended}, "
                f"{state.entries} entries, the article not among them."
            )
    return lines


def _domain(url: str) -> str:
    try:
        host = URL(url).host or ""
    except ValueError:
        return ""
    return str(PublicSuffixList().privatesuffix(host) or host)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
