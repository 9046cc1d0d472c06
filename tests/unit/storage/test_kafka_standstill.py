"""What gets the library's clients over a broker that stands still: whom they ask, how long they wait. No broker."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaConnectionError,
    KafkaTimeoutError,
    RequestTimedOutError,
)
from kafka.future import Future
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.producer.transaction_manager import InitProducerIdHandler, ProducerIdAndEpoch, TransactionManager
from kafka.protocol.consumer import JoinGroupRequest
from kafka.protocol.metadata import MetadataResponse
from kafka.protocol.producer import InitProducerIdRequest

from monitor.storage.kafka import standstill
from monitor.storage.kafka.producer import Appender, RawRecord
from monitor.storage.kafka.standstill import JOIN_SECONDS, LivelyConnections
from monitor.storage.kafka.workarounds import keep_id

RECORD = RawRecord("t.articles", 0, b"feed", b"value")
SILENT, OTHER = 1, 2


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[LivelyConnections]:
    """To two brokers, of which the first was asked and did not answer."""
    monkeypatch.setattr(standstill, "CONNECT_SECONDS", 0.05)
    listener = socket.create_server(("127.0.0.1", 0))  # takes connections and serves none: as a broker that is stopped
    port = listener.getsockname()[1]
    net = NetworkSelector()
    made = LivelyConnections(net, bootstrap_servers=[f"127.0.0.1:{port}"])
    broker = MetadataResponse.MetadataResponseBroker
    made.cluster._brokers = {
        SILENT: broker(SILENT, "127.0.0.1", port, None),
        OTHER: broker(OTHER, "127.0.0.1", 1, None),
    }
    made.cluster._coordinator_brokers = {"coordinator-1": broker("coordinator-1", "127.0.0.1", port, None)}
    failed = made.get_connection(SILENT, refresh_metadata_on_err=False).close_future
    net.poll(timeout_ms=5000, future=failed)
    assert failed.failed()
    yield made
    made.close()
    net.close()
    listener.close()


def asked(connections: LivelyConnections) -> set[object]:
    """Whom it would ask; the library draws by lot."""
    return {connections.least_loaded_node() for _ in range(64)}


def test_a_broker_that_did_not_answer_is_not_asked_again(connections: LivelyConnections) -> None:
    assert asked(connections) == {OTHER}


def test_a_broker_that_did_not_answer_is_asked_when_there_is_no_other(connections: LivelyConnections) -> None:
    del connections.cluster._brokers[OTHER]

    assert asked(connections) == {SILENT}


def test_of_several_that_failed_the_first_is_asked(connections: LivelyConnections) -> None:
    """It had the longest time to come back."""
    connections._failed_at[("127.0.0.1", 1)] = time.monotonic() - 10.0

    assert asked(connections) == {OTHER}


def test_a_failure_is_forgotten_after_a_while(connections: LivelyConnections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standstill, "DOUBT_SECONDS", 0.0)

    assert asked(connections) == {SILENT, OTHER}


def test_a_broker_that_answers_is_in_doubt_no_more(
    connections: LivelyConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(*_: object, **__: object) -> None:
        """Leave the answer to the test."""

    monkeypatch.setattr(KafkaConnectionManager, "_connect", connect)
    connection = connections.get_connection(SILENT, refresh_metadata_on_err=False)
    assert connections.is_silent(SILENT)

    connection._init_complete()

    assert not connections.is_in_doubt(SILENT)
    assert asked(connections) == {SILENT}  # as the library has it: connected, and nothing on its way


def test_a_coordinator_is_in_doubt_with_its_broker(connections: LivelyConnections) -> None:
    assert connections.is_silent("coordinator-1")
    assert not connections.is_silent(OTHER)
    assert not connections.is_silent("coordinator-of-nobody")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Future, float | None]]:
    """What is sent from now on, and how long it may take; nothing is."""
    requests: list[tuple[Future, float | None]] = []

    def send(_: object, __: object, node_id: object = None, request_timeout_ms: float | None = None) -> Future:
        requests.append((Future(), request_timeout_ms))
        return requests[-1][0]

    monkeypatch.setattr(KafkaConnectionManager, "send", send)
    return requests


def test_a_join_does_not_wait_for_minutes(
    connections: LivelyConnections, sent: list[tuple[Future, float | None]]
) -> None:
    connections.send(JoinGroupRequest(), node_id=OTHER, request_timeout_ms=305_000)
    connections.send(JoinGroupRequest(), node_id=OTHER, request_timeout_ms=2_000)
    connections.send(JoinGroupRequest(), node_id=OTHER)

    assert [timeout for _, timeout in sent] == [JOIN_SECONDS * 1000, 2_000, None]


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (RequestTimedOutError(), KafkaConnectionError),
        (KafkaTimeoutError(), KafkaConnectionError),
        (ClusterAuthorizationFailedError(), ClusterAuthorizationFailedError),
    ],
)
def test_a_producer_that_got_no_id_in_time_asks_again(
    connections: LivelyConnections,
    sent: list[tuple[Future, float | None]],
    error: Exception,
    seen: type[Exception],
) -> None:
    manager = TransactionManager()
    manager.init_producer_id()
    handler = manager.next_request_handler(False)

    future = connections.send(handler.request, node_id=OTHER)
    future.add_both(handler.on_complete, manager.next_in_flight_request_correlation_id())
    sent[0][0].failure(error)

    assert type(future.exception) is seen
    assert manager.has_fatal_error() is (seen is not KafkaConnectionError)
    assert (manager.next_request_handler(False) is handler) is (seen is KafkaConnectionError)


def test_an_id_that_comes_in_time_is_handed_on(
    connections: LivelyConnections, sent: list[tuple[Future, float | None]]
) -> None:
    future = connections.send(InitProducerIdRequest(), node_id=OTHER)

    sent[0][0].success("answer")

    assert future.value == "answer"


def test_a_producer_that_gave_its_id_up_asks_for_another() -> None:
    manager = TransactionManager()
    keep_id(SimpleNamespace(_transaction_manager=manager))
    manager.init_producer_id()
    answered(manager, 7)

    manager.reset_producer_id()
    manager.init_producer_id()
    manager.reset_producer_id()  # another of its records expires meanwhile
    manager.init_producer_id()
    answered(manager, 8)

    assert manager.producer_id_and_epoch == ProducerIdAndEpoch(8, 0)
    assert manager.next_request_handler(False) is None


def answered(manager: TransactionManager, producer_id: int) -> None:
    """Let the cluster answer to the one request for an id that is there."""
    handler = manager.next_request_handler(False)
    assert isinstance(handler, InitProducerIdHandler)
    handler.handle_response(SimpleNamespace(error_code=0, producer_id=producer_id, producer_epoch=0))


class FullProducer(KafkaProducer):  # type: ignore[misc] # the library has no types
    """The library's, with a record that does not leave; nothing of it runs."""

    def __init__(self) -> None:
        self._closed = False
        self._sender = SimpleNamespace(force_close=self._force, is_alive=lambda: False)
        self._metrics = None
        self.config: dict[str, Any] = {"client_id": "t", "transactional_id": None}
        self.forced = 0

    def partitions_for(self, topic: str) -> set[int]:
        return {0}

    def flush(self, timeout: float | None = None) -> None:
        raise KafkaTimeoutError("Timeout waiting for future")

    def _force(self) -> None:
        self.forced += 1


def test_a_producer_closed_with_records_on_their_way_is_not_closed_once_more() -> None:
    producer = FullProducer()
    appender = Appender(lambda: producer)
    appender.partitions("t.articles")

    appender.close()
    producer.close(timeout=1)  # as the library does when it is collected

    assert producer.forced == 1
