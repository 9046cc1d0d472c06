"""Ids, stream ids, durations, safe text, and the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.article import Article, ArticleText
from monitor.core.codec import decode_article, encode
from monitor.core.durations import parse_duration, render_duration
from monitor.core.errors import BadRecordError, NewerSchemaError
from monitor.core.escape import clean, one_line
from monitor.core.ids import ArticleId, Digest, FeedId, content_hash, partition_of
from monitor.core.match import MAX_SUMMARY_CHARACTERS, MatchedArticle
from monitor.core.stream import BEGINNING, StreamId

MOMENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
articles = st.builds(
    Article,
    id=texts.map(ArticleId),
    feed_id=texts.map(FeedId),
    publisher=texts,
    url=texts,
    canonical_url=texts,
    title=texts,
    summary=texts,
    body=st.none() | texts,
    authors=st.lists(texts, max_size=3).map(tuple),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    first_seen_at=st.datetimes(timezones=st.just(UTC)),
    revision=st.integers(1, 99),
    digest=texts.map(Digest),
    previous=st.none() | st.builds(ArticleText, title=texts, summary=texts, body=st.none() | texts),
    backfill=st.booleans(),
)


@given(articles)
def test_an_article_survives_the_wire(article: Article) -> None:
    assert decode_article(encode(article), "articles[0]@0") == article


def test_a_field_of_a_later_version_is_ignored() -> None:
    article = an_article()
    raw = encode(article).replace(b'{"authors"', b'{"added_later":[1],"authors"')

    assert decode_article(raw, "articles[0]@0") == article


def test_a_newer_schema_is_no_bad_record() -> None:
    raw = encode(an_article()).replace(b'"schema":1', b'"schema":2')

    with pytest.raises(NewerSchemaError, match=r"articles\[0\]@7: schema version 2, known up to 1; upgrade"):
        decode_article(raw, "articles[0]@7")


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"schema":1}', b"\xff\xfe", b"[" * 5000])
def test_what_is_no_article_is_a_bad_record(raw: bytes) -> None:
    with pytest.raises(BadRecordError, match="cannot decode record: articles"):
        decode_article(raw, "articles[0]@0")


def test_matched_article_leaves_out_the_body_and_the_rest_of_a_long_summary() -> None:
    article = msgspec.structs.replace(an_article(), summary="x" * 300_000, body="y" * 200_000)
    matched = MatchedArticle.of(article)

    assert matched.summary == "x" * MAX_SUMMARY_CHARACTERS
    assert len(encode(matched)) < 2 * MAX_SUMMARY_CHARACTERS
    assert (matched.id, matched.title, matched.digest) == (article.id, article.title, article.digest)


def test_hashes_keep_the_bounds_of_their_parts() -> None:
    assert content_hash("ab", "c") != content_hash("a", "bc")
    assert content_hash("ab", "c") == content_hash("ab", "c")


@given(st.text(max_size=50), st.integers(1, 1000))
def test_a_partition_is_always_one_there_is(key: str, count: int) -> None:
    assert 0 <= partition_of(key, count) < count


def test_partitions_never_change_between_versions() -> None:
    assert [partition_of(key, 32) for key in ("", "cable-cut", "новини")] == [25, 17, 0]


@given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), max_size=20))  # noqa: DTZ001 (hypothesis takes naive bounds)
def test_stream_ids_rise_even_when_the_clock_steps_back(moments: list[datetime]) -> None:
    ids = [BEGINNING]
    for moment in moments:
        ids.append(ids[-1].next_at(moment))

    assert ids == sorted(set(ids))
    assert [StreamId.parse(str(stream_id)) for stream_id in ids] == ids


def test_a_time_as_cursor_lies_before_everything_of_that_time() -> None:
    at_noon = BEGINNING.next_at(MOMENT)

    assert StreamId.at(MOMENT) < at_noon
    assert StreamId.at(MOMENT) > BEGINNING.next_at(MOMENT - timedelta(milliseconds=1))


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "a-b", "1-2-3", "1" * 40 + "-0"])
def test_what_is_no_stream_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a stream id"):
        StreamId.parse(text)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90s", 90), ("15m", 900), ("2h", 7200), ("7d", 604800), ("1.5 h", 5400), ("500ms", 0.5), (3, 3)],
)
def test_durations_are_read(written: object, seconds: float) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "m", "5 parsecs", "-5s", -1, True, None, "1h30m"])
def test_what_is_no_duration_is_refused_with_what_is_allowed(written: object) -> None:
    with pytest.raises(ValueError, match="allowed: a number with a unit"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(90, "1.5m"), (900, "15m"), (7200, "2h"), (604800, "7d"), (0.5, "0.5s")]
)
def test_durations_are_shown_short(seconds: float, shown: str) -> None:
    assert render_duration(timedelta(seconds=seconds)) == shown


def test_terminal_codes_and_direction_overrides_are_dropped() -> None:
    assert clean("a\x1b[31mb\u202ec\x07\x9bd\ud800") == "a[31mbcd\ufffd"
    assert one_line("one\r\ntwo\tthree", limit=9) == "one two…"


@given(st.text())
def test_clean_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    assert not [c for c in clean(text) if (ord(c) < 32 and c not in "\t\n") or 0x7F <= ord(c) < 0xA0]


def an_article() -> Article:
    return Article(
        id=ArticleId("a"),
        feed_id=FeedId("f"),
        publisher="herald.example",
        url="https://herald.example/1",
        canonical_url="https://herald.example/1",
        title="A title",
        summary="A summary.",
        first_seen_at=MOMENT,
        digest=Digest("d"),
    )
