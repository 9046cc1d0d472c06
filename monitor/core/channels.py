"""The channels on which alert revisions are published. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.core.alert import Alert

ChannelKind = Literal["alerts", "rule", "severity", "actor"]


@dataclass(frozen=True)
class Channel:
    """All revisions (`alerts`), or those of one rule, one severity or about one actor."""

    kind: ChannelKind
    of: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The name in parts: `alerts`, or the kind and what it is of."""
        return (self.kind,) if self.of is None else (self.kind, self.of)

    def carries(self, alert: Alert) -> bool:
        """Whether a revision is published here."""
        return self in channels_of(alert)


ALL_ALERTS = Channel("alerts")


def channels_of(alert: Alert) -> tuple[Channel, ...]:
    """Where a revision is published; nowhere when its rule is on trial."""
    data = alert.data
    if data.shadow:
        return ()
    return (
        ALL_ALERTS,
        Channel("rule", data.rule),
        Channel("severity", data.severity),
        *(Channel("actor", actor) for actor in data.actors),
    )
