"""`tocsin backtest`: input, output and exit codes. What it decides is held by tests/unit/backtest."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.article import Article, ArticleText
from monitor.core.canary import canary_article
from monitor.core.clock import utc_now
from monitor.core.codec import decode_alert, encode
from monitor.core.ids import ArticleId, Digest, FeedId, content_hash
from monitor.core.record import NewRecord, Topic
from monitor.storage.sqlite import open_embedded
from tests.unit.backtest.support import START, line
from tests.unit.cli.support import RULES, Ended, call, written

OLD_RULES = RULES.replace('"bridge closed"', "bridge")
NEWS = line("harbour", "Old bridge closed") + line("quay", "Old bridge closed", minutes=90)
OPENED = line("river", "New bridge opened", minutes=5)


def backtest(capsys: pytest.CaptureFixture[str], folder: Path, content: bytes, *options: str | Path) -> Ended:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "old.yaml").write_text(OLD_RULES, encoding="utf-8")
    (folder / "news.jsonl").write_bytes(content)
    return call(capsys, "backtest", "--rules", folder / "rules.yaml", *options, folder / "news.jsonl")


def test_the_report_is_text_for_a_person(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = backtest(capsys, tmp_path, NEWS + OPENED)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("3 articles, 2031-05-04 to 2031-05-04; 1 rule (")
    assert "2 matches in 2 articles by 2 voices; 1 alert opened, 1 updated, 0 corrected, 0 closed, 1 open" in ended.out
    assert "    2031-05-04  harbour.example  Old bridge closed  [“bridge closed”]\n" in ended.out


def test_json_is_one_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = backtest(capsys, tmp_path, NEWS, "--json", "--examples", "0")

    report = json.loads(ended.out)
    assert report["schema"] == 1
    assert report["articles"]["read"] == 2
    assert (report["rules"][0]["rule"], report["rules"][0]["examples"]) == ("bridge-closed", [])
    assert report["totals"]["opened"] == 1
    assert report["against"] is None


def test_alerts_are_lines_as_subscribers_get_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = backtest(capsys, tmp_path, NEWS, "--alerts")

    alerts = [decode_alert(row.encode(), "line") for row in ended.out.splitlines()]
    assert [(alert.type, alert.data.story.voices) for alert in alerts] == [
        ("tocsin.alert.opened", 1),
        ("tocsin.alert.updated", 2),
    ]


def test_differences_fail_only_where_that_is_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    against = ("--against", str(tmp_path / "old.yaml"))
    (tmp_path / "old.yaml").write_text(OLD_RULES, encoding="utf-8")

    told = backtest(capsys, tmp_path, NEWS + OPENED, *against)
    failed = backtest(capsys, tmp_path, NEWS + OPENED, *against, "--fail-on-change")
    same = backtest(capsys, tmp_path, NEWS, *against, "--fail-on-change")

    assert [told.code, failed.code, same.code] == [0, 1, 0]
    assert ": 0 alerts added, 1 removed, 0 changed, 1 the same\n" in told.out
    assert "  - 2031-05-04  river.example  New bridge opened  [“bridge”]\n" in told.out
    assert "(1 rule differs): 0 alerts added, 0 removed, 0 changed, 1 the same" in same.out


def test_in_junit_each_rule_is_a_case_that_fails_where_its_alerts_differ(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    quiet = "  - {id: ferry-stopped, when: {query: ferry}}\n"
    (tmp_path / "before.yaml").write_text(OLD_RULES + quiet, encoding="utf-8")

    ended = backtest(
        capsys, tmp_path, NEWS + OPENED, "--against", tmp_path / "before.yaml", "--junit", tmp_path / "junit.xml"
    )
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]  # noqa: S314 - our own file

    assert ended.out
    assert [(case.get("classname"), case.find("failure") is not None) for case in suite] == [
        ("bridge-closed", True),
        ("ferry-stopped", False),
    ]
    assert "- 2031-05-04  river.example  New bridge opened  [“bridge”]" in (suite[0].findtext("failure") or "")


def test_bad_lines_are_numbered_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = backtest(capsys, tmp_path, b"{\n" + NEWS + b'{"id": 7}\n')

    assert ended.code == 1
    assert ended.out.startswith("2 articles")
    assert "  2 could not be read and were left out\n" in ended.out
    assert [row.split(":")[2] for row in ended.err.splitlines()] == ["1", "4"]


def test_without_files_standard_input_is_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(NEWS)))

    ended = call(capsys, "backtest", "--rules", tmp_path / "rules.yaml")

    assert ended.out.startswith("2 articles")


def test_since_and_until_bound_the_articles(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = backtest(capsys, tmp_path, NEWS + OPENED, "--since", "2031-05-04T08:05Z", "--until", "2031-05-04T09:00Z")

    assert ended.out.startswith("1 article,")


def test_results_do_not_depend_on_the_number_of_workers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    news = b"".join(
        line(
            f"n{number}",
            f"Bridge closed in street {number % 7}",
            minutes=(number * 37) % 5_000,
            publisher=f"p{number % 3}",
        )
        for number in range(450)
    )
    (tmp_path / "old.yaml").write_text(OLD_RULES, encoding="utf-8")
    options = ("--json", "--against", str(tmp_path / "old.yaml"), "--workers")

    alone, shared = (backtest(capsys, tmp_path, news, *options, workers) for workers in ("1", "2"))

    assert shared == alone
    assert json.loads(alone.out)["totals"]["opened"] > 1


def stored(name: str, title: str, *, minutes: int, before: str = "", backfill: bool = False) -> Article:
    """An article as a poller saw it, ten minutes after its publication."""
    return Article(
        id=ArticleId(content_hash("article", name)),
        feed_id=FeedId("harbour"),
        publisher="harbour.example",
        url=f"https://harbour.example/{name}",
        canonical_url=f"https://harbour.example/{name}",
        title=title,
        summary="",
        lang="en",
        published_at=START if before else START + timedelta(minutes=minutes),
        first_seen_at=START + timedelta(minutes=minutes + 10),
        revision=2 if before else 1,
        digest=Digest(content_hash("digest", title)),
        previous=ArticleText(title=before, summary="") if before else None,
        backfill=backfill,
    )


def test_the_log_is_read_as_it_stands(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    articles = [
        stored("later", "Third bridge closed", minutes=600),
        stored("past", "Old bridge closed", minutes=0, backfill=True),
        stored("past", "Old bridge open", minutes=60, before="Old bridge closed"),
        canary_article(0, START),
    ]
    config = written(tmp_path)
    with open_embedded(tmp_path / "tocsin.db", prefix="tocsin", article_partitions=2, clock=utc_now) as store:
        records = [NewRecord(Topic.ARTICLES, one.feed_id, encode(one)) for one in articles]
        store.log.append([*records, NewRecord(Topic.ARTICLES, "harbour", b"no article")])

    ended = call(capsys, "backtest", "--log", "--config", config, "--alerts")
    bounded = call(capsys, "backtest", "--log", "--config", config, "--since", "2031-05-04T12:00Z")

    alerts = [decode_alert(row.encode(), "line") for row in ended.out.splitlines()]
    assert [(alert.data.headline, alert.data.change.kind) for alert in alerts] == [
        ("Old bridge closed", "opened"),
        ("Old bridge closed", "corrected"),
        ("Old bridge closed", "closed"),
        ("Third bridge closed", "opened"),
    ]
    assert ended.err == "tocsin: 1 record on the log could not be read\n"
    assert bounded.out.startswith("1 article,")
    assert (ended.code, bounded.code) == (1, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--log", "x.jsonl"], "--log and files: allowed is one of them"),
        (["--fail-on-change"], "--fail-on-change needs --against"),
        (["--alerts", "--json"], "allowed is neither --json nor --against"),
        (["--since", "yesterday"], "--since 'yesterday': allowed are 2026-11-01, 2026-11-01T10:00Z"),
    ],
)
def test_wrong_use_says_what_is_allowed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "x.jsonl").write_bytes(NEWS)

    ended = call(capsys, "backtest", "--rules", "rules.yaml", *options)

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
