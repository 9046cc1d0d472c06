"""The canary: an article of ours that goes through the whole pipe and comes out as no alert. Pure.

Why on the topics that news takes: only so does it prove that news comes through. Its names hold a slash, which no feed
id, rule id or rule group of a user may, so nobody's feed or rule can be taken for it.

Why its keys move on with every turn: one fixed key would prove one partition of each topic for ever. As it is, each
partition has its turn, and where a process that has a part of them is stuck, that many turns in a row are missing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count

from monitor.core.alert import Alert, AlertData, AlertStory, Change, event_type
from monitor.core.article import Article
from monitor.core.ids import AlertId, ArticleId, Digest, FeedId, StoryId, content_hash, partition_of
from monitor.core.match import Match, MatchedArticle
from monitor.core.record import FIXED_PARTITIONS, Topic

CANARY_PREFIX = "canary/"
_WORDS = "tocsincanary"  # one word that is in no language: rules of users have no reason to fire
_MAX_KEYS = 2_048  # remembered: more than one topic can have partitions


def is_canary(name: str) -> bool:
    """Whether a feed id, rule group or rule id is a canary's; a key of such a record, too."""
    return name.startswith(CANARY_PREFIX)


def canary_turn(now: datetime, every: timedelta) -> int:
    """Which turn it is: one more each time, in whichever process, and after a restart it goes on."""
    return int(now.timestamp() // every.total_seconds())


def canary_key(turn: int, partitions: int) -> str:
    """The key that this turn's canary has on a topic of so many partitions: turn after turn, the next partition."""
    return _key_in(turn % partitions, partitions)


def canary_article(turn: int, now: datetime) -> Article:
    """The canary of that turn, sent at `now` (aware UTC). Its feed id is its key on `matches` and `alerts`."""
    name = canary_key(turn, FIXED_PARTITIONS[Topic.MATCHES])
    return Article(
        id=ArticleId(content_hash("canary", name, now.isoformat())),
        feed_id=FeedId(name),
        publisher="tocsin",
        url="",
        canonical_url="",
        title=_WORDS,
        summary="",
        first_seen_at=now,
        digest=Digest(content_hash("canary", _WORDS)),
    )


def canary_match(article: Article, *, matched_at: datetime) -> Match:
    """What the match stage makes of a canary, whatever rules fired on it."""
    return Match(group=article.feed_id, article=MatchedArticle.of(article), fired=(), matched_at=matched_at)


def canary_alert(match: Match) -> Alert:
    """What the alert stage makes of a canary's match; publishing takes it off before the history."""
    alert_id = AlertId(match.group)
    return Alert(
        id=f"{match.group}/{match.article.id}",  # one id, one content; the alert id is the key and comes again
        type=event_type("opened"),
        subject=match.group,
        time=match.article.first_seen_at,
        data=AlertData(
            alert_id=alert_id,
            revision=1,
            change=Change(kind="opened", reason="first_report", text="a canary"),
            rule=match.group,
            rule_title="Canary",
            rule_version="",
            severity="low",
            headline=match.article.title,
            summary="",
            confidence="single_source",
            quote="",
            story=AlertStory(
                id=StoryId(match.article.id), articles=(), voices=0, first_seen_at=match.article.first_seen_at
            ),
            evidence=(),
        ),
    )


@lru_cache(maxsize=_MAX_KEYS)
def _key_in(partition: int, partitions: int) -> str:
    return next(key for number in count() if partition_of(key := f"{CANARY_PREFIX}{number}", partitions) == partition)
