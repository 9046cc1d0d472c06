"""Which partitions a group member has, and what of that its owner was told. Knows no records.

kafka-python calls a listener on its own thread, but only while the owner waits in `poll` or `close`: so one thread
at a time is in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kafka import ConsumerRebalanceListener, TopicPartition


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # the library has no types
    """Takes the group's decisions; new partitions are handed to `hold` before their first record can be fetched."""

    def __init__(self, hold: Callable[[Iterable[TopicPartition]], None]) -> None:
        self._hold = hold
        self._told: frozenset[int] = frozenset()
        self._assigned: frozenset[int] = frozenset()
        self._revoked: frozenset[int] = frozenset()

    def told(self) -> frozenset[int]:
        """The partitions that the owner knows to be its."""
        return self._told

    def take(self) -> tuple[frozenset[int], frozenset[int]]:
        """Newly assigned and revoked since the last call; the owner knows of them from now on.

        A partition that went and came back is in both: somebody else may have had it meanwhile.
        """
        assigned, revoked = self._assigned, self._revoked
        self._assigned = self._revoked = frozenset()
        self._told = (self._told - revoked) | assigned
        return assigned, revoked

    def clear(self) -> None:
        """Nothing is the owner's any more."""
        self._told = self._assigned = self._revoked = frozenset()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Called by the library."""
        new = frozenset(assigned)
        self._hold(new)
        self._assigned |= {each.partition for each in new}

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Called by the library; what the owner was never told of is forgotten quietly."""
        gone = {each.partition for each in revoked}
        self._assigned -= gone
        self._revoked |= gone & self._told

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """Called by the library when the group went on without this member."""
        self.on_partitions_revoked(lost)
