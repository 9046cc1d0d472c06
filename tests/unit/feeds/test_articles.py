"""Entries become articles: ids, digests, languages, texts and dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.article import MAX_BODY_BYTES, Article
from monitor.core.feed import Feed
from monitor.core.ids import FeedId
from monitor.feeds.articles import cut_to_bytes, make_article, primary_language, read_articles, text_digest
from monitor.feeds.results import Markup, ParsedEntry, ParsedFeed
from tests.unit.feeds.making import FEED, NOW

ENTRY = ParsedEntry(
    entry_id="gz-1",
    url="https://www.gazette.example/news/bridge/?utm_source=rss",
    title=Markup("Bridge &amp; tunnel open", is_html=True),
    summary=Markup("Traffic flows again."),
    content=Markup("<p>Traffic flows again.</p><p>Tolls stay.</p>", is_html=True),
    published="Mon, 23 Nov 2026 10:00:00 CET",
    authors=("Mara Lind", "Mara Lind", " "),
)


def made(entry: ParsedEntry, *, feed: Feed = FEED, lang: str = "") -> Article:
    result = make_article(feed, ParsedFeed(lang=lang), entry, fetched_at=NOW)
    assert result is not None
    return result[0]


def changed(entry: ParsedEntry = ENTRY, **fields: object) -> ParsedEntry:
    return ParsedEntry(**{**entry.__dict__, **fields})


def test_article_has_clean_text_canonical_url_and_utc_date() -> None:
    article = made(ENTRY)

    assert article.title == "Bridge & tunnel open"
    assert article.summary == "Traffic flows again."
    assert article.body == "Traffic flows again.\nTolls stay."
    assert article.url == "https://www.gazette.example/news/bridge/?utm_source=rss"
    assert article.canonical_url == "https://www.gazette.example/news/bridge"
    assert article.publisher == "gazette.example"
    assert article.published_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert article.first_seen_at == NOW
    assert article.authors == ("Mara Lind",)


@pytest.mark.parametrize(
    "other",
    [
        changed(url="https://www.gazette.example/moved"),
        changed(published="Sun, 22 Nov 2026 10:00:00 CET"),
        changed(updated="Mon, 23 Nov 2026 11:00:00 CET"),
        changed(title=Markup("Bridge  &amp;\n tunnel open", is_html=True)),
        changed(content=Markup("<div><p>Traffic   flows again.</p>\n<p>Tolls stay.</p></div>", is_html=True)),
        changed(authors=("Somebody Else",)),
    ],
    ids=["address", "date", "update stamp", "blanks in title", "markup", "author"],
)
def test_id_and_digest_stay_when_only_this_changes(other: ParsedEntry) -> None:
    assert (made(other).id, made(other).digest) == (made(ENTRY).id, made(ENTRY).digest)


@pytest.mark.parametrize(
    "other",
    [changed(title=Markup("Bridge closed")), changed(summary=Markup("No.")), changed(content=Markup("Other body."))],
    ids=["title", "summary", "body"],
)
def test_digest_changes_with_the_words_and_the_id_does_not(other: ParsedEntry) -> None:
    assert made(other).id == made(ENTRY).id
    assert made(other).digest != made(ENTRY).digest


def test_digest_sees_through_letters_composed_in_two_ways() -> None:
    assert text_digest("Caf\u00e9", "", None) == text_digest("Cafe\u0301", "", None)
    assert text_digest("ab", "c", None) != text_digest("a", "bc", None)


def test_id_is_of_the_entry_id_else_the_page_else_the_words() -> None:
    no_id = changed(entry_id="")
    only_words = changed(entry_id="", url="")

    assert made(no_id).id == made(changed(no_id, url="http://www.gazette.example/news/bridge")).id
    assert made(no_id).id != made(changed(no_id, url="https://www.gazette.example/news/other")).id
    assert made(only_words).id != made(changed(only_words, title=Markup("Other"))).id
    assert len({made(ENTRY).id, made(no_id).id, made(only_words).id}) == 3


def test_same_entry_in_two_feeds_has_two_ids() -> None:
    other = msgspec.structs.replace(FEED, id=FeedId("other"))

    assert made(ENTRY).id != made(ENTRY, feed=other).id


@pytest.mark.parametrize(
    ("entry", "document", "feed", "lang"),
    [
        ("nb-NO", "en", "de", "nb"),
        ("", "EN_us", "de", "en"),
        ("", "", "pt-BR", "pt"),
        ("", "", None, "und"),
        ("english", "", None, "und"),
        ("x", "12", "de", "de"),
    ],
    ids=["entry", "document", "feed", "nobody", "a word", "nonsense"],
)
def test_language_is_of_who_says_it_nearest(entry: str, document: str, feed: str | None, lang: str) -> None:
    watched = msgspec.structs.replace(FEED, lang=feed)

    assert made(changed(lang=entry), feed=watched, lang=document).lang == lang


def test_missing_title_is_made_of_the_first_words() -> None:
    words = "One two three four five six seven eight nine ten eleven twelve thirteen."
    article = made(ParsedEntry(entry_id="1", summary=Markup(words + "\nSecond paragraph.")))

    assert article.title == "One two three four five six seven eight nine ten eleven twelve …"


def test_body_that_repeats_the_summary_is_left_out() -> None:
    article = made(ParsedEntry(entry_id="1", title=Markup("t"), summary=Markup("Same."), content=Markup("Same.")))

    assert (article.summary, article.body) == ("Same.", None)


def test_entry_without_text_and_link_is_counted_and_left_out() -> None:
    read = read_articles(FEED, ParsedFeed(entries=(ParsedEntry(entry_id="1"), ENTRY)), fetched_at=NOW)

    assert (len(read.articles), read.entries, read.empty) == (1, 2, 1)


def test_body_too_long_is_cut_between_characters_and_counted() -> None:
    long = changed(content=Markup("é" * MAX_BODY_BYTES))
    read = read_articles(FEED, ParsedFeed(entries=(long, ENTRY)), fetched_at=NOW)
    body = read.articles[0].body

    assert body == "é" * (MAX_BODY_BYTES // 2)
    assert read.body_cuts == 1


def test_date_of_change_stands_in_for_a_missing_one_and_the_future_is_now() -> None:
    assert made(changed(published="", updated="2026-11-23T08:00:00Z")).published_at == NOW - timedelta(hours=4)
    assert made(changed(published="soon", updated="")).published_at is None
    assert made(changed(published="2031-01-01T00:00:00Z")).published_at == NOW


@given(st.text(max_size=40), st.integers(0, 60))
def test_cut_text_is_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    cut = cut_to_bytes(text, limit)

    assert text.startswith(cut)
    assert len(cut.encode()) <= max(limit, 0)


@given(st.text(max_size=12))
def test_primary_language_is_a_code_or_nothing(tag: str) -> None:
    assert primary_language(tag) == "" or len(primary_language(tag)) in {2, 3}
