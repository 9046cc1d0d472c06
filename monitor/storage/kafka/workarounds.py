"""Faults of kafka-python up to 3.0.12 that leave a consumer without records, and what gets it going again.

With `refusal` the only place that touches the library's insides, in the thread that owns the consumer, between two
polls. Each is to be looked at again with every new version of the library.
"""

from __future__ import annotations

from kafka import KafkaConsumer
from kafka.future import Future

_HAND_OVER_SECONDS = 0.02  # the poll looks at the join some milliseconds after it began; later is only another join


def revive(consumer: KafkaConsumer) -> None:
    """Do this before each of the library's polls; costs nothing when all is well."""
    _go_on_joining(consumer)
    _keep_finished_join(consumer)
    _make_room_for_resumed(consumer)


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
