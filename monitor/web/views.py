"""What the page and the API show of the store: read, put together. Blocks; knows no server."""

from __future__ import annotations

from typing import Any

from monitor.web.cards import cards_of
from monitor.web.history import newest
from monitor.web.page import PageContent, render_page
from monitor.web.past_matches import read_past_matches
from monitor.web.query import AlertFilter
from monitor.web.services import WebServices
from monitor.web.words import FeedRow, feed_rows, feeds_sentence, past_matches_sentence, shown_url

MAX_REVISIONS_SHOWN = 200
MAX_PAST_MATCHES_LISTED = 200


def live_page(services: WebServices) -> str:
    """The live page as HTML."""
    page = newest(services.history, AlertFilter(), MAX_REVISIONS_SHOWN)
    content = PageContent(
        cards=cards_of(page.alerts),
        end=page.next,
        epoch=services.history.epoch(),
        rows=_rows(services),
        past_matches=read_past_matches(services.partition_states),
        now=services.clock(),
        set_aside=services.set_aside(),
    )
    return render_page(content)


def feeds_view(services: WebServices) -> dict[str, Any]:
    """Every feed and its state, in words and in figures."""
    rows = _rows(services)
    return {"summary": feeds_sentence(rows), "feeds": [_feed_view(row) for row in rows]}


def past_matches_view(services: WebServices) -> dict[str, Any]:
    """How many past matches there are, and the newest."""
    matches = read_past_matches(services.partition_states)
    return {
        "summary": past_matches_sentence(matches, len(services.feeds())),
        "count": len(matches),
        "matches": matches[:MAX_PAST_MATCHES_LISTED],
    }


def _rows(services: WebServices) -> list[FeedRow]:
    return feed_rows(services.feeds(), services.feed_states.load_all(), services.clock())


def _feed_view(row: FeedRow) -> dict[str, Any]:
    feed, state = row.feed, row.state
    view = {"id": feed.id, "url": shown_url(feed.url), "title": row.title, "publisher": feed.publisher}
    view |= {"state": row.health, "words": row.words}
    if state is None:
        return view
    return view | {
        "status": state.status,
        "detail": state.detail,
        "failures": state.failures,
        "last_poll_at": state.last_poll_at,
        "last_success_at": state.last_success_at,
        "last_new_at": state.last_new_at,
        "next_poll_at": state.next_poll_at,
        "entries": state.entries,
        "articles_total": state.articles_total,
    }
