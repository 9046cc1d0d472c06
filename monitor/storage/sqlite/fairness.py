"""How many records of each partition one poll takes, so that a busy partition starves no other."""

from __future__ import annotations

from collections.abc import Mapping


def fair_shares(waiting: Mapping[int, int], limit: int, *, last: int) -> dict[int, int]:
    """Records to take from each partition: as equal as what waits there allows, `limit` in all.

    Args:
        waiting: Records that wait, per partition.
        last: The partition served last in the round before; the one after it comes first now.

    Returns:
        Only partitions with a share, in the order to serve them.
    """
    order = sorted((p for p in waiting if waiting[p] > 0), key=lambda p: (p <= last, p))
    shares = dict.fromkeys(order, 0)
    left = limit
    # Each round empties a partition or spends the limit, so there are at most as many rounds as partitions.
    while left > 0 and (open_ones := [p for p in order if shares[p] < waiting[p]]):
        each = max(1, left // len(open_ones))
        for p in open_ones:
            taken = min(each, waiting[p] - shares[p], left)
            shares[p] += taken
            left -= taken
    return {p: share for p, share in shares.items() if share}
