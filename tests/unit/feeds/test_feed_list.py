"""feeds.yaml: what is accepted, and that everything wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.canary import canary_key, is_canary
from monitor.core.errors import SettingsError
from monitor.core.feed import Feed
from monitor.core.ids import FeedId
from monitor.feeds.feed_list import feed_id_of, load_feeds


def written(folder: Path, text: str) -> Path:
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(SettingsError) as caught:
        load_feeds(written(folder, text))
    return [(problem.line, f"{problem.key}: {problem.message}") for problem in caught.value.problems]


def test_full_and_bare_entries_become_feeds(tmp_path: Path) -> None:
    feeds = load_feeds(
        written(
            tmp_path,
            """
feeds:
  - https://www.gazette.example/rss.xml
  - url: 'http://mill.example/feed'
    id: mill
    title: Mill
    publisher: The Mill
    lang: de-AT
    interval: 2m
    enabled: false
""",
        )
    )

    assert feeds == (
        Feed(id=feed_id_of("https://www.gazette.example/rss.xml"), url="https://www.gazette.example/rss.xml"),
        Feed(
            id=FeedId("mill"),
            url="http://mill.example/feed",
            title="Mill",
            publisher="The Mill",
            lang="de-AT",
            interval_seconds=120.0,
            enabled=False,
        ),
    )


@pytest.mark.parametrize("text", ["", "feeds:\n", "feeds: []\n"], ids=["empty file", "no list", "empty list"])
def test_file_without_feeds_has_none(tmp_path: Path, text: str) -> None:
    assert load_feeds(written(tmp_path, text)) == ()


def test_derived_id_is_readable_and_differs_by_path_but_not_by_spelling() -> None:
    one = feed_id_of("https://www.gazette.example/rss.xml")

    assert one.startswith("gazette-example-")
    assert feed_id_of("HTTPS://WWW.Gazette.example:443/rss.xml") == one
    assert feed_id_of("https://www.gazette.example/sport.xml") != one


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """feeds:
  - ftp://gazette.example/rss
  - {url: 'https://a.example/', titel: A}
  - https://b.example/feed
  - {url: 'https://B.example:443/feed'}
  - {url: 'https://c.example/', interval: soon}
  - {title: no address}
""",
    )

    assert [line for line, _ in found] == [2, 3, 5, 6, 7]
    assert "no web address" in found[0][1]
    assert "did you mean 'title'?" in found[1][1]
    assert "second time (first on line 4)" in found[2][1]
    assert "allowed: a number with a unit" in found[3][1]
    assert "is required" in found[4][1]


def test_id_given_twice_is_told(tmp_path: Path) -> None:
    found = problems(
        tmp_path, "feeds:\n  - {url: 'https://a.example/', id: x}\n  - {url: 'https://b.example/', id: x}\n"
    )

    assert found == [(3, "feeds[1].id: 'x': another feed has this id (line 2)")]


def test_password_in_a_url_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_feeds(written(tmp_path, "feeds:\n  - {url: 'https://me:hunter2@a.example/', id: '!'}\n"))

    assert "hunter2" not in str(caught.value)
    assert "user name or password" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "gazette.example",
        "http://a b.example/",
        "http://[x/",
        "http://a.example:99999/",
        "javascript:x",
        "''",
    ],
)
def test_what_is_no_web_address_is_refused(tmp_path: Path, url: str) -> None:
    assert len(problems(tmp_path, f"feeds:\n  - {{url: {url if url == chr(39) * 2 else repr(url)}}}\n")) == 1


def test_list_where_a_mapping_must_stand_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "- https://a.example/\n")


@pytest.mark.parametrize("turn", range(32))
def test_no_feed_can_be_taken_for_a_canary(tmp_path: Path, turn: int) -> None:
    (found,) = problems(tmp_path, f"feeds: [{{url: 'https://mill.example/', id: '{canary_key(turn, 32)}'}}]")

    assert "should match pattern" in found[1] or "allowed" in found[1]
    assert not is_canary(feed_id_of("https://canary/1"))
