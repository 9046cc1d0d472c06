"""How much processor time a process and its children have used (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree_cpu_seconds(pid: int) -> float:
    """User and system time of a process, of all that run below it, and of those below it that have ended."""
    # The name in the second field may hold spaces and brackets; what follows it does not.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    below = sum(
        tree_cpu_seconds(int(child))
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    )
    return own + below
