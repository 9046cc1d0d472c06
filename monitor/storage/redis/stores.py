"""The way in: the ports that Redis serves, on one server and under one prefix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.record import Topic
from monitor.storage.redis.checks import check_server
from monitor.storage.redis.connection import RedisConnection, command_client, subscriber_client
from monitor.storage.redis.deliveries import RedisDeliveries
from monitor.storage.redis.feed_states import RedisFeedStates
from monitor.storage.redis.history import RedisAlertHistory, wakeup_channel
from monitor.storage.redis.leases import RedisLeases
from monitor.storage.redis.link import Link
from monitor.storage.redis.partition_states import RedisPartitionStates
from monitor.storage.redis.subscriber import Subscriber


@dataclass(frozen=True)
class RedisStores:
    """Every port but the log; safe to use from several threads. `open_redis` opens and closes them."""

    leases: RedisLeases
    feed_states: RedisFeedStates
    partition_states: RedisPartitionStates
    history: RedisAlertHistory
    deliveries: RedisDeliveries

    def trim(self, retention: Mapping[Topic, timedelta], now: datetime) -> None:
        """Delete what is older than its topic's retention: the alert history with `alerts`, dead deliveries with
        `deadletters`.

        The last revision of an alert stays known for as long again, so that a late repeat is recognised. Blocks for as
        long as there is something to delete; others can write meanwhile, and several may trim at once.
        """
        if Topic.ALERTS in retention:
            self.history.trim(now - retention[Topic.ALERTS])
            self.history.forget_revisions(now - 2 * retention[Topic.ALERTS])
        if Topic.DEADLETTERS in retention:
            self.deliveries.trim(now - retention[Topic.DEADLETTERS])


@contextmanager
def open_redis(connection: RedisConnection) -> Iterator[RedisStores]:
    """The stores on a server that keeps what it acknowledged; closed at the end.

    Raises:
        StoreUnavailableError: The server cannot be reached for now.
        StoreError: It refuses us, or would lose state (see `check_server`), or the URL is malformed.
    """
    with closing(command_client(connection)) as client, closing(subscriber_client(connection)) as listening:
        link = Link(client, address=connection.address, prefix=connection.prefix)
        check_server(link, allow_volatile=connection.allow_volatile)
        with closing(Subscriber(listening, wakeup_channel(link))) as wakeup:
            yield RedisStores(
                leases=RedisLeases(link),
                feed_states=RedisFeedStates(link),
                partition_states=RedisPartitionStates(link),
                history=RedisAlertHistory(link, wakeup, keep=connection.keep_alerts),
                deliveries=RedisDeliveries(link),
            )
