"""Which partitions of `matches` have lost the state they must have. Decides nothing about what to do then."""

from __future__ import annotations

from contextlib import closing

from monitor.core.errors import StateMissingError
from monitor.core.ports import Log, PartitionStates
from monitor.core.record import Topic


def missing_heads(log: Log, states: PartitionStates, group: str) -> dict[int, int]:
    """What the group has committed, for each partition that has no head although something was done.

    Joins nothing; blocks for a question per partition without a head.
    """
    heads = states.heads()
    headless = [number for number in range(log.partitions(Topic.MATCHES)) if number not in heads]
    if not headless:
        return {}
    with closing(log.consumer(Topic.MATCHES, group)) as consumer:
        committed = {number: consumer.committed(number) for number in headless}
    return {number: offset for number, offset in committed.items() if offset}  # 0 says that nothing was ever done


def check_heads(log: Log, states: PartitionStates, group: str) -> None:
    """Refuse to go on where a head is missing.

    Why before anything starts, and not only in the alert stage: what is lost with the heads are feeds' states and
    the alert history too, and a poller or a publisher that began without these would do harm that stays.

    Raises:
        StateMissingError: The first that is missing.
    """
    for number, offset in sorted(missing_heads(log, states, group).items()):
        raise StateMissingError(Topic.MATCHES, number, offset)
