"""The canary's values: whose names they are, where its records stand, what each stage makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.canary import canary_alert, canary_article, canary_key, canary_match, canary_turn, is_canary
from monitor.core.codec import decode_alert, decode_article, decode_match, encode
from monitor.core.ids import partition_of
from monitor.core.record import FIXED_PARTITIONS, Topic

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)

turns = st.integers(min_value=0, max_value=10**9)


@given(turns, st.integers(min_value=1, max_value=200))
def test_in_a_round_of_turns_every_partition_has_one(first: int, partitions: int) -> None:
    keys = [canary_key(turn, partitions) for turn in range(first, first + partitions)]

    assert {partition_of(key, partitions) for key in keys} == set(range(partitions))
    assert all(is_canary(key) for key in keys)


@given(turns, st.datetimes(timezones=st.just(UTC)))
def test_a_canary_stays_one_through_all_stages_and_carries_its_time(turn: int, now: datetime) -> None:
    article = decode_article(encode(canary_article(turn, now)), "article")
    match = decode_match(encode(canary_match(article, matched_at=now)), "match")
    alert = decode_alert(encode(canary_alert(match)), "alert")

    assert all(is_canary(name) for name in (article.feed_id, match.group, alert.subject, alert.data.alert_id))
    assert alert.data.story.first_seen_at == now
    assert partition_of(match.group, FIXED_PARTITIONS[Topic.MATCHES]) == turn % FIXED_PARTITIONS[Topic.MATCHES]
    assert partition_of(alert.data.alert_id, FIXED_PARTITIONS[Topic.ALERTS]) == turn % FIXED_PARTITIONS[Topic.ALERTS]


@given(st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the strategy adds the zone
def test_each_length_of_a_turn_later_is_the_next_turn(now: datetime) -> None:
    before, after = canary_turn(now, FIVE_MINUTES), canary_turn(now + FIVE_MINUTES, FIVE_MINUTES)

    assert after == before + 1


def test_two_canaries_are_two_articles() -> None:
    ids = {canary_article(turn, NOW + n * FIVE_MINUTES).id for n, turn in enumerate((1, 1, 2))}

    assert len(ids) == 3


def test_news_is_no_canary() -> None:
    assert [name for name in ("canary", "canary-islands", "canary.example", "") if is_canary(name)] == []
