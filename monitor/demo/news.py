"""The sample news: what each outlet publishes, and when. Knows no server, no rule engine and no clock."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import Literal
from urllib.parse import urljoin

from pydantic import Field, model_validator

from monitor.core.alert import ChangeKind
from monitor.core.documents import Document, Duration, Strict, parse_document, validate
from monitor.demo.expectations import ExpectedAlert, page_of

FeedFormat = Literal["rss", "atom", "rdf"]
Kind = Literal["report", "copy", "past", "trap", "hostile", "ordinary"]


class Outlet(Strict):
    """An invented publisher with one feed."""

    id: str
    title: str
    lang: str
    format: FeedFormat
    publisher: str = ""
    domain: str = ""

    @property
    def site(self) -> str:
        """Its home page; `.example` leads nowhere (RFC 2606)."""
        return f"https://{self.domain or self.id + '.example'}/"

    @property
    def speaks_as(self) -> str:
        """The owner family: two feeds of one house are one voice."""
        return self.publisher or self.title


class Version(Strict):
    """The words of an article from some moment on."""

    title: str
    summary: str
    body: str | None = None


class Edit(Strict):
    """A change of an article: what is not named stays as it was."""

    at: float = Field(gt=0)
    title: str | None = None
    summary: str | None = None
    body: str | None = None
    matches: tuple[str, ...] | None = None

    def applied_to(self, version: Version) -> Version:
        """The version after this edit."""
        changes = {
            name: getattr(self, name) for name in ("title", "summary", "body") if getattr(self, name) is not None
        }
        return version.model_copy(update=changes)


class SampleArticle(Strict):
    """One article of one outlet.

    Attributes:
        at: Seconds after the start at which it is published; None when it is there already.
        age: How old it already is at the start.
        undated: The feed gives no date for it.
        html: Summary and body are mark-up; else plain text.
        repeat_title: The title stands there so many times over.
        copy_of: The article whose words or page this one repeats.
        matches: Ids of the rules that hold of its first version.
    """

    id: str
    outlet: str
    kind: Kind
    link: str
    title: str
    summary: str
    body: str | None = None
    html: bool = False
    at: float | None = Field(default=None, ge=0)
    age: Duration | None = None
    undated: bool = False
    repeat_title: int = Field(default=1, ge=1, le=1000)
    copy_of: str | None = None
    matches: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @model_validator(mode="after")
    def _has_one_moment(self) -> SampleArticle:
        if (self.at is None) == (self.age is None):
            raise ValueError(f"article {self.id} needs either at or age")
        moments = [self.published_seconds, *(edit.at for edit in self.edits)]
        if moments != sorted(moments):
            raise ValueError(f"article {self.id} is edited before it is published")
        return self

    @property
    def published_seconds(self) -> float:
        """When it is published, in seconds after the start; negative when it is older."""
        if self.at is not None:
            return self.at
        return -(self.age or timedelta()).total_seconds()

    def versions(self) -> list[tuple[float, Version, tuple[str, ...]]]:
        """Every version with the second at which it appears and the rules that hold of it, oldest first."""
        version = Version(title=self.title * self.repeat_title, summary=self.summary, body=self.body)
        matches = self.matches
        found = [(self.published_seconds, version, matches)]
        for edit in self.edits:
            version = edit.applied_to(version)
            matches = matches if edit.matches is None else edit.matches
            found.append((edit.at, version, matches))
        return found

    def version_at(self, seconds: float) -> tuple[float, Version] | None:
        """The words as they stand at that second, and since when; None before it is published."""
        there = [(since, version) for since, version, _ in self.versions() if since <= seconds]
        return there[-1] if there else None


class OpenedBy(Strict):
    """An alert that has to come, named by the article that opens it, and the changes that follow."""

    rule: str
    article: str
    then: tuple[ChangeKind, ...] = ()
    shadow: bool = False


class SampleNews(Strict):
    """All of it, and the alerts it has to lead to."""

    note: str
    outlets: tuple[Outlet, ...]
    articles: tuple[SampleArticle, ...]
    alerts: tuple[OpenedBy, ...]

    @model_validator(mode="after")
    def _names_only_what_is_there(self) -> SampleNews:
        outlets, articles = {outlet.id for outlet in self.outlets}, {article.id for article in self.articles}
        if len(articles) != len(self.articles):
            raise ValueError("two articles have one id")
        for article in self.articles:
            if article.outlet not in outlets:
                raise ValueError(f"article {article.id} names an unknown outlet")
            if article.copy_of is not None and article.copy_of not in articles:
                raise ValueError(f"article {article.id} copies an unknown article")
        for alert in self.alerts:
            if alert.article not in articles:
                raise ValueError(f"an alert of {alert.rule} names an unknown article: {alert.article}")
        return self

    @property
    def duration_seconds(self) -> float:
        """When the last article or edit appears."""
        return max(since for article in self.articles for since, _, _ in article.versions())

    def outlet(self, outlet_id: str) -> Outlet:
        """The outlet of that id, which must be there."""
        return next(outlet for outlet in self.outlets if outlet.id == outlet_id)

    def of(self, outlet_id: str) -> list[SampleArticle]:
        """What that outlet publishes."""
        return [article for article in self.articles if article.outlet == outlet_id]

    def url(self, article: SampleArticle) -> str:
        """The address that the article's feed entry links to."""
        return urljoin(self.outlet(article.outlet).site, article.link)

    @property
    def expected(self) -> tuple[ExpectedAlert, ...]:
        """The alerts that have to come."""
        return tuple(self._expected(alert) for alert in self.alerts)

    def _expected(self, alert: OpenedBy) -> ExpectedAlert:
        told_by = [article for article in self.articles if alert.article in (article.id, article.copy_of)]
        return ExpectedAlert(
            rule=alert.rule,
            title=next(article.title for article in told_by if article.id == alert.article),
            pages=frozenset(page_of(self.url(article)) for article in told_by),
            then=frozenset(alert.then),
            shadow=alert.shadow,
        )


def load_sample_news() -> SampleNews:
    """The sample news that ships with the project.

    Raises:
        SettingsError: The file does not fit the model.
    """
    return validate(SampleNews, demo_document("news.yaml"))


def demo_document(name: str) -> Document:
    """A YAML file of this package."""
    return parse_document(demo_text(name), name)


def demo_text(name: str) -> str:
    """The text of a file of this package."""
    return resources.files("monitor.demo").joinpath(name).read_text(encoding="utf-8")
