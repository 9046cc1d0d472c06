"""What a follower is told when it cannot have everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.core.stream import StreamId


@dataclass(frozen=True)
class Gap:
    """Some revisions were missed and cannot be had any more; following goes on behind them.

    Attributes:
        reason: `trimmed`: they are older than the history keeps; `new_epoch`: the history was lost and this is
            another one; `unreadable`: a revision was no alert or was too big.
        first: The first place that can be had; None when there is none yet.
        epoch: The life of the history from here on.
    """

    reason: Literal["trimmed", "new_epoch", "unreadable"]
    first: StreamId | None
    epoch: str
