"""What the Redis adapters do beyond the contracts of the ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from monitor.core.alert import Alert
from monitor.core.codec import decode_alert
from monitor.core.errors import StoreError
from monitor.core.feed import FeedChange, FeedState
from monitor.core.ids import FeedId
from monitor.core.ports import Head, Lease, PartitionChange, PartitionState
from monitor.core.record import Topic
from monitor.core.stream import BEGINNING, StreamId
from monitor.storage.redis import RedisConnection, RedisStores, open_redis
from monitor.storage.redis.deliveries import TRIM_BATCH
from tests.contract.support import NOW, alert, until
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.external_service

DAY = timedelta(days=1)


@pytest.fixture
def other(connection: RedisConnection) -> Iterator[RedisStores]:
    """The same stores, as another process has them."""
    with open_redis(connection) as opened:
        yield opened


def publish(stores: RedisStores, *alerts: Alert) -> list[Alert]:
    published = stores.history.append(alerts, now=NOW)
    assert None not in published
    return [one for one in published if one is not None]


def of_rule(rule: str, alert_id: str, *, shadow: bool = False, actors: tuple[str, ...] = ()) -> Alert:
    one = alert(alert_id)
    data = msgspec.structs.replace(one.data, rule=rule, shadow=shadow, actors=actors)
    return msgspec.structs.replace(one, data=data)


def add_dead(stores: RedisStores, one: Alert, lease: Lease, *, now: datetime) -> None:
    stores.deliveries.add_dead(
        name="desk",
        channel="hook",
        subscription="desk",
        alert=one,
        reason="410 Gone",
        attempts=8,
        now=now,
        lease=lease,
    )


@contextmanager
def listening(server: RedisServer, *channels: str) -> Iterator[Callable[[int], list[tuple[str, bytes]]]]:
    """What a plain subscriber hears: call with how many messages to wait for."""
    with server.admin() as client, client.pubsub() as pubsub:  # type: ignore[no-untyped-call]  # the library's gap
        pubsub.subscribe(*channels)
        messages: list[Mapping[str, Any]] = []

        def heard(count: int) -> list[tuple[str, bytes]]:
            def are_enough() -> bool:
                message = pubsub.get_message(timeout=0.1)
                messages.extend([message] if message is not None else [])
                return len(messages) >= len(channels) + count

            until(are_enough)
            return [(one["channel"].decode(), one["data"]) for one in messages if one["type"] == "message"]

        heard(0)
        yield heard


def test_an_alert_appended_by_two_processes_at_once_stands_once(stores: RedisStores, other: RedisStores) -> None:
    for n in range(20):
        with ThreadPoolExecutor(2) as pool:
            appending = [pool.submit(one.history.append, [alert(f"a{n}")], now=NOW) for one in (stores, other)]
            outcomes = [one.result() for one in appending]

        assert sorted(outcome == [None] for outcome in outcomes) == [False, True]
    assert len(stores.history.read(BEGINNING, limit=100)) == 20


def test_of_many_who_save_a_partition_at_once_exactly_one_wins_each_time(
    stores: RedisStores, other: RedisStores
) -> None:
    def save(version: int, owner: int) -> bool:
        change = PartitionChange(3, Head(version, version, NOW), {"by": b"%d" % owner, f"v{version}-{owner}": b""})
        return not (stores, other)[owner % 2].partition_states.save([change])

    winners = []
    with ThreadPoolExecutor(4) as pool:
        for version in range(1, 21):
            won = list(pool.map(save, [version] * 4, range(4)))
            assert won.count(True) == 1
            winners.append(won.index(True))

    state = stores.partition_states.load(3)
    assert state is not None
    assert state.head == Head(20, 20, NOW)
    assert set(state.entries) == {"by", *(f"v{n}-{winner}" for n, winner in enumerate(winners, start=1))}


def test_a_large_state_is_saved_and_loaded_in_one_piece(stores: RedisStores) -> None:
    put = {f"article:{n:06}": b"x" * 100 for n in range(20_000)}

    stores.partition_states.save([PartitionChange(3, Head(1, 1, None), put)])
    stores.partition_states.save([PartitionChange(3, Head(2, 2, None), delete=frozenset(list(put)[:19_999]))])

    assert stores.partition_states.load(3) == PartitionState(Head(2, 2, None), {"article:019999": b"x" * 100})


@pytest.mark.parametrize("prefix", ["a*", "a?", "[ab]", "a\\", "^a-"])
def test_a_prefix_means_itself(stores: RedisStores, prefix: str) -> None:
    put = {prefix + "1": b"1", "ab1": b"2", "a1": b"3", "b": b"4"}
    stores.partition_states.save([PartitionChange(3, Head(0, 1, None), put)])

    assert list(stores.partition_states.entries(prefix)) == [(3, prefix + "1", b"1")]


def test_prefixes_are_kept_apart(stores: RedisStores, connection: RedisConnection, redis_server: RedisServer) -> None:
    lease = stores.leases.acquire("shard", "me", seconds=60, now=NOW)
    assert lease is not None
    stores.feed_states.save(FeedChange(feed_id=FeedId("a"), state=FeedState()), lease)
    stores.partition_states.save([PartitionChange(3, Head(0, 1, None), {"a": b""})])
    publish(stores, alert())
    stores.deliveries.save_cursor("desk", StreamId(5, 0), lease)

    with open_redis(replace(connection, prefix=connection.prefix + "-two")) as neighbour:
        assert neighbour.leases.acquire("shard", "you", seconds=60, now=NOW) is not None
        assert neighbour.feed_states.load_all() == {}
        assert neighbour.partition_states.load(3) is None
        assert neighbour.history.bounds() is None
        assert neighbour.history.epoch() != stores.history.epoch()
        assert neighbour.deliveries.cursor("desk") is None
    keys = [key.decode() for key in redis_server.command("KEYS", f"{connection.prefix}*")]
    assert all(key.startswith((f"{connection.prefix}:", f"{connection.prefix}-two:")) for key in keys)


def test_each_channel_carries_its_own_chain(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    name = connection.prefix
    parts = ("alerts", "rule:bridges", "rule:floods", "severity:high", "actor:mayor", "actor:engineer", "actor:sailor")
    channels = [f"{name}:{part}" for part in parts]
    with listening(redis_server, *channels) as heard:
        one, two, three = publish(
            stores,
            of_rule("bridges", "a1", actors=("engineer", "mayor")),
            of_rule("floods", "a2", actors=("engineer",)),
            of_rule("bridges", "a3", actors=("mayor",)),
        )
        messages = heard(13)

    chains: dict[str, list[tuple[str | None, str | None]]] = {}
    for channel, data in messages:
        message = decode_alert(data, "message")
        chains.setdefault(channel, []).append((message.streamid, message.previous))
    whole = [(one.streamid, None), (two.streamid, one.streamid), (three.streamid, two.streamid)]
    assert chains == {
        channels[0]: whole,
        channels[1]: [(one.streamid, None), (three.streamid, one.streamid)],
        channels[2]: [(two.streamid, None)],
        channels[3]: whole,
        channels[4]: [(one.streamid, None), (three.streamid, one.streamid)],
        channels[5]: [(one.streamid, None), (two.streamid, one.streamid)],
    }


def test_what_is_restored_is_heard_by_nobody_and_stands_in_the_chains(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    name = connection.prefix
    channels = [f"{name}:alerts", f"{name}:rule:bridges", f"{name}:rule:floods", f"{name}:history"]
    restored = [of_rule("bridges", "a1"), of_rule("floods", "a2")]
    with listening(redis_server, *channels) as heard:
        stores.history.restore([(NOW - DAY, one) for one in restored])
        first, second = stores.history.latest(2)
        [three] = publish(stores, of_rule("bridges", "a3"))
        messages = heard(3)

    heard_by = dict(messages)
    assert len(messages) == len(heard_by) == 3
    assert decode_alert(heard_by[channels[0]], "message").previous == second.streamid
    assert decode_alert(heard_by[channels[1]], "message").previous == first.streamid
    assert heard_by[channels[3]].decode() == three.streamid


def test_a_message_is_the_whole_alert_with_its_place_last(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    with listening(redis_server, f"{connection.prefix}:alerts") as heard:
        [one] = publish(stores, alert(headline="Fähre gestrandet"))
        [(_, data)] = heard(1)

    assert decode_alert(data, "message") == one
    end = f',"streamid":"{one.streamid}","epoch":"{stores.history.epoch()}","previous":null}}'
    assert data.decode().endswith(end)


def test_a_message_begins_with_what_a_person_wants_to_see(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    with listening(redis_server, f"{connection.prefix}:alerts") as heard:
        publish(stores, alert(headline="Fähre gestrandet"))
        [(_, data)] = heard(1)

    start = (
        '{"type":"tocsin.alert.opened","time":"2030-05-01T12:00:00Z","subject":"bridges","data":'
        '{"severity":"high","headline":"Fähre gestrandet","summary":"One voice.","quote":"The bridge is closed.",'
    )
    assert data.decode().startswith(start)


def test_a_repeat_is_published_to_nobody(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    with listening(redis_server, f"{connection.prefix}:alerts") as heard:
        publish(stores, alert("a1"))
        stores.history.append([alert("a1")], now=NOW)
        publish(stores, alert("a2"))

        assert [decode_alert(data, "message").data.alert_id for _, data in heard(2)] == ["a1", "a2"]


def test_a_rule_on_trial_is_in_the_history_and_wakes_but_is_not_sent(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    name = connection.prefix
    with listening(redis_server, f"{name}:alerts", f"{name}:rule:bridges", f"{name}:history") as heard:
        trial, real = publish(stores, of_rule("bridges", "a1", shadow=True), of_rule("bridges", "a2"))
        messages = heard(4)

    assert [data.decode() for at, data in messages if at == f"{name}:history"] == [trial.streamid, real.streamid]
    assert {decode_alert(data, "message").previous for at, data in messages if at != f"{name}:history"} == {None}
    assert stores.history.read(BEGINNING, limit=10) == [trial, real]
    assert real.previous == trial.streamid


def test_appending_forgets_what_is_older_than_the_history_keeps(connection: RedisConnection) -> None:
    with open_redis(replace(connection, keep_alerts=DAY)) as stores:
        stores.history.append([alert(f"a{n}") for n in range(1000)], now=NOW)
        [late] = stores.history.append([alert("late")], now=NOW + 2 * DAY)

        # Whole blocks go; Redis leaves the last one.
        assert len(stores.history.read(BEGINNING, limit=2000)) <= 100
        assert stores.history.latest(1) == [late]
        assert stores.history.append([alert("a7")], now=NOW + 2 * DAY) == [None]


def test_trimming_long_histories_leaves_exactly_what_is_young(stores: RedisStores) -> None:
    stores.history.append([alert(f"a{n}") for n in range(2000)], now=NOW)
    young = [one for one in stores.history.append([alert("b1"), alert("b2")], now=NOW + DAY) if one is not None]

    assert stores.history.trim(NOW + DAY) == 2000
    assert stores.history.read(BEGINNING, limit=10) == young


def test_retention_forgets_alerts_then_their_revisions_and_dead_deliveries(stores: RedisStores) -> None:
    lease = stores.leases.acquire("desk", "me", seconds=60, now=NOW)
    assert lease is not None
    for n, moment in enumerate([NOW, NOW + 3 * DAY]):
        [one] = stores.history.append([alert(f"a{n}")], now=moment)
        assert one is not None
        add_dead(stores, one, lease, now=moment)
    keep = {Topic.ALERTS: 2 * DAY, Topic.DEADLETTERS: 2 * DAY}

    stores.trim(keep, NOW + 3 * DAY)
    assert [one.data.alert_id for one in stores.history.latest(10)] == ["a1"]
    assert [one.alert.data.alert_id for one in stores.deliveries.dead(10)] == ["a1"]
    assert stores.history.append([alert("a0")], now=NOW + 3 * DAY) == [None]

    stores.trim(keep, NOW + 5 * DAY)
    assert [one is not None for one in stores.history.append([alert("a0"), alert("a1")], now=NOW + 5 * DAY)] == [
        True,
        False,
    ]


def test_a_dead_delivery_told_twice_is_kept_once(stores: RedisStores) -> None:
    lease = stores.leases.acquire("desk", "me", seconds=60, now=NOW)
    assert lease is not None
    [one] = publish(stores, alert())

    for _ in range(2):
        add_dead(stores, one, lease, now=NOW)

    assert len(stores.deliveries.dead(10)) == 1


def test_many_dead_deliveries_go_in_several_steps(stores: RedisStores) -> None:
    lease = stores.leases.acquire("desk", "me", seconds=60, now=NOW)
    assert lease is not None
    for one in publish(stores, *(alert(f"a{n}") for n in range(TRIM_BATCH + 1))):
        add_dead(stores, one, lease, now=NOW)

    assert stores.deliveries.trim(NOW) == 0
    assert stores.deliveries.trim(NOW + DAY) == TRIM_BATCH + 1
    assert stores.deliveries.dead(10) == []


def test_a_damaged_value_is_named(stores: RedisStores, connection: RedisConnection, redis_server: RedisServer) -> None:
    for key, field in (("heads", "3"), ("feeds", "a"), ("cursors", "desk")):
        redis_server.command("HSET", f"{connection.prefix}:{key}", field, "x")

    with pytest.raises(StoreError, match="head of partition 3: damaged"):
        stores.partition_states.load(3)
    with pytest.raises(StoreError, match="state of feed a: damaged"):
        stores.feed_states.load_all()
    with pytest.raises(StoreError, match="cursor desk: damaged"):
        stores.deliveries.cursor("desk")


def test_an_alert_without_a_place_cannot_be_put_aside(stores: RedisStores) -> None:
    lease = stores.leases.acquire("desk", "me", seconds=60, now=NOW)
    assert lease is not None

    with pytest.raises(StoreError, match="has no place in the history"):
        add_dead(stores, alert(), lease, now=NOW)


def test_a_batch_of_alerts_and_the_state_of_a_partition_are_one_script_each(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    def calls(server: RedisServer, work: Callable[[], object]) -> dict[str, int]:
        """How often which command was called in that work, those of scripts included."""
        server.command("CONFIG", "RESETSTAT")
        work()
        stats = server.command("INFO", "commandstats")
        of_this_test = {"cmdstat_config|resetstat", "cmdstat_hello"}
        return {name.removeprefix("cmdstat_"): stats[name]["calls"] for name in stats.keys() - of_this_test}

    change = PartitionChange(3, Head(1, 2, None), {"a": b"1"})
    with RedisServer(tmp_path) as server, open_redis(RedisConnection(server.url, prefix="test")) as stores:
        publish(stores, alert("known to the server by now"))
        stores.partition_states.save([PartitionChange(3, Head(0, 1, None))])
        publishing = calls(server, lambda: publish(stores, alert("a1"), alert("a2")))
        saving = calls(server, lambda: stores.partition_states.save([change]))

    assert publishing == {
        "evalsha": 1,
        "hmget": 1,
        "hget": 8,  # where the history stands; the last revision, and the last place of each channel
        "xadd": 2,
        "hset": 10,
        "zadd": 2,
        "publish": 8,  # for each: all, its rule, its severity, and the wake-up
    }
    assert saving == {"evalsha": 1, "hget": 1, "hset": 2}


def test_index_of_leases_forgets_names_that_ran_out_long_ago(
    stores: RedisStores, connection: RedisConnection, redis_server: RedisServer
) -> None:
    for number in range(20):
        stores.leases.acquire(f"poller/host-{number}", "me", seconds=20, now=NOW)
    stores.leases.acquire("poller/next", "me", seconds=20, now=NOW + timedelta(minutes=59))
    soon = redis_server.command("ZCARD", f"{connection.prefix}:leases")
    stores.leases.acquire("poller/last", "me", seconds=20, now=NOW + timedelta(minutes=61))

    assert soon == 21
    assert redis_server.command("ZCARD", f"{connection.prefix}:leases") == 2
