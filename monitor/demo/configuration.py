"""The configuration that the demo's daemon runs on, written into a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from monitor.demo.news import SampleNews, demo_text, load_sample_news

_SETTINGS: dict[str, Any] = {
    "data": "tocsin.db",
    "feeds": "feeds.yaml",
    "rules": "rules",
    "subscriptions": "subscriptions.yaml",
}


def feed_list(news: SampleNews, server_url: str, *, interval_seconds: float) -> list[dict[str, Any]]:
    """The outlets' feeds as a feeds file lists them."""
    return [
        {
            "id": outlet.id,
            "url": f"{server_url}/feeds/{outlet.id}.xml",
            "title": outlet.title,
            "publisher": outlet.speaks_as,
            "lang": outlet.lang,
            "interval": _milliseconds(interval_seconds),
        }
        for outlet in news.outlets
    ]


def write_demo_configuration(
    folder: Path, server_url: str, *, web_port: int, poll_interval_seconds: float = 1.0
) -> Path:
    """Write settings, feeds, rules and (empty) subscriptions into `folder`; the path of the settings file.

    Args:
        server_url: Where the demo's feed server listens, without a slash at the end.
        web_port: Where the live page is wished.
        poll_interval_seconds: Shorter than a second only for a sample that is played faster.
    """
    interval = _milliseconds(poll_interval_seconds)
    poll = {"interval": interval, "min_interval": interval, "jitter": 0.1, "allow_private_addresses": True}
    feeds = feed_list(load_sample_news(), server_url, interval_seconds=poll_interval_seconds)
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    (folder / "rules" / "demo.yaml").write_text(demo_text("rules.yaml"), encoding="utf-8")
    _write(folder / "feeds.yaml", {"feeds": feeds})
    _write(folder / "subscriptions.yaml", {"subscriptions": []})
    path = folder / "tocsin.yaml"
    _write(path, {**_SETTINGS, "poll": poll, "web": {"port": web_port}})
    return path


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
