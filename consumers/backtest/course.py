"""How one alert went, from its revisions: what is shown of it, and what two rule sets are compared by. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from monitor.core.alert import Alert, ChangeKind, Severity
from monitor.core.ids import AlertId, ArticleId
from monitor.core.match import Evidence
from monitor.feeds.urls import canonical_url

MAX_WORDS = 8  # places of the evidence, each once


class Step(msgspec.Struct, frozen=True):
    """One revision."""

    time: datetime
    kind: ChangeKind
    reason: str


class CourseArticle(msgspec.Struct, frozen=True):
    """An article that the alert told of."""

    id: ArticleId
    url: str
    title: str
    publisher: str
    published_at: datetime | None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as far as it got.

    Attributes:
        evidence: That of its opening: condition and words, in the order of the text.
        quote: The sentence it opened with.
        articles: Those that its revisions told of, in the order of their telling; the first opened it.
    """

    alert_id: AlertId
    rule: str
    severity: Severity
    shadow: bool
    opened_at: datetime
    headline: str
    quote: str
    evidence: tuple[tuple[str, str], ...]
    articles: tuple[CourseArticle, ...]
    steps: tuple[Step, ...]

    @property
    def is_open(self) -> bool:
        """Whether more can come of it."""
        return self.steps[-1].kind != "closed"

    @property
    def marks(self) -> frozenset[str]:
        """What another course of the same story shares: articles, or their pages."""
        pages = (canonical_url(article.url) for article in self.articles if article.url)
        return frozenset((*self.article_ids, *pages))

    @property
    def article_ids(self) -> tuple[ArticleId, ...]:
        """The ids of its articles."""
        return tuple(article.id for article in self.articles)


def begun(alert: Alert) -> Course:
    """The course of an alert with its first revision."""
    data = alert.data
    return Course(
        alert_id=data.alert_id,
        rule=data.rule,
        severity=data.severity,
        shadow=data.shadow,
        opened_at=alert.time,
        headline=data.headline,
        quote=data.quote,
        evidence=_words(data.evidence),
        articles=_articles((), alert),
        steps=(_step(alert),),
    )


def continued(course: Course, alert: Alert) -> Course:
    """The course with one more revision."""
    return replace(
        course,
        severity=alert.data.severity,
        shadow=alert.data.shadow,
        articles=_articles(course.articles, alert),
        steps=(*course.steps, _step(alert)),
    )


def _step(alert: Alert) -> Step:
    return Step(alert.time, alert.data.change.kind, alert.data.change.reason)


def _articles(known: tuple[CourseArticle, ...], alert: Alert) -> tuple[CourseArticle, ...]:
    """With those that the revision is about; a story's other articles may not support this rule."""
    ids = {article.id for article in known}
    brought = set(alert.data.change.articles) - ids
    return known + tuple(
        CourseArticle(article.id, article.url, article.title, article.publisher, article.published_at)
        for article in alert.data.story.articles
        if article.id in brought
    )


def _words(evidence: tuple[Evidence, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((one.condition, one.text) for one in evidence))[:MAX_WORDS]
