"""Who is in consumer groups: looked at from outside, joining none. Knows no records."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from monitor.storage.kafka.connection import KafkaConnection, make_admin
from monitor.storage.kafka.translate import translating


def group_members(connection: KafkaConnection, groups: Sequence[str]) -> dict[str, int]:
    """How many members each group has; one that ended without a word counts until its session has run out.

    Raises:
        StoreUnavailableError: The cluster cannot be asked.
        StoreError: It does not let us ask.
    """
    names = {connection.group(group): group for group in groups}
    with closing(make_admin(connection)) as admin, translating(f"look at the groups of {connection}"):
        # Only those there are: asked for another, or before the cluster has any, it answers with an error.
        there = names.keys() & {group["group_id"] for group in admin.list_groups()}
        found = admin.describe_groups(sorted(there)) if there else {}
    return {group: len(found[name]["members"]) if name in found else 0 for name, group in names.items()}
