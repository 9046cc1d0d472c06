"""`tocsin rules add-test`: a test is made of a text, an article or an alert, and the file stays its author's."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from consumers.alerting.partition import Partition
from consumers.matching.compiling import compile_rules
from consumers.matching.engine import match_article
from monitor.cli.configuration import load_configuration
from monitor.cli.file_watch import look_at
from monitor.cli.parts import gates_of
from monitor.core.article import Article
from monitor.core.clock import utc_now
from monitor.core.codec import encode
from monitor.core.ids import ArticleId, Digest, FeedId, content_hash
from monitor.core.ports import Head, PartitionState
from monitor.core.record import NewRecord, Topic
from monitor.storage.sqlite import open_embedded
from tests.unit.cli.support import Ended, call, written

START = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
URL = "https://harbour.example/alerted"
COMMENTED = """\
# Bridges, by the harbour desk.
rules:
  - id: bridge-closed   # asked for by Ann
    when: {query: '"bridge closed"'}

    # and now ferries
  - id: ferry
    when: {query: ferry}
    tests:
      - {text: 'A ferry', expect: match}  # plain
"""


class _Input:
    """Standard input with these bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def _rules(folder: Path, text: str = COMMENTED, name: str = "rules") -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _added(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str | bytes,
    *arguments: str | Path,
) -> Ended:
    monkeypatch.setattr("sys.stdin", _Input(content.encode() if isinstance(content, str) else content))
    return call(capsys, "rules", "add-test", *arguments)


def _tests(path: Path, rule_id: str) -> list[dict[str, object]]:
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    return list(next(rule for rule in rules if rule["id"] == rule_id).get("tests", []))


def _article(name: str, title: str, minutes: int, *, lang: str = "en", revision: int = 1) -> Article:
    url = f"https://harbour.example/{name}"
    return Article(
        id=ArticleId(content_hash("article", url)),
        feed_id=FeedId("harbour"),
        publisher="harbour.example",
        url=url,
        canonical_url=url,
        title=title,
        summary="A \x1b[31msummary",
        lang=lang,
        first_seen_at=START + timedelta(minutes=minutes),
        revision=revision,
        digest=Digest(content_hash("digest", title)),
    )


