"""What the `alerts` topic tells of each alert: the last that anybody was told. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.alert import Alert, Change
from monitor.core.canary import is_canary
from monitor.core.codec import decode_alert
from monitor.core.errors import BadRecordError
from monitor.core.ids import AlertId, ArticleId, StoryId
from monitor.core.record import Topic
from monitor.core.walk import ReadableLog, records_before


@dataclass(frozen=True)
class Mark:
    """What a revision is known by: two decisions that are the same have it in common."""

    time: datetime
    change: Change

    @classmethod
    def of(cls, alert: Alert) -> Mark:
        """The mark of a revision."""
        return cls(alert.time, alert.data.change)


@dataclass(frozen=True)
class Told:
    """The last revision of an alert on the log.

    Attributes:
        articles: Those that the revision shows; none of a closed alert, which nothing can join.
    """

    alert_id: AlertId
    rule: str
    story_id: StoryId
    revision: int
    mark: Mark
    articles: tuple[ArticleId, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether more may come of it."""
        return self.mark.change.kind != "closed"


def read_told(log: ReadableLog) -> dict[AlertId, Told]:
    """The last revision of every alert on the log. Blocks while it goes through all of it.

    Raises:
        NewerSchemaError: A newer Tocsin wrote one of them.
        StoreUnavailableError: The log cannot be read for now.
    """
    told: dict[AlertId, Told] = {}
    for partition in range(log.partitions(Topic.ALERTS)):
        for record in records_before(log, Topic.ALERTS, partition):
            if is_canary(record.key):
                continue
            try:
                alert = decode_alert(record.value, str(record.position))
            except BadRecordError:
                continue  # publishing puts it aside
            before = told.get(alert.data.alert_id)
            if before is None or before.revision < alert.data.revision:
                told[alert.data.alert_id] = _told(alert)
    return told


def _told(alert: Alert) -> Told:
    data = alert.data
    return Told(
        alert_id=data.alert_id,
        rule=data.rule,
        story_id=data.story.id,
        revision=data.revision,
        mark=Mark.of(alert),
        articles=tuple(article.id for article in data.story.articles) if data.change.kind != "closed" else (),
    )
