"""What a document means against what is remembered: new, edited, back, gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.article import Article, ArticleText
from monitor.core.feed import EntryState
from monitor.core.ids import ArticleId
from monitor.feeds.changes import (
    DIGEST_KEPT_AFTER_LEAVING,
    MAX_REMEMBERED,
    MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING,
    TEXT_KEPT_AFTER_LEAVING,
    Changes,
    changes,
)
from tests.unit.feeds.making import NOW, an_article, remembered

Memory = dict[ArticleId, EntryState]


def compare(
    memory: Mapping[ArticleId, EntryState],
    articles: Sequence[Article],
    *,
    is_first: bool = False,
    is_whole: bool = True,
    now: datetime = NOW,
) -> Changes:
    return changes(memory, articles, is_first=is_first, is_whole=is_whole, now=now, backfill_age=timedelta(hours=1))


def after(memory: Mapping[ArticleId, EntryState], found: Changes) -> Memory:
    return {entry_id: entry for entry_id, entry in {**memory, **found.put}.items() if entry_id not in found.delete}


def memory_of(*articles: Article) -> Memory:
    return {article.id: remembered(article) for article in articles}


def test_new_articles_are_published_oldest_first_at_revision_1() -> None:
    found = compare({}, [an_article("b", "newer"), an_article("a", "older")])

    assert [(article.id, article.revision, article.previous) for article in found.publish] == [
        ("a", 1, None),
        ("b", 1, None),
    ]
    assert set(found.put) == {"a", "b"}


def test_what_was_published_before_the_memory_reaches_back_is_backfill_unless_it_is_remembered() -> None:
    known, old, new = an_article("known", "edited"), an_article("old"), an_article("new", age=timedelta(minutes=1))
    undated = an_article("undated", age=None)

    found = changes(
        memory_of(an_article("known", "first")),
        [known, old, new, undated],
        is_first=False,
        is_whole=True,
        now=NOW,
        backfill_age=timedelta(hours=1),
        known_since=NOW - timedelta(minutes=2),
    )

    assert {article.id: article.backfill for article in found.publish} == {
        "known": False,
        "old": True,
        "new": False,
        "undated": False,
    }


def test_document_that_brings_nothing_writes_nothing() -> None:
    articles = [an_article("b"), an_article("a")]

    assert compare(memory_of(*articles), articles) == Changes()


def test_edit_is_published_with_the_text_before_it() -> None:
    found = compare(memory_of(an_article("a", "Dam holds")), [an_article("a", "Dam breaks")])

    assert [(article.title, article.revision, article.previous) for article in found.publish] == [
        ("Dam breaks", 2, ArticleText(title="Dam holds", summary=""))
    ]
    assert found.put[ArticleId("a")].revision == 2


def test_second_edit_has_the_first_edit_before_it() -> None:
    memory = memory_of(an_article("a", "one"))
    memory = after(memory, compare(memory, [an_article("a", "two")]))
    third = compare(memory, [an_article("a", "three")]).publish[0]

    assert (third.revision, third.previous) == (3, ArticleText(title="two", summary=""))


def test_change_of_date_address_or_order_is_no_edit() -> None:
    first, second = an_article("a"), an_article("b")
    moved = msgspec.structs.replace(an_article("a", age=timedelta(0)), canonical_url="https://gazette.example/moved")

    assert compare(memory_of(first, second), [moved, second]).publish == ()
    assert compare(memory_of(first, second), [second, moved]).publish == ()


@pytest.mark.parametrize(
    ("age", "is_first", "backfill"),
    [
        (timedelta(minutes=59), True, False),
        (timedelta(minutes=61), True, True),
        (None, True, True),
        (timedelta(days=9), False, False),
        (None, False, False),
    ],
    ids=["fresh on first poll", "old on first poll", "undated on first poll", "old later", "undated later"],
)
def test_backfill_is_what_is_old_or_undated_on_the_first_poll(
    age: timedelta | None, is_first: bool, backfill: bool
) -> None:
    found = compare({}, [an_article("a", age=age)], is_first=is_first)

    assert [article.backfill for article in found.publish] == [backfill]
    assert set(found.put) == {"a"}


def test_entry_that_leaves_and_comes_back_is_not_new() -> None:
    article = an_article("a")
    memory = memory_of(article)
    gone = compare(memory, [])
    memory = after(memory, gone)
    back = compare(memory, [article], now=NOW + timedelta(days=1))

    assert gone.put[article.id].left_at == NOW
    assert (gone.publish, back.publish) == ((), ())
    assert after(memory, back)[article.id].left_at is None


def test_departure_is_written_once() -> None:
    memory = after(memory_of(an_article("a")), compare(memory_of(an_article("a")), []))

    assert compare(memory, [], now=NOW + timedelta(hours=5)) == Changes()


@pytest.mark.parametrize(
    ("away", "previous"),
    [
        (TEXT_KEPT_AFTER_LEAVING, ArticleText(title="before", summary="")),
        (TEXT_KEPT_AFTER_LEAVING + timedelta(hours=1), None),
    ],
    ids=["while the text is kept", "after"],
)
def test_entry_changed_while_away_is_an_edit(away: timedelta, previous: ArticleText | None) -> None:
    memory = {ArticleId("a"): remembered(an_article("a", "before"), left_at=NOW)}
    memory = after(memory, compare(memory, [], now=NOW + away))
    found = compare(memory, [an_article("a", "after")], now=NOW + away)

    assert [(article.revision, article.previous) for article in found.publish] == [(2, previous)]


def test_entry_that_comes_back_after_its_text_went_gets_it_again() -> None:
    article = an_article("a")
    memory = {article.id: msgspec.structs.replace(remembered(article, left_at=NOW), text=None)}
    found = compare(memory, [article])

    assert found.publish == ()
    assert found.put[article.id].text == article.text()


def test_entry_is_forgotten_a_month_after_it_left() -> None:
    memory = {ArticleId("a"): remembered(an_article("a"), left_at=NOW)}

    assert compare(memory, [], now=NOW + DIGEST_KEPT_AFTER_LEAVING).delete == frozenset()
    assert compare(memory, [], now=NOW + DIGEST_KEPT_AFTER_LEAVING + timedelta(seconds=1)).delete == {"a"}


def test_feed_unchanged_for_long_forgets_nothing_that_it_still_holds() -> None:
    first, second = an_article("a"), an_article("b")
    found = compare(memory_of(first, second), [second], now=NOW + timedelta(days=90))

    assert found.delete == frozenset()
    assert found.put[first.id].left_at == NOW + timedelta(days=90)


def test_document_of_new_entries_only_lets_nothing_leave() -> None:
    found = compare(memory_of(an_article("a")), [an_article("b")], is_whole=False)

    assert set(found.put) == {"b"}


def test_memory_is_bounded_and_forgets_first_what_left_first() -> None:
    memory: Memory = {
        ArticleId(f"old-{n}"): remembered(an_article(f"old-{n}"), left_at=NOW - timedelta(minutes=n))
        for n in range(MAX_REMEMBERED)
    }
    found = compare(memory, [an_article("x"), an_article("y")])

    assert found.delete == {f"old-{MAX_REMEMBERED - 1}", f"old-{MAX_REMEMBERED - 2}"}
    assert len(after(memory, found)) == MAX_REMEMBERED


def test_entry_listed_twice_counts_once_in_its_latest_version() -> None:
    older = an_article("a", "first wording", age=timedelta(minutes=30))
    newer = an_article("a", "second wording", age=timedelta(minutes=3))

    for document in ([newer, older], [older, newer]):
        assert [article.title for article in compare({}, document).publish] == ["second wording"]


def test_pages_that_share_an_id_are_all_published_once_and_stay_apart() -> None:
    bridge = an_article("same", "Bridge", url="https://gazette.example/bridge")
    tunnel = an_article("same", "Tunnel", url="https://gazette.example/tunnel")
    ferry = an_article("same", "Ferry", url="https://gazette.example/ferry")
    memory: Memory = {}
    published: list[str] = []
    for document in ([bridge], [tunnel, bridge], [ferry, tunnel, bridge], [ferry, tunnel], [ferry]):
        found = compare(memory, document)
        memory = after(memory, found)
        published += [f"{article.title} {article.revision}" for article in found.publish]

    assert published == ["Bridge 1", "Tunnel 1", "Ferry 1"]


@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2), max_size=5), max_size=12))
def test_every_version_of_every_entry_is_published_once_in_a_row(documents: list[dict[str, int]]) -> None:
    """Against the plainest model: what stood in the feed last is what counts."""
    memory: Memory = {}
    model: dict[str, int] = {}
    for number, document in enumerate(documents):
        now = NOW + timedelta(minutes=number)
        expected = {(entry, version) for entry, version in document.items() if model.get(entry) != version}
        model.update(document)
        found = compare(memory, [an_article(entry, str(version)) for entry, version in document.items()], now=now)
        memory = after(memory, found)

        assert {(article.id, int(article.title)) for article in found.publish} == expected
        assert all((article.revision == 1) == (article.previous is None) for article in found.publish)
        assert compare(memory, [an_article(entry, str(version)) for entry, version in document.items()]) == Changes()


def test_large_texts_of_entries_that_left_are_kept_up_to_a_limit_the_latest_to_leave_first() -> None:
    memory: Memory = {}
    for poll in range(8):
        fresh = msgspec.structs.replace(
            an_article(f"poll-{poll}"), summary="x" * (MAX_TEXT_CHARACTERS_KEPT_AFTER_LEAVING // 3)
        )
        memory = after(memory, compare(memory, [fresh], now=NOW + timedelta(minutes=poll)))
    with_text = [entry_id for entry_id, entry in memory.items() if entry.text is not None]

    assert sorted(with_text) == ["poll-5", "poll-6", "poll-7"]
    assert len(memory) == 8
