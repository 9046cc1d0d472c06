"""Which family speaks."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest
import yaml

from monitor.feeds.domains import polite_key, registrable_domain
from monitor.feeds.publishers import families, publisher_of


@pytest.mark.parametrize(
    ("given_name", "article", "source", "feed", "publisher"),
    [
        (None, "https://www.bbc.co.uk/news/1", "", "https://feeds.bbci.co.uk/x", "BBC"),
        (None, "https://www.bbc.com/sport/1", "", "https://feeds.bbci.co.uk/x", "BBC"),
        (None, "https://rss.dw.com/a", "", "", "Deutsche Welle"),
        (None, "https://abcnews.go.com/a", "", "", "ABC News (US)"),
        (None, "https://local.paper.example/a", "", "https://x.example/", "paper.example"),
        ("Our Desk", "https://www.bbc.com/sport/1", "", "", "Our Desk"),
        (None, "", "", "https://feeds.gazette.example/all", "gazette.example"),
        (
            None,
            "https://news.google.com/a",
            "https://www.theguardian.com",
            "https://news.google.com/rss",
            "The Guardian",
        ),
        (None, "https://feedproxy.google.com/a", "", "https://feeds.gazette.example/all", "gazette.example"),
        (None, "http://127.0.0.1:8000/a", "", "", "127.0.0.1"),
        (None, "https://one.blogspot.com/a", "", "", "one.blogspot.com"),
    ],
    ids=[
        "family by domain",
        "same family, other domain",
        "subdomain",
        "family of one host",
        "domain of its own",
        "the user's word",
        "no article URL",
        "aggregator that names its source",
        "aggregator that does not",
        "address",
        "site under a shared domain",
    ],
)
def test_publisher_is_the_family(given_name: str | None, article: str, source: str, feed: str, publisher: str) -> None:
    found = publisher_of(given=given_name, article_url=article, source_url=source, feed_url=feed)

    assert found == publisher


def test_shipped_table_names_each_domain_once_and_each_source() -> None:
    rows = yaml.safe_load(files("monitor.feeds").joinpath("publishers.yaml").read_text(encoding="utf-8"))["families"]
    domains = Counter(domain for row in rows for domain in row["domains"])

    assert [domain for domain, count in domains.items() if count > 1] == []
    assert all(row["source"] and row["publisher"] for row in rows)
    assert len(families()) == len(domains)
    assert all(domain == domain.lower() and "/" not in domain for domain in domains)


@pytest.mark.parametrize(
    ("url", "domain", "key"),
    [
        ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk", "bbci.co.uk"),
        ("http://127.0.0.1:8001/a", "127.0.0.1", "127.0.0.1:8001"),
        ("http://localhost:9/a", "localhost", "localhost:9"),
        ("http://[::1]:80/", "::1", "[::1]:80"),
        ("https://News.Example.", "news.example", "news.example"),
        ("no url", "", ""),
    ],
)
def test_feeds_of_one_owner_share_a_key(url: str, domain: str, key: str) -> None:
    assert (registrable_domain(url), polite_key(url)) == (domain, key)
