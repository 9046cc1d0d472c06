"""Stream ids: the places in the alert history, ordered, of the same form as Redis stream ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_FORM = re.compile(r"(\d{1,18})-(\d{1,18})")


class StreamId(NamedTuple):
    """Milliseconds since the epoch and a number within them; compares as it stands in the stream.

    Source: Redis documentation, "Streams: entry IDs".
    """

    milliseconds: int
    number: int

    def __str__(self) -> str:
        return f"{self.milliseconds}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> StreamId:
        """The id that `text` spells.

        Raises:
            ValueError: It is not of the form `milliseconds-number`.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError(f"not a stream id: {text[:60]!r} (allowed: milliseconds-number)")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def at(cls, moment: datetime) -> StreamId:
        """The last id before everything appended at `moment` (aware) or later."""
        milliseconds = int(moment.astimezone(UTC).timestamp() * 1000)
        return cls(max(0, milliseconds - 1), 10**18 - 1)

    def next_at(self, now: datetime) -> StreamId:
        """The id for something appended at `now` after this one; never lower, even when the clock stepped back."""
        milliseconds = int(now.timestamp() * 1000)
        if milliseconds > self.milliseconds:
            return StreamId(milliseconds, 0)
        return StreamId(self.milliseconds, self.number + 1)


BEGINNING = StreamId(0, 0)
