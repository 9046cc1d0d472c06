from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from monitor.core.alert import SEVERITIES
from monitor.demo.news import SampleNews, demo_document, load_sample_news

NEWS = load_sample_news()
RULES: list[dict[str, Any]] = demo_document("rules.yaml").data["rules"]


def _data() -> dict[str, Any]:
    data: dict[str, Any] = demo_document("news.yaml").data
    return data


def test_it_lasts_about_a_minute_and_has_about_sixty_articles() -> None:
    assert 50 <= NEWS.duration_seconds <= 65
    assert 55 <= len(NEWS.articles) <= 70


def test_there_is_something_of_every_kind() -> None:
    kinds = Counter(article.kind for article in NEWS.articles)

    assert {kind: count for kind, count in kinds.items() if count < 3} == {}
    assert set(kinds) == {"report", "copy", "past", "trap", "hostile", "ordinary"}
    assert kinds["trap"] >= 10
    assert kinds["report"] >= 20


def test_every_outlet_is_invented_and_publishes_in_its_language() -> None:
    assert 8 <= len(NEWS.outlets) <= 10
    assert {outlet.lang for outlet in NEWS.outlets} == {"en", "de", "fr", "es", "ru", "uk", "ar", "zh"}
    assert {outlet.format for outlet in NEWS.outlets} == {"rss", "atom", "rdf"}
    assert all(outlet.site.endswith(".example/") for outlet in NEWS.outlets)
    assert all(NEWS.of(outlet.id) for outlet in NEWS.outlets)


def test_traps_and_ordinary_news_match_no_rule() -> None:
    assert [a.id for a in NEWS.articles if a.kind in {"trap", "ordinary"} and a.matches] == []


def test_every_matching_article_opens_an_expected_alert_unless_it_is_past_or_a_copy() -> None:
    opening = {(rule, a.id) for a in NEWS.articles if a.kind not in {"past", "copy"} for rule in a.matches}

    assert {(alert.rule, alert.article) for alert in NEWS.alerts} == opening


def test_every_rule_leads_to_an_alert_and_shadow_rules_are_marked() -> None:
    shadow = {rule["id"] for rule in RULES if rule.get("status") == "shadow"}

    assert {alert.rule for alert in NEWS.alerts} == {rule["id"] for rule in RULES}
    assert {alert.rule for alert in NEWS.alerts if alert.shadow} == shadow
    assert {rule["severity"] for rule in RULES} == set(SEVERITIES)


def test_several_alerts_can_open_within_seconds() -> None:
    fresh = [a for a in NEWS.articles if a.kind == "report" and -3600 < a.published_seconds <= 5]

    assert len(fresh) >= 3


def test_copies_repeat_the_words_or_the_page() -> None:
    by_id = {article.id: article for article in NEWS.articles}
    copies = [(article, by_id[article.copy_of]) for article in NEWS.articles if article.copy_of]
    same_words = [copy for copy, first in copies if (copy.title, copy.summary) == (first.title, first.summary)]
    same_page = [copy for copy, first in copies if NEWS.url(copy).partition("?")[0] == NEWS.url(first)]

    assert len(same_words) >= 2
    assert len(same_page) >= 1
    assert {copy.id for copy, _ in copies} == {copy.id for copy in same_words + same_page}


def test_edits_come_after_the_version_before_could_be_polled() -> None:
    gaps = [
        later[0] - earlier[0]
        for article in NEWS.articles
        for earlier, later in zip(article.versions(), article.versions()[1:], strict=False)
    ]

    assert len(gaps) >= 5
    assert min(gaps) >= 10


def test_an_edit_keeps_what_it_does_not_name() -> None:
    ferry = next(article for article in NEWS.articles if article.id == "wire-ferry")
    (_, first, rules), (since, second, rules_then) = ferry.versions()

    assert second.title == first.title
    assert "Scores" in second.summary
    assert rules_then == rules
    assert ferry.version_at(since - 0.1) == (ferry.at, first)
    assert ferry.version_at(since) == (since, second)


def test_an_article_is_not_there_before_its_time() -> None:
    ferry = next(article for article in NEWS.articles if article.id == "wire-ferry")

    assert ferry.version_at(9.9) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"outlet": "nobody"}, "unknown outlet", id="outlet"),
        pytest.param({"copy_of": "nothing"}, "copies an unknown article", id="copy"),
        pytest.param({"age": None}, "either at or age", id="no moment"),
        pytest.param({"edits": [{"at": 1, "title": "x"}], "age": None, "at": 5}, "before it is published", id="edit"),
        pytest.param({"id": "vestnik-sarin-valley"}, "two articles have one id", id="id twice"),
    ],
)
def test_news_that_contradicts_itself_is_refused(change: dict[str, Any], message: str) -> None:
    data = _data()
    data["articles"][0] = {**data["articles"][0], **change}

    with pytest.raises(ValueError, match=message):
        SampleNews.model_validate(data)
