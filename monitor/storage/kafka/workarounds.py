"""Faults of kafka-python up to 3.0.12 that leave a client at a standstill, and what gets it going again.

With `refusal` and `standstill` the only place that touches the library's insides: a consumer's in the thread that owns
it, between two polls. Each is to be looked at again with every new version of the library.
"""

from __future__ import annotations

from kafka import KafkaConsumer, KafkaProducer
from kafka.future import Future
from kafka.producer.transaction_manager import TransactionState

from monitor.storage.kafka.standstill import LivelyConnections

_HAND_OVER_SECONDS = 0.02  # the poll looks at the join some milliseconds after it began; later is only another join


def revive(consumer: KafkaConsumer) -> None:
    """Do this before each of the library's polls; costs nothing when all is well."""
    _leave_silent_coordinator(consumer)
    _go_on_joining(consumer)
    _keep_finished_join(consumer)
    _make_room_for_resumed(consumer)


def keep_id(producer: KafkaProducer) -> None:
    """Do this once after making it: let it ask for a new id when it gave its own up.

    It does so when records were tried more than once and their time is over, since it does not know whether they
    arrived. Then it believes to have asked for another already, and sends nothing any more.
    """
    manager = producer._transaction_manager
    give_up = manager.reset_producer_id

    def give_up_and_ask() -> None:
        give_up()
        if manager._current_state is TransactionState.READY:
            manager._current_state = TransactionState.UNINITIALIZED

    manager.reset_producer_id = give_up_and_ask


def end(producer: KafkaProducer) -> None:
    """Do this when closing it failed: it flushes first, and when that takes too long its thread goes on for ever.

    And it would close itself again when it is collected, and fail again.
    """
    producer._sender.force_close()
    producer._closed = True


def _leave_silent_coordinator(consumer: KafkaConsumer) -> None:
    """Let it look for another coordinator when its own does not answer.

    It does that when a heartbeat fails, but when a join fails it asks the same broker again, for ever.
    """
    coordinator = consumer._coordinator
    node_id = coordinator.coordinator_id
    connections = coordinator._manager
    if node_id is not None and isinstance(connections, LivelyConnections) and connections.is_silent(node_id):
        coordinator.coordinator_id = None  # quietly: until the group moves, it is named again with every look


def _go_on_joining(consumer: KafkaConsumer) -> None:
    """Let it finish a rebalance that it forgot.

    It happens when new metadata was the cause, and a poll timed out under way: once the assignment is made, nothing
    says any more that there is one to take. Kafka's Java client had the same fault, KAFKA-9815.
    """
    coordinator = consumer._coordinator
    if coordinator.rejoining:
        coordinator.request_rejoin()


def _keep_finished_join(consumer: KafkaConsumer) -> None:
    """Let it use a join that ended between two polls.

    It drops what it then finds done and joins again, which makes the other members join again, whose joins may end
    between their polls. So the result is handed over once more, a moment after the next poll has begun.
    """
    coordinator = consumer._coordinator
    finished = coordinator._join_task
    if finished is None or not finished.succeeded():
        return
    again = Future()

    async def hand_over() -> None:
        await coordinator._net.sleep(_HAND_OVER_SECONDS)
        again.success(finished.value)

    coordinator._join_task = again
    coordinator._manager.call_soon(hand_over)


def _make_room_for_resumed(consumer: KafkaConsumer) -> None:
    """Let records that were put aside while their partition was paused come back.

    They come back only while the slot for the records in hand holds None; a batch that was used up stays in it.
    """
    fetcher = consumer._fetcher
    if not fetcher._next_partition_records:
        fetcher._next_partition_records = None
