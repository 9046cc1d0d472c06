"""The parser of server-sent events."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.client.events import EventParser, ServerEvent


def parsed(*chunks: bytes, max_event_bytes: int = 1_000) -> list[ServerEvent]:
    parser = EventParser(max_event_bytes=max_event_bytes)
    return [event for chunk in chunks for event in parser.feed(chunk)]


def message(data: str, place: str = "") -> ServerEvent:
    return ServerEvent("message", data, place)


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param(b"data: hello\n\n", [message("hello")], id="data alone"),
        pytest.param(b"event: alert\nid: 1-0\ndata: {}\n\n", [ServerEvent("alert", "{}", "1-0")], id="all fields"),
        pytest.param(b"data: a\ndata: b\n\n", [message("a\nb")], id="lines are joined"),
        pytest.param(b"data:a\n\ndata:  b\n\n", [message("a"), message(" b")], id="one space goes"),
        pytest.param(b": keep-alive\n\n", [], id="a comment is no event"),
        pytest.param(b"event: alert\n\n", [], id="no data, no event"),
        pytest.param(b"data: unfinished", [], id="unfinished"),
        pytest.param(b"id: 1-0\n\ndata: x\n\n", [message("x", "1-0")], id="an id lasts"),
        pytest.param(b"id: 1-0\nid: 2\x000\ndata: x\n\n", [message("x", "1-0")], id="an id with NUL is ignored"),
        pytest.param(b"\xef\xbb\xbfdata: x\n\n", [message("x")], id="a byte order mark goes"),
        pytest.param(b"data: a\r\rdata: b\r\n\r\n", [message("a"), message("b")], id="all line ends"),
        pytest.param("data: a\u2028b\x0bc\n\n".encode(), [message("a\u2028b\x0bc")], id="only CR and LF end lines"),
        pytest.param(b"data\n\n", [message("")], id="a name alone is an empty value"),
        pytest.param(b"data: \xff\n\n", [message("\ufffd")], id="bad UTF-8"),
    ],
)
def test_stream_gives_these_events(stream: bytes, events: list[ServerEvent]) -> None:
    assert parsed(stream) == events


def test_event_that_is_too_big_comes_without_its_data_and_with_its_id() -> None:
    stream = b"id: 5-0\nevent: alert\ndata: " + b"x" * 2_000 + b"\n\nid: 6-0\ndata: next\n\n"

    assert parsed(stream) == [ServerEvent("alert", "", "5-0", is_cut=True), ServerEvent("message", "next", "6-0")]


def test_event_of_many_lines_is_cut_at_the_same_size() -> None:
    assert parsed(b"data: 12345678\n" * 100 + b"\n") == [ServerEvent("message", "", "", is_cut=True)]


def test_line_that_never_ends_is_not_kept() -> None:
    parser = EventParser(max_event_bytes=100)
    for _ in range(50):
        assert list(parser.feed(b"x" * 80)) == []

    assert len(parser._line) <= 100


_LINES = st.sampled_from(
    ["", "data: a", "data: ж\u2028", "data", "event: alert", "id: 1-1", ": comment", "nonsense: x", "data: " + "y" * 60]
)
_ENDS = st.sampled_from(["\n", "\r", "\r\n"])


@given(st.lists(st.tuples(_LINES, _ENDS), max_size=30), st.lists(st.integers(0, 400), max_size=12))
def test_any_cutting_gives_the_same_events(lines: list[tuple[str, str]], cuts: list[int]) -> None:
    stream = "".join(line + end for line, end in lines).encode()
    places = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    chunks = [stream[start:end] for start, end in itertools.pairwise(places)]

    assert parsed(*chunks, max_event_bytes=150) == parsed(stream, max_event_bytes=150)
