"""`tocsin why URL`: what it says of articles that a store was filled with through the ports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consumers.alerting.partition import Partition
from consumers.matching.compiling import compile_rules
from consumers.matching.engine import match_article
from consumers.rules.authoring.explain_text import fact_text
from monitor.cli.configuration import load_configuration
from monitor.cli.parts import gates_of
from monitor.core.article import Article, ArticleText
from monitor.core.clock import utc_now
from monitor.core.codec import encode
from monitor.core.fact import Casualties, LeaderCall, Participant
from monitor.core.feed import FeedChange, FeedState, PollStatus
from monitor.core.ids import ArticleId, Digest, FeedId, content_hash
from monitor.core.match import Evidence
from monitor.core.ports import Head, PartitionState
from monitor.core.record import NewRecord, Topic
from monitor.storage.sqlite import open_embedded
from tests.unit.cli.support import RULES, call, written

START = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
TALK = """
  - id: leaders-talk
    when: {same: sentence, all: [{actor: 'president@united-states'}, {actor: vladimir-putin}]}
"""
FEEDS = """\
feeds:
  - {id: harbour, url: 'https://harbour.example/rss'}
  - {id: river, url: 'https://river.example/rss'}
  - {id: asleep, url: 'https://asleep.example/rss', enabled: false}
"""


def article(
    feed: str,
    name: str,
    title: str,
    *,
    minutes: int = 0,
    backfill: bool = False,
    edits: str = "",
    published: datetime | None = None,
) -> Article:
    """An article of one feed; `edits` is the title it had before."""
    url = f"https://{feed}.example/{name}"
    return Article(
        id=ArticleId(content_hash("article", url)),
        feed_id=FeedId(feed),
        publisher=f"{feed}.example",
        url=url,
        canonical_url=url,
        title=title,
        summary="",
        lang="en",
        published_at=published,
        first_seen_at=START + timedelta(minutes=minutes),
        revision=2 if edits else 1,
        digest=Digest(content_hash("digest", title)),
        previous=ArticleText(title=edits, summary="") if edits else None,
        backfill=backfill,
    )


NEWS = [
    article("harbour", "past", "Past bridge closed in spring", backfill=True),
    article("harbour", "alerted", "Old bridge closed", minutes=1),
    article("harbour", "quiet", "A quiet day at the market", minutes=2),
    article(
        "river", "meant", "Joe Biden met his Russian counterpart in Geneva", published=datetime(2021, 6, 16, tzinfo=UTC)
    ),
    article("river", "left", "Joe Biden met his Russian counterpart in Geneva", minutes=8),
    article("river", "copy", "Old bridge closed", minutes=3),
    article("harbour", "same-voice", "Old bridge closed", minutes=4),
    article("harbour", "edited", "New bridge closed at noon", minutes=5),
    article("harbour", "edited", "New bridge opens at noon", minutes=6, edits="New bridge closed at noon"),
]
NOT_DECIDED_ON = article("river", "late", "Third bridge closed", minutes=7)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose store has seen the news: matched and alerted on as the service does."""
    folder = tmp_path_factory.mktemp("why")
    path = written(folder, feeds=FEEDS, rules=RULES + TALK)
    configuration = load_configuration(path, {})
    rules = compile_rules(configuration.rules, configuration.registry)
    state = PartitionState(Head(0, 0, None), {})
    partition = Partition(0, state, gates_of(configuration.rules), timedelta(days=14))
    with open_embedded(folder / "tocsin.db", prefix="tocsin", article_partitions=2, clock=utc_now) as store:
        store.log.append([NewRecord(Topic.ARTICLES, one.feed_id, encode(one)) for one in [*NEWS, NOT_DECIDED_ON]])
        matches = [match for one in NEWS for match in match_article(rules, one, matched_at=one.first_seen_at)]
        for offset, match in enumerate(matches):
            partition.apply(match, offset, match.matched_at)
        store.partition_states.save([partition.change()])
        store.history.append(partition.saved().revisions, now=START)
        lease = store.leases.acquire("poll", "test", seconds=60, now=START)
        assert lease is not None
        polled = FeedState(last_poll_at=utc_now(), last_success_at=utc_now(), status=PollStatus.OK, entries=7)
        store.feed_states.save(FeedChange(feed_id=FeedId("harbour"), state=polled), lease)
    return path


