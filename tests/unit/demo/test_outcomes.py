"""The sample news through the real parser, rules and decisions: what the demo promises, without its processes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

import monitor.demo
from consumers.alerting.gates import RuleGates
from consumers.alerting.partition import Partition
from consumers.matching.compiling import compile_rules, fact_source
from consumers.matching.engine import match_article
from consumers.rules.authoring.testing import run_rule_tests
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.core.alert import Alert
from monitor.core.article import Article
from monitor.core.feed import EntryState, Feed
from monitor.core.ids import ArticleId, FeedId
from monitor.core.match import Match
from monitor.core.ports import Head, PartitionState
from monitor.core.settings import PollSettings
from monitor.demo.expectations import missing
from monitor.demo.news import Outlet, SampleArticle, load_sample_news
from monitor.demo.rendering import Timeline, render_feed
from monitor.feeds.articles import read_articles
from monitor.feeds.changes import changes
from monitor.feeds.parse import ParseRequest, parse_feed
from monitor.feeds.results import ParsedFeed

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
NEWS = load_sample_news()
REGISTRY = load_catalogue()
RULES = load_rules(Path(monitor.demo.__file__).parent / "rules.yaml", REGISTRY)
COMPILED = compile_rules(RULES, REGISTRY)


@cache
def polled() -> tuple[Article, ...]:
    """Every new or edited article, as a poller that asks each feed every second would hand it on."""
    found = [article for outlet in NEWS.outlets for article in polled_from(outlet)]
    return tuple(sorted(found, key=lambda article: article.first_seen_at))


def polled_from(outlet: Outlet) -> list[Article]:
    url = f"http://127.0.0.1/feeds/{outlet.id}.xml"
    feed = Feed(id=FeedId(outlet.id), url=url, publisher=outlet.speaks_as)
    remembered: dict[ArticleId, EntryState] = {}
    found: list[Article] = []
    body = b""
    for second in range(int(NEWS.duration_seconds) + 2):
        now = START + timedelta(seconds=second + 0.5)
        document = render_feed(NEWS, outlet, Timeline(START), now)
        if document.body == body:
            continue
        parsed = parse_feed(ParseRequest(document.body, url, document.content_type, "utf-8"))
        assert isinstance(parsed, ParsedFeed)
        new = changes(
            remembered,
            read_articles(feed, parsed, fetched_at=now).articles,
            is_first=not body,
            is_whole=True,
            now=now,
            backfill_age=PollSettings().backfill_age,
        )
        remembered |= new.put
        found += new.publish
        body = document.body
    return found


def versions_of(sample: SampleArticle) -> list[Article]:
    return [article for article in polled() if article.url == NEWS.url(sample)]


def matches_of(article: Article) -> tuple[Match, ...]:
    return match_article(COMPILED, article, matched_at=article.first_seen_at)


def alerts_of_a_run(articles: Iterable[Article]) -> list[Alert]:
    gates = {
        rule.id: RuleGates(
            rule_id=rule.id,
            title=rule.title,
            severity=rule.severity,
            status=rule.status,
            group=rule.group,
            update_at_most_every=rule.gates.update_at_most_every,
            forget_after=rule.gates.forget_after,
        )
        for rule in RULES
    }
    partition = Partition(0, PartitionState(Head(offset=0, version=0, clock=None), {}), gates, timedelta(days=14))
    for article in articles:
        for match in matches_of(article):
            partition.apply(match, partition.offset, article.first_seen_at)
    partition.fire(START + timedelta(seconds=NEWS.duration_seconds + 10))
    partition.saved()
    return partition.outbox()


@pytest.mark.parametrize("sample", NEWS.articles, ids=lambda sample: sample.id)
def test_each_version_matches_exactly_the_rules_it_names(sample: SampleArticle) -> None:
    expected: list[list[str]] = []
    words_before: list[str] = []
    for _, version, matches in sample.versions():
        if (words_now := f"{version.title} | {version.summary}".split()) != words_before:
            expected.append(sorted(matches))
        words_before = words_now
    found = [
        sorted(fired.rule_id for match in matches_of(article) for fired in match.fired if not fired.withdrawn)
        for article in versions_of(sample)
    ]

    assert found == expected


@pytest.mark.parametrize("sample", NEWS.articles, ids=lambda sample: sample.id)
def test_each_article_is_read_as_its_outlet_wrote_it(sample: SampleArticle) -> None:
    outlet = NEWS.outlet(sample.outlet)
    first = versions_of(sample)[0]
    published_at = START + timedelta(seconds=sample.published_seconds)

    assert (first.lang, first.publisher) == (outlet.lang, outlet.speaks_as)
    assert first.published_at == (None if sample.undated else published_at)
    assert first.backfill == (sample.kind == "past")


def test_the_rules_pass_their_own_tests() -> None:
    results = run_rule_tests(RULES, REGISTRY, fact_source(RULES, REGISTRY))

    assert [str(result) for result in results if not result.passed] == []
    assert {result.rule.id for result in results} == {rule.id for rule in RULES}


def test_a_run_leads_to_exactly_the_expected_alerts() -> None:
    assert missing(NEWS.expected, alerts_of_a_run(polled())) == []


def test_a_run_without_one_article_or_its_edits_falls_short() -> None:
    for_certain = {"wire-ferry", "tageblatt-zug", "herald-arctic-copy"}
    urls = {NEWS.url(sample) for sample in NEWS.articles if sample.id in for_certain}
    unedited = [article for article in polled() if article.url not in urls or article.previous is None]
    unread = [article for article in polled() if article.url not in urls]

    assert missing(NEWS.expected, alerts_of_a_run(unedited)) == [
        "the alert of mass-casualties for 'Ferry burns off Port Calder' was not corrected",
        "the alert of mass-casualties for 'Zug entgleist bei Birkental' was not closed",
        "the alert of mass-casualties for 'Zug entgleist bei Birkental' was not corrected",
    ]
    assert missing(NEWS.expected, alerts_of_a_run(unread)) == [
        "no alert of mass-casualties for 'Ferry burns off Port Calder'",
        "no alert of mass-casualties for 'Zug entgleist bei Birkental'",
        "the alert of leaders-speak for 'Trump and Putin speak by phone about Arctic shipping' was not updated",
    ]


def test_a_second_report_of_one_house_is_no_second_voice() -> None:
    sanctions = [a for a in alerts_of_a_run(polled()) if a.data.headline.startswith("United States imposes")]

    assert [alert.data.change.kind for alert in sanctions] == ["opened"]


def test_hostile_text_reaches_alerts_without_steering_characters() -> None:
    texts = [f"{alert.data.headline} {alert.data.quote}" for alert in alerts_of_a_run(polled())]

    assert any("Tarn estuary" in text for text in texts)
    assert not any(character in text for text in texts for character in "\x1b\x9b\x07\u202e")
