"""The live page: what is known now, readable without JavaScript. Pure; knows no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.core.alert import SEVERITIES
from monitor.core.match import PastMatch
from monitor.core.stream import StreamId
from monitor.web.cards import AlertCard, language, render_card, time_element
from monitor.web.html import Html, document, el, outside_link
from monitor.web.login import head
from monitor.web.words import FeedRow, feeds_sentence, past_matches_sentence

MAX_PAST_MATCHES_SHOWN = 50


@dataclass(frozen=True)
class PageContent:
    """Everything the page shows.

    Attributes:
        end: The end of the history when it was read: the page listens from there.
        past_matches: Newest first.
        set_aside: Rules that are evaluated no more, and why.
    """

    cards: Sequence[AlertCard]
    end: StreamId
    epoch: str
    rows: Sequence[FeedRow]
    past_matches: Sequence[PastMatch]
    now: datetime
    set_aside: Mapping[str, str] = field(default_factory=dict)


def render_page(content: PageContent) -> str:
    """The whole page."""
    extra = [el("script", src="/static/page.js", defer=True)]
    body = el(
        "body",
        _header(content),
        el("div", _alerts(content), _side(content), class_="columns"),
        _footer(),
        data_after=str(content.end),
        data_epoch=content.epoch,
    )
    return document("en", [*head("Tocsin"), *extra], body)


def _header(content: PageContent) -> Html:
    return el(
        "header",
        el("a", "Skip to the alerts", href="/#alerts", class_="skip"),
        el("h1", "Tocsin"),
        el("p", "as of this page's loading", id="connection", role="status", class_="still"),
        el("p", _alerts_sentence(content.cards), id="counts"),
        # On a phone these stand below all alerts.
        el(
            "nav",
            el("a", "Past matches", href="/#past-matches"),
            el("a", "Feeds", href="/#feeds-section"),
            aria_label="On this page",
            class_="jump",
        ),
        class_="top",
    )


def _alerts_sentence(cards: Sequence[AlertCard]) -> str:
    if not cards:
        return "no alerts yet"
    urgent = [
        f"{count} {severity}"
        for severity in reversed(SEVERITIES)
        if (count := sum(card.newest.data.severity == severity for card in cards))
    ]
    return f"{len(cards)} {'alert' if len(cards) == 1 else 'alerts'}: {', '.join(urgent)}"


def _alerts(content: PageContent) -> Html:
    return el(
        "main",
        el("h2", "Alerts"),
        _filter(),
        el("p", "", id="notice", role="alert", hidden=True),
        el(
            "p",
            "No alerts yet. They appear here as they come.",
            id="empty",
            class_="hint",
            hidden=bool(content.cards),
        ),
        el("div", [render_card(card, content.now) for card in content.cards], id="cards"),
        id="alerts",
        tabindex="-1",
    )


def _filter() -> Html:
    return el(
        "form",
        el(
            "label",
            "Severity ",
            el(
                "select",
                [el("option", name, value=value) for value, name in _SEVERITY_CHOICES],
                id="severity",
            ),
        ),
        el("label", "Rule ", el("input", id="rule", type="search", placeholder="part of its name", autocomplete="off")),
        id="filter",
        hidden=True,  # it filters what is on the page, so it needs the script
        role="search",
    )


_SEVERITY_CHOICES = (
    ("low", "all"),
    ("medium", "medium and above"),
    ("high", "high and above"),
    ("critical", "critical"),
)


def _side(content: PageContent) -> Html:
    return el("aside", _set_aside(content) if content.set_aside else None, _past(content), _feeds(content))


def _set_aside(content: PageContent) -> Html:
    return el(
        "section",
        el("h2", "Rules set aside"),
        el("p", "They failed or cost too much, and match nothing until rules are loaded again."),
        el("ul", [el("li", el("strong", rule), ": ", why) for rule, why in sorted(content.set_aside.items())]),
        id="set-aside",
    )


def _past(content: PageContent) -> Html:
    return el(
        "section",
        el("h2", "Past matches"),
        el("p", past_matches_sentence(content.past_matches, len(content.rows)), id="past-sentence"),
        el(
            "details",
            el("summary", "Show the newest"),
            el(
                "ul",
                [_past_match(m, content.now) for m in content.past_matches[:MAX_PAST_MATCHES_SHOWN]],
                id="past-list",
            ),
            id="past",
            hidden=not content.past_matches,
        ),
        id="past-matches",
    )


def _past_match(match: PastMatch, now: datetime) -> Html:
    article = match.article
    return el(
        "li",
        outside_link(article.url, article.title or article.url, lang=language(article.lang), dir="auto"),
        el(
            "span",
            el("span", article.publisher, dir="auto"),
            [" · ", time_element(article.published_at, now)] if article.published_at else None,
            " · ",
            ", ".join(match.rules),
            class_="source",
        ),
    )


def _feeds(content: PageContent) -> Html:
    return el(
        "section",
        el("h2", "Feeds"),
        el(
            "details",
            el("summary", feeds_sentence(content.rows), id="feeds-sentence"),
            el(
                "table",
                el("thead", el("tr", el("th", "Feed", scope="col"), el("th", "State", scope="col"))),
                el("tbody", [_feed(row) for row in content.rows], id="feed-rows"),
            ),
            id="feeds",
        ),
        id="feeds-section",
    )


def _feed(row: FeedRow) -> Html:
    return el("tr", el("td", row.title, dir="auto"), el("td", row.words, class_="words"), class_=f"feed {row.health}")


def _footer() -> Html:
    links = (
        ("/api/alerts", "Alert history (JSON)"),
        ("/api/feeds", "Feeds (JSON)"),
        ("/events", "Event stream"),
        ("/metrics", "Metrics"),
        ("/readyz", "Ready?"),
    )
    return el("footer", el("nav", [el("a", name, href=path) for path, name in links], aria_label="For programs"))
