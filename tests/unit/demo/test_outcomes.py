"""The sample news through the real rules and the real decisions: what the demo promises, without its processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

import monitor.demo
from consumers.alerting.gates import RuleGates
from consumers.alerting.partition import Partition
from consumers.matching.engine import match_article
from consumers.rules.compiled import CompiledRules
from consumers.rules.loader import load_rules
from consumers.rules.testing import run_rule_tests
from monitor.actors import load_catalogue
from monitor.core.alert import Alert
from monitor.core.article import Article, ArticleText
from monitor.core.feed import Feed
from monitor.core.ids import FeedId
from monitor.core.match import Match
from monitor.core.ports import Head, PartitionState
from monitor.core.settings import PollSettings
from monitor.demo.expectations import missing
from monitor.demo.news import SampleArticle, Version, load_sample_news
from monitor.feeds.articles import make_article
from monitor.feeds.results import Markup, ParsedEntry, ParsedFeed

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
NEWS = load_sample_news()
REGISTRY = load_catalogue()
RULES = load_rules(Path(monitor.demo.__file__).parent / "rules.yaml", REGISTRY)
COMPILED = CompiledRules(RULES, REGISTRY)


@dataclass(frozen=True)
class Seen:
    """One version as the poller would hand it on, and the rules that have to hold of it."""

    article: Article
    matches: tuple[str, ...]
    is_edit: bool


def article_of(sample: SampleArticle, version: Version, at: datetime) -> Article:
    outlet = NEWS.outlet(sample.outlet)
    feed = Feed(id=FeedId(outlet.id), url=f"http://127.0.0.1/{outlet.id}", publisher=outlet.speaks_as, lang=outlet.lang)
    entry = ParsedEntry(
        entry_id=sample.id,
        url=NEWS.url(sample),
        title=Markup(version.title),
        summary=Markup(version.summary, is_html=sample.html),
        content=Markup(version.body or "", is_html=sample.html),
        published="" if sample.undated else (START + timedelta(seconds=sample.published_seconds)).isoformat(),
    )
    made = make_article(feed, ParsedFeed(), entry, fetched_at=at)
    assert made is not None
    return made[0]


def versions_of(sample: SampleArticle) -> Iterator[Seen]:
    previous: ArticleText | None = None
    for number, (since, version, matches) in enumerate(sample.versions(), start=1):
        at = START + timedelta(seconds=max(since, 0) + 0.5)
        article = article_of(sample, version, at)
        old = sample.undated or -since > PollSettings().backfill_age.total_seconds()
        article = replace(article, revision=number, previous=previous, backfill=since < 0 and old)
        yield Seen(article, matches, is_edit=previous is not None)
        previous = article.text()


def versions() -> list[Seen]:
    """All of them, in the order of a run."""
    seen = [version for sample in NEWS.articles for version in versions_of(sample)]
    return sorted(seen, key=lambda version: version.article.first_seen_at)


def matches_of(article: Article) -> tuple[Match, ...]:
    return match_article(COMPILED, article, matched_at=article.first_seen_at)


def alerts_of_a_run(seen: list[Seen]) -> list[Alert]:
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
    for version in seen:
        for match in matches_of(version.article):
            partition.apply(match, partition.offset, version.article.first_seen_at)
    partition.fire(START + timedelta(seconds=NEWS.duration_seconds + 10))
    partition.saved()
    return partition.outbox()


@pytest.mark.parametrize("sample", NEWS.articles, ids=lambda sample: sample.id)
def test_each_version_matches_exactly_the_rules_it_names(sample: SampleArticle) -> None:
    expected, found = [], []
    for version in versions_of(sample):
        matches = matches_of(version.article)
        expected.append(sorted(version.matches))
        found.append(sorted(fired.rule_id for match in matches for fired in match.fired if not fired.withdrawn))

    assert found == expected


def test_the_rules_pass_their_own_tests() -> None:
    results = run_rule_tests(RULES, REGISTRY)

    assert [str(result) for result in results if not result.passed] == []
    assert {result.rule.id for result in results} == {rule.id for rule in RULES}


def test_a_run_leads_to_exactly_the_expected_alerts() -> None:
    assert missing(NEWS.expected, alerts_of_a_run(versions())) == []


def test_a_run_without_one_article_or_its_edits_falls_short() -> None:
    for_certain = {"wire-ferry", "tageblatt-zug", "herald-arctic-copy"}
    urls = {NEWS.url(sample) for sample in NEWS.articles if sample.id in for_certain}
    unedited = [version for version in versions() if version.article.url not in urls or not version.is_edit]
    unread = [version for version in versions() if version.article.url not in urls]

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
    sanctions = [a for a in alerts_of_a_run(versions()) if a.data.headline.startswith("United States imposes")]

    assert [alert.data.change.kind for alert in sanctions] == ["opened"]


def test_hostile_text_reaches_alerts_without_steering_characters() -> None:
    texts = [f"{alert.data.headline} {alert.data.quote}" for alert in alerts_of_a_run(versions())]

    assert any("Tarn estuary" in text for text in texts)
    assert not any(character in text for text in texts for character in "\x1b\x9b\x07\u202e")
