from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import yaml

from monitor.core.settings import load_settings
from monitor.demo.configuration import write_demo_configuration
from monitor.demo.news import load_sample_news
from monitor.feeds.feed_list import load_feeds


def test_the_demo_polls_loopback_every_second(tmp_path: Path) -> None:
    settings = load_settings(write_demo_configuration(tmp_path, "http://127.0.0.1:4711", web_port=9000), {})

    assert settings.poll.allow_private_addresses is True
    assert settings.poll.interval == timedelta(seconds=1)
    assert settings.poll.min_interval == timedelta(seconds=1)
    assert settings.web.port == 9000
    assert settings.data.parent == tmp_path


def test_all_outlets_and_rules_are_written(tmp_path: Path) -> None:
    write_demo_configuration(tmp_path, "http://127.0.0.1:4711", web_port=0, poll_interval_seconds=0.2)
    feeds = load_feeds(tmp_path / "feeds.yaml")
    rules = yaml.safe_load((tmp_path / "rules" / "demo.yaml").read_text(encoding="utf-8"))["rules"]

    assert [feed.id for feed in feeds] == [outlet.id for outlet in load_sample_news().outlets]
    assert feeds[0].url == "http://127.0.0.1:4711/feeds/wire.xml"
    assert {feed.interval_seconds for feed in feeds} == {0.2}
    assert 6 <= len(rules) <= 8
