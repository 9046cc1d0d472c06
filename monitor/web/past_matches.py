"""Past matches, put together from what the alert stage keeps: one for each article. Blocks; knows no server."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from monitor.core import codec
from monitor.core.ids import ArticleId
from monitor.core.match import PAST_MATCH_PREFIX, PastMatch
from monitor.web.services import Entries


def read_past_matches(states: Entries) -> list[PastMatch]:
    """All of them, the newest first; an article that several rule groups keep stands here once.

    Raises:
        BadRecordError: What is kept is damaged.
    """
    by_article: dict[ArticleId, PastMatch] = {}
    for partition, key, raw in states.entries(PAST_MATCH_PREFIX):
        found = codec.decode_past_match(raw, f"{key} of partition {partition}")
        known = by_article.get(found.article.id)
        rules = {*found.rules, *(known.rules if known else ())}
        by_article[found.article.id] = replace(found, rules=tuple(sorted(rules)))
    return sorted(by_article.values(), key=_moment, reverse=True)


def _moment(match: PastMatch) -> datetime:
    return match.article.published_at or match.article.first_seen_at
