"""Finds articles on the log again, by their address or id. Reads through all of it: there is no index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from urllib.parse import urldefrag

from monitor.core.article import Article
from monitor.core.codec import decode_article
from monitor.core.errors import BadRecordError
from monitor.core.ids import ArticleId
from monitor.core.record import Topic
from monitor.core.walk import ReadableLog, records_before
from monitor.feeds.urls import canonical_url


def articles_at(url: str, log: ReadableLog) -> Iterator[Article]:
    """Every version of the article, by its URL as written or canonical, or by the page it is a place on."""
    wanted = {url, canonical_url(url), canonical_url(urldefrag(url).url)}
    return _search(log, wanted, lambda article: bool(wanted & {article.url, article.canonical_url}))


def articles_by_id(ids: Set[ArticleId], log: ReadableLog) -> Iterator[Article]:
    """Every version of these articles."""
    return _search(log, ids, lambda article: article.id in ids)


def _search(log: ReadableLog, needles: Set[str], is_wanted: Callable[[Article], bool]) -> Iterator[Article]:
    # Looked for in the raw record first: decoding each of a million records would take minutes.
    raw_needles = [needle.encode() for needle in needles]
    for partition in range(log.partitions(Topic.ARTICLES)):
        for record in records_before(log, Topic.ARTICLES, partition):
            if not any(needle in record.value for needle in raw_needles):
                continue
            try:
                article = decode_article(record.value, str(record.position))
            except BadRecordError:
                continue  # it is in the dead letters; here it cannot be the article asked for
            if is_wanted(article):
                yield article