@pytest.mark.parametrize(
    ("url", "said", "not_said"),
    [
        ("harbour.example/alerted", "revision 1: opened at 2031-05-04 08:01:00 UTC by rule bridge-closed", "held back"),
        ("harbour.example/alerted", "query: bridge closed: “bridge closed” in the title, characters 4–17", "backfill"),
        ("harbour.example/alerted?utm_source=x#comments", "revision 1: opened", "Not seen"),
        ("river.example/copy", "held back (throttled): it joined the story of alert ", "it is in no alert"),
        ("river.example/copy", "by rule bridge-closed, which tells of new voices at most every 1h", "revision"),
        ("harbour.example/same-voice", "held back: it joined the story of alert ", "it is in no alert"),
        (
            "river.example/meant",
            "actor: vladimir-putin: “Russian counterpart” = vladimir-putin (meant) in the title",
            "Xi",
        ),
        (
            "river.example/meant",
            "actor: president@united-states: “Joe Biden” = joe-biden in the title",
            "(meant) (meant)",
        ),
        ("river.example/left", "no rule fires on it", "joe-biden"),
        ("harbour.example/past", "backfill: it stood in the feed before we began to watch", "newer than the article"),
        ("harbour.example/past", "it is in no alert", "held back"),
        ("harbour.example/quiet", "no rule fires on it", "held back"),
        ("harbour.example/edited", "rule bridge-closed fires no more: the text was changed", "it is in no alert"),
        ("harbour.example/edited", "revision 3: closed", "held back"),
        ("river.example/late", "it is in no alert: the rule is newer than the article, or the service", "held back"),
        ("harbour.example/other", "Feed harbour of harbour.example: ok, polled just now", "disabled"),
        ("harbour.example/other", "Not seen in the last 14d: https://harbour.example/other", "rule"),
        ("river.example/other", "Feed river of river.example: never polled", "entries"),
        ("asleep.example/other", "Feed asleep of asleep.example: disabled", "entries"),
        ("elsewhere.example/other", "No feed of elsewhere.example is watched.", "Feed "),
    ],
)
def test_an_answer_says_what_became_of_the_article(
    capsys: pytest.CaptureFixture[str], config: Path, url: str, said: str, not_said: str
) -> None:
    ended = call(capsys, "why", f"https://{url}", "--config", config)

    assert (ended.code, ended.err) == (0, "")
    assert said in ended.out
    assert not_said not in ended.out


def test_before_the_first_run_it_says_how_to_start(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ended = call(capsys, "why", "https://a.example/1", "--config", written(tmp_path))

    assert (ended.code, ended.out) == (2, "")
    assert "nothing was polled yet" in ended.err


def test_a_file_that_is_no_store_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = written(tmp_path)
    (tmp_path / "tocsin.db").write_bytes(b"no database" * 200)

    ended = call(capsys, "why", "https://a.example/1", "--config", config)

    assert (ended.code, ended.out) == (1, "")
    assert f"cannot open {tmp_path}/tocsin.db" in ended.err


def test_fact_on_which_a_rule_stands_is_shown() -> None:
    fact = Casualties(role="killed", low=120, high=130, side="russia", modality="claimed")
    found = Evidence(condition="casualties", field="body", span=(0, 3), text="120", sentence="120 died.", fact=fact)

    assert fact_text(found) == " [role killed, low 120, high 130, side russia, modality claimed]"


def test_call_on_which_a_rule_stands_is_shown_with_those_who_spoke() -> None:
    people = (Participant(text="Trump", actor="donald-trump"), Participant(text="the Kremlin chief"))
    fact = LeaderCall(participants=people, mode="phone")
    found = Evidence(
        condition="leader_call", field="body", span=(0, 3), text="spoke", sentence="They spoke.", fact=fact
    )

    assert fact_text(found) == " [participants donald-trump, the Kremlin chief, mode phone, modality happened]"
