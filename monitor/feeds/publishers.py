"""Which owner family speaks in an article: BBC News and BBC Sport are one voice. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from monitor.feeds.domains import host_of, registrable_domain

# Links through these say nothing about who wrote the article.
_PASSING_ON = frozenset(
    {"google.com", "feedburner.com", "feedproxy.google.com", "bing.com", "yahoo.com", "t.co", "bit.ly"}
)


def publisher_of(*, given: str | None, article_url: str, source_url: str, feed_url: str) -> str:
    """The family: the user's word, else by the article's URL, its source's (in aggregators), the feed's.

    A domain that is in no known family is a family of its own, named by its registrable domain.
    """
    if given:
        return given
    for url in (article_url, source_url):
        domain = registrable_domain(url)
        if domain and domain not in _PASSING_ON:
            return _family(url, domain)
    return _family(feed_url, registrable_domain(feed_url))


def _family(url: str, domain: str) -> str:
    known = families()
    host = host_of(url).removeprefix("www.")
    return known.get(host) or known.get(domain) or domain


@cache
def families() -> Mapping[str, str]:
    """Family by domain, from the shipped table."""
    text = files("monitor.feeds").joinpath("publishers.yaml").read_text(encoding="utf-8")
    return {domain: row["publisher"] for row in yaml.safe_load(text)["families"] for domain in row["domains"]}
