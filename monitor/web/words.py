"""States, counts and times in words for a person. Knows no HTML and no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from monitor.core.escape import one_line
from monitor.core.feed import Feed, FeedState, PollStatus
from monitor.core.ids import FeedId
from monitor.core.match import PastMatch

FeedHealth = Literal["failing", "new", "ok", "disabled"]
_ORDER: tuple[FeedHealth, ...] = ("failing", "new", "ok", "disabled")  # what needs a person first
_MAX_DETAIL_CHARACTERS = 160

_FAILURES = {
    PollStatus.NETWORK: "cannot connect",
    PollStatus.DNS: "its name does not resolve",
    PollStatus.TLS: "its certificate or encryption is not accepted",
    PollStatus.TIMEOUT: "it answers too slowly",
    PollStatus.HTTP_STATUS: "it answers with an error",
    PollStatus.BLOCKED_ADDRESS: "its address is not a public one",
    PollStatus.TOO_BIG: "it is too big",
    PollStatus.BAD_CONTENT: "it cannot be decoded",
    PollStatus.NOT_A_FEED: "it is no feed",
    PollStatus.PARSE_TIMEOUT: "parsing takes too long",
    PollStatus.PARSE_CRASH: "it crashes the parser",
}


@dataclass(frozen=True)
class FeedRow:
    """A feed and how it does."""

    feed: Feed
    state: FeedState | None
    title: str
    health: FeedHealth
    words: str


def feed_rows(feeds: Sequence[Feed], states: Mapping[FeedId, FeedState], now: datetime) -> list[FeedRow]:
    """Every feed with its state, those that need a person first, then by title."""
    rows = [_feed_row(feed, states.get(feed.id), now) for feed in feeds]
    return sorted(rows, key=lambda row: (_ORDER.index(row.health), row.title.casefold(), row.feed.id))


def feeds_sentence(rows: Sequence[FeedRow]) -> str:
    """`58 feeds: 2 failing, 1 not polled yet, 55 ok`."""
    names = {"failing": "failing", "new": "not polled yet", "ok": "ok", "disabled": "disabled"}
    counts = [(sum(row.health == health for row in rows), names[health]) for health in _ORDER]
    parts = ", ".join(f"{count} {name}" for count, name in counts if count)
    return f"{counted(len(rows), 'feed')}: {parts}" if rows else "no feeds"


def past_matches_sentence(matches: Sequence[PastMatch], feeds: int) -> str:
    """`12 past matches in 4 of 60 feeds; watching for new ones`."""
    within = len({match.article.feed_id for match in matches})
    if not matches:
        return f"no past matches in {counted(feeds, 'feed')}; watching for new ones"
    noun = "past match" if len(matches) == 1 else "past matches"
    return f"{len(matches)} {noun} in {within} of {counted(feeds, 'feed')}; watching for new ones"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 feed`, `2 feeds`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 d ago`; `in 5 min` for what is to come."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 45:
        return "just now"
    length = rough(timedelta(seconds=abs(seconds)))
    return f"{length} ago" if seconds > 0 else f"in {length}"


def rough(duration: timedelta) -> str:
    """`5 min`, `3 h`, `2 d`."""
    minutes = max(1, round(duration.total_seconds() / 60))
    if minutes < 90:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 36 else f"{round(hours / 24)} d"


def shown_url(url: str) -> str:
    """An address without user name and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable address)"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _feed_row(feed: Feed, state: FeedState | None, now: datetime) -> FeedRow:
    title = one_line(feed.title or (state.title if state else "") or feed.id, 120)
    health, words = _health(feed, state, now)
    return FeedRow(feed, state, title, health, words)


def _health(feed: Feed, state: FeedState | None, now: datetime) -> tuple[FeedHealth, str]:
    if not feed.enabled:
        return "disabled", "disabled"
    if state is None or state.last_poll_at is None or state.status is None:
        return "new", "never polled"
    if state.status.is_failure:
        return "failing", _failure(state, state.status, now)
    news = f"last news {ago(state.last_new_at, now)}" if state.last_new_at else "no news yet"
    return "ok", f"ok, polled {ago(state.last_poll_at, now)}, {news}"


def _failure(state: FeedState, status: PollStatus, now: datetime) -> str:
    since = f"for {rough(now - state.last_success_at)}" if state.last_success_at else "from the first poll on"
    cause = _FAILURES.get(status, "for an unknown reason")
    detail = one_line(state.detail, _MAX_DETAIL_CHARACTERS)
    polls = counted(state.failures, "poll")
    return f"failing {since} ({polls}): {cause}" + (f" ({detail})" if detail else "")
