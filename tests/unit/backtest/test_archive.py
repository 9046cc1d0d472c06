"""The order of past articles, and what is said of those that have no time or no meaning."""

from __future__ import annotations

import io
import json
import os
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from consumers.backtest.archive import Archive, Source, Span, UnreadableLine, open_sources
from consumers.backtest.order import Order
from consumers.matching.lines import MAX_LINE_BYTES
from tests.unit.backtest.support import START, archive, line


def names(opened: Archive) -> list[str]:
    return [json.loads(item.raw)["id"] for item in opened]


@given(st.lists(st.integers(-5, 5)), st.integers(1, 4))
def test_pairs_come_out_sorted_however_few_fit_into_memory(moments: list[int], fit: int) -> None:
    pairs = list(zip(moments, range(len(moments)), strict=True))
    order = Order(max_in_memory=fit)
    for pair in pairs:
        order.add(*pair)

    assert list(order) == sorted(pairs)
    assert list(order) == sorted(pairs)
    order.close()


def test_articles_come_in_the_order_of_their_times_and_equal_ones_as_they_stand() -> None:
    lines = [line("d", "x", minutes=9), line("b", "x", minutes=3), line("a", "x"), line("c", "x", minutes=3)]

    with archive(*lines) as opened:
        assert names(opened) == ["a", "b", "c", "d"]
        assert (opened.first, opened.last) == (START, START + timedelta(minutes=9))


def test_one_without_a_date_comes_right_after_the_one_before_it() -> None:
    undated = [line(name, "x", minutes=None) for name in "pqrs"]
    lines = [undated[0], undated[1], line("b", "x", minutes=5), undated[2], line("a", "x"), undated[3]]

    with archive(*lines) as opened:
        assert names(opened) == ["a", "s", "p", "q", "b", "r"]
        assert (opened.articles, opened.undated) == (6, 4)


def test_where_no_article_has_a_date_their_order_stays() -> None:
    with archive(line("b", "x", minutes=None), line("a", "x", minutes=None)) as opened:
        assert names(opened) == ["b", "a"]
        assert opened.first == opened.last == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_span_holds_its_beginning_and_not_its_end() -> None:
    lines = [line(name, "x", minutes=number) for number, name in enumerate("abc")]

    with archive(*lines, span=Span(START + timedelta(minutes=1), START + timedelta(minutes=2))) as opened:
        assert names(opened) == ["b"]


def test_unreadable_lines_are_numbered_and_left_out() -> None:
    bad: list[UnreadableLine] = []
    endless = b"x" * (MAX_LINE_BYTES + 5) + b"\n"

    with archive(b"{\n", b"\n", line("a", "x"), endless, b'{"id": 1}\n', line("b", "x"), bad=bad) as opened:
        assert names(opened) == ["a", "b"]
        assert opened.unreadable == 3
    assert [(one.source, one.line) for one in bad] == [("news.jsonl", 1), ("news.jsonl", 4), ("news.jsonl", 5)]


def test_what_can_be_read_only_once_is_copied(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(line("b", "x", minutes=1) + line("a", "x"),))
    writer.start()
    with ExitStack() as stack, Archive(open_sources([pipe], io.BytesIO(), stack), Span()) as opened:
        assert names(opened) == ["a", "b"]
    writer.join()


def test_several_files_are_one_archive() -> None:
    sources = [Source(str(minutes), io.BytesIO(line(f"n{minutes}", "x", minutes=minutes))) for minutes in (3, 1, 2)]

    with Archive(sources, Span()) as opened:
        assert names(opened) == ["n1", "n2", "n3"]
