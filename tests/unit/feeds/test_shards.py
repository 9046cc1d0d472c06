"""Which shard a feed is in, and who should have it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.domains import polite_key
from monitor.feeds.shards import POLL_SHARDS, lease_name, shard_of, shards_of

MEMBERS = st.sets(st.text(min_size=1, max_size=12), min_size=1, max_size=8)
HOSTS = ["gazette.example", "news.gazette.example", "a.co.uk", "b.a.co.uk", "127.0.0.1:8001", "127.0.0.1:8002"]


@given(st.sampled_from(HOSTS), st.sampled_from(HOSTS), st.integers(1, 200))
def test_feeds_that_are_fetched_one_at_a_time_are_in_one_shard(one: str, other: str, shards: int) -> None:
    first, second = f"https://{one}/rss", f"http://{other}/atom?x=1"

    assert shard_of(first, shards) in range(shards)
    assert polite_key(first) != polite_key(second) or shard_of(first, shards) == shard_of(second, shards)


def test_shard_of_a_domain_is_the_same_for_good() -> None:
    addresses = ["https://gazette.example/rss", "https://feeds.a.co.uk/x", "http://127.0.0.1:8001/", "not an address"]

    assert POLL_SHARDS == 64
    assert [shard_of(address, POLL_SHARDS) for address in addresses] == [5, 24, 30, 25]
    assert {shard_of(address, 1) for address in addresses} == {0}


@given(MEMBERS)
def test_each_shard_is_wanted_by_exactly_one_member(members: set[str]) -> None:
    wanted = Counter(shard for member in members for shard in shards_of(member, members, POLL_SHARDS))

    assert wanted == Counter(range(POLL_SHARDS))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_no_member_is_left_without_a_fair_share(count: int) -> None:
    members = [f"poll-{number}-{4000 + number}" for number in range(count)]
    shares = [len(shards_of(member, members, POLL_SHARDS)) for member in members]

    assert min(shares) >= POLL_SHARDS / count / 2
    assert max(shares) <= POLL_SHARDS / count * 2


def test_feeds_of_many_domains_spread_over_all_shards() -> None:
    filled = Counter(shard_of(f"https://site{number}.example/rss", POLL_SHARDS) for number in range(6400))

    assert len(filled) == POLL_SHARDS
    assert max(filled.values()) <= 150


def test_stranger_should_have_nothing() -> None:
    assert shards_of("stranger", ["a", "b"], POLL_SHARDS) == frozenset()


def test_leases_of_shards_are_told_apart_by_their_number() -> None:
    assert len({lease_name(shard) for shard in range(POLL_SHARDS)}) == POLL_SHARDS
