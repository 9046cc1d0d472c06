"""Which member of a consumer group reads which partition. Knows no tables and no records."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def even_assignment(partitions: int, members: Sequence[int], owners: Mapping[int, int]) -> dict[int, int]:
    """The member for each partition: shares differ by one at most, and as few as can be change hands.

    Args:
        members: In the order they joined.
        owners: The member that holds each partition now.
    """
    if not members:
        return {}
    held = {member: [p for p in range(partitions) if owners.get(p) == member] for member in members}
    share, extra = divmod(partitions, len(members))
    # Who holds most gets one of the larger shares, so that it has less to give away.
    by_holding = sorted(members, key=lambda member: -len(held[member]))
    quota = {member: share + (place < extra) for place, member in enumerate(by_holding)}
    assignment = {p: member for member in members for p in held[member][: quota[member]]}
    wanting = [member for member in members for _ in range(quota[member] - len(held[member]))]
    free = [p for p in range(partitions) if p not in assignment]
    assignment.update(zip(free, wanting, strict=True))
    return assignment


@dataclass(frozen=True)
class Settlement:
    """What changed for a member since it last asked."""

    assigned: frozenset[int] = field(default_factory=frozenset)
    revoked: frozenset[int] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.assigned or self.revoked)


class Group:
    """The members of one group on one topic, in this process. Safe to use from several threads.

    A partition changes hands in two steps: its owner gives it up when it settles or leaves, then the other takes it
    when that one settles. So no two members ever hold one partition.
    """

    def __init__(self, partitions: int) -> None:
        self._lock = threading.Lock()
        self._partitions = partitions
        self._members: list[int] = []
        self._owners: dict[int, int] = {}
        self._targets: dict[int, int] = {}
        self._generation = 0

    def join(self) -> int:
        """Come in; the new member's number."""
        with self._lock:
            self._generation += 1
            member = self._generation
            self._members.append(member)
            self._assign()
            return member

    def leave(self, member: int) -> None:
        """Go; its partitions are free at once. Leaving twice is safe."""
        with self._lock:
            if member not in self._members:
                return
            self._generation += 1
            self._members.remove(member)
            self._owners = {p: owner for p, owner in self._owners.items() if owner != member}
            self._assign()

    def settle(self, member: int) -> Settlement:
        """Give up what is another's to be, and take what is this member's and free."""
        with self._lock:
            revoked = frozenset(
                p for p, owner in self._owners.items() if owner == member and self._targets.get(p) != member
            )
            for p in revoked:
                del self._owners[p]
            assigned = frozenset(p for p, target in self._targets.items() if target == member and p not in self._owners)
            self._owners.update(dict.fromkeys(assigned, member))
            return Settlement(assigned, revoked)

    def owned(self, member: int) -> frozenset[int]:
        """The partitions that the member holds now."""
        with self._lock:
            return frozenset(p for p, owner in self._owners.items() if owner == member)

    def _assign(self) -> None:
        self._targets = even_assignment(self._partitions, self._members, self._owners)
