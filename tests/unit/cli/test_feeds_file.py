"""Disabling feeds in a file that a person wrote."""

from __future__ import annotations

import yaml

from monitor.cli.feeds_file import with_disabled

FEEDS = """\
# Feeds of the desk
feeds:
  - url: https://one.example/rss   # the first
    lang: en
  - {url: 'https://two.example/rss', lang: de}
  - https://three.example/rss
  - url: https://four.example/rss
    enabled: true  # on probation
  - lang: fr
    url: https://five.example/rss"""


def test_only_the_named_feeds_are_disabled_and_comments_stay() -> None:
    numbers = ("one", "two", "three", "four", "five")
    changed = with_disabled(FEEDS, {f"https://{number}.example/rss" for number in numbers})

    assert (
        changed
        == """\
# Feeds of the desk
feeds:
  - url: https://one.example/rss   # the first
    enabled: false
    lang: en
  - {url: 'https://two.example/rss', lang: de, enabled: false}
  - {url: https://three.example/rss, enabled: false}
  - url: https://four.example/rss
    enabled: false  # on probation
  - lang: fr
    url: https://five.example/rss
    enabled: false"""
    )


def test_each_feed_can_be_disabled_alone() -> None:
    for feed in yaml.safe_load(FEEDS)["feeds"]:
        url = feed if isinstance(feed, str) else feed["url"]
        after = yaml.safe_load(with_disabled(FEEDS, {url}))["feeds"]

        disabled = [entry["url"] for entry in after if isinstance(entry, dict) and entry.get("enabled") is False]
        assert disabled == [url]
        assert len(after) == 5


def test_nothing_to_disable_changes_nothing() -> None:
    assert with_disabled(FEEDS, set()) == FEEDS
    assert with_disabled("", {"https://one.example/rss"}) == ""
