"""What a line of JSON becomes, and when a backtest takes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from consumers.backtest.lines import Line, article_of, read_line, stream_time

AT = datetime(2031, 5, 4, tzinfo=UTC)


def read(**keys: object) -> Line:
    found = read_line(json.dumps({"id": 1, "title": "Old bridge closed"} | keys).encode())
    assert isinstance(found, Line)
    return found


def test_every_name_of_a_key_is_understood() -> None:
    article = article_of(
        read(text="The old bridge is closed.", source="Harbour Post", date="2031-05-01", lang="en-GB", feed_id="quay"),
        AT,
    )

    assert (article.id, article.publisher, article.lang, article.feed_id) == ("1", "Harbour Post", "en", "quay")
    assert (article.body, article.summary) == ("The old bridge is closed.", "")
    assert article.published_at == datetime(2031, 5, 1, tzinfo=UTC)
    assert (article.first_seen_at, article.backfill) == (AT, False)


def test_body_and_text_are_both_read() -> None:
    assert article_of(read(body="One.", text="Two."), AT).body == "One.\n\nTwo."


def test_without_a_title_the_first_words_stand_for_it() -> None:
    article = article_of(
        read(title=None, text="One two three four five six seven eight nine ten eleven twelve more"), AT
    )

    assert article.title == "One two three four five six seven eight nine ten eleven twelve …"


@pytest.mark.parametrize(
    ("keys", "publisher"),
    [
        ({"publisher": "Quay News", "source": "other"}, "Quay News"),
        ({"url": "https://www.bbc.co.uk/news/1"}, "BBC"),
        ({"url": "https://news.quay.example/1", "source": {"id": 7}}, "quay.example"),
        ({}, "unknown"),
    ],
    ids=["given", "family of the address", "domain of the address", "nothing known"],
)
def test_the_publisher_is_the_one_given_else_by_the_address(keys: dict[str, object], publisher: str) -> None:
    assert article_of(read(**keys), AT).publisher == publisher


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"published_at": "2031-05-04T10:00:00+02:00"}, datetime(2031, 5, 4, 8, tzinfo=UTC)),
        ({"published_at": "", "date": "2031-05-04"}, datetime(2031, 5, 4, tzinfo=UTC)),
        ({"published_at": "Sun, 04 May 2031 08:00:00 GMT"}, datetime(2031, 5, 4, 8, tzinfo=UTC)),
        ({"published_at": 1935648000}, datetime(2031, 5, 4, 8, tzinfo=UTC)),
        ({"published_at": "1912-04-15"}, datetime(1912, 4, 15, tzinfo=UTC)),
        ({"first_seen_at": "2031-05-04T08:00Z"}, datetime(2031, 5, 4, 8, tzinfo=UTC)),
        ({"published_at": "2031-05-04", "first_seen_at": "2031-06-01"}, datetime(2031, 5, 4, tzinfo=UTC)),
        (
            {"published_at": "2031-05-04", "first_seen_at": "2031-05-05", "revision": 2},
            datetime(2031, 5, 5, tzinfo=UTC),
        ),
        (
            {"published_at": "2031-05-04", "first_seen_at": "2031-05-05", "previous": {}},
            datetime(2031, 5, 5, tzinfo=UTC),
        ),
        ({"published_at": "9999-12-31T23:59:59-12:00"}, None),
        ({"published_at": "soon", "date": None}, None),
        ({"published_at": True, "date": []}, None),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_stream_time_is_the_publication_and_that_of_an_edit_when_it_was_seen(
    keys: dict[str, object], expected: datetime | None
) -> None:
    assert stream_time(read(**keys)) == expected


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"title": "x"}', b'{"id": 1}', b'{"id": 1, "title": 7}', b"\xff"])
def test_what_is_no_article_has_a_reason(raw: bytes) -> None:
    assert isinstance(read_line(raw), str)
