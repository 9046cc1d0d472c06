"""The contract of `FeedStates`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.article import ArticleText
from monitor.core.errors import LeaseLostError
from monitor.core.feed import EntryState, FeedChange, FeedState, PollStatus, Validators
from monitor.core.ids import ArticleId, Digest, FeedId
from tests.contract.support import NOW, Stores

HARBOUR, VALLEY = FeedId("harbour-post"), FeedId("valley-times")
STATE = FeedState(
    validators=Validators(etag='W/"7"', last_modified="Wed, 01 May 2030 11:00:00 GMT"),
    body_hash="cafe",
    next_poll_at=NOW + timedelta(minutes=5, microseconds=1),
    last_poll_at=NOW,
    status=PollStatus.OK,
    polled_once=True,
    title="Hafenbote – Nachrichten",
    entries=2,
)


def entry(digest: str, text: str | None = "Short.") -> EntryState:
    words = None if text is None else ArticleText(title="Ferry late", summary=text)
    return EntryState(digest=Digest(digest), revision=1, text=words, last_in_feed_at=NOW)


def test_a_feed_never_polled_has_no_state(stores: Stores) -> None:
    assert stores.feed_states.load(HARBOUR) is None
    assert stores.feed_states.load_all() == {}
    assert stores.feed_states.load_entries(HARBOUR) == {}


def test_a_saved_change_comes_back_whole(stores: Stores) -> None:
    entries = {
        ArticleId("1"): entry("d1"),
        ArticleId("2"): entry("d2", text="Der Fährmann wartet. " * 500),
        ArticleId("3"): entry("d3", text=None),
    }

    stores.feed_states.save(FeedChange(feed_id=HARBOUR, state=STATE, put=entries), stores.lease("shard"))

    assert stores.feed_states.load(HARBOUR) == STATE
    assert stores.feed_states.load_entries(HARBOUR) == entries


def test_a_later_change_touches_only_what_it_names(stores: Stores) -> None:
    lease = stores.lease("shard")
    one, two, three = ArticleId("1"), ArticleId("2"), ArticleId("3")
    first = {one: entry("d1"), two: entry("d2"), three: entry("d3")}
    stores.feed_states.save(FeedChange(feed_id=HARBOUR, state=STATE, put=first), lease)
    later = FeedState(failures=3, status=PollStatus.DNS)

    stores.feed_states.save(
        FeedChange(feed_id=HARBOUR, state=later, put={two: entry("d2b")}, delete=frozenset({three})), lease
    )

    assert stores.feed_states.load(HARBOUR) == later
    assert stores.feed_states.load_entries(HARBOUR) == {one: entry("d1"), two: entry("d2b")}


def test_feeds_are_kept_apart(stores: Stores) -> None:
    lease = stores.lease("shard")
    put = {ArticleId("1"): entry("d1")}
    stores.feed_states.save(FeedChange(feed_id=HARBOUR, state=STATE, put=put), lease)
    stores.feed_states.save(FeedChange(feed_id=VALLEY, state=FeedState()), lease)

    assert stores.feed_states.load_all() == {HARBOUR: STATE, VALLEY: FeedState()}
    assert stores.feed_states.load_entries(VALLEY) == {}


def test_a_forgotten_feed_is_gone_with_its_entries_and_no_other_is(stores: Stores) -> None:
    lease = stores.lease("shard")
    put = {ArticleId("1"): entry("d1")}
    for feed_id in (HARBOUR, VALLEY):
        stores.feed_states.save(FeedChange(feed_id=feed_id, state=STATE, put=put), lease)
    stores.feed_states.forget(HARBOUR, lease)
    stores.feed_states.forget(HARBOUR, lease)

    assert stores.feed_states.load_all() == {VALLEY: STATE}
    assert stores.feed_states.load_entries(HARBOUR) == {}
    assert stores.feed_states.load_entries(VALLEY) == put


def test_forgetting_under_a_released_lease_is_refused(stores: Stores) -> None:
    lease = stores.lease("shard")
    stores.feed_states.save(FeedChange(feed_id=HARBOUR, state=STATE), lease)
    stores.leases.release(lease)

    with pytest.raises(LeaseLostError):
        stores.feed_states.forget(HARBOUR, lease)

    assert stores.feed_states.load(HARBOUR) == STATE


def test_a_save_under_a_lease_taken_over_is_refused_and_leaves_nothing(stores: Stores) -> None:
    lease = stores.lease("shard", "a")
    assert stores.leases.acquire("shard", "b", seconds=60, now=NOW + timedelta(hours=1)) is not None

    with pytest.raises(LeaseLostError) as lost:
        stores.feed_states.save(FeedChange(feed_id=HARBOUR, state=STATE, put={ArticleId("1"): entry("d")}), lease)

    assert lost.value.name == "shard"
    assert stores.feed_states.load(HARBOUR) is None
    assert stores.feed_states.load_entries(HARBOUR) == {}


def test_a_save_under_a_released_lease_is_refused(stores: Stores) -> None:
    lease = stores.lease("shard")
    stores.leases.release(lease)

    with pytest.raises(LeaseLostError):
        stores.feed_states.save(FeedChange(feed_id=HARBOUR, state=STATE), lease)
