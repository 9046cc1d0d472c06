"""An alert revision, as a CloudEvents 1.0 event: what subscribers get and what the history keeps.

Source: CloudEvents 1.0.2, JSON event format; `streamid`, `epoch` and `previous` are extension attributes.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from monitor.core.fact import Fact
from monitor.core.ids import AlertId, ArticleId, StoryId
from monitor.core.match import Evidence

ALERT_SCHEMA = 1

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")  # in rising order

ChangeKind = Literal["opened", "updated", "corrected", "closed"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("opened", "updated", "corrected", "closed")

# official: a party's own office says so. disputed: one denies what another tells. denied: nobody says that it happened.
Confidence = Literal["single_source", "corroborated", "official", "disputed", "denied"]


class HeldBackReason(StrEnum):
    """Why something did not become a revision, or did not reach a subscription: the closed set."""

    DUPLICATE = "duplicate"  # the same version again, a copy by the same voice, or an edit that changes nothing
    STALE = "stale"  # an older version that arrived after a newer one
    BACKFILL = "backfill"  # it stood in the feed before we began to watch
    THROTTLED = "throttled"  # waits for update_at_most_every
    SHADOW = "shadow"  # its rule is on trial: recorded, not sent
    OUT_OF_SCOPE = "out_of_scope"  # a subscription did not ask for it
    RULE_REMOVED = "rule_removed"  # the rule was taken away between match and decision


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is new in a revision.

    Attributes:
        reason: Closed vocabulary: `first_report`, `new_voice`, `evidence_changed`, `evidence_gone`,
            `forgotten` (quiet for `forget_after`), `withdrawn` (nothing supports it any more), `rule_removed`.
        text: One sentence for a person.
        articles: The articles that brought the change.
    """

    kind: ChangeKind
    reason: str
    text: str
    articles: tuple[ArticleId, ...] = ()


class StoryArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article as a part of a story; `copy_of` names the first article with the same page or words."""

    id: ArticleId
    url: str
    title: str
    publisher: str
    lang: str
    published_at: datetime | None
    copy_of: ArticleId | None = None


class AlertStory(msgspec.Struct, frozen=True, kw_only=True):
    """The articles of the event, and how many independent publishers (voices) tell it."""

    id: StoryId
    articles: tuple[StoryArticle, ...]
    voices: int
    first_seen_at: datetime


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds between the stages for the article that brought this revision; None where unknown."""

    publisher: float | None = None
    match: float | None = None
    decide: float | None = None


class AlertData(msgspec.Struct, frozen=True, kw_only=True):
    """The alert as it stands with this revision.

    Attributes:
        headline: The best source's title.
        summary: One rendered sentence: what, who says so, how many voices.
        quote: The sentence the alert stands on.
        facts: On which it stands, each once: those of the best source first.
        shadow: The rule is on trial: for the history, not for receivers.
        held_back: What was held back since the revision before, by reason.
        actors: Ids of the actors it is about, sorted: those that its conditions asked for and its articles name. Only
            ever added to, so that whoever follows an actor hears what becomes of an alert.
    """

    alert_id: AlertId
    revision: int
    change: Change
    rule: str
    rule_title: str
    rule_version: str
    severity: Severity
    headline: str
    summary: str
    confidence: Confidence
    quote: str
    story: AlertStory
    evidence: tuple[Evidence, ...]
    facts: tuple[Fact, ...] = ()
    held_back: dict[str, int] = {}
    latency: Latency = Latency()
    shadow: bool = False
    actors: tuple[str, ...] = ()


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one alert.

    Attributes:
        id: Alert id and revision, unique in the whole history.
        type: `tocsin.alert.opened|updated|corrected|closed`.
        time: Stream time of the decision, aware UTC.
        streamid: Its place in the history, given there; None before that.
        epoch: The life of the history it stands in: another epoch means that a history was lost.
        previous: The `streamid` before it in the history, so that a hole shows; None for the first.
    """

    id: str
    type: str
    subject: str
    time: datetime
    data: AlertData
    schema: int = ALERT_SCHEMA
    specversion: str = "1.0"
    source: str = "tocsin"
    datacontenttype: str = "application/json"
    streamid: str | None = None
    epoch: str | None = None
    previous: str | None = None


def event_id(alert_id: AlertId, revision: int) -> str:
    """The CloudEvents id of a revision."""
    return f"{alert_id}-{revision}"


def event_type(kind: ChangeKind) -> str:
    """The CloudEvents type of a change."""
    return f"tocsin.alert.{kind}"
