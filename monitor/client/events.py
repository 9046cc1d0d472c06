"""Server-sent events from bytes, however they are cut. Pure; knows no network and no alerts.

Source: HTML Standard, section 9.2.6 "Interpreting an event stream".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_EVENT_BYTES = 8_000_000  # far above any alert; a server that sends more of one event is not ours


@dataclass(frozen=True)
class ServerEvent:
    """One event.

    Attributes:
        kind: Its `event:` name; `message` when it has none.
        id: The last id that the stream gave, with this event or before it; empty before the first.
        is_cut: It was too big, and `data` is empty.
    """

    kind: str
    data: str
    id: str
    is_cut: bool = False


class EventParser:
    """Holds the piece of the stream that is not yet a whole event. One for each connection.

    Attributes:
        last_id: The last id that the stream gave; also from ids that come without an event.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.last_id = ""
        self._max_event_bytes = max_event_bytes
        self._line = bytearray()
        self._line_is_cut = False
        self._after_return = False
        self._is_first_line = True
        self._kind = ""
        self._data: list[str] = []
        self._data_bytes = 0
        self._is_cut = False
        self._next_id = ""

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that this chunk completes."""
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_return = False
        if not chunk:
            return
        self._after_return = chunk.endswith(b"\r")
        # Not splitlines() of text: that would also cut at U+2028 and its like, which stand in data.
        *ended, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for part in ended:
            self._extend_line(part)
            event = self._take_line()
            if event is not None:
                yield event
        self._extend_line(rest)

    def _extend_line(self, part: bytes) -> None:
        if len(self._line) + len(part) > self._max_event_bytes:
            self._line_is_cut = True
        if not self._line_is_cut:
            self._line += part

    def _take_line(self) -> ServerEvent | None:
        raw, is_cut = bytes(self._line), self._line_is_cut
        self._line.clear()
        self._line_is_cut = False
        if self._is_first_line:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
            self._is_first_line = False
        if is_cut:
            self._is_cut = True
            return None
        if not raw:
            return self._dispatch()
        name, _, value = raw.decode("utf-8", "replace").partition(":")
        self._take_field(name, value.removeprefix(" "), len(raw))
        return None

    def _take_field(self, name: str, value: str, size: int) -> None:
        if name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._next_id = value
        elif name == "data":
            self._data_bytes += size
            if self._data_bytes > self._max_event_bytes:
                self._is_cut = True
                self._data.clear()
            if not self._is_cut:
                self._data.append(value)

    def _dispatch(self) -> ServerEvent | None:
        self.last_id = self._next_id
        event = None
        if self._is_cut:
            event = ServerEvent(self._kind or "message", "", self.last_id, is_cut=True)
        elif self._data:
            event = ServerEvent(self._kind or "message", "\n".join(self._data), self.last_id)
        self._kind, self._data, self._data_bytes, self._is_cut = "", [], 0, False
        return event