NEWS = [
    _article("alerted", "Old bridge closed", 0),
    _article("alerted", "Old bridge closed for a year", 1, revision=2),
    _article("quiet", "Ein ruhiger Tag", 2, lang="und"),
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store has seen the news and raised an alert of it."""
    path = written(tmp_path, rules=COMMENTED)
    configuration = load_configuration(path, {})
    rules = compile_rules(configuration.rules, configuration.registry)
    partition = Partition(0, PartitionState(Head(0, 0, None), {}), gates_of(configuration.rules), timedelta(days=14))
    with open_embedded(tmp_path / "tocsin.db", prefix="tocsin", article_partitions=2, clock=utc_now) as store:
        store.log.append([NewRecord(Topic.ARTICLES, one.feed_id, encode(one)) for one in NEWS])
        matches = [match for one in NEWS for match in match_article(rules, one, matched_at=one.first_seen_at)]
        for offset, match in enumerate(matches):
            partition.apply(match, offset, match.matched_at)
        store.partition_states.save([partition.change()])
        store.history.append(partition.saved().revisions, now=START)
    return path


def test_text_becomes_a_test_and_the_rest_of_the_file_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _rules(tmp_path)

    ended = _added(monkeypatch, capsys, "Old bridge closed", "bridge-closed", "-", "--expect", "match", "--rules", path)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{path}: added test 1 of bridge-closed, which passes\n"
    added = "    tests:\n      - {text: Old bridge closed, expect: match}\n"
    assert path.read_text() == COMMENTED.replace("closed\"'}\n", f"closed\"'}}\n{added}")


def test_test_that_fails_is_added_and_said_to_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _rules(tmp_path)

    ended = _added(monkeypatch, capsys, "The ferry film", "ferry", "-", "--expect", "none", "--rules", path)

    assert ended.out == f"{path}: added test 2 of ferry, which fails as long as the rule says match\n"
    assert _tests(path, "ferry")[1] == {"text": "The ferry film", "expect": "none"}


def test_json_article_keeps_what_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _rules(tmp_path)
    article = {
        "id": 7, "title": "Ferry\x1b[2J: 'late' # \u202e", "summary": "", "body": "A {ferry}\n- late", "lang": "en-GB",
        "publisher": "Harbour", "url": "https://a.example/1", "published_at": "2023-05-01T10:00:00Z",
    }  # fmt: skip

    ended = _added(monkeypatch, capsys, json.dumps(article), "ferry", "-", "--expect", "match", "--rules", path)

    assert ended.code == 0
    assert _tests(path, "ferry")[1] == {
        "title": "Ferry[2J: 'late' #",
        "body": "A {ferry}\n- late",
        "lang": "en-GB",
        "publisher": "Harbour",
        "url": "https://a.example/1",
        "published_at": date(2023, 5, 1),
        "expect": "match",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "standard input has no text", id="empty"),
        pytest.param("{}", "standard input has no text", id="no-text"),
        pytest.param("{'a", "standard input is no JSON object", id="no-json"),
        pytest.param(b"\xff\xfe", "standard input is not UTF-8 text", id="bytes"),
        pytest.param('{"title": "x", "lang": "english"}', "`english` is no primary language", id="language"),
        pytest.param('{"title": "x", "published_at": "soon"}', "published_at", id="day"),
        pytest.param('{"title": ["x"]}', "title", id="type"),
        pytest.param('{"text": "x", "title": 5}', "title", id="number"),
    ],
)
def test_what_is_no_article_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, said: str
) -> None:
    path = _rules(tmp_path)

    ended = _added(monkeypatch, capsys, content, "ferry", "-", "--expect", "none", "--rules", path)

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert path.read_text() == COMMENTED


def test_unknown_rule_comes_with_a_near_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ended = _added(monkeypatch, capsys, "x", "fery", "-", "--expect", "none", "--rules", _rules(tmp_path))

    assert ended.err == "tocsin: no rule 'fery' (did you mean 'ferry'?)\n"


def test_expectation_must_be_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ended = _added(monkeypatch, capsys, "x", "ferry", "-", "--rules", _rules(tmp_path))

    assert ended.code == 2
    assert "--expect" in ended.err


def test_file_that_cannot_be_added_to_stays_and_the_test_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = (
        "rules:\n  - {id: a, when: {query: x}, tests: &t [{text: x, expect: match}]}\n"
        "  - {id: b, when: {query: y}, tests: *t}\n"
    )
    path = _rules(tmp_path, text)

    ended = _added(monkeypatch, capsys, "A ferry", "b", "-", "--expect", "none", "--rules", path)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"tocsin: cannot add to {path}: its layout is one that this command cannot add to")
    assert "{text: A ferry, expect: none}" in ended.err
    assert path.read_text() == text


def test_of_two_files_only_that_of_the_rule_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    first = _rules(folder, "rules: [{id: a, when: {query: x}}]\n", "a")
    second = _rules(folder, "rules: [{id: b, when: {query: y}}]\n", "b")

    ended = _added(monkeypatch, capsys, "y", "b", "-", "--expect", "match", "--rules", folder)

    assert ended.out.startswith(f"{second}: added test 1 of b")
    assert first.read_text() == "rules: [{id: a, when: {query: x}}]\n"
    assert sorted(path.name for path in folder.iterdir()) == ["a.yaml", "b.yaml"]


def test_file_is_replaced_as_a_whole_and_keeps_its_mode(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _rules(tmp_path)
    path.chmod(0o640)
    before = look_at([path])
    kept_open = path.open(encoding="utf-8")

    with kept_open:
        _added(monkeypatch, capsys, "A ferry", "ferry", "-", "--expect", "match", "--rules", path)

        assert kept_open.read() == COMMENTED  # whoever was reading has the old one whole
    assert look_at([path]) != before
    assert look_at([tmp_path]) == look_at([path])
    assert path.stat().st_mode & 0o777 == 0o640


def test_linked_file_stays_linked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _rules(tmp_path / "elsewhere")
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    _added(monkeypatch, capsys, "A ferry", "ferry", "-", "--expect", "match", "--rules", link)

    assert link.is_symlink()
    assert len(_tests(path, "ferry")) == 2


def test_line_ends_of_windows_stay(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(COMMENTED.replace("\n", "\r\n").encode())

    _added(monkeypatch, capsys, "A ferry", "ferry", "-", "--expect", "match", "--rules", path)

    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert len(_tests(path, "ferry")) == 2


def test_article_at_an_address_is_taken_as_it_was_last(capsys: pytest.CaptureFixture[str], config: Path) -> None:
    ended = call(capsys, "rules", "add-test", "bridge-closed", URL, "--expect", "match", "--config", config)

    assert (ended.code, ended.err) == (0, "")
    assert _tests(config.parent / "rules.yaml", "bridge-closed") == [
        {
            "title": "Old bridge closed for a year",
            "summary": "A [31msummary",
            "lang": "en",
            "publisher": "harbour.example",
            "url": URL,
            "published_at": date(2031, 5, 4),
            "expect": "match",
        }
    ]


def test_article_in_no_known_language_says_none(capsys: pytest.CaptureFixture[str], config: Path) -> None:
    url = "https://harbour.example/quiet"

    call(capsys, "rules", "add-test", "ferry", url, "--expect", "none", "--config", config)

    assert "lang" not in _tests(config.parent / "rules.yaml", "ferry")[1]


def test_alert_is_taken_by_its_id(capsys: pytest.CaptureFixture[str], config: Path) -> None:
    said = call(capsys, "why", URL, "--config", config).out
    alert_id = said.partition("  alert ")[2].split()[0]

    ended = call(capsys, "rules", "add-test", "bridge-closed", alert_id, "--expect", "none", "--config", config)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("which fails as long as the rule says match\n")
    assert _tests(config.parent / "rules.yaml", "bridge-closed")[0]["url"] == URL


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("https://harbour.example/gone", "no article for 'https://harbour.example/gone' is on the log any more"),
        ("no-such-alert", "no alert 'no-such-alert' in the history (allowed: an alert's id, an address, or -)"),
    ],
)
def test_what_was_never_seen_is_told(capsys: pytest.CaptureFixture[str], config: Path, source: str, said: str) -> None:
    ended = call(capsys, "rules", "add-test", "ferry", source, "--expect", "none", "--config", config)

    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
