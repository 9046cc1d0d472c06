"""What each message, page and look at the end means to somebody who follows one channel. Knows no connection.

The stream is the truth, messages are news of it. Whoever drives this reads pages while `must_read`, and hands over
messages and looks otherwise; whatever gets lost, comes twice or comes late, each revision is given once and in order.

Why revisions are remembered beside the place: a server that crashes may forget its last moment (it writes its file
once a second), and what it is then told again gets another place, even an earlier one where clocks differ. So after
each break a little is read again. A history that was lost and filled again brings known revisions too.
"""

from __future__ import annotations

import logging

from monitor.client.gap import Gap
from monitor.core.alert import Alert
from monitor.core.channels import Channel
from monitor.core.codec import decode_alert
from monitor.core.errors import BadRecordError
from monitor.core.ids import AlertId
from monitor.core.places import place_of
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.redis import HistoryEnd, HistoryPage

_log = logging.getLogger(__name__)

MAX_REMEMBERED = 20_000  # alerts whose last revision is known; some megabytes
READ_AGAIN_MS = 60_000  # after a break; far more than a server forgets and clocks differ

Items = list[Alert | Gap]


class Following:
    """How far one follower of one channel has got.

    Attributes:
        after: Where to read from; None before the first look, when it begins at the end.
        must_read: Something may stand after `after` that no message will bring.
    """

    def __init__(self, channel: Channel, after: StreamId | None, epoch: str | None) -> None:
        self.after = after
        self.must_read = True
        self._channel = channel
        self._epoch = epoch
        self._start = self._given = after or BEGINNING  # what stands up to there was not asked for; was dealt with
        self._is_another = False  # a new history was met, and nobody told yet
        self._revisions: dict[AlertId, int] = {}  # the latest last

    def subscribed(self) -> None:
        """Messages come again, after a time in which they were missed."""
        self.must_read = True
        if self.after is not None:
            self._go_back()

    def take_end(self, end: HistoryEnd) -> None:
        """A look at where the history stands: was a message lost that none followed?"""
        if end.epoch is None:
            return  # emptied: what comes will tell that it is another history
        behind = (end.channel_last or BEGINNING) > self._given
        if end.epoch != self._epoch or behind or (end.last or BEGINNING) < self._given:
            self.must_read = True

    def take_message(self, message: bytes) -> Items:
        """What was heard on the channel; nothing when it is known, or the stream must be read before it.

        Raises:
            NewerSchemaError: The service is newer than this client.
        """
        if self.must_read:
            return []  # it stands in the stream as well
        try:
            alert = decode_alert(message, "message")
            place, previous = place_of(alert), _previous(alert)
        except (BadRecordError, ValueError):
            self.must_read = True
            return []
        if alert.epoch != self._epoch or previous > self._given:
            self.must_read = True
            return []
        if place <= self._given:
            return []
        self.after = self._given = place
        return self._new(alert)

    def take_page(self, page: HistoryPage) -> Items:
        """What was read after `after`.

        Raises:
            NewerSchemaError: The service is newer than this client.
        """
        end = page.end
        last = end.last or BEGINNING
        if end.epoch is None:
            return self._take_nothing()
        if self._epoch not in (None, end.epoch):
            return self._begin_another(end.epoch)
        self._epoch = end.epoch
        if self.after is None:
            self._start = last
            return self._take_end(last)
        if last < self._given:
            # A crash took the end of what was given; or nothing stands yet where it was to begin.
            self._start, self._given = min(self._start, last), last
            self._go_back()
            return []
        if (end.channel_last or BEGINNING) <= self.after:
            return self._news_of_another(None) + self._take_end(last)
        return self._take_entries(page, last, end.epoch)

    def _go_back(self) -> None:
        before = StreamId(max(0, self._given.milliseconds - READ_AGAIN_MS), 0)
        self.after = max(before, self._start)

    def _take_nothing(self) -> Items:
        if self._epoch is None:
            self.after = self._start = self._given = BEGINNING  # whatever comes is new
        self.must_read = False
        return []

    def _begin_another(self, epoch: str) -> Items:
        """Places of the history before mean nothing in this one: begin at its beginning."""
        self._epoch, self._is_another = epoch, True
        self.after = self._start = self._given = BEGINNING
        return []

    def _take_end(self, last: StreamId) -> Items:
        self.after = self._given = last
        self.must_read = False
        return []

    def _take_entries(self, page: HistoryPage, last: StreamId, epoch: str) -> Items:
        is_told = self._is_another
        items = self._news_of_another(page.entries[0][0] if page.entries else None)
        for place, raw in page.entries:
            alert = self._read(place, raw)
            if alert is None:
                items.append(Gap("unreadable", place, epoch))
            else:
                if _previous(alert) > self._given and not is_told:
                    items.append(Gap("trimmed", place, epoch))
                items += self._new(alert) if self._channel.carries(alert) else []
            is_told = False
            self.after, self._given = place, max(self._given, place)
        if page.is_full:
            return items
        if last > self._given and not is_told:
            items.append(Gap("trimmed", None, epoch))
        return items + self._take_end(last)

    def _news_of_another(self, first: StreamId | None) -> Items:
        if not self._is_another:
            return []
        self._is_another = False
        return [Gap("new_epoch", first, self._epoch or "")]

    def _read(self, place: StreamId, raw: bytes) -> Alert | None:
        try:
            alert = decode_alert(raw, f"alert {place}")
            _previous(alert)
        except (BadRecordError, ValueError) as error:
            _log.warning("alert unreadable", extra={"error": str(error)})
            return None
        return alert

    def _new(self, alert: Alert) -> Items:
        data = alert.data
        known = self._revisions.pop(data.alert_id, 0)
        self._revisions[data.alert_id] = max(known, data.revision)
        if len(self._revisions) > MAX_REMEMBERED:
            del self._revisions[next(iter(self._revisions))]
        return [alert] if data.revision > known else []


def _previous(alert: Alert) -> StreamId:
    return StreamId.parse(alert.previous) if alert.previous else BEGINNING
