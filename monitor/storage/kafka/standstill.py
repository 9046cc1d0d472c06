"""Brokers that stand still: they take connections and never answer. Knows no records.

A broker that died refuses; one that stands still costs a timeout each time it is asked. kafka-python 3.0.12 asks it
again and again, since it takes any broker that it is not connected to when it looks for the new leader or coordinator:
with three brokers, one time in three. As `workarounds`, this is to be looked at again with every new version of it.
"""

from __future__ import annotations

import time
from typing import Any

from kafka import errors
from kafka.future import Future
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.consumer import JoinGroupRequest
from kafka.protocol.producer import InitProducerIdRequest

CONNECT_SECONDS = 5.0  # until a broker greets, over TLS and an ocean too; one that stands still costs it once more
JOIN_SECONDS = 15.0  # the library waits for 305; a join that takes longer is asked for again, which harms nobody
DOUBT_SECONDS = 30.0  # how long a broker that failed is not asked for what others know too; until it answers


class LivelyConnections(KafkaConnectionManager):  # type: ignore[misc] # the library has no types
    """The library's connections, which ask those brokers first that did not fail lately."""

    def __init__(self, net: NetworkSelector, **config: Any) -> None:
        patience = ("socket_connection_setup_timeout_ms", "socket_connection_setup_timeout_max_ms")
        super().__init__(net, **{**config, **dict.fromkeys(patience, CONNECT_SECONDS * 1000)})
        self._failed_at: dict[tuple[str, int], float] = {}

    def get_connection(self, node_id: object, timeout_ms: float | None = None, **options: Any) -> Any:
        """As the library does; and remember whether it failed or answered."""
        known = self._conns.get(node_id)
        connection = super().get_connection(node_id, timeout_ms=timeout_ms, **options)
        if connection is not known and (address := self._address(node_id)) is not None:
            connection.init_future.add_callback(lambda _: self._failed_at.pop(address, None))
            connection.close_future.add_errback(lambda _: self._failed_at.update({address: time.monotonic()}))
        return connection

    def is_in_doubt(self, node_id: object) -> bool:
        """Whether the broker failed lately and has not answered since, under whichever id it is known."""
        return self._doubted_since(node_id) > 0.0

    def is_silent(self, node_id: object) -> bool:
        """Whether it is in doubt and there is no connection to it."""
        connection = self._conns.get(node_id)
        return self.is_in_doubt(node_id) and (connection is None or not connection.connected)

    def least_loaded_node(self) -> Any:
        """As the library does; but one in doubt only when there is no other, and then the one that failed first."""
        chosen = super().least_loaded_node()
        if chosen is None or not self.is_in_doubt(chosen):
            return chosen
        others = [broker.node_id for broker in self.cluster.brokers() if self._can_be_asked(broker.node_id)]
        return min(others, key=lambda one: (self._doubted_since(one), self._in_flight(one)), default=chosen)

    def send(self, request: Any, node_id: object = None, request_timeout_ms: float | None = None) -> Future:
        """As the library does; no request waits longer than a broker of three may be away."""
        if isinstance(request, JoinGroupRequest) and request_timeout_ms is not None:
            request_timeout_ms = min(request_timeout_ms, JOIN_SECONDS * 1000)
        future = super().send(request, node_id=node_id, request_timeout_ms=request_timeout_ms)
        return _retried(future) if isinstance(request, InitProducerIdRequest) else future

    def _can_be_asked(self, node_id: object) -> bool:
        connection = self._conns.get(node_id)
        is_paused = connection is not None and connection.paused
        return not is_paused and not self.connection_delay(node_id)

    def _doubted_since(self, node_id: object) -> float:
        """When it failed, if that is not long ago; otherwise 0."""
        failed_at = self._failed_at.get(self._address(node_id) or ("", 0), 0.0)
        return failed_at if time.monotonic() - failed_at < DOUBT_SECONDS else 0.0

    def _in_flight(self, node_id: object) -> int:
        connection = self._conns.get(node_id)
        return 0 if connection is None else len(connection.in_flight_requests)

    def _address(self, node_id: object) -> tuple[str, int] | None:
        """Coordinators have ids of their own, for a second connection to the same broker."""
        broker = self.cluster.broker_metadata(node_id)
        return None if broker is None else (broker.host, broker.port)


def _retried(future: Future) -> Future:
    """With a timeout as the end of a connection: after that the library asks for a producer's id once more.

    After a timeout it gives the producer up, for good and without a word of why.
    """
    answer = Future()

    def fail(error: Exception) -> None:
        is_timeout = isinstance(error, (errors.RequestTimedOutError, errors.KafkaTimeoutError))
        answer.failure(errors.KafkaConnectionError(str(error)) if is_timeout else error)

    future.add_callback(answer.success)
    future.add_errback(fail)
    return answer
