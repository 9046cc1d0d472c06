"""One alert as a card: its newest revision, its history, its articles. `static/page.js` builds the same card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.alert import Alert, AlertData, StoryArticle
from monitor.core.match import Evidence
from monitor.web.html import Html, el, outside_link
from monitor.web.words import ago, counted

MAX_ARTICLES = 50
MAX_REVISIONS = 30
_MAX_MARKS = 40


@dataclass(frozen=True)
class AlertCard:
    """An alert with the revisions of it that are known, oldest first."""

    revisions: tuple[Alert, ...]

    @property
    def newest(self) -> Alert:
        """The revision that the card shows."""
        return self.revisions[-1]


def cards_of(alerts: Sequence[Alert]) -> list[AlertCard]:
    """Revisions, oldest first, as one card an alert; what changed last comes first."""
    by_alert: dict[str, list[Alert]] = {}
    for alert in alerts:
        revisions = by_alert.pop(alert.data.alert_id, [])
        by_alert[alert.data.alert_id] = [*revisions, alert]
    return [AlertCard(tuple(revisions)) for revisions in reversed(by_alert.values())]


def render_card(card: AlertCard, now: datetime) -> Html:
    """The card."""
    alert = card.newest
    data = alert.data
    lead = lead_article(data)
    return el(
        "article",
        el(
            "header",
            el("span", data.severity, class_="severity"),
            el("span", data.rule_title, class_="rule", dir="auto"),
            el("span", data.change.kind, class_=f"change {data.change.kind}"),
            time_element(alert.time, now),
        ),
        el("h3", _headline(data, lead), dir="auto"),
        el("p", data.summary, class_="summary", dir="auto"),
        _quote(data, lead),
        el(
            "p",
            el("span", data.confidence.replace("_", " "), class_="confidence"),
            " · ",
            counted(data.story.voices, "voice"),
            class_="facts",
        ),
        _articles(data.story.articles, now),
        _revisions(card.revisions, now),
        class_=f"alert {data.severity} is-{data.change.kind}",
        data_alert=data.alert_id,
        data_rule=data.rule,
        data_severity=data.severity,
        data_revision=data.revision,
    )


def lead_article(data: AlertData) -> StoryArticle | None:
    """The article whose title is the headline, else the first one."""
    articles = data.story.articles
    return next((article for article in articles if article.title == data.headline), articles[0] if articles else None)


def marked(quote: str, evidence: Iterable[Evidence]) -> list[tuple[str, bool]]:
    """The quote in pieces, each with whether it is evidence (the first place where the evidence's words stand)."""
    spans = sorted(_places(quote, evidence))
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        pieces.append((quote[at:start], False))
        pieces.append((quote[max(start, at) : end], True))
        at = end
    pieces.append((quote[at:], False))
    return [(text, is_evidence) for text, is_evidence in pieces if text]


def time_element(moment: datetime, now: datetime) -> Html:
    """A time that the page's script turns into local time."""
    return el("time", f"{moment:%d %b %H:%M} UTC · {ago(moment, now)}", datetime=moment.isoformat(timespec="seconds"))


def language(lang: str) -> str | None:
    """A language tag for HTML; None where nobody says."""
    return None if lang in {"", "und"} else lang


def _places(quote: str, evidence: Iterable[Evidence]) -> list[tuple[int, int]]:
    found = []
    for _, piece in zip(range(_MAX_MARKS), evidence, strict=False):
        start = quote.find(piece.text) if piece.text else -1
        if start >= 0:
            found.append((start, start + len(piece.text)))
    return found


def _headline(data: AlertData, lead: StoryArticle | None) -> Html:
    if lead is None:
        return el("span", data.headline)
    return outside_link(lead.url, data.headline, lang=language(lead.lang))


def _quote(data: AlertData, lead: StoryArticle | None) -> Html | None:
    if not data.quote:
        return None
    pieces = [el("mark", text) if is_evidence else text for text, is_evidence in marked(data.quote, data.evidence)]
    return el("blockquote", pieces, lang=language(lead.lang) if lead else None, dir="auto")


def _articles(articles: Sequence[StoryArticle], now: datetime) -> Html:
    return el(
        "details",
        el("summary", counted(len(articles), "article")),
        el("ul", [_article(article, now) for article in articles[:MAX_ARTICLES]]),
        el("p", f"and {len(articles) - MAX_ARTICLES} more", class_="hint") if len(articles) > MAX_ARTICLES else None,
        class_="articles",
    )


def _article(article: StoryArticle, now: datetime) -> Html:
    return el(
        "li",
        outside_link(article.url, article.title or article.url, lang=language(article.lang), dir="auto"),
        el(
            "span",
            el("span", article.publisher, dir="auto"),
            " · copy" if article.copy_of else None,
            [" · ", time_element(article.published_at, now)] if article.published_at else None,
            class_="source",
        ),
    )


def _revisions(revisions: Sequence[Alert], now: datetime) -> Html:
    # The first known one may not be the alert's first: the page keeps a part of the history.
    return el(
        "details",
        el("summary", counted(revisions[-1].data.revision, "revision")),
        el("ol", [_revision(alert, now) for alert in revisions[-MAX_REVISIONS:]]),
        class_="revisions",
        hidden=revisions[-1].data.revision == 1,
    )


def _revision(alert: Alert, now: datetime) -> Html:
    change = alert.data.change
    return el(
        "li",
        el("span", change.kind, class_=f"change {change.kind}"),
        " ",
        time_element(alert.time, now),
        " ",
        el("span", change.text, dir="auto"),
        value=alert.data.revision,
    )
